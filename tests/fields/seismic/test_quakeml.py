"""QuakeML: every origin is its agency's report, with its magnitudes, in our units, without persons."""

from __future__ import annotations

import io
import resource
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.fields.seismic import quakeml
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text, is_finite
from vigie.model.times import format_time, parse_time

SAMPLE = (Path(__file__).parent / "bulletins" / "two_agencies.xml").read_bytes()
CONTEXT = ReadContext("made-up.xml", agency="FALLBACK")


def read(content: bytes, context: ReadContext = CONTEXT) -> tuple[list[Report], list[Reject]]:
    """Reports and rejects of these bytes."""
    items = list(quakeml.read(io.BytesIO(content), context))
    return [item for item in items if isinstance(item, Report)], [item for item in items if isinstance(item, Reject)]


def one_origin(inner: str, event: str = "") -> bytes:
    """A bulletin of one event with one origin."""
    return (
        '<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:x/c">'
        f'<event publicID="smi:x/e">{event}<origin publicID="smi:x/o"><time><value>2020-01-01T00:00:00Z</value></time>'
        f"<latitude><value>42</value></latitude><longitude><value>21</value></longitude>{inner}</origin></event></eventParameters></q:quakeml>"
    ).encode()


def test_each_origin_is_a_report_of_its_own_agency() -> None:
    """A report is one agency's word, so an event of two origins makes two reports."""
    reports, _ = read(SAMPLE)
    assert [(report.agency, report.agency_ref) for report in reports[:2]] == [("AAA", "smi:example.org/origin/1"), ("BBB", "smi:example.org/origin/2")]
    assert [report.details["event_ref"] for report in reports[:2]] == ["smi:example.org/event/1"] * 2


def test_the_preferred_origin_is_marked_and_no_other() -> None:
    """The bulletin's choice is kept in the details."""
    reports, _ = read(SAMPLE)
    assert [report.details.get("preferred", False) for report in reports] == [False, True, False]


def test_all_magnitudes_are_kept_with_their_origin_and_agency() -> None:
    """A magnitude goes where its originID says; one without goes to the preferred origin, with its agency's name."""
    first, second, _ = read(SAMPLE)[0]
    assert [(measure.name, measure.value, measure.sigma, measure.agency) for measure in first.measures] == [("ML", 6.1, 0.2, "AAA"), ("Mw", 6.4, None, "AAA")]
    assert [(measure.name, measure.value, measure.agency) for measure in second.measures] == [("mb", 6.2, "BBB"), ("Mww", 6.5, "CCC")]


def test_the_magnitude_is_the_preferred_one_else_the_moment_magnitude() -> None:
    """The preferredMagnitudeID wins; where it names none of the origin's, moment magnitude does."""
    first, second, _ = read(SAMPLE)[0]
    assert (first.magnitude, first.scale) == (6.4, "Mw")
    assert (second.magnitude, second.scale) == (6.2, "mb")


def test_metres_become_kilometres_and_90_percent_becomes_68() -> None:
    """Half-axes of 10 and 5 km at 90 % are 7.0346 and 3.5173 km at 68 % (sqrt(ln 0.32 / ln 0.10) = 0.70346)."""
    first, second, _ = read(SAMPLE)[0]
    assert first.depth_km == 12.5
    assert first.ellipse is not None
    assert (first.ellipse.major_km, first.ellipse.minor_km, first.ellipse.azimuth) == pytest.approx((7.0346, 3.5173, 120.0), abs=1e-3)
    assert first.radius_km == pytest.approx(5.5613, abs=1e-3)
    assert first.details["depth_sigma_km"] == pytest.approx(2.0, abs=0.001)
    assert second.radius_km == 4.0
    assert second.ellipse is None


def test_revision_and_issue_time_are_the_origins_own() -> None:
    """A version that is no number is kept as text; a creation time before the earthquake is not believed."""
    first, second, _ = read(SAMPLE)[0]
    assert (first.revision, first.issued_us) == (3, parse_time("2019-11-26T03:10:00Z"))
    assert (second.revision, second.issued_us) == (0, None)
    assert (second.details["version"], second.details["creation_time"]) == ("final", "1990-01-01T00:00:00Z")


def test_the_year_365_and_a_longitude_beyond_180_are_read() -> None:
    """Historical catalogues go back to antiquity; some servers count longitude to 360."""
    third = read(SAMPLE)[0][2]
    assert format_time(third.begin_us) == "0365-07-21T05:00:00Z"
    assert (third.lon, third.kind) == (-176.5, "seismic.blast")


