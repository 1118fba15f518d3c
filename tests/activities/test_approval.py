"""The silence procedure: clocks, restarts, orders of arrival; and three rounds that were told in public."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.activities.approval import Course, course, courses, reasons
from vigie.model.entry import Entry, Log
from vigie.model.label import Label
from vigie.model.procedure import ACTS, Reason, Step
from vigie.model.said import body_of, read_body
from vigie.model.times import DAY_US, from_datetime

OWNER, REF = "ME-NODE", "a-1"
MINUTE_US = 60_000_000
PARTIES = ("AL-DESK", "RS-DESK")
Said = tuple[Entry, Step]


def said(act: str, said_us: int, owner: str = OWNER, ref: str = "", version: int = 1, **facts: Any) -> Said:
    """A step of the activity, said at an instant."""
    if act in ("return", "withdraw"):
        facts = {"text": "because", **facts}
    step = read_body(Step, {"activity": REF, "owner": OWNER, "act": act, **facts})
    name = ref or f"{act}-{said_us}-{owner}"
    return Entry(type="step", owner=owner, ref=name, label=Label(owner), said_us=said_us, by=f"{owner} desk", version=version, body=body_of(step)), step


def silence(said_us: int, deadline_us: int, ref: str = "r-1", **facts: Any) -> Said:
    """A round of silence."""
    return said("silence", said_us, ref=ref, **({"deadline_us": deadline_us, "zone": "UTC", "parties": PARTIES, "agree": "the project"} | facts))


def listed() -> list[Said]:
    """The way to the list."""
    return [said("submit", 1), said("screen", 2), said("review", 3), said("list", 4)]


def under_silence(deadline_us: int = 1000 * MINUTE_US, **facts: Any) -> list[Said]:
    """An activity whose silence runs."""
    return [*listed(), silence(5, deadline_us, **facts)]


def stand(steps: list[Said], now_us: int) -> Course:
    """The course of the activity."""
    return course(OWNER, REF, steps, now_us)


def moment(text: str) -> int:
    """A local time of Brussels."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Brussels")))


@pytest.mark.parametrize(
    ("name", "issued", "ends", "sheet"),
    [
        ("C-M(2015)0030", "2015-04-28 09:00", "2015-04-30 18:00", "2015-05-04"),
        ("C-M(2015)0043", "2015-06-08 09:00", "2015-06-11 18:00", "2015-06-12"),
        ("C-M(2016)0042", "2016-07-15 09:00", "2016-07-22 16:00", "2016-07-25"),
    ],
)
def test_three_public_documents_are_agreed_at_their_deadline(name: str, issued: str, ends: str, sheet: str) -> None:
    """Known answers of the trade's page on the cooperation registry: the day of the sheet is not that of the agreement."""
    sheet_us = moment(f"{sheet} 10:00")
    steps = [*listed(), silence(moment(issued), moment(ends), agree=name, zone="Europe/Brussels"), said("sheet", sheet_us, round="r-1", day=sheet)]
    (asked,) = stand(steps, sheet_us + DAY_US).rounds
    assert (asked.outcome, asked.outcome_us, asked.sheet_day) == ("agreed", moment(ends), sheet)
    assert stand(steps, sheet_us + DAY_US).state == "agreed"
    assert stand(steps, moment(ends) - 1).state == "under silence"


def test_a_break_a_minute_before_the_deadline_breaks_for_good() -> None:
    """Neither the deadline nor an extension heals it."""
    deadline_us = 1000 * MINUTE_US
    steps = [*under_silence(deadline_us), said("break", deadline_us - MINUTE_US, "RS-DESK", round="r-1")]
    steps.append(said("extend", deadline_us - 1, round="r-1", deadline_us=2 * deadline_us))
    for now_us in (deadline_us - MINUTE_US, deadline_us, 2 * deadline_us, 10**6 * deadline_us):
        found = stand(steps, now_us)
        assert (found.state, found.rounds[0].outcome, found.rounds[0].outcome_us) == ("broken", "broken", deadline_us - MINUTE_US)
    assert stand(steps, deadline_us).lines[-1].why == "A broken silence cannot be extended."


