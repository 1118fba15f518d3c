"""GDELT events: coded press, with places as wide as they are and without names."""

from __future__ import annotations

import io

import pytest
from tests.fields.conflict.samples import PERSON, gdelt, gdelt_line
from tests.mutate import assert_survives, outcomes

from vigie.fields.conflict.gdelt import COLUMNS, READER, quad_difference
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text
from vigie.model.terms import kind_of
from vigie.model.times import DAY_US, format_day, format_time
from vigie.model.vocabulary import shared_terms


def one(**changes: str) -> Report:
    """The report of one line with these changes."""
    (item,) = outcomes(READER, gdelt(changes))
    assert isinstance(item, Report), item
    return item


def test_a_line_has_61_named_cells() -> None:
    """The blocks of GDELT's codebook add up."""
    assert len(COLUMNS) == len(set(COLUMNS)) == 61
    assert COLUMNS[26] == "event_code"
    assert COLUMNS[51:59] == tuple(f"action_geo_{word}" for word in ("type", "place", "fips", "adm1", "adm2", "lat", "lon", "feature"))


def test_an_event_keeps_what_may_be_kept() -> None:
    """Kind by code, field by kind, day, place, country, actors as codes of country and role, when it was added."""
    report = one()
    assert (report.agency, report.agency_ref, report.kind, report.field) == ("GDELT", "1200000001", "coop.ceasefire", "cooperation")
    assert (format_day(report.begin_us), report.end_us - report.begin_us, report.time_meaning) == ("2024-10-03", DAY_US, "uncertain")
    assert (report.lon, report.lat, report.radius_km, report.country) == (20.8667, 42.8833, 10.0, "XK")
    assert report.place == "Mitrovica, Kosovo (general), Kosovo"
    assert report.actors == ("SRB COP", "CVL")
    assert report.issued_us is not None
    assert format_time(report.issued_us) == "2024-10-04T12:15:00Z"


def test_40_mentions_are_one_event() -> None:
    """Counting mentions would measure the press; the number stays in the details."""
    assert one().details["mentions"] == 40


@pytest.mark.parametrize("code", ["57", "999", "087 1", ""])
def test_a_code_that_is_none_is_rejected(code: str) -> None:
    """Codes are text: 57 is not silently 057; the reject names code, scheme and place."""
    (item,) = outcomes(READER, gdelt({"event_code": code}))
    assert isinstance(item, Reject)
    assert (item.place, item.field) == ("line 1", "event_code")
    assert not code or (item.got == code and "CAMEO" in item.expected)


def test_the_kind_decides_the_field() -> None:
    """Cooperation and conflict come from one file; statements belong to neither picture."""
    found = [one(event_code=code, quad_class=quad) for code, quad in (("057", "1"), ("1712", "4"), ("145", "4"), ("010", "1"))]
    assert [(report.field, report.kind) for report in found] == [
        ("cooperation", "coop.accord"),
        ("conflict", "viol.explosion"),
        ("conflict", "unrest.riot"),
        ("conflict", "other.statement"),
    ]


@pytest.mark.parametrize("width", [60, 62, 1])
def test_a_line_of_another_width_is_rejected_and_the_rest_is_read(width: int) -> None:
    """60 or 62 cells are no event; the lines around them are."""
    odd = b"\t".join([*gdelt_line().split(b"\t"), b"more"][:width])
    items = outcomes(READER, b"\n".join([gdelt_line(), odd, gdelt_line()]))
    assert [type(item) for item in items] == [Report, Reject, Report]


def test_mentions_are_told_apart_from_events() -> None:
    """A line of 16 cells is one of GDELT's mentions, and the reject says so."""
    (item,) = outcomes(READER, b"\t".join([b"1200000001", b"20241003000000", *[b"x"] * 14]))
    assert isinstance(item, Reject)
    assert "mentions" in item.what
    assert not READER.recognises(Sample("x", b"\t".join([b"1"] * 16) + b"\n"))


def test_a_country_is_no_dot_in_a_town() -> None:
    """A place of type country is a centroid: its radius is the country's, at least 300 km; others are towns and regions."""
    radii = {kind: one(action_geo_type=kind).radius_km for kind in "12345"}
    assert radii == {"1": 300, "2": 200, "3": 10, "4": 10, "5": 75}
    assert (one(action_geo_type="1", action_geo_fips="RS").radius_km or 0) > 2_000