def test_an_event_without_an_origin_is_a_reject() -> None:
    """There is neither time nor place to report."""
    (reject,) = read(SAMPLE)[1]
    assert "event/3" in reject.place


def test_persons_are_in_neither_facts_nor_payload() -> None:
    """Authors and comments name people: no report holds them."""
    for report in read(SAMPLE)[0]:
        kept = facts_text(report) + report.payload.decode()
        assert not any(name in kept for name in ("Ana", "Bo Example", "Cy Example", "on duty"))


def test_the_payload_is_the_same_whatever_the_indentation() -> None:
    """White space between elements says nothing."""
    dense = b"".join(line.strip() if line.strip().startswith(b"<") else b" " + line.strip() for line in SAMPLE.splitlines())
    assert [report.payload for report in read(dense)[0]] == [report.payload for report in read(SAMPLE)[0]]


@pytest.mark.parametrize("namespace", [b"http://quakeml.org/xmlns/bed/1.1", b"http://quakeml.org/xmlns/bed-rt/1.2"])
def test_other_namespaces_of_quakeml_are_understood(namespace: bytes) -> None:
    """Versions 1.1 and real time differ from 1.2 in little but their names."""
    assert len(read(SAMPLE.replace(b"http://quakeml.org/xmlns/bed/1.2", namespace))[0]) == 3


def test_the_real_time_form_keeps_origins_beside_events() -> None:
    """In QuakeML-RT an event names its origins; an origin that no event names is reported all the same."""
    start = b'<quakeml xmlns="http://quakeml.org/xmlns/quakeml-rt/1.2"><eventParameters>'
    event = b"<event publicID='e'><preferredOriginID>o1</preferredOriginID><originReference>o1</originReference><type>earthquake</type></event>"
    origin = b"""<origin publicID='%s'><time><value>2020-01-01T00:00:00Z</value></time><latitude><value>1</value></latitude>
        <longitude><value>2</value></longitude><creationInfo><agencyID>RT</agencyID></creationInfo></origin>"""
    magnitudes = b"".join(b"<magnitude><mag><value>3</value></mag><originID>%s</originID></magnitude>" % ref for ref in (b"o1", b"o9"))
    reports, (reject,) = read(start + event + origin % b"o1" + origin % b"o2" + magnitudes + b"</eventParameters></quakeml>")
    assert (reject.field, reject.got) == ("originID", "o9")
    assert [(report.agency_ref, report.kind, report.magnitude) for report in reports] == [("o1", "seismic.earthquake", 3.0), ("o2", "seismic.unknown", None)]
    assert reports[0].details["preferred"] is True


@pytest.mark.parametrize(
    ("inner", "radius_km"),
    [
        ("<originUncertainty><horizontalUncertainty>2000</horizontalUncertainty><confidenceLevel>95</confidenceLevel></originUncertainty>", 1.2334),
        ("<originUncertainty><horizontalUncertainty>2000</horizontalUncertainty><confidenceLevel>0.95</confidenceLevel></originUncertainty>", 1.2334),
        ("<originUncertainty><horizontalUncertainty>-1</horizontalUncertainty></originUncertainty>", None),
        ("<originUncertainty><horizontalUncertainty>NaN</horizontalUncertainty></originUncertainty>", None),
    ],
)
def test_a_circle_of_any_level_becomes_68_percent(inner: str, radius_km: float | None) -> None:
    """2 km at 95 % is 2 km times sqrt(ln 0.32 / ln 0.05) at 68 %."""
    (report,), _ = read(one_origin(inner))
    assert report.radius_km == (None if radius_km is None else pytest.approx(radius_km, abs=1e-4))


def test_a_number_that_is_none_is_kept_as_text() -> None:
    """A good origin is not lost for a bad uncertainty, and the bad word is not lost either."""
    (report,), _ = read(one_origin("<depth><value>shallow</value></depth>"))
    assert report.depth_km is None
    assert report.details["unread"] == {"depth_m": "shallow"}


def test_an_origin_whose_place_is_nonsense_is_a_reject_with_its_magnitudes() -> None:
    """A magnitude never goes to another origin because its own could not be read."""
    broken = SAMPLE.replace(b"<value>41.40</value>", b"<value>141.40</value>")
    reports, rejects = read(broken)
    assert [report.agency_ref for report in reports] == ["smi:example.org/origin/2", "smi:example.org/origin/3"]
    assert len(reports[0].measures) == 2
    assert [reject.field for reject in rejects] == ["latitude", "originID", "originID", "origin"]


