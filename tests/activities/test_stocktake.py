"""What the stocktake counts, and what it leaves out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vigie.activities.approval import Course
from vigie.activities.record import Known, standing
from vigie.activities.stocktake import WAYS, Stocktake, money_of, month_ends, months_before, stock_rows, stocktake
from vigie.model.activity import Activity, Budget, CountryShare, Partner
from vigie.model.entry import Entry
from vigie.model.label import Label
from vigie.model.priorities import PRIORITIES, fields_of
from vigie.model.times import from_date

DAY = date(2026, 6, 15)


def made(ref: str = "a", said: date = date(2026, 1, 1), **facts: Any) -> Known:
    """An activity that is known from a day on."""
    activity = Activity(**({"titles": {"en": ref}, "begin": date(2026, 1, 1), "planned_end": date(2026, 12, 31)} | facts))
    at_us = from_date(said)
    entry = Entry(type="activity", owner="OWN", ref=ref, label=Label("OWN"), said_us=at_us, body={}, version=1)
    return Known(entry=entry, activity=activity, course=Course(), first_us=at_us, status_us=at_us)


def euros(value: int, **facts: Any) -> Budget:
    """A budget of the year 2026."""
    return Budget(**({"begin": date(2026, 1, 1), "end": date(2026, 12, 31), "value": Decimal(value), "currency": "EUR"} | facts))


def in_countries(**percents: int | None) -> tuple[CountryShare, ...]:
    """Countries with shares."""
    return tuple(CountryShare(code=code, percent=None if percent is None else Decimal(percent)) for code, percent in percents.items())


def counts(found: Stocktake, by: str) -> dict[str, int]:
    """How many run, by code."""
    return {tally.code: len(tally.running) for tally in found.by[by]}  # type: ignore[index]


_days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
_spans = st.tuples(_days, _days).map(sorted)


@st.composite
def knowns(draw: st.DrawFn) -> tuple[Known, ...]:
    """Some activities of any status, with or without dates, countries and budgets."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        begin, end = draw(_spans)
        codes = draw(st.lists(st.sampled_from(["ME", "RS", "XK"]), unique=True, max_size=3))
        facts: dict[str, Any] = {
            "status": draw(st.sampled_from(["planned", "running", "closed", "suspended", "withdrawn"])),
            "priorities": tuple(draw(st.lists(st.sampled_from(sorted(PRIORITIES)), unique=True, max_size=3))),
            "begin": draw(st.sampled_from([None, begin])),
            "planned_end": draw(st.sampled_from([None, end])),
            "countries": in_countries(**dict(zip(codes, draw(st.sampled_from([(20, 30, 50), (None, None, None)])), strict=False)))
            if len(codes) != 2
            else in_countries(**dict.fromkeys(codes)),
            "budgets": tuple(euros(value) for value in draw(st.lists(st.integers(0, 1_000), max_size=2))),
            "partners": tuple(Partner(name=name) for name in draw(st.lists(st.sampled_from(["Institute", "institute ", "Centre"]), max_size=2))),
            "mechanism": draw(st.sampled_from(["", "project"])),
        }
        if len(codes) == 1:
            facts["countries"] = in_countries(**{codes[0]: None})
        found.append(made(f"a{number}", draw(_days), **facts))
    return tuple(found)


def test_what_started_and_has_not_ended_runs_and_planned_ones_stand_apart() -> None:
    """The case of the cooperation registry: started and not ended; planned ones apart."""
    ended = made("c", begin=date(2025, 1, 1), planned_end=None, end=date(2026, 6, 14))
    last_day = made("d", begin=date(2025, 1, 1), planned_end=None, end=DAY)
    found = stocktake([made("a"), made("b", begin=None, planned_begin=date(2026, 7, 1)), ended, last_day], DAY).total
    assert [item.ref for item in found.running] == ["a", "d"]
    assert [item.ref for item in found.planned] == ["b"]
    assert [item.ref for item in found.finished] == ["c"]


def test_a_budget_that_is_not_known_is_left_out_and_not_nought() -> None:
    """The case of the cooperation registry: budget unknown, left out; a budget of nought is known."""
    found = stocktake([made("a", budgets=(euros(300),)), made("b"), made("c", budgets=(euros(0),))], DAY).total
    assert [(money.currency, money.total, money.activities) for money in found.budgets] == [("EUR", Decimal(300), 2)]
    assert found.budget_known == 2
    assert stocktake([made("b")], DAY).total.budgets == ()


def test_shares_divide_a_budget_and_without_them_it_stands_apart() -> None:
    """60 and 40 per cent of 500 are 300 and 200; a budget without shares goes to no country."""
    shared, unshared = made("a", countries=in_countries(ME=60, RS=40), budgets=(euros(500),)), made("b", countries=in_countries(ME=None, RS=None))
    other = made("c", countries=in_countries(ME=None, XK=None), budgets=(euros(70),))
    found = stocktake([shared, unshared, other], DAY)
    assert {tally.code: [money.total for money in tally.budgets] for tally in found.by["country"]} == {"ME": [300], "RS": [200], "XK": []}
    assert [money.total for money in found.undivided["country"]] == [70]
    assert counts(found, "country") == {"ME": 3, "RS": 2, "XK": 1}
    assert len(found.total.running) == 3


