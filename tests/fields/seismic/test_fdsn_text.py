"""FDSN-event text: one line, one report; columns by name."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from vigie.fields.seismic import fdsn_text
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text
from vigie.model.times import format_time

OLDER = (Path(__file__).parent / "bulletins" / "older_server.txt").read_bytes()
HEADER = b"#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName|EventType\n"
LINE = b"7|0365-07-21T05:00:00|35.2|23.4|20|AAA|cat|BBB|9|Mw|8.5|AAA|Crete|earthquake\n"


def read(content: bytes) -> tuple[list[Report], list[Reject]]:
    """Reports and rejects of these bytes."""
    items = list(fdsn_text.read(io.BytesIO(content), ReadContext("made-up.txt")))
    return [item for item in items if isinstance(item, Report)], [item for item in items if isinstance(item, Reject)]


def test_a_line_is_a_report_of_its_author() -> None:
    """Every column of the current format."""
    (report,), rejects = read(HEADER + LINE)
    assert not rejects
    assert (report.agency, report.agency_ref, report.kind) == ("AAA", "7", "seismic.earthquake")
    assert (format_time(report.begin_us), report.lon, report.lat, report.depth_km) == ("0365-07-21T05:00:00Z", 23.4, 35.2, 20.0)
    assert (report.magnitude, report.scale, report.place) == (8.5, "Mw", "Crete")
    assert report.details == {"event_ref": "7", "catalog": "cat", "contributor": "BBB", "contributor_ref": "9", "etype": "earthquake"}
    assert report.payload == LINE.strip()


def test_an_older_server_is_understood() -> None:
    """Depth/Km, no EventType, quotes in a name, longitude to 360, no magnitude."""
    first, second = read(OLDER)[0]
    assert (first.depth_km, first.kind, first.place) == (9.6, "seismic.unknown", 'Kosovo "border" area')
    assert (second.lon, second.magnitude, second.measures) == (-170.0, None, ())


def test_what_looks_like_a_person_is_blanked() -> None:
    """A login or a name in the author columns is in neither facts nor payload; the contributor stands for it."""
    second = read(OLDER)[0][1]
    assert second.agency == "XX"
    assert not any(name in facts_text(second) + second.payload.decode() for name in ("dexample", "D. Example"))


def test_columns_are_found_by_name_in_any_order() -> None:
    """The header decides."""
    (report,), _ = read(b"#Longitude|Latitude|Time|EventID|Contributor|Unheard\n20|41|2020-01-01T00:00:00|e|C|?\n")
    assert (report.lon, report.lat, report.agency) == (20.0, 41.0, "C")


def test_answers_that_follow_each_other_are_read_on() -> None:
    """Pages saved into one file repeat the header, also another server's."""
    assert len(read(HEADER + LINE + OLDER + HEADER)[0]) == 3


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"7|yesterday|35.2|23.4|20|AAA||||||||\n", "Time"),
        (b"7|2020-01-01T00:00:00|95.2|23.4|20|AAA||||||||\n", "latitude"),
        (b"7|2020-01-01T00:00:00|35.2|NaN|20|AAA||||||||\n", "longitude"),
        (b"7|2020-01-01T00:00:00|35.2|23.4|20|||||||||\n", "Author"),
        (b"7|2020-01-01T00:00:00|35.2\n", ""),
        (b"7|2020-01-01T00:00:00|35.2|23.4|20|AAA|||||||\xff|\n", ""),
    ],
)
def test_a_line_that_makes_no_sense_is_a_reject(line: bytes, field: str) -> None:
    """The others are read; the reject says where and why."""
    reports, (reject,) = read(HEADER + line + LINE)
    assert len(reports) == 1
    assert (reject.place, reject.field) == ("line 2", field)


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    """It is refused at 64 KiB and passed over."""
    reports, (reject,) = read(HEADER + b"x" * 300_000 + b"\n" + LINE)
    assert len(reports) == 1
    assert len(reject.raw) == 64 * 1024


@pytest.mark.parametrize("content", [b"", b"\n\n", b"<html>no</html>", b"EventID|Time\n1|2\n", b"#comment only\n"])
def test_without_a_header_it_is_a_bad_report(content: bytes) -> None:
    """The sender must act."""
    with pytest.raises(BadReport, match="not FDSN-event text"):
        read(content)


def test_a_header_alone_is_an_empty_answer() -> None:
    """No events is an answer too."""
    assert read(HEADER) == ([], [])


def test_the_reader_knows_its_format() -> None:
    """By its header, with or without a byte-order mark."""
    assert fdsn_text.recognises(Sample("a.txt", OLDER))
    assert fdsn_text.recognises(Sample("a.txt", b"\xef\xbb\xbf" + HEADER))
    assert not fdsn_text.recognises(Sample("a.csv", b"id,time\n"))