def test_an_event_without_a_place_has_none() -> None:
    """Type 0 and blank coordinates are no place, not the point 0, 0."""
    report = one(action_geo_type="0", action_geo_lat="", action_geo_lon="", action_geo_fips="", action_geo_place="")
    assert (report.lon, report.lat, report.radius_km, report.place, report.country) == (None, None, None, None, None)


def test_an_unknown_fips_code_is_kept_and_flagged() -> None:
    """A country that we do not know is no reason to drop the event."""
    report = one(action_geo_fips="ZZ")
    assert (report.country, report.details["fips"], report.details["flags"]) == (None, "ZZ", ["unknown_country"])


@pytest.mark.parametrize(
    ("code", "quad", "expected"),
    [
        ("0871", "2", None),
        ("0811", "2", "expected"),
        ("08", "2", "expected"),
        ("010", "1", "expected"),
        ("0871", "4", "new"),
        ("0811", "3", "new"),
        ("190", "4", None),
    ],
)
def test_only_new_differences_of_quad_alarm(code: str, quad: str, expected: str | None) -> None:
    """Verbal concessions and statements differ from GDELT on purpose; any other difference is new."""
    assert one(event_code=code, quad_class=quad).details.get("quad_differs") == expected


def test_quads_agree_for_all_other_codes() -> None:
    """Root by root, our quads are those of GDELT's own rule, but for the listed ones."""
    rule = {**dict.fromkeys(range(1, 6), 1), **dict.fromkeys(range(6, 9), 2), **dict.fromkeys(range(9, 14), 3), **dict.fromkeys(range(14, 21), 4)}
    codes = [f"{root:02d}{rest}" for root in rule for rest in ("", *map(str, range(10)), *(f"{number:02d}" for number in range(100)))]
    found = {code: quad_difference(code, kind.quad, rule[int(code[:2])]) for code in codes if (kind := kind_of(shared_terms(), "cameo", code))}
    assert "new" not in found.values()
    assert {code[:3] for code, word in found.items() if word == "expected" and code[:2] == "08"} == {"08", "080", "081", "082", "083"}


def test_names_faith_and_origin_of_actors_are_not_kept() -> None:
    """Names may be persons; composed codes hold ethnic and religious parts. Neither is in a fact or a payload."""
    report = one()
    text = facts_text(report) + report.payload.decode()
    assert PERSON not in text
    assert "CHR" not in text
    assert '"srb"' not in text


def test_bytes_that_are_not_utf8_spoil_one_line_only() -> None:
    """The line is rejected, the next is read."""
    items = outcomes(READER, gdelt_line(action_geo_place="x").replace(b"\tx\t", b"\t\xff\t") + b"\n" + gdelt())
    assert [type(item) for item in items] == [Reject, Report]


def test_a_line_without_end_is_rejected() -> None:
    """A line longer than a mebibyte is refused without being held in memory."""
    items = outcomes(READER, gdelt() + b"9\t" * 1_500_000 + b"\n" + gdelt())
    assert [type(item) for item in items] == [Report, Reject, Report]


def test_a_file_without_tabs_is_none_of_gdelts() -> None:
    """Then the file as a whole is refused; an empty file holds nothing."""
    with pytest.raises(BadReport):
        list(READER.read(io.BytesIO(b"a,b\n1,2\n"), ReadContext("x")))
    assert outcomes(READER, b"") == []


@pytest.mark.parametrize(
    "changes",
    [{"day": "20241301"}, {"day": "2024-10-03"}, {"date_added": "2024"}, {"quad_class": "5"}, {"action_geo_type": "6"}, {"action_geo_lon": "200"}],
)
def test_a_line_that_makes_no_sense_is_rejected(changes: dict[str, str]) -> None:
    """Days that are none, places that are nowhere."""
    assert [type(item) for item in outcomes(READER, gdelt({}, changes, {}))] == [Report, Reject, Report]


def test_no_damage_makes_it_fail() -> None:
    """Thousands of damaged copies give reports and rejects only."""
    assert_survives(READER, [gdelt({}, {"action_geo_type": "1"}, {"event_code": "1712"})], seed=13)
