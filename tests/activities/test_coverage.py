"""Where a risk has no known activity, and which activities meet no risk."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from activities.test_stocktake import DAY, in_countries, made
from vigie.activities.coverage import LEVELS, VERDICTS, Coverage, Record, Risk, coverage, coverage_changes, joined_risks, name_of, reaches, verdicts_by_area
from vigie.activities.record import Known, standing
from vigie.model.history import Region
from vigie.model.priorities import areas_of, fields_of
from vigie.model.warning import Evidence

REGION = Region({"ME": ("ME-01", "ME-02"), "RS": ("RS-00", "RS-01"), "MC": ()}, {})
AREAS = ("ME", "ME-01", "ME-02", "RS-00", "MC", "")
LATER = date(2026, 9, 1)

_risks = st.lists(
    st.builds(
        Risk,
        area=st.sampled_from(AREAS),
        field=st.sampled_from(["conflict", "cyber"]),
        level=st.sampled_from(LEVELS),
        why=st.just(("because",)),
        records=st.lists(st.builds(Record, st.sampled_from(["event", "warning"]), st.sampled_from(["x", "y"])), max_size=2).map(tuple),
    ),
    max_size=8,
)


@st.composite
def doings(draw: st.DrawFn) -> tuple[Known, ...]:
    """Some activities, running or planned, somewhere or nowhere, some of which answer something."""
    return tuple(_drawn(draw, f"a{number}") for number in range(draw(st.integers(0, 6))))


def _drawn(draw: st.DrawFn, ref: str) -> Known:
    facts: dict[str, Any] = {
        "begin": draw(st.sampled_from([date(2026, 1, 1), LATER])),
        "fields": tuple(draw(st.lists(st.sampled_from(["conflict", "cyber", "mines"]), unique=True, max_size=2))),
        "areas": tuple(draw(st.lists(st.sampled_from(["ME-01", "ME-02", "RS-00", "nowhere"]), unique=True, max_size=2))),
        "countries": in_countries(**dict.fromkeys(draw(st.lists(st.sampled_from(["ME", "RS", "MC"]), unique=True, max_size=2)))),
        "answers": tuple(draw(st.lists(st.sampled_from(["x", "z"]), unique=True, max_size=1))),
    }
    return made(ref, **facts)


def verdict(found: Coverage, area: str, field: str = "conflict") -> str:
    """The verdict of one row."""
    return next(row.verdict for row in found.rows if row.key == (area, field))


def test_each_verdict_has_its_case() -> None:
    """High and nothing: gap; high and planned: planned only; raised and nothing: open; running: covered; low and unknown never change."""
    risks = [Risk("ME-01", "conflict", "high"), Risk("RS-00", "conflict", "raised"), Risk("RS-01", "conflict", "low"), Risk("ME-02", "conflict", "unknown")]
    there = {"fields": ("conflict",), "areas": ("ME-01", "RS-01", "ME-02")}
    none, planned, running = (coverage(risks, items, REGION, DAY) for items in ([], [made(begin=LATER, **there)], [made(**there)]))
    assert [verdict(found, "ME-01") for found in (none, planned, running)] == ["gap", "planned only", "covered"]
    assert verdict(none, "RS-00") == "open"
    assert {verdict(found, "RS-01") for found in (none, planned, running)} == {"no known risk"}
    assert {verdict(found, "ME-02") for found in (none, planned, running)} == {"not known"}
    assert [row.key for row in none.gaps] == [("ME-01", "conflict")]


def test_an_activity_of_another_field_is_shown_and_closes_no_gap() -> None:
    """A course on networks is no answer to riots, but the reader sees that somebody is there."""
    item = made(fields=("cyber",), areas=("ME-01",))
    found = coverage([Risk("ME-01", "conflict", "high")], [item], REGION, DAY)
    assert verdict(found, "ME-01") == "gap"
    assert [doing.known for doing in found.rows[0].elsewhere] == [item]
    assert found.without_risk == (item,)


def test_a_country_wide_activity_covers_its_units_and_is_marked() -> None:
    """Who names the country alone is in all its units; who names one of them is in this one alone, and in the country in part."""
    assert reaches(["ME"], REGION)["ME-02"] == "country-wide"
    assert reaches(["ME", "ME-01"], REGION) == {"ME-01": "here", "ME": "in part", "": "in part"}
    wide = made(fields=("conflict",), countries=in_countries(ME=None))
    (row,) = coverage([Risk("ME-02", "conflict", "high")], [wide], REGION, DAY).rows
    assert (row.verdict, row.running[0].reach) == ("covered", "country-wide")


def test_an_activity_that_names_the_warning_answers_the_risk_wherever_it_is() -> None:
    """A project far away that answers the warning, the event or the problem by name is an answer."""
    for record, facts in (
        (Record("warning", "w1"), {"answers": ("w1",)}),
        (Record("event", "ev-1"), {"events": (Evidence(event="ev-1"),)}),
        (Record("problem", "p"), {"risks": ("p",)}),
    ):
        (row,) = coverage([Risk("ME-01", "conflict", "high", records=(record,))], [made(**facts)], REGION, DAY).rows
        assert (row.verdict, row.running[0].reach) == ("covered", "answers")


def test_an_activity_that_answers_what_is_no_risk_now_is_not_without_risk() -> None:
    """It answers a warning that has run out: it is named apart."""
    found = coverage([], [made(answers=("old",)), made("b")], REGION, DAY)
    assert ([item.ref for item in found.answers_other], [item.ref for item in found.without_risk]) == (["a"], ["b"])


def test_a_map_shows_a_countrys_warning_in_all_its_units_and_never_green_over_grey() -> None:
    """The gravest verdict counts; what is not known outweighs that no risk is known."""
    risks = [Risk("ME", "conflict", "high"), Risk("RS-00", "cyber", "low"), Risk("RS-00", "conflict", "unknown"), Risk("MC", "cyber", "low")]
    found = coverage(risks, [], REGION, DAY)
    assert verdicts_by_area(found, REGION) == {"ME-01": "gap", "ME-02": "gap", "RS-00": "not known", "MC": "no known risk"}
    assert verdicts_by_area(found, REGION, "cyber") == {"RS-00": "no known risk", "MC": "no known risk"}


def test_two_days_differ_by_the_rows_whose_verdict_changed() -> None:
    """A project that begins closes the gap between the two days."""
    risks, items = [Risk("ME-01", "conflict", "high"), Risk("RS-00", "conflict", "low")], [made(begin=LATER, fields=("conflict",), areas=("ME-01",))]
    (change,) = coverage_changes(coverage(risks, items, REGION, DAY), coverage(risks, items, REGION, LATER))
    assert (change.area, change.before, change.after) == ("ME-01", ("high", "planned only"), ("high", "covered"))


@given(_risks, doings())
def test_coverage_is_what_a_naive_reading_says(risks: list[Risk], items: tuple[Known, ...]) -> None:
    """A second implementation asks every activity of every risk."""
    for row in coverage(risks, items, REGION, DAY).rows:
        said = {item.ref for item in items if standing(item, DAY) == "running" and _is_met(row.risk, item)}
        assert {doing.known.ref for doing in row.running} == said


def _is_met(risk: Risk, item: Known) -> bool:
    areas = set(areas_of(item.activity))
    units = {unit for country in areas & set(REGION.units) for unit in REGION.units[country] if not areas & set(REGION.units[country])}
    every = {area for area in areas | units if area in REGION.units or area in REGION.areas("unit")}
    there = every | {REGION.country_of(area) for area in every} | ({""} if every else set())
    names = {record.ref for record in risk.records if record.type == "warning"}
    return (risk.area in there and risk.field in fields_of(item.activity)) or bool(names & set(item.activity.answers))


@given(_risks, doings())
def test_one_activity_more_never_opens_a_gap(risks: list[Risk], items: tuple[Known, ...]) -> None:
    """With an activity more, no row is worse than without it, and covered stays covered."""
    grave = ("gap", "open", "planned only", "covered")
    before = {row.key: row.verdict for row in coverage(risks, items[:-1], REGION, DAY).rows}
    for row in coverage(risks, items, REGION, DAY).rows:
        then = before[row.key]
        assert row.verdict == then or grave.index(row.verdict) > grave.index(then)


@given(_risks, doings(), st.randoms())
def test_the_order_of_risks_and_activities_does_not_matter(risks: list[Risk], items: tuple[Known, ...], chance: Any) -> None:
    """Another order of arrival, the same coverage."""
    shuffled, mixed = list(risks), list(items)
    chance.shuffle(shuffled)
    chance.shuffle(mixed)
    first, second = (
        [(row.risk, [doing.name for doing in row.running], row.verdict) for row in coverage(some, who, REGION, DAY).rows]
        for some, who in ((risks, items), (shuffled, mixed))
    )
    assert first == second


@given(_risks, doings())
def test_every_running_activity_meets_a_risk_or_is_named_apart(risks: list[Risk], items: tuple[Known, ...]) -> None:
    """None disappears, and none is in two of the three."""
    found = coverage(risks, items, REGION, DAY)
    met = {doing.name for row in found.rows if row.risk.level in ("high", "raised") for doing in row.running}
    apart = [*map(name_of, found.without_risk), *map(name_of, found.answers_other)]
    running = {name_of(item) for item in items if standing(item, DAY) == "running"}
    assert met | set(apart) == running
    assert len(met) + len(apart) == len(running)


@given(_risks)
def test_of_two_risks_the_greater_counts_and_all_records_stay(risks: list[Risk]) -> None:
    """One row for an area and field, with every record of every risk."""
    for risk in joined_risks(risks):
        same = [other for other in risks if (other.area, other.field) == (risk.area, risk.field)]
        assert LEVELS.index(risk.level) == min(LEVELS.index(other.level) for other in same)
        assert set(risk.records) == {record for other in same for record in other.records}
    assert set(VERDICTS) >= {row.verdict for row in coverage(risks, [], REGION, DAY).rows}
