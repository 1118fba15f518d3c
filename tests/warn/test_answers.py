"""Answers: who is silent, when a deputy is told, and what stops a timer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.entry import Entry, entry_id
from vigie.model.errors import BadReport
from vigie.model.said import read_body
from vigie.model.warning import Answer
from vigie.warn.answers import DEFAULT_TIMERS, Responses, Timers, responses, unanswered, wait_us
from vigie.warn.chain import chains
from warn.logs import DAY_US, HOUR_US, NOW_US, activity, answer, assessment, content, following, log, warning

ALERT = warning(recipients=("BA-NODE", "RS-NODE", "XK-NODE"))
DEPUTIES = {"XK-NODE": "XK-DEPUTY", "BA-NODE": "BA-DEPUTY"}


def heard(*entries: Entry, now_us: int = NOW_US + DAY_US) -> Responses:
    """What was answered to the one warning among the entries."""
    held = log(*entries, now_us=now_us)
    (chain,) = chains(held)
    return responses(chain, held, DEPUTIES)


def states(said: Responses) -> dict[str, str]:
    """Where each recipient stands."""
    return {recipient.party: recipient.state for recipient in said.recipients}


def test_of_three_recipients_the_silent_one_is_listed_and_its_deputy_told_once() -> None:
    """Also after an update, and at every later look the same."""
    entries = [ALERT, answer(ALERT, "BA-NODE"), answer(ALERT, "RS-NODE", "accepted")]
    said = heard(*entries)
    assert states(said) == {"BA-NODE": "answered", "RS-NODE": "answered", "XK-NODE": "overdue"}
    assert [(chain.warning, recipient.party) for chain, recipient in unanswered([said])] == [("w1", "XK-NODE")]
    told = [recipient.escalation for recipient in said.recipients if recipient.escalation]
    assert [(each.party, each.deputy, each.at_us) for each in told] == [("XK-NODE", "XK-DEPUTY", NOW_US + 4 * HOUR_US)]
    later = heard(*entries, following(ALERT, after_us=6 * HOUR_US), now_us=NOW_US + 3 * DAY_US)
    assert [recipient.escalation for recipient in later.recipients if recipient.escalation] == told


def test_before_the_timer_runs_out_nobody_is_told() -> None:
    """Four hours for a severe alert, to the instant."""
    assert states(heard(ALERT, now_us=NOW_US + 4 * HOUR_US - 1))["XK-NODE"] == "open"
    assert states(heard(ALERT, now_us=NOW_US + 4 * HOUR_US))["XK-NODE"] == "overdue"


def test_a_late_answer_stops_the_list_and_keeps_what_happened() -> None:
    """The deputy was told; the party has answered since."""
    said = heard(ALERT, answer(ALERT, "XK-NODE", after_us=9 * HOUR_US))
    (recipient,) = [each for each in said.recipients if each.party == "XK-NODE"]
    assert (recipient.state, recipient.first_us) == ("answered", NOW_US + 9 * HOUR_US)
    assert recipient.escalation is not None


def test_an_acknowledgement_that_came_as_cap_is_listed_and_stops_no_timer() -> None:
    """Nobody has signed it: it stands among the party's words, and the deputy is told all the same."""
    said = heard(ALERT, replace(answer(ALERT, "XK-NODE", text="unverified: sent long ago"), by="cap"))
    (recipient,) = [each for each in said.recipients if each.party == "XK-NODE"]
    assert (recipient.state, recipient.word, recipient.first_us) == ("overdue", "", None)
    assert [word.text for word in recipient.said] == ["unverified: sent long ago"]
    assert recipient.escalation is not None
    later = heard(ALERT, replace(answer(ALERT, "XK-NODE"), by="cap"), answer(ALERT, "XK-NODE", "accepted", 2 * HOUR_US))
    assert states(later)["XK-NODE"] == "answered"


def test_an_activity_is_found_by_the_warning_and_by_each_version_once() -> None:
    """One that names both comes once; one that names another warning not at all."""
    second = following(ALERT)
    done = [activity(("w1", entry_id(second)), ref="a1"), activity((entry_id(ALERT),), NOW_US, ref="a2"), activity(("w2",), ref="a3")]
    assert [entry.ref for entry, _ in heard(ALERT, second, *done).activities] == ["a2", "a1"]


def test_the_answer_of_a_party_that_was_not_addressed_is_kept_apart_and_stops_nothing() -> None:
    """It is shown, and the timers run on."""
    said = heard(ALERT, answer(ALERT, "AL-NODE"))
    assert [word.party for word in said.apart] == ["AL-NODE"]
    assert set(states(said).values()) == {"overdue"}
    assert [line.is_apart for line in said.lines if line.what == "answer"] == [True]


def test_an_answer_to_an_earlier_version_counts() -> None:
    """Who answered the alert is not asked again by its update."""
    said = heard(ALERT, following(ALERT), answer(ALERT, "BA-NODE"))
    assert states(said)["BA-NODE"] == "answered"


