"""UCDP GED: dates and places as precise as they are, deaths as they were counted."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from tests.fields.conflict.samples import GED_COLUMNS, GED_ROW, PERSON, ged, ged_json, table
from tests.mutate import assert_survives, outcomes

from vigie.fields.conflict.ucdp import READER
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text
from vigie.model.times import DAY_US, format_day

DATA = Path(os.environ.get("VIGIE_DATA", Path(__file__).parents[4] / "shared" / "data"))


def one(data: bytes, source: str = "GEDEvent_v25_1.csv") -> Report:
    """The only outcome, which must be a report."""
    (item,) = outcomes(READER, data, ReadContext(source))
    assert isinstance(item, Report), item
    return item


def reject(**changes: str) -> Reject:
    """The only outcome, which must be a reject."""
    (item,) = outcomes(READER, ged(changes))
    assert isinstance(item, Reject), item
    return item


def days(report: Report) -> tuple[str, str]:
    """First and last day of the report's interval."""
    return format_day(report.begin_us), format_day(report.end_us - DAY_US)


def test_an_exact_event_keeps_all_that_was_said() -> None:
    """Kind, day, place, country, low, best and high of one event."""
    report = one(ged())
    assert (report.agency, report.agency_ref, report.revision, report.kind, report.field) == ("UCDP", "244657", 250100, "viol.clash", "conflict")
    assert days(report) == ("2001-03-16", "2001-03-16")
    assert (report.lon, report.lat, report.radius_km, report.place, report.country) == (20.97, 42.0, 2.0, "Tetovo town", "MK")
    assert (report.magnitude, report.scale) == (3.0, "deaths")
    assert [(measure.name, measure.value) for measure in report.measures] == [("deaths_low", 2), ("deaths_best", 3), ("deaths_high", 5)]
    assert report.actors == ("Government of North Macedonia", "UCK")
    assert report.details["code"] == {"scheme": "ucdp", "code": "1", "edition": "UCDP GED, our table 1", "mode": "state-based", "lossy": True}


def test_table_and_interface_tell_the_same() -> None:
    """The JSON of UCDP's interface gives the facts of the table."""
    assert facts_text(one(ged())) == facts_text(one(ged_json()))


@pytest.mark.parametrize("text", ["2001-03-16", "2001-03-16 00:00:00.000", "3/16/2001", "3/16/2001 12:00:00 AM", "2001-03-16T00:00:00"])
def test_dates_of_all_versions_are_one_day(text: str) -> None:
    """Versions 17 to 25 write dates in different ways."""
    assert days(one(ged({"date_start": text, "date_end": text}))) == ("2001-03-16", "2001-03-16")


def test_older_column_names_are_understood() -> None:
    """Before version 19 the deaths were best_est, high_est and low_est, and there was no code_status."""
    renamed = [name if name not in ("best", "high", "low") else f"{name}_est" for name in GED_COLUMNS if name not in ("code_status", "where_description")]
    row = {name: GED_ROW.get(name.removesuffix("_est"), "") for name in renamed}
    assert one(table(renamed, row)).magnitude == 3


@pytest.mark.parametrize(
    ("precision", "first", "last", "expected", "meaning"),
    [
        ("1", "2001-03-16", "2001-03-18", ("2001-03-16", "2001-03-18"), "lasted"),
        ("2", "2001-03-14", "2001-03-17", ("2001-03-14", "2001-03-17"), "uncertain"),
        ("2", "2001-03-16", "2001-03-16", ("2001-03-13", "2001-03-19"), "uncertain"),
        ("3", "2001-03-16", "2001-03-16", ("2001-03-12", "2001-03-18"), "uncertain"),
        ("4", "2001-03-16", "2001-03-16", ("2001-03-01", "2001-03-31"), "uncertain"),
        ("4", "2000-02-01", "2000-02-29", ("2000-02-01", "2000-02-29"), "uncertain"),
        ("5", "2001-03-16", "2001-03-16", ("2001-01-01", "2001-12-31"), "uncertain"),
        ("5", "2001-03-01", "2001-09-30", ("2001-03-01", "2001-09-30"), "uncertain"),
    ],
)
def test_a_date_is_as_wide_as_its_precision(precision: str, first: str, last: str, expected: tuple[str, str], meaning: str) -> None:
    """A day, days, a week, a month, longer: stated dates that say less than that are widened, and nothing is narrowed."""
    report = one(ged({"date_prec": precision, "date_start": first, "date_end": last}))
    assert days(report) == expected
    assert report.time_meaning == meaning