def test_a_revised_budget_replaces_the_original_of_its_time() -> None:
    """Both stand in the record, one counts; another year's original stays."""
    later = {"begin": date(2027, 1, 1), "end": date(2027, 12, 31)}
    item = made(budgets=(euros(100), euros(130, type="revised"), euros(50, **later), euros(7, currency="USD", **later)))
    assert money_of(item.activity) == {"EUR": Decimal(180), "USD": Decimal(7)}


def test_two_spellings_of_a_partner_are_one_institution() -> None:
    """Spaces and letter case do not make another institution, nor does naming it twice."""
    one = made("a", partners=(Partner(name="Seismological  Institute"), Partner(name="seismological institute", role="lead")))
    found = stocktake([one, made("b", partners=(Partner(name="SEISMOLOGICAL INSTITUTE"),))], DAY)
    assert list(counts(found, "partner").values()) == [2]


def test_months_are_counted_back_by_the_calendar() -> None:
    """Known answers: the last of February, a leap year, a year's end."""
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2026, 1, 15), 12) == date(2025, 1, 15)
    assert month_ends(date(2026, 2, 28), 3) == (date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28))


def test_an_empty_record_has_no_rows() -> None:
    """Nothing known is nothing counted: only the total's row, of noughts."""
    found = stocktake([], DAY)
    assert [row["by"] for row in stock_rows(found)] == ["total"]
    assert set(found.trend.total) == {0}


@given(knowns(), _days)
def test_the_stocktake_is_what_a_naive_count_says(items: tuple[Known, ...], day: date) -> None:
    """A second implementation, a loop for each question, gives the same counts and the same trend."""
    found = stocktake(items, day)
    naive: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if standing(item, day) == "running":
            for share in item.activity.countries or (CountryShare(code="-"),):
                naive[share.code.strip("-")].add(item.ref)
    assert {code: number for code, number in counts(found, "country").items() if number} == {code: len(refs) for code, refs in naive.items()}
    assert found.trend.total == tuple(sum(standing(item, end) == "running" for item in items) for end in found.trend.days)
    for name, series in found.trend.by_field.items():
        mine = [item for item in items if (name in fields_of(item.activity) if name else not fields_of(item.activity))]
        assert series == tuple(sum(standing(item, end) == "running" for item in mine) for end in found.trend.days)


@given(knowns(), _days)
def test_what_is_divided_and_what_is_not_sum_to_the_total(items: tuple[Known, ...], day: date) -> None:
    """No way of looking loses or doubles money."""
    found = stocktake(items, day)
    whole = {money.currency: money.total for money in found.total.budgets}
    for by in WAYS:
        summed: dict[str, Decimal] = defaultdict(Decimal)
        for money in [*(money for tally in found.by[by] for money in tally.budgets), *found.undivided[by]]:
            summed[money.currency] += money.total
        assert dict(summed) == whole


@given(knowns(), st.randoms())
def test_the_order_of_the_activities_does_not_matter(items: tuple[Known, ...], chance: Any) -> None:
    """The same record in another order makes the same table."""
    mixed = list(items)
    chance.shuffle(mixed)
    assert list(stock_rows(stocktake(mixed, DAY))) == list(stock_rows(stocktake(items, DAY)))


def test_finished_ones_are_counted_for_twelve_months_and_no_day_longer() -> None:
    """On 15 June 2026: what last ran on 15 June 2025 is counted, what last ran the day before is not."""
    items = [made(ref, begin=date(2024, 1, 1), planned_end=None, end=end) for ref, end in (("a", date(2025, 6, 15)), ("b", date(2025, 6, 14)))]
    assert [item.ref for item in stocktake(items, DAY).total.finished] == ["a"]


def test_only_running_activities_bring_their_budgets() -> None:
    """What is suspended, planned or finished costs nothing on that day."""
    late = {"begin": date(2026, 9, 1), "planned_end": None}
    items = [made("a", budgets=(euros(1),)), made("b", budgets=(euros(2),), status="suspended"), made("c", budgets=(euros(4),), end=date(2026, 2, 1))]
    found = stocktake([*items, made("d", budgets=(euros(8),), **late)], DAY).total
    assert [money.total for money in found.budgets] == [1]
    assert found.budget_known == 1


def test_a_revised_budget_that_shares_one_day_replaces_the_original() -> None:
    """Both days of a budget are included, at its beginning as at its end."""
    for begin, end in ((date(2025, 1, 1), date(2026, 1, 1)), (date(2026, 12, 31), date(2027, 6, 1))):
        assert money_of(made(budgets=(euros(100), euros(30, type="revised", begin=begin, end=end))).activity) == {"EUR": Decimal(30)}


def test_a_table_tells_each_count_once_and_each_currency_in_a_row() -> None:
    """Summing a column counts nothing twice; a country's code is the same in either letter case."""
    both = (euros(5), euros(7, currency="USD"))
    rows = list(stock_rows(stocktake([made("a", budgets=both), made("b", countries=in_countries(me=60, rs=40))], DAY), ["country"]))
    total = [row for row in rows if row["by"] == "total"]
    assert [(row.get("running"), row["currency"], row["budget"]) for row in total] == [(2, "EUR", "5"), (None, "USD", "7")]
    assert {row["code"] for row in rows if row["by"] == "country"} == {"", "ME", "RS"}