@pytest.mark.parametrize("late_us", [0, 1, MINUTE_US])
def test_a_break_at_or_after_the_deadline_does_nothing(late_us: int) -> None:
    """It stands in the log with the reason why."""
    deadline_us = 1000 * MINUTE_US
    found = stand([*under_silence(deadline_us), said("break", deadline_us + late_us, "RS-DESK", round="r-1")], deadline_us + DAY_US)
    assert (found.state, found.rounds[0].breaks) == ("agreed", ())
    assert found.lines[-1].is_without_effect
    assert "deadline had passed" in found.lines[-1].why


def test_a_break_a_microsecond_before_the_deadline_counts() -> None:
    """Strictly before is in time."""
    found = stand([*under_silence(1000), said("break", 999, "RS-DESK", round="r-1")], 5000)
    assert (found.state, found.rounds[0].breaks[0].party) == ("broken", "RS-DESK")


def test_an_extension_is_only_before_the_deadline_and_only_to_a_later_one() -> None:
    """The old deadline stays in the log."""
    early = said("extend", 900, round="r-1", deadline_us=2000)
    back = said("extend", 901, round="r-1", deadline_us=1500)
    late = said("extend", 2000, round="r-1", deadline_us=9000)
    found = stand([*under_silence(1000), early, back, late], 10_000)
    assert found.rounds[0].deadlines == ((1000, 5), (2000, 900))
    assert (found.state, found.rounds[0].outcome_us) == ("agreed", 2000)
    assert [line.step for line in found.lines if line.is_without_effect] == [back[0].ref, late[0].ref]


def test_the_same_deadline_again_is_no_extension_and_a_deadline_is_still_to_come() -> None:
    """To the microsecond; what has no effect leaves the round as it was."""
    found = stand([*under_silence(1000), said("extend", 900, round="r-1", deadline_us=1000)], 950)
    assert (found.lines[-1].is_without_effect, found.rounds[0].deadlines) == (True, ((1000, 5),))
    assert stand([*listed(), silence(1000, 1000)], 2000).state == "list"


def test_nobody_dates_a_step_back_or_ahead() -> None:
    """What a first word says of its own time does not count; what is told again was not done later than it was told."""
    early = said("extend", 1500, round="r-1", deadline_us=9000, at_us=500)
    assert stand([*under_silence(1000), early], 2000).state == "agreed"
    broken = said("break", 1500, "RS-DESK", round="r-1", at_us=500)
    assert stand([*under_silence(1000), broken], 2000).state == "agreed"
    told = said("break", 700, OWNER, ref="t-1", round="r-1", party="RS-DESK", at_us=900)
    assert stand([*under_silence(1000), told], 800).rounds[0].outcome_us == 700


def test_what_was_done_at_one_instant_counts_in_the_order_of_a_procedure() -> None:
    """Whatever the names of the steps."""
    steps = [said(act, 7, ref=f"{9 - number}") for number, act in enumerate(("submit", "screen", "review", "list"))]
    assert stand(steps, 7).state == "list"


def test_only_those_asked_may_break_and_only_the_owner_does_the_rest() -> None:
    """Everybody else's step is listed and does nothing."""
    strange = [said("break", 10, "XX-DESK", round="r-1"), said("withdraw", 11, "RS-DESK"), said("break", 12, "AL-DESK", round="r-1", party="RS-DESK")]
    found = stand([*under_silence(1000), *strange], 100)
    assert found.state == "under silence"
    assert [line.is_without_effect for line in found.lines[-3:]] == [True, True, True]


def test_a_second_break_has_no_effect() -> None:
    """Whether by the same party or by another."""
    steps = [
        *under_silence(1000),
        said("break", 10, "RS-DESK", round="r-1"),
        said("break", 11, "RS-DESK", round="r-1"),
        said("break", 12, "AL-DESK", round="r-1"),
    ]
    found = stand(steps, 2000)
    assert [each.party for each in found.rounds[0].breaks] == ["RS-DESK"]
    assert [line.why for line in found.lines[-2:]] == ["RS-DESK has broken this silence already.", "This silence is broken already."]


