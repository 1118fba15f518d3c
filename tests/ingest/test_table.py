"""Tables become reports, whichever form they have and wherever they are cut."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.ingest.batches import table_batches
from vigie.ingest.cuts import cut
from vigie.ingest.mapping import Mapping, load_mapping, native_mapping, read_mapping
from vigie.ingest.rows import Row, payload_of, table_rows
from vigie.ingest.table import mapping_reader, read_catalogue, read_reports
from vigie.model.catalogue import catalogue_of
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Ellipse, Measure, Report, facts
from vigie.model.terms import Term, Terms
from vigie.model.times import DAY_US, FIRST_US, LAST_US, format_time, parse_time

CONTEXT = ReadContext("test")
DATA = Path(os.environ.get("VIGIE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
PRESETS = Path(__file__).parents[2] / "src" / "vigie" / "fields"
PLAIN = Mapping(
    name="plain", field="seismic", kind="seismic.earthquake", agency="A", columns={"begin": ("time",), "lon": ("lon",), "lat": ("lat",), "magnitude": ("mag",)}
)


def read(text: str | bytes, mapping: Mapping = PLAIN, terms: Terms | None = None, chunk_bytes: int = 1 << 20) -> list[Report | Reject]:
    """What a table gives."""
    raw = text.encode() if isinstance(text, str) else text
    return list(read_reports(io.BytesIO(raw), mapping, CONTEXT, terms, chunk_bytes))


def one(text: str, mapping: Mapping = PLAIN, terms: Terms | None = None) -> Report:
    """The only report of a table."""
    (report,) = read(text, mapping, terms)
    assert isinstance(report, Report), report
    return report


def refused(text: str, mapping: Mapping = PLAIN, terms: Terms | None = None) -> Reject:
    """The only reject of a table."""
    (reject,) = read(text, mapping, terms)
    assert isinstance(reject, Reject), reject
    return reject


WORDS = (
    st.text(st.characters(codec="utf-8", exclude_characters="|\x00", exclude_categories=("Cs",)), max_size=12)
    .map(str.strip)
    .filter(
        lambda text: text == text.strip("\x1c\x1d\x1e\x1f\x85\xa0"),
    )
)
NAMES = WORDS.filter(bool)
SIZES = st.floats(0, 1e6, allow_nan=False)
TIMES = st.integers(FIRST_US, LAST_US - 1)


MEASURES = st.builds(Measure, st.sampled_from(["mb", "MS"]), st.floats(-9, 9), st.none() | st.floats(0, 9), st.none() | st.just("ISC"))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report that the native table can hold."""
    begin = draw(TIMES)
    lon, lat = draw(st.one_of(st.just((None, None)), st.tuples(st.floats(-180, 180), st.floats(-90, 90))))
    axes = draw(st.none() | st.tuples(SIZES, SIZES, st.floats(0, 180)))
    maybe = st.none() | NAMES
    return Report(
        agency=draw(NAMES), field=draw(NAMES), kind=draw(NAMES), begin_us=begin,
        end_us=min(begin + draw(st.integers(0, 10**15)), LAST_US),
        agency_ref=draw(maybe),
        revision=draw(st.integers(0, 2**31)), time_meaning=draw(st.sampled_from(["lasted", "uncertain"])), sigma_s=draw(st.none() | SIZES),
        issued_us=draw(st.none() | TIMES), lon=lon, lat=lat, radius_km=draw(st.none() | SIZES), depth_km=draw(st.none() | SIZES),
        ellipse=Ellipse(max(axes[:2]), min(axes[:2]), axes[2]) if axes else None,
        place=draw(maybe), country=draw(st.none() | st.sampled_from(["BA", "XK"])),
        magnitude=draw(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        scale=draw(maybe), actors=tuple(dict.fromkeys(draw(st.lists(NAMES, max_size=3)))),
        measures=tuple(draw(st.lists(MEASURES, max_size=2))),
        summary=draw(maybe), language=draw(maybe), grade=draw(st.none() | st.sampled_from(["A1", "F6"])), exercise=draw(st.booleans()),
    )  # fmt: skip


def cells_of(report: Report) -> dict[str, str]:
    """The report as a row of the native table."""
    names = (
        "agency",
        "field",
        "kind",
        "sigma_s",
        "lon",
        "lat",
        "radius_km",
        "depth_km",
        "place",
        "country",
        "magnitude",
        "scale",
        "summary",
        "language",
        "grade",
        "revision",
    )
    cells = {name: "" if (value := getattr(report, name)) is None else str(value) for name in (*names, "time_meaning")}
    axes = report.ellipse
    listed = [
        f"{item.name}:{item.value}" + (f"~{item.sigma}" if item.sigma is not None else "") + (f"@{item.agency}" if item.agency else "")
        for item in report.measures
    ]
    return cells | {
        "report_id": report.agency_ref or "",
        "begin": format_time(report.begin_us),
        "end": format_time(report.end_us),
        "issued": "" if report.issued_us is None else format_time(report.issued_us),
        "major_km": str(axes.major_km) if axes else "",
        "minor_km": str(axes.minor_km) if axes else "",
        "azimuth": str(axes.azimuth) if axes else "",
        "actors": "|".join(report.actors),
        "measures": ";".join(listed),
        "exercise": str(report.exercise).lower(),
    }


def table_of(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    """A delimited table."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet_of(rows: list[dict[str, str]]) -> bytes:
    """A Parquet file."""
    target = io.BytesIO()
    pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).write_parquet(target)
    return target.getvalue()


def geojson_of(rows: list[dict[str, Any]]) -> bytes:
    """A collection of features with points."""
    features = []
    for row in rows:
        properties = {name: value for name, value in row.items() if name not in ("lon", "lat")}
        point = {"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])]} if row["lon"] else None
        features.append({"type": "Feature", "geometry": point, "properties": properties})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


FORMS = {
    "comma": table_of,
    "tab": lambda rows: table_of(rows, "\t"),
    "semicolon": lambda rows: table_of(rows, ";"),
    "lines": lambda rows: b"\n".join(json.dumps(row).encode() for row in rows),
    "list": lambda rows: json.dumps(rows).encode(),
    "geojson": geojson_of,
    "parquet": parquet_of,
}


@settings(max_examples=60, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=4))
def test_a_native_table_gives_back_the_reports_it_was_written_from(wanted: list[Report]) -> None:
    """Writing and reading change no fact."""
    got = read(table_of([cells_of(report) for report in wanted]), native_mapping())
    assert [facts(item) if isinstance(item, Report) else item for item in got] == [facts(report) for report in wanted]


@settings(max_examples=25, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=3))
def test_the_form_of_a_file_does_not_change_what_it_says(wanted: list[Report]) -> None:
    """CSV, TSV, JSON lines, a JSON list, GeoJSON and Parquet of the same rows give the same facts."""
    rows = [cells_of(report) for report in wanted]
    for name, form in FORMS.items():
        got = read(form(rows), native_mapping())
        assert [facts(item) if isinstance(item, Report) else item for item in got] == [facts(report) for report in wanted], name


PIECES = st.sampled_from(
    [b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"a", b"1", b" ", b"\xc3\xa9", b"\xff", b"\xef\xbb\xbf", b"x,y", b'"a\nb"', b'"p,q"', b"\x00"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map(b"".join), st.integers(1, 40))
def test_a_table_cut_anywhere_gives_the_rows_of_the_row_wise_reader(body: bytes, chunk_bytes: int) -> None:
    """The fast path and the cuts are invisible: same cells, same lines, same rejects."""
    raw = b"c,d\n" + body
    wanted = [(row.place, tuple(row.cells.values()) if isinstance(row, Row) else row.what) for row in table_rows(io.BytesIO(raw), ",")]
    got: list[tuple[str, object]] = []
    for batch in table_batches(io.BytesIO(raw), ",", chunk_bytes):
        others = list(batch.rejects)
        for index, cells in enumerate([*batch.cells.rows(), None]):
            got += [(reject.place, reject.what) for before, reject in others if before == index]
            got += [(batch.place(index), cells)] if cells is not None else []
    assert got == wanted


@settings(max_examples=40, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=6), st.integers(1, 400))
def test_the_size_of_the_pieces_changes_no_answer(wanted: list[Report], chunk_bytes: int) -> None:
    """Rows, rejects and payloads are the same whole and in pieces."""
    raw = table_of([cells_of(report) for report in wanted]).replace(b"uncertain", b"sometime")
    assert read(raw, native_mapping(), chunk_bytes=chunk_bytes) == read(raw, native_mapping())


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200) | st.lists(PIECES | st.sampled_from([b"{", b"}", b"[", b":", b"time,lon,lat\n", b"PAR1", b"2014-01-01"]), max_size=20).map(b"".join)
)
def test_any_bytes_give_reports_rejects_or_a_bad_report(raw: bytes) -> None:
    """No file crashes the reader."""
    try:
        items = read(raw)
    except BadReport:
        return
    assert all(isinstance(item, Report | Reject) for item in items)


@settings(max_examples=30, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=4))
def test_a_catalogue_of_a_table_equals_the_catalogue_of_its_reports(wanted: list[Report]) -> None:
    """Both outputs come from one code: every column is equal, the exact witness too."""
    raw = table_of([cells_of(report) for report in wanted])
    found, ids, rejects = read_catalogue(io.BytesIO(raw), native_mapping(), CONTEXT, exact=True)
    other = catalogue_of([item for item in read(raw, native_mapping()) if isinstance(item, Report)])
    assert not rejects
    assert len(ids) == len(found)
    for name in ("witness", "begin_us", "end_us", "lasted", "sigma_s", "issued_us", "lon", "lat", "radius_km", "major_km", "azimuth", "magnitude", "exercise"):
        np.testing.assert_array_equal(getattr(found, name), getattr(other, name), err_msg=name)
    for name in ("agency", "field", "kind", "country", "scale"):
        assert getattr(found, name).texts().tolist() == getattr(other, name).texts().tolist()


def test_a_quick_witness_depends_on_the_agency_and_its_id_alone() -> None:
    """In file mode the same id gives the same witness, and rows without an id are told apart by their content."""
    raw = b"report_id,agency,field,kind,begin\nr1,A,f,k,2014\nr1,A,f,k,2015\n,A,f,k,2014\n,A,f,k,2015\n"
    found, ids, _ = read_catalogue(io.BytesIO(raw), native_mapping(), CONTEXT)
    assert ids == ["r1", "r1", "line 4", "line 5"]
    assert len({tuple(row) for row in found.witness.tolist()}) == 3


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=5).map(str.strip).filter(bool), WORDS, min_size=2, max_size=4
    )
)
@settings(max_examples=60, deadline=None)
def test_a_payload_is_the_canonical_form_of_the_row(cells: dict[str, str]) -> None:
    """The fast encoder writes what `payload_of` writes, whatever the names and texts."""
    row = {"time": "2014-01-01", **{f"k{name}": value for name, value in cells.items()}}
    (report,) = read(table_of([row]))
    assert isinstance(report, Report)
    redacted = json.loads(report.payload)
    assert report.payload == payload_of(redacted)
    assert all(redacted[name] in (value, "") for name, value in row.items())


TIMES_READ = {
    "2014-10-01": ("2014-10-01T00:00:00Z", "2014-10-02T00:00:00Z"),
    "2014-10": ("2014-10-01T00:00:00Z", "2014-11-01T00:00:00Z"),
    "2014": ("2014-01-01T00:00:00Z", "2015-01-01T00:00:00Z"),
    "20141001": ("2014-10-01T00:00:00Z", "2014-10-02T00:00:00Z"),
    "2014/10/1": ("2014-10-01T00:00:00Z", "2014-10-02T00:00:00Z"),
    "2014-10-01 12:30:00.5": ("2014-10-01T12:30:00.5Z", "2014-10-01T12:30:00.5Z"),
    "2014-10-01T12:30:00+02:00": ("2014-10-01T10:30:00Z", "2014-10-01T10:30:00Z"),
    "-0373": ("-373-01-01T00:00:00Z", "-372-01-01T00:00:00Z"),
}


@pytest.mark.parametrize(("text", "interval"), TIMES_READ.items())
def test_a_time_is_as_long_as_what_it_names(text: str, interval: tuple[str, str]) -> None:
    """A day is a day, an instant an instant, and both are uncertain, not lasting."""
    report = one(f"time\n{text}\n")
    shown = tuple(format_time(time).replace("-0", "-") for time in (report.begin_us, report.end_us))
    assert shown == tuple(time.replace("-0", "-") for time in interval)
    assert report.time_meaning == "uncertain"


@pytest.mark.parametrize("text", ["", "yesterday", "2014-13-01", "2014-02-30", "2014-01-01T25:00:00", "99999", "-0501", "2101-01-01", "04.05.2018", "nan"])
def test_what_is_no_time_is_a_reject(text: str) -> None:
    """Neither guessed nor dropped; a date whose order of day and month is unknown is not read either."""
    assert refused(f"time,mag\n{text},1\n").field == "time"


@pytest.mark.parametrize(
    ("order", "text", "day"),
    [("dmy", "04.05.2018.", "2018-05-04"), ("mdy", "4/5/2018", "2018-04-05"), ("dmy", "2018-05-04", "2018-05-04"), ("dmy", "4. 5. 2018", "2018-05-04")],
)
def test_dates_that_end_in_their_year_follow_the_mapping(order: Any, text: str, day: str) -> None:
    """4 May and 5 April are told apart by the mapping alone."""
    assert one(f"time\n{text}\n", replace(PLAIN, date_order=order)).begin_us == parse_time(day)


def test_a_time_of_day_may_stand_in_a_column_of_its_own() -> None:
    """Date and clock are joined; where the clock is blank the day remains."""
    mapping = replace(PLAIN, columns={"begin": ("d",), "clock": ("t",)}, date_order="dmy")
    first, second = read("d,t\n1.2.2014,7:05\n1.2.2014,\n", mapping)
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert format_time(first.begin_us) == "2014-02-01T07:05:00Z"
    assert second.end_us - second.begin_us == DAY_US


def test_local_times_become_utc_and_their_own_zone_wins() -> None:
    """Sarajevo's summer noon is ten o'clock; an hour that never was is a reject."""
    mapping = replace(PLAIN, time_zone="Europe/Sarajevo")
    assert format_time(one("time\n2014-07-01 12:00:00\n", mapping).begin_us) == "2014-07-01T10:00:00Z"
    assert format_time(one("time\n2014-07-01T12:00:00Z\n", mapping).begin_us) == "2014-07-01T12:00:00Z"
    assert refused("time\n2014-03-30 02:30:00\n", mapping).field == "time"


@pytest.mark.parametrize(
    ("pattern", "text", "time"),
    [("%d %b %Y", "04 May 2018", "2018-05-04T00:00:00Z"), ("epoch_s", "1.5", "1970-01-01T00:00:01.5Z"), ("epoch_ms", "1500", "1970-01-01T00:00:01.5Z")],
)
def test_a_time_format_of_ones_own_is_followed(pattern: str, text: str, time: str) -> None:
    """Patterns and seconds since 1970."""
    assert format_time(one(f"time\n{text}\n", replace(PLAIN, time_format=pattern)).begin_us) == time


def test_an_end_day_counts_whole_and_a_longer_time_lasted_where_the_mapping_says_so() -> None:
    """From the 3rd to the 5th is three days."""
    mapping = replace(PLAIN, columns={"begin": ("a",), "end": ("b",)}, time_meaning="lasted")
    first, second, third = read("a,b\n2011-01-03,2011-01-05\n2011-01-03,2011-01-03\n2011-01-03,2011-01-01\n", mapping)
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert (first.end_us - first.begin_us, first.time_meaning) == (3 * DAY_US, "lasted")
    assert (second.end_us - second.begin_us, second.time_meaning) == (DAY_US, "uncertain")
    assert isinstance(third, Reject)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("181,42,1", "lon"),
        ("21,-90.5,1", "lat"),
        ("21,,1", "lat"),
        (",42,1", "lon"),
        ("21,42,nan", "mag"),
        ("21,42,inf", "mag"),
        ("21,42,big", "mag"),
        ("21,42,1e999", "mag"),
    ],
)
def test_a_number_that_cannot_be_is_a_reject_that_names_its_column_and_line(cells: str, column: str) -> None:
    """The other rows are read."""
    first, second = read(f"time,lon,lat,mag\n2014,{cells}\n2014,21,42,1\n")
    assert isinstance(first, Reject)
    assert (first.field, first.place) == (column, "line 2")
    assert isinstance(second, Report)


def test_a_decimal_comma_is_read_where_cells_are_parted_by_semicolons() -> None:
    """Tables of the region's spreadsheets are written so."""
    assert one("time;lon;lat;mag\n2014;21,5;42,25;4,2\n").magnitude == 4.2


def test_lines_are_counted_through_quoted_line_ends() -> None:
    """A reject's line is the line where its row begins, and a row of another width is a reject."""
    items = read('time,lon,lat,mag\n"2014",21,"42","\n1"\n2014,21\n2014,21,42,x\n')
    assert [item.place if isinstance(item, Reject) else "" for item in items] == ["", "line 4", "line 5"]


def test_depth_in_metres_and_sigma_in_minutes_are_converted() -> None:
    """Units are the mapping's."""
    mapping = replace(PLAIN, columns={"begin": ("time",), "depth_km": ("z",), "sigma_s": ("s",)}, units={"depth_km": "m", "sigma_s": "min"})
    report = one("time,z,s\n2014,1500,2\n", mapping)
    assert (report.depth_km, report.sigma_s) == (1.5, 120.0)


def test_an_ellipse_of_ninety_percent_is_brought_to_sixty_eight() -> None:
    """A two-dimensional Gaussian holds p inside sqrt(-2 ln(1 - p)) sigma; the longer axis comes first, one without direction is a circle."""
    mapping = replace(
        PLAIN, columns={"begin": ("t",), "major_km": ("a",), "minor_km": ("b",), "azimuth": ("z",)}, ellipse_level=0.9, missing={"azimuth": ("-1",)}
    )
    first, second, third = read("t,a,b,z\n2014,10,5,30\n2014,5,10,30\n2014,10,5,-1\n", mapping)
    factor = math.sqrt(-2 * math.log(0.32)) / math.sqrt(-2 * math.log(0.1))
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert isinstance(third, Report)
    assert first.ellipse == Ellipse(pytest.approx(10 * factor), pytest.approx(5 * factor), 30.0)
    assert second.ellipse is not None
    assert second.ellipse.azimuth == 120.0
    assert (third.ellipse, third.radius_km) == (None, pytest.approx(10 * factor))


CODED = load_mapping("""
name = "coded"
field = "conflict"
[columns]
agency = "who"
kind = "what"
begin = "when"
lon = "x"
lat = "y"
place_precision = "geo"
time_precision = "tp"
country = "c"
[kinds]
Riots = "unrest.riot"
[kinds.ged]
1 = "viol.clash"
[countries]
Kosovo = "XK"
[radius_by_code]
1 = 1
[radius_by_code.ged]
1 = 5
[interval_by_code]
2 = "week"
4 = "month"
""")


def test_codes_mean_what_their_agency_means_by_them() -> None:
    """Kind, radius, interval and country follow the tables, in any letter case, and the code itself stays in the details."""
    first, second = read("who,what,when,x,y,geo,tp,c\nGED,1,2014-05-10,21,42,1.0,4,kosovo\nother,RIOTS,2014-05-10,21,42,1,2,al\n", CODED)
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert (first.kind, first.radius_km, first.country) == ("viol.clash", 5.0, "XK")
    assert (format_time(first.begin_us), format_time(first.end_us)) == ("2014-05-01T00:00:00Z", "2014-06-01T00:00:00Z")
    assert first.details["what"] == "1"
    assert (second.kind, second.radius_km, second.country, second.end_us - second.begin_us) == ("unrest.riot", 1.0, "AL", 7 * DAY_US)


@pytest.mark.parametrize(
    ("row", "column"),
    [("ged,9,2014,21,42,1,2,", "what"), ("other,1,2014,21,42,1,2,", "what"), ("ged,1,2014,21,42,8,2,", "geo"), ("ged,1,2014,21,42,1,7,", "tp")],
)
def test_an_unknown_code_is_a_reject_and_never_a_guess(row: str, column: str) -> None:
    """Codes of one agency are not read as another's."""
    assert refused(f"who,what,when,x,y,geo,tp,c\n{row}\n", CODED).field == column


def test_a_scheme_of_the_fields_terms_gives_the_kinds() -> None:
    """The pack's own table is used by its name; an unknown scheme is the operator's fault."""
    mapping = replace(PLAIN, kind="", kind_scheme="acled", columns={"begin": ("time",), "kind": ("type",)})
    terms = Terms({}, {"acled": {"Armed clash": Term("viol.clash")}}, {})
    assert one("time,type\n2014,armed CLASH\n", mapping, terms).kind == "viol.clash"
    with pytest.raises(BadSetting, match="scheme"):
        read("time,type\n2014,armed CLASH\n", mapping, Terms({}, {}, {}))


def test_what_is_not_mapped_is_kept_as_details_unless_the_mapping_says_otherwise() -> None:
    """Blanks are left out; keep and drop choose."""
    text = "time,phase,note,station\n2014, P ,,SKO\n"
    assert one(text).details == {"phase": "P", "station": "SKO"}
    assert one(text, replace(PLAIN, keep=("Phase",))).details == {"phase": "P"}
    assert one(text, replace(PLAIN, drop=("PHASE",))).details == {"station": "SKO"}


VICTIM = "Petra Petrović"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_personal_columns_are_nowhere_in_facts_or_payload(form: Any) -> None:
    """Declared ones and those whose names say so are blank, whatever the form; age band and outcome stay."""
    mapping = replace(PLAIN, personal=("Hero",), columns={**PLAIN.columns, "place": ("victim_name",), "summary": ("hero",)})
    (report,) = read(form([{"time": "2014", "lon": "21", "lat": "42", "victim_name": VICTIM, "hero": VICTIM, "age": "20-30"}]), mapping)
    assert isinstance(report, Report)
    assert VICTIM not in json.dumps(facts(report), ensure_ascii=False)
    assert VICTIM.encode() not in report.payload
    assert report.details == {"age": "20-30"}


def test_personal_members_inside_objects_are_blanked_too() -> None:
    """A nested victim is a victim."""
    report = one(json.dumps([{"time": "2014", "persons": [{"victim_name": VICTIM, "age": 20}]}]))
    assert VICTIM not in json.dumps(facts(report), ensure_ascii=False)
    assert VICTIM.encode() not in report.payload


def test_a_polygon_is_its_middle_and_a_radius_that_covers_it() -> None:
    """The shape itself stays in the details; one that lies across the antimeridian has its middle there."""
    ring = [[20, 42], [20.2, 42], [20.2, 42.2], [20, 42.2], [20, 42]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    (report,) = read(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": shape, "properties": {"time": "2014"}}]}))
    assert isinstance(report, Report)
    assert (report.lon, report.lat) == (pytest.approx(20.1), pytest.approx(42.1))
    assert report.radius_km == pytest.approx(13.8, abs=0.2)
    assert report.details["geometry"] == shape
    wide = one('time,wkt\n2014,"POLYGON ((179 0, -179 0, -179 1, 179 1, 179 0))"\n', replace(PLAIN, columns={"begin": ("time",), "outline": ("wkt",)}))
    assert wide.lon is not None
    assert abs(wide.lon) == pytest.approx(180)


def test_a_shape_that_is_none_is_a_reject() -> None:
    """Broken WKT, broken GeoJSON and a place beyond the poles."""
    mapping = replace(PLAIN, columns={"begin": ("time",), "outline": ("wkt",)})
    for shape in ("POLYGON ((", "POINT EMPTY", "POINT (21 95)", "{}", "LINESTRING (0 0, 200 95)"):
        assert refused(f'time,wkt\n2014,"{shape}"\n', mapping).field == "wkt"


def test_measures_come_from_columns_and_from_lists() -> None:
    """All of an agency's numbers are kept with their names."""
    mapping = replace(PLAIN, columns={"begin": ("time",), "measures": ("list",)}, measures={"killed": ("dead",)})
    assert one("time,list,dead\n2014,mb:5.1@ISC;:3,4\n", mapping).measures == (Measure("killed", 4.0), Measure("mb", 5.1, None, "ISC"), Measure("unknown", 3.0))
    assert refused("time,list,dead\n2014,mb=5,4\n", mapping).field == "list"


def test_an_exercise_stays_an_exercise() -> None:
    """The column or the caller may say so; neither can take it back."""
    raw = b"report_id,agency,field,kind,begin,exercise\n1,A,f,k,2014,false\n"
    (report,) = read_reports(io.BytesIO(raw), native_mapping(), ReadContext("x", exercise=True))
    assert isinstance(report, Report)
    assert report.exercise


def test_a_table_without_a_needed_column_is_refused_once() -> None:
    """One sentence, not a million rejects."""
    with pytest.raises(BadReport, match="lacks a column"):
        read("lon,lat\n21,42\n")
    with pytest.raises(BadReport, match="no header"):
        read(b"")


def test_two_columns_of_one_name_both_stay() -> None:
    """Nothing disappears silently."""
    assert one("time,note,note,\n2014,a,b,c\n").details == {"note": "a", "note_2": "b", "column_4": "c"}


def test_a_mapped_table_is_recognised_by_its_columns_alone() -> None:
    """The native preset knows its own; a mapping without `recognise` is named by the operator."""
    head = b"Report_ID,agency,field,kind,time\n"
    native = mapping_reader(native_mapping())
    assert native.recognises(Sample("a.csv", head))
    assert native.recognises(Sample("a.json", b'{"agency_ref":"1","agency":"A","field":"f","begin":"2014"}'))
    assert not native.recognises(Sample("a.csv", b"id,agency,time\n"))
    assert not mapping_reader(PLAIN).recognises(Sample("a.csv", b"time,lon,lat,mag\n"))


def test_a_packed_file_is_read_by_its_path(tmp_path: Path) -> None:
    """`vigie link` takes gzip as it is."""
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"time,lon,lat,mag\n2014,21,42,1\n2014,21,x,1\n"))
    found, ids, rejects = read_catalogue(path, PLAIN, CONTEXT)
    assert (len(found), ids, len(rejects)) == (1, ["line 2"], 1)


def test_typed_parquet_says_the_same_as_text() -> None:
    """Dates, times with a zone, numbers and lists."""
    target = io.BytesIO()
    frame = pl.DataFrame(
        {
            "time": pl.Series(["2014-01-01T12:00:00"]).str.to_datetime().dt.replace_time_zone("Europe/Sarajevo"),
            "lon": [21],
            "lat": [42.5],
            "mag": [None],
            "ok": [True],
            "tags": [["a", "b"]],
        }
    )
    frame.write_parquet(target)
    (report,) = read(target.getvalue())
    assert isinstance(report, Report)
    assert (format_time(report.begin_us), report.lon, report.lat, report.magnitude) == ("2014-01-01T11:00:00Z", 21.0, 42.5, None)
    assert report.details == {"ok": "true", "tags": '["a","b"]'}


def test_a_record_too_long_for_the_csv_module_is_left_to_it() -> None:
    """The cuts stop before it, so that both paths refuse it alike."""
    long = b"a,b\n" + b"x" * 200_000 + b",1\n2,3\n"
    cuts = cut(long, ",")
    assert (cuts.count, cuts.is_doubtful) == (1, True)


SETS = [
    ("linkage-seismic/isc_world_2010-02-28_dev_reports.csv.gz", "seismic/presets/isc-origins.toml", 1503),
    ("linkage-seismic/isc_yunnan_sichuan_dev_reports.csv.gz", "seismic/presets/isc-origins.toml", 779),
    ("meltt/nigeria_2011_reports.csv.gz", "conflict/presets/meltt.toml", 904),
    ("seismic/iscgem_balkans_1905_2012.csv.gz", "seismic/presets/isc-gem.toml", 356),
]


@pytest.mark.parametrize(("name", "preset", "count"), SETS)
def test_the_presets_read_every_row_of_the_published_sets(name: str, preset: str, count: int) -> None:
    """Row counts are those of the sets' own descriptions."""
    if not (DATA / name).is_file():
        pytest.skip(f"the data set {name} is not here; set VIGIE_DATA to the folder that holds it")
    found, ids, rejects = read_catalogue(DATA / name, read_mapping(PRESETS / preset), CONTEXT)
    assert not rejects
    assert len(found) == len(ids) == count


def test_nigeria_2011_has_sixty_two_reports_that_last_more_than_a_day() -> None:
    """The set's description gives the figure (Donnay et al. 2019); some of them are precision, not duration."""
    path = DATA / "meltt" / "nigeria_2011_reports.csv.gz"
    if not path.is_file():
        pytest.skip("the MELTT data set is not here; set VIGIE_DATA to the folder that holds it")
    mapping = replace(read_mapping(PRESETS / "conflict/presets/meltt.toml"), interval_by_code={})
    found, _, _ = read_catalogue(path, mapping, CONTEXT)
    assert int(((found.end_us - found.begin_us) > DAY_US).sum()) == int(found.lasted.sum()) == 62