def test_places_are_never_more_precise_than_they_are() -> None:
    """The radius grows from a settlement to a country; a country has at least 300 km, and a month is a month."""
    radii = [one(ged({"where_prec": str(level)})).radius_km or 0 for level in range(1, 7)]
    assert radii == sorted(radii)
    assert radii[1] == 25
    assert radii[5] >= 300
    country = one(ged({"where_prec": "6", "date_prec": "4"}))
    assert days(country) == ("2001-03-01", "2001-03-31")
    assert one(ged({"where_prec": "7"})).radius_km == 300


def test_a_report_without_deaths_is_kept_and_flagged() -> None:
    """The set promises at least one death; what breaks the promise is shown, not dropped."""
    assert one(ged({"best": "0", "low": "0"})).details["flags"] == ["no_deaths"]


@pytest.mark.parametrize("changes", [{"low": "9"}, {"best": "7"}])
def test_deaths_out_of_order_are_kept_and_flagged(changes: dict[str, str]) -> None:
    """The low above the best, or the best above the high."""
    assert one(ged(changes)).details["flags"] == ["deaths_out_of_order"]


@pytest.mark.parametrize(
    "changes",
    [
        {"type_of_violence": "4"},
        {"best": "-1"},
        {"best": "2.5"},
        {"best": ""},
        {"id": " "},
        {"date_end": "2001-03-15"},
        {"date_start": "16.3.2001"},
        {"date_start": "2001-02-30"},
        {"where_prec": "8"},
        {"date_prec": "0"},
        {"latitude": "142"},
        {"latitude": ""},
        {"longitude": "nan"},
    ],
)
def test_a_row_that_makes_no_sense_is_rejected_with_its_place(changes: dict[str, str]) -> None:
    """The reject says which line and keeps the row for the quarantine; the rows around it are read."""
    found = reject(**changes)
    assert found.place == "line 2"
    assert found.raw
    assert [type(item) for item in outcomes(READER, ged({}, changes, {}))] == [Report, Reject, Report]


def test_former_states_have_no_country_of_today() -> None:
    """UCDP's 345 is Yugoslavia, then Serbia with Kosovo: such a report is found by its place."""
    report = one(ged({"country_id": "345", "country": "Serbia (Yugoslavia)"}))
    assert (report.country, report.details["country_name"]) == (None, "Serbia (Yugoslavia)")


def test_articles_and_their_persons_are_not_kept() -> None:
    """Headlines, articles and descriptions are blanked before hashing; they are in no fact and no payload."""
    report = one(ged())
    assert PERSON not in facts_text(report) + report.payload.decode()
    assert b"source_headline" in report.payload


def test_the_exercise_mark_comes_from_the_caller() -> None:
    """A file read as an exercise gives exercise reports."""
    (item,) = outcomes(READER, ged(), ReadContext("x", exercise=True))
    assert isinstance(item, Report)
    assert item.exercise


def test_it_recognises_its_tables_and_its_json() -> None:
    """By GED's own columns, whatever the file's name."""
    assert READER.recognises(Sample("x", ged()))
    assert READER.recognises(Sample("x", ged_json()))
    assert not READER.recognises(Sample("GEDEvent_v25_1.csv", b"id,date\n1,2\n"))


def test_no_damage_makes_it_fail() -> None:
    """Thousands of damaged copies give reports and rejects only."""
    assert_survives(READER, [ged({}, {"date_prec": "4", "where_prec": "6"}, {"best": "0"}), ged_json({}, {})], seed=11)


@pytest.mark.skipif(not (DATA / "ucdp").is_dir(), reason="the UCDP rows are not here; set VIGIE_DATA")
def test_published_rows_are_all_read() -> None:
    """Every tenth of the published rows, put in the table's shape, becomes a report with its own interval, radius and deaths."""
    frame = pl.read_parquet(DATA / "ucdp" / "ged_events_to_2019.parquet")[::10].drop("src")
    items = outcomes(READER, frame.write_csv().encode())
    reports = [item for item in items if isinstance(item, Report)]
    assert len(reports) == len(items) == frame.height
    assert [report.magnitude for report in reports] == frame["best"].to_list()
    assert all(report.country for report in reports)
    flagged = sum("no_deaths" in str(report.details.get("flags", "")) for report in reports)
    assert flagged == (frame["best"] == 0).sum()
    spans = (frame["date_end"] - frame["date_start"]).dt.total_days() + 1
    assert all((report.end_us - report.begin_us) // DAY_US >= span for report, span in zip(reports, spans, strict=True))