@pytest.mark.parametrize(
    ("agree", "note", "outcome", "state"),
    [("text", "", "agreed", "agreed"), ("", "text", "noted", "noted"), ("text", "report", "agreed and noted", "agreed")],
)
def test_noted_and_agreed_are_two_outcomes(agree: str, note: str, outcome: str, state: str) -> None:
    """Both can come of one round; what is only noted cannot start running."""
    found = stand([*under_silence(1000, agree=agree, note=note), said("start", 2000)], 3000)
    assert found.rounds[0].outcome == outcome
    assert found.state == ("running" if state == "agreed" else "noted")
    assert (found.agreed_us is None) == (state == "noted")
    assert all("agreed" not in line.words for line in found.lines) or state == "agreed"


def test_after_a_break_comes_discussion_and_a_new_round() -> None:
    """The first round stays broken; the second is agreed by its own deadline."""
    again = [said("discuss", 20), silence(30, 2000, "r-2")]
    found = stand([*under_silence(1000), said("break", 10, "RS-DESK", round="r-1"), *again], 5000)
    assert [asked.outcome for asked in found.rounds] == ["broken", "agreed"]
    assert (found.state, found.since_us, found.agreed_us) == ("agreed", 2000, 2000)


def test_a_withdrawn_activity_is_not_agreed_by_its_deadline() -> None:
    """Its round ends with it."""
    found = stand([*under_silence(1000), said("withdraw", 500)], 5000)
    assert (found.state, found.rounds[0].outcome) == ("withdrawn", "withdrawn")


def test_what_the_owner_tells_of_a_break_counts_once_beside_the_original() -> None:
    """With the original, without it, and with both the course is the same."""
    original = said("break", 10, "RS-DESK", ref="b-1", round="r-1")
    told = said("break", 70, OWNER, ref="t-1", round="r-1", party="RS-DESK", at_us=10)
    both, one, other = (stand([*under_silence(1000), *more], 5000) for more in ([original, told], [original], [told]))
    assert both == one
    assert (other.state, other.rounds[0].outcome_us, other.rounds[0].breaks[0].party) == ("broken", 10, "RS-DESK")


def test_a_later_version_of_a_step_does_not_rewrite_it() -> None:
    """The first version that is readable counts."""
    steps = under_silence(1000)
    entry, step = silence(500, 9000, at_us=5)
    again = [(replace(entry, version=2), step)]
    assert stand([*steps, *again], 2000).rounds[0].deadlines == ((1000, 5),)


def test_steps_that_are_told_again_under_another_label_keep_their_time() -> None:
    """Who may read only the later versions sees the same course."""
    steps = under_silence(1000)
    again = [(replace(entry, version=2, said_us=600), step.model_copy(update={"at_us": entry.said_us})) for entry, step in steps]
    assert stand(again, 2000).rounds == stand(steps, 2000).rounds
    assert stand(again, 599) == Course()


def test_a_text_that_was_changed_can_be_submitted_again() -> None:
    """The same text cannot."""
    first = [said("submit", 1, content="x")]
    assert stand([*first, said("submit", 2, content="x")], 9).lines[-1].is_without_effect
    assert stand([*first, said("submit", 2, content="y")], 9).content == "y"


def test_reasons_are_those_of_the_party_that_broke() -> None:
    """A reason that another party writes under the name of the break is none."""
    entry, step = said("break", 10, "RS-DESK", ref="b-1", round="r-1")
    reason = Reason(activity=REF, owner=OWNER, step="b-1", text="too costly")
    entries = [
        replace(entry, type="reason", ref=owner, owner=owner, said_us=at_us, body=body_of(reason)) for at_us, owner in ((11, "RS-DESK"), (12, "AL-DESK"))
    ]
    log = Log(party=OWNER, now_us=100, exercise=False, entries=(entry, *entries))
    assert [found.owner for found, _ in reasons(log).values()] == ["RS-DESK"]
    assert step.act == "break"