def test_an_answer_to_a_version_that_has_not_arrived_counts() -> None:
    """The update names it as its predecessor."""
    update = following(ALERT)
    said = heard(update, answer(ALERT, "BA-NODE"))
    assert states(said)["BA-NODE"] == "answered"


def test_an_update_may_shorten_a_timer_and_never_lengthens_it() -> None:
    """Severe leaves four hours; Extreme, an hour later, leaves one; a mild update changes nothing."""
    worse, milder = following(ALERT, severity="Extreme"), following(ALERT, severity="Minor")
    assert heard(ALERT, worse).recipients[0].due_us == NOW_US + 2 * HOUR_US
    assert heard(ALERT, milder).recipients[0].due_us == NOW_US + 4 * HOUR_US


def test_the_first_word_and_the_decision_are_two_instants() -> None:
    """Received after one hour, contested after three."""
    said = heard(ALERT, answer(ALERT, "BA-NODE"), answer(ALERT, "BA-NODE", "contested", 3 * HOUR_US, "the road is open"))
    recipient = said.recipients[0]
    assert (recipient.first_us, recipient.decided_us, recipient.word) == (NOW_US + HOUR_US, NOW_US + 3 * HOUR_US, "contested")


@pytest.mark.parametrize(
    ("word", "why"),
    [("contested", "counter-argument"), ("none", "reason"), ("action", "what action")],
)
def test_a_contested_answer_without_argument_is_refused(word: str, why: str) -> None:
    """Nor is no action without a reason taken, or an action without a word of it."""
    with pytest.raises(BadReport, match=why):
        read_body(Answer, {"warning": "w1", "entry": "e1", "word": word, "text": " "})


@pytest.mark.parametrize("act", ["cancel", "end"])
def test_after_a_cancel_or_an_end_nobody_is_waited_for(act: str) -> None:
    """The silent are closed and no deputy is told."""
    said = heard(ALERT, following(ALERT, act))
    assert set(states(said).values()) == {"closed"}
    assert not any(recipient.escalation for recipient in said.recipients)


def test_expired_or_not_the_silent_stay_listed_until_it_is_assessed() -> None:
    """Expired is not ended."""
    assert set(states(heard(ALERT, now_us=NOW_US + 40 * DAY_US)).values()) == {"overdue"}
    assert set(states(heard(ALERT, assessment(), now_us=NOW_US + 40 * DAY_US)).values()) == {"closed"}


def test_the_public_and_the_issuer_are_never_waited_for() -> None:
    """Nor is anybody for a heads-up, or for who is no longer addressed."""
    assert heard(warning(recipients=("PUBLIC", "ME-NODE"))).recipients == ()
    assert states(heard(warning(stage="heads-up", recipients=("BA-NODE",)))) == {"BA-NODE": "untimed"}
    assert states(heard(ALERT, following(ALERT, recipients=("BA-NODE",))))["XK-NODE"] == "closed"


def test_the_default_timers_are_these() -> None:
    """Hours by stage and severity."""
    waits = {
        (stage, severity): wait_us(DEFAULT_TIMERS, content(stage=stage, severity=severity))
        for stage in ("alert", "warning")
        for severity in ("Extreme", "Severe")
    }
    assert waits == {("alert", "Extreme"): HOUR_US, ("alert", "Severe"): 4 * HOUR_US, ("warning", "Extreme"): DAY_US, ("warning", "Severe"): DAY_US}
    assert wait_us(DEFAULT_TIMERS, content(stage="heads-up")) is None
    assert wait_us(Timers({"alert": {"Severe": 0.5}}), content()) == HOUR_US // 2


def test_the_response_log_is_in_time_order_with_what_was_done() -> None:
    """Release, answer, activity in its latest version, escalation, assessment."""
    done = [activity(("w1",), NOW_US + 2 * HOUR_US), activity(("w1",), NOW_US + 3 * HOUR_US, version=2, status="running"), activity(("other",), ref="a2")]
    said = heard(ALERT, answer(ALERT, "BA-NODE", "accepted"), *done, assessment(said_us=NOW_US + 5 * HOUR_US))
    assert [(line.what, line.word) for line in said.lines] == [
        ("released", "issue"),
        ("answer", "accepted"),
        ("activity", "running"),
        ("escalation", "deputy told"),
        ("assessment", "hit"),
    ]


@given(
    st.permutations(
        [ALERT, following(ALERT), answer(ALERT, "BA-NODE"), answer(ALERT, "AL-NODE"), activity(("w1",)), answer(ALERT, "BA-NODE", "read", 2 * HOUR_US)]
    )
)
def test_answers_do_not_depend_on_the_order_of_arrival(entries: list[Entry]) -> None:
    """The same entries, the same responses."""
    assert heard(*entries) == heard(*reversed(entries))


def test_real_timers_do_not_know_of_an_exercise() -> None:
    """An answer in an exercise answers nothing real."""
    drill = warning(exercise=True, recipients=("BA-NODE",))
    said = heard(warning(recipients=("BA-NODE",)), drill, answer(drill, "BA-NODE"))
    assert states(said) == {"BA-NODE": "overdue"}
