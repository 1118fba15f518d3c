"""ISF: every origin line is its author's report."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from vigie.fields.seismic import isf
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text
from vigie.model.times import DAY_US, format_time

SAMPLE = (Path(__file__).parent / "bulletins" / "two_agencies.isf").read_bytes()


def read(content: bytes) -> tuple[list[Report], list[Reject]]:
    """Reports and rejects of these bytes."""
    items = list(isf.read(io.BytesIO(content), ReadContext("made-up.isf")))
    return [item for item in items if isinstance(item, Report)], [item for item in items if isinstance(item, Reject)]


def test_each_origin_line_is_a_report_of_its_author() -> None:
    """Four origins of two events, none lost."""
    reports, rejects = read(SAMPLE)
    assert not rejects
    assert [(report.agency, report.agency_ref, report.kind) for report in reports] == [
        ("AAA", "700000001", "seismic.earthquake"),
        ("BBB", "7000002", "seismic.unknown"),
        ("CCC", "7000003", "seismic.unknown"),
        ("HIST", "7000004", "seismic.earthquake"),
    ]
    assert [report.details["event_ref"] for report in reports] == ["9000001"] * 3 + ["9000002"]


def test_the_prime_origin_is_marked_and_carries_the_events_name() -> None:
    """The comment below an origin line speaks of that origin."""
    reports, _ = read(SAMPLE)
    assert [report.details.get("preferred", False) for report in reports] == [False, True, False, False]
    assert [report.place for report in reports] == [None, "Albania", None, "Western Crete"]
    assert reports[1].details["origin_type"] == "centroid"


def test_all_magnitudes_are_kept_and_bounds_are_never_chosen() -> None:
    """A magnitude without a type is M; one above a bound keeps its sign; one of no origin's author goes to the prime."""
    first, second, third, _ = read(SAMPLE)[0]
    assert [(measure.name, measure.value, measure.sigma) for measure in first.measures] == [("ML", 6.1, 0.2), ("Mw", 6.4, None)]
    assert [(measure.name, measure.agency) for measure in second.measures] == [("mb", "BBB"), ("Mww", "DDD")]
    assert [(measure.name, measure.value) for measure in third.measures] == [("M", 5.9), ("MS>", 7.0)]
    assert [(report.magnitude, report.scale) for report in (first, second, third)] == [(6.4, "Mw"), (6.2, "mb"), (5.9, "M")]


def test_the_ellipse_of_90_percent_becomes_one_of_68() -> None:
    """Half-axes 10 and 5 km become 7.0346 and 3.5173 km."""
    first = read(SAMPLE)[0][0]
    assert first.ellipse is not None
    assert (first.ellipse.major_km, first.ellipse.minor_km, first.ellipse.azimuth) == pytest.approx((7.0346, 3.5173, 120.0), abs=1e-3)
    assert first.sigma_s == 0.8


def test_zero_and_minus_one_mean_not_known() -> None:
    """Nobody locates an earthquake without any error; what is no number is kept as text."""
    third = read(SAMPLE)[0][2]
    assert (third.ellipse, third.radius_km, third.details["unread"]) == (None, None, {"rms": "*****"})


def test_fixed_values_are_said() -> None:
    """The f and d flags."""
    first, second, _, _ = read(SAMPLE)[0]
    assert first.details["depth_fixed"] is True
    assert (second.details["time_fixed"], second.details["epicentre_fixed"], second.details["depth_type"]) == (True, True, "depth phases")
    assert second.details["depth_sigma_km"] == pytest.approx(3.3 / 1.6449, abs=1e-3)


def test_a_second_of_60_and_a_day_of_the_year_365_are_read() -> None:
    """Rounded seconds and antiquity; where the clock is blank, the day is all that is known. Near the antimeridian too."""
    _, second, _, fourth = read(SAMPLE)[0]
    assert format_time(second.begin_us) == "2019-11-26T02:55:00Z"
    assert (format_time(fourth.begin_us), fourth.end_us - fourth.begin_us, fourth.lon) == ("0365-07-21T00:00:00Z", DAY_US, -179.9)


def test_persons_are_in_neither_facts_nor_payload() -> None:
    """Free comments and the bibliography are not kept."""
    for report in read(SAMPLE)[0]:
        assert "Example" not in facts_text(report) + report.payload.decode()


def test_without_stop_the_last_event_is_refused_and_those_before_are_kept() -> None:
    """A bulletin that was cut off may lack magnitudes of its last event."""
    reports, (reject,) = read(SAMPLE[: SAMPLE.index(b"STOP")])
    assert [report.agency for report in reports] == ["AAA", "BBB", "CCC"]
    assert "9000002" in reject.place
    reports, (reject,) = read(SAMPLE[: SAMPLE.index(b"Mww")])
    assert reports == []
    assert "without STOP" in reject.what


def test_a_line_out_of_its_columns_is_a_reject_with_its_magnitudes() -> None:
    """Shifted columns would name a wrong agency; they are noticed by what stands between the cells."""
    shifted = SAMPLE.replace(b"41.4500   19.4500f", b"41.4500    19.4500f")
    reports, rejects = read(shifted)
    assert [report.agency for report in reports] == ["AAA", "CCC", "HIST"]
    assert len(rejects) == 2
    assert sum(len(report.measures) for report in reports) == 5


def test_an_event_without_origins_is_a_reject() -> None:
    """There is neither time nor place."""
    reports, (reject,) = read(b"DATA_TYPE BULLETIN IMS1.0:short\nEvent 1 Nowhere\n\nSTOP\n")
    assert (reports, reject.field) == ([], "origin")


@pytest.mark.parametrize("content", [b"", b"Sorry, the request cannot be processed now\n", b"<html></html>"])
def test_what_is_no_bulletin_is_a_bad_report(content: bytes) -> None:
    """The sender must act."""
    with pytest.raises(BadReport, match="not an ISF bulletin"):
        read(content)


def test_the_reader_knows_its_format() -> None:
    """By its heading, or by an event with its block of origins."""
    assert isf.recognises(Sample("a.txt", SAMPLE))
    assert isf.recognises(Sample("a.txt", SAMPLE.split(b"\n", 2)[2]))
    assert not isf.recognises(Sample("a.txt", b"Event horizon\n"))