def test_the_callers_agency_stands_where_the_file_names_none() -> None:
    """Without any agency there is no report."""
    assert read(one_origin(""))[0][0].agency == "FALLBACK"
    assert read(one_origin(""), ReadContext("x"))[1][0].field == "agencyID"


def test_a_cut_file_keeps_what_came_before_and_says_where_it_broke() -> None:
    """One reject for the break; the events before it are whole."""
    cut = SAMPLE[: SAMPLE.index(b"smi:example.org/origin/3")]
    reports, rejects = read(cut)
    assert [report.agency_ref for report in reports] == ["smi:example.org/origin/1", "smi:example.org/origin/2"]
    assert len(rejects) == 1
    assert rejects[0].place.startswith("line 59")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"not XML",
        b"<html><body>error</body></html>",
        b"<a><quakeml/></a>",
        b"\x00\x01\x02",
    ],
)
def test_what_is_not_quakeml_is_a_bad_report(content: bytes) -> None:
    """The sender must act."""
    with pytest.raises(BadReport, match="not QuakeML"):
        read(content)


@pytest.mark.parametrize(
    "declared",
    [
        b"<!DOCTYPE quakeml [" + b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(9)) + b'<!ENTITY e0 "ha">]>',
        b'<!DOCTYPE quakeml [<!ENTITY e9 SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE quakeml SYSTEM "http://127.0.0.1:9/quakeml.dtd">',
    ],
)
def test_bombs_and_outside_entities_are_refused_unopened(declared: bytes) -> None:
    """QuakeML needs no document type, so a file that declares one is refused before anything is expanded or fetched."""
    with pytest.raises(BadReport):
        read(declared + b"<quakeml><eventParameters><event publicID='e'><description><text>&e9;</text></description></event></eventParameters></quakeml>")


def test_the_reader_knows_its_format() -> None:
    """By the first bytes."""
    assert quakeml.recognises(Sample("a.xml", SAMPLE))
    assert not quakeml.recognises(Sample("a.xml", b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>"))
    assert not quakeml.recognises(Sample("a.txt", b"a note about quakeml"))


class Endless(io.RawIOBase):
    """A stream of a bulletin that is made up while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def large(count: int) -> Iterator[bytes]:
    """A bulletin of `count` events of about 6 kB, most of it picks and arrivals."""
    yield SAMPLE[: SAMPLE.index(b"<event ")]
    body = SAMPLE[SAMPLE.index(b"<event ") : SAMPLE.index(b'<event publicID="smi:example.org/event/2')]
    pick = b'<pick publicID="smi:p"><time><value>2019-11-26T02:54:20Z</value></time><waveformID networkCode="XX" stationCode="YY"/></pick>\n'
    for _ in range(count):
        yield body.replace(b"<pick", pick * 20 + b"<pick", 1)
    yield b"</eventParameters></q:quakeml>"


def resident_bytes() -> int:
    """Memory of this process now, the parser's own included."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say how much memory a process uses")
def test_memory_does_not_grow_with_the_file() -> None:
    """A bulletin of 12 MB is read in less than 12 MB: each event is forgotten once it is reported (a whole tree would take some 80 MB)."""
    before, most = resident_bytes(), 0
    for number, _ in enumerate(quakeml.read(Endless(large(1800)), CONTEXT)):  # type: ignore[arg-type]
        most = max(most, resident_bytes()) if number % 50 == 0 else most
    assert most - before < 12_000_000


def test_what_python_holds_does_not_grow_with_the_file() -> None:
    """Eight times the events take no more objects."""
    peaks = []
    for count in (30, 240):
        tracemalloc.start()
        assert sum(1 for _ in quakeml.read(Endless(large(count)), CONTEXT)) == 2 * count  # type: ignore[arg-type, misc]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


def test_every_number_of_every_report_is_finite() -> None:
    """Infinities and NaN never come through."""
    wild = SAMPLE.replace(b"<value>12500</value>", b"<value>1e999</value>").replace(b"<uncertainty>0.8</uncertainty>", b"<uncertainty>inf</uncertainty>")
    assert all(is_finite(report) for report in read(wild)[0])