def test_courses_are_of_each_activity_and_owner() -> None:
    """Steps of an exercise are of no course of the real world."""
    entries = [entry for entry, _ in listed()]
    assert courses(Log(party=OWNER, now_us=9, exercise=False, entries=tuple(entries)))[OWNER, REF].state == "list"
    assert courses(Log(party=OWNER, now_us=9, exercise=True, entries=tuple(entries))) == {}


_TIMES = st.integers(0, 40)


@st.composite
def _a_step(draw: st.DrawFn) -> Said:
    """Any step, allowed or not."""
    at_us, number = draw(_TIMES), draw(st.integers(0, 10**6))
    act = draw(st.sampled_from(ACTS))
    owner = draw(st.sampled_from((OWNER, *PARTIES)))
    name = {"round": draw(st.sampled_from(("r-1", "r-2")))} if act in ("extend", "break", "sheet") else {}
    if act == "silence":
        return silence(at_us, draw(_TIMES), ref=draw(st.sampled_from(("r-1", "r-2"))), agree=draw(st.sampled_from(("", "text"))), note="report")
    facts = {"deadline_us": draw(_TIMES)} if act == "extend" else {"day": "2026-01-01"} if act == "sheet" else {}
    return said(act, at_us, owner, f"s-{number}", **name, **facts)


_STEPS = st.lists(_a_step(), max_size=12, unique_by=lambda pair: (pair[0].owner, pair[0].ref)).flatmap(
    lambda more: st.sampled_from([more, [*listed(), *more], [*under_silence(20), *[each for each in more if each[0].ref != "r-1"]]])
)


@given(_STEPS, st.integers(0, 60), st.randoms(use_true_random=False))
def test_any_order_of_steps_gives_the_same_course(steps: list[Said], now_us: int, chance: Any) -> None:
    """Nor does it matter that some come twice."""
    mixed = [*steps, *steps[:3]]
    chance.shuffle(mixed)
    assert stand(mixed, now_us) == stand(steps, now_us)


@given(_STEPS, st.integers(0, 60), st.integers(0, 60))
def test_the_state_depends_only_on_what_was_said_until_then(steps: list[Said], first_us: int, second_us: int) -> None:
    """What is said later changes nothing before."""
    then_us = min(first_us, second_us)
    assert stand([pair for pair in steps if pair[0].said_us <= then_us], then_us) == stand(steps, then_us)


@given(_STEPS, st.lists(st.integers(0, 60), max_size=6))
def test_asking_in_between_and_restarts_never_change_an_outcome(steps: list[Said], asked_us: list[int]) -> None:
    """A round that has ended stays as it ended, and a node that was down over the deadline tells the same as one that was not."""
    last = stand(steps, 60)
    for now_us in asked_us:
        for before, after in zip(stand(steps, now_us).rounds, last.rounds, strict=False):
            assert before.outcome == "open" or replace(before, sheet_day="") == replace(after, sheet_day="")
            assert not before.outcome_us or before.outcome_us <= now_us


@given(_STEPS)
def test_laws_of_every_course(steps: list[Said]) -> None:
    """Each step has one line; agreed is never noted; what runs was agreed; a break is before its deadline; agreement is at a deadline."""
    found = stand(steps, 60)
    assert sorted(line.step for line in found.lines if line.act != "end") == sorted(entry.ref for entry, _ in steps)
    for asked in found.rounds:
        assert asked.is_agreed == (asked.outcome in ("agreed", "agreed and noted"))
        assert not (asked.is_agreed and not asked.agree.strip())
        assert all(each.at_us < asked.deadline_us and each.party in asked.parties for each in asked.breaks)
        assert asked.outcome not in ("agreed", "noted", "agreed and noted") or (asked.outcome_us == asked.deadline_us and not asked.breaks)
        assert list(asked.deadlines) == sorted(asked.deadlines)
    assert found.state not in ("running", "closed", "evaluated") or found.agreed_us is not None
    assert found.state != "noted" or found.agreed_us is None
