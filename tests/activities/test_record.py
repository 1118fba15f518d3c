"""Activities of a log: the version that counts, and how they stand on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.activities.record import Known, known, known_named, life_of, standing
from vigie.model.activity import Activity
from vigie.model.entry import Entry, Log
from vigie.model.label import Label
from vigie.model.procedure import Step
from vigie.model.said import body_of, read_body
from vigie.model.times import DAY_US, from_date

OWNER = "ME-NODE"
FIRST = date(2026, 3, 1)


def day(number: int) -> int:
    """Midnight of a day of March 2026."""
    return from_date(date(2026, 3, number))


def told(version: int = 1, at_us: int | None = None, ref: str = "a-1", owner: str = OWNER, **facts: Any) -> Entry:
    """A version of an activity."""
    body = body_of(read_body(Activity, {"titles": {"en": "Training"}} | facts))
    said_us = day(version) if at_us is None else at_us
    return Entry(type="activity", owner=owner, ref=ref, label=Label(owner), said_us=said_us, version=version, body=body)


def step(act: str, at_us: int, **facts: Any) -> Entry:
    """A step of its procedure."""
    facts = {"text": "why"} | facts if act in ("withdraw", "return") else facts
    body = body_of(read_body(Step, {"activity": "a-1", "owner": OWNER, "act": act} | facts))
    return Entry(type="step", owner=OWNER, ref=f"s-{act}", label=Label(OWNER), said_us=at_us, version=1, body=body)


def the(*entries: Entry, now_us: int = day(31)) -> Known:
    """The only activity of a log."""
    (found,) = known(Log(party=OWNER, now_us=now_us, exercise=False, entries=entries))
    return found


def under_procedure(agree: str = "text", note: str = "") -> list[Entry]:
    """Steps up to a silence that ends on the tenth."""
    asked = {"deadline_us": day(10) + DAY_US // 2, "zone": "UTC", "parties": ["RS-DESK"], "agree": agree, "note": note}
    return [step("submit", day(2)), step("screen", day(3)), step("list", day(4)), step("silence", day(5), **asked)]


def test_the_highest_version_counts_whatever_the_clock_said() -> None:
    """The first is remembered, and since when the status holds."""
    found = the(told(3, day(5), status="running"), told(2, day(9), status="running"), told(1, day(1)))
    assert (found.entry.version, found.activity.status, found.first_us, found.status_us) == (3, "running", day(1), day(9))


def test_an_activity_is_found_by_its_name_and_owner() -> None:
    """One's own comes first; another's is named with its owner."""
    found = known(Log(party=OWNER, now_us=day(31), exercise=False, entries=(told(), told(owner="AL-DESK"))))
    own, other = known_named(found, "a-1", OWNER), known_named(found, "AL-DESK/a-1", OWNER)
    assert own is not None
    assert other is not None
    assert (own.owner, other.owner) == (OWNER, "AL-DESK")
    assert known_named(found, "a-2", OWNER) is None


def on(facts: dict[str, Any], number: int) -> str | None:
    """How an activity without a procedure stands on a day of March."""
    return standing(the(told(**facts)), date(2026, 3, number))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"begin": "2026-03-10", "end": "2026-03-20"}, ["planned", "running", "running", "finished"]),
        ({"planned_begin": "2026-03-10", "planned_end": "2026-03-20"}, ["planned", "running", "running", "finished"]),
        (
            {"planned_begin": "2026-03-01", "begin": "2026-03-10", "planned_end": "2026-03-12", "end": "2026-03-20"},
            ["planned", "running", "running", "finished"],
        ),
        ({"begin": "2026-03-10"}, ["planned", "running", "running", "running"]),
        ({}, ["planned", "planned", "planned", "planned"]),
        ({"status": "running"}, ["running", "running", "running", "running"]),
        ({"status": "running", "planned_end": "2026-03-20"}, ["running", "running", "running", "finished"]),
        ({"status": "suspended", "begin": "2026-03-10"}, ["planned", "suspended", "suspended", "suspended"]),
    ],
)
def test_actual_days_go_before_planned_ones_and_both_ends_count(facts: dict[str, Any], expected: list[str]) -> None:
    """On the 9th, 10th, 20th and 21st: started and not ended runs, planned ones stand apart."""
    assert [on(facts, number) for number in (9, 10, 20, 21)] == expected


def test_nothing_is_known_before_it_was_told_of_without_days() -> None:
    """None, not planned."""
    assert standing(the(told(status="running")), date(2026, 2, 1)) is None


def test_suspended_from_the_day_on_which_that_was_said() -> None:
    """Before, it ran."""
    found = the(told(1, begin="2026-03-01"), told(2, day(10), begin="2026-03-01", status="suspended"))
    assert [standing(found, date(2026, 3, number)) for number in (9, 10)] == ["running", "suspended"]


def test_under_a_procedure_it_does_not_run_before_it_was_agreed() -> None:
    """Whatever its days say; from the day of the agreement it does."""
    found = the(told(begin="2026-03-01", end="2026-03-20"), *under_procedure())
    assert [standing(found, date(2026, 3, number)) for number in (1, 9, 10, 20, 21)] == ["planned", "planned", "running", "running", "finished"]
    early = the(told(begin="2026-03-01"), *under_procedure(), now_us=day(9))
    assert standing(early, date(2026, 3, 9)) == "planned"


def test_what_was_only_noted_never_runs() -> None:
    """To note is not to agree."""
    found = the(told(begin="2026-03-01", status="running"), *under_procedure("", "text"), step("start", day(12)))
    assert found.course.state == "noted"
    assert {standing(found, date(2026, 3, number)) for number in range(1, 32)} == {"planned"}
    without = the(told(status="running"), *under_procedure("", "text"))
    assert standing(without, date(2026, 3, 30)) == "planned"


def test_the_procedure_tells_the_days_that_the_record_does_not() -> None:
    """Started and closed by its steps."""
    found = the(told(), *under_procedure(), step("start", day(12)), step("close", day(20)))
    assert [standing(found, date(2026, 3, number)) for number in (11, 12, 20, 21)] == ["planned", "running", "running", "finished"]


def test_withdrawn_from_the_day_on_which_it_was_withdrawn() -> None:
    """By a step or by its status; before, as if it had not been."""
    by_step = the(told(begin="2026-03-01"), *under_procedure(), step("withdraw", day(15)))
    by_status = the(told(1, begin="2026-03-01"), told(2, day(15), begin="2026-03-01", status="withdrawn"))
    assert [standing(by_step, date(2026, 3, number)) for number in (14, 15)] == ["running", "withdrawn"]
    assert [standing(by_status, date(2026, 3, number)) for number in (14, 15)] == ["running", "withdrawn"]


_some_day = st.none() | st.dates(date(2026, 2, 20), date(2026, 3, 31)).map(date.isoformat)
_courses = st.sampled_from(
    [
        [],
        [step("submit", day(2))],
        under_procedure(),
        under_procedure("", "text"),
        [*under_procedure(), step("withdraw", day(15))],
        [*under_procedure(), step("start", day(12)), step("close", day(20))],
    ]
)


@given(
    st.tuples(_some_day, _some_day),
    st.tuples(_some_day, _some_day),
    st.lists(st.sampled_from(["planned", "running", "suspended", "closed", "withdrawn"]), min_size=1, max_size=3),
    _courses,
)
def test_a_life_says_of_every_day_what_the_standing_of_that_day_is(planned: Any, actual: Any, statuses: list[str], course: list[Entry]) -> None:
    """Whatever its dates, its versions and its procedure; and the range of days on which it runs holds just those."""
    ends = {"planned_begin": planned[0], "planned_end": planned[1], "begin": actual[0], "end": actual[1]}
    facts = {name: value for name, value in ends.items() if value}
    if any(one and other and other < one for one, other in (planned, actual)):
        facts = {name: value for name, value in facts.items() if name.endswith("begin")}
    found = the(*(told(number, day(4 * number), status=status, **facts) for number, status in enumerate(statuses, 1)), *course)
    days = [date(2026, 2, 15) + timedelta(days=number) for number in range(50)]
    life = life_of(found)
    assert [life.on(each) for each in days] == [standing(found, each) for each in days]
    first, last = life.running(days)
    assert days[first:last] == [each for each in days if standing(found, each) == "running"]
