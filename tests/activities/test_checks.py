"""Communication checks: their states are a function of the log and the instant, and their yearly table adds up."""

from __future__ import annotations

import csv

from hypothesis import given
from hypothesis import strategies as st

from vigie.activities.checks import CheckState, YearRow, check_states, contact_named, contacts, year_bounds, year_lines, yearly
from vigie.model.contact import Check, Contact, Line, Reply
from vigie.model.entry import Entry, Log
from vigie.model.label import Label
from vigie.model.said import Noun, body_of
from vigie.model.times import DAY_US, SECOND_US

T0 = 1_790_000_000_000_000
HOUR_US = 3_600 * SECOND_US
PARTIES = ("ME-NODE", "RS-NODE", "MK-NODE")


def entry(noun: Noun, ref: str, owner: str, said_us: int, version: int = 1, *, exercise: bool = False) -> Entry:
    """What a party said at an instant."""
    kind = {Contact: "contact", Check: "check", Reply: "reply"}[type(noun)]
    label = Label(owner, tlp="AMBER", rel_to=frozenset(PARTIES))
    return Entry(type=kind, owner=owner, ref=ref, label=label, said_us=said_us, version=version, body=body_of(noun), exercise=exercise)


def post(ref: str, party: str, deputy: str = "", said_us: int = T0 - DAY_US, version: int = 1, *, is_closed: bool = False) -> Entry:
    """A point of contact, as its own party says."""
    contact = Contact(party=party, institution="Centre", role=f"desk {ref}", deputy=deputy, lines=(Line(channel="phone", address="112"),), is_closed=is_closed)
    return entry(contact, ref, party, said_us, version)


def ask(ref: str = "k-1", contact: str = "p-1", party: str = "RS-NODE", sent_us: int = T0, wait_us: int = HOUR_US, **facts: str) -> Entry:
    """A check that our party sent."""
    return entry(Check(contact=contact, party=party, until_us=sent_us + wait_us, **facts), ref, "ME-NODE", sent_us)  # type: ignore[arg-type]


def reply(said_us: int, check: str = "k-1", owner: str = "RS-NODE", answered_us: int | None = None, version: int = 1, ref: str = "") -> Entry:
    """An answer to a check of our party."""
    return entry(Reply(check=check, asker="ME-NODE", answered_us=answered_us), ref or f"{check}|x", owner, said_us, version)


def log(*entries: Entry, exercise: bool = False) -> Log:
    """The log of our party."""
    return Log(party="ME-NODE", now_us=T0 + 1_000 * DAY_US, exercise=exercise, entries=entries)


def state(entries: tuple[Entry, ...], now_us: int) -> CheckState:
    """Where the check k-1 stands."""
    return next(item for item in check_states(log(*entries), now_us) if item.ref == "k-1")


def test_an_answer_at_the_deadline_is_in_time_and_a_microsecond_later_late() -> None:
    """The deadline itself still counts."""
    at = T0 + HOUR_US
    assert state((ask(), reply(at)), at).state == "answered"
    late = state((ask(), reply(at + 1)), at + 1)
    assert (late.state, late.waited_us) == ("late", HOUR_US + 1)


def test_a_check_waits_until_its_deadline_and_is_unanswered_after_it() -> None:
    """Time alone makes a waiting check an unanswered one."""
    assert state((ask(),), T0 + HOUR_US).state == "waiting"
    assert state((ask(),), T0 + HOUR_US + 1).state == "unanswered"


def test_replying_twice_counts_once_and_the_first_word_counts() -> None:
    """A second answer changes neither the state nor the time."""
    twice = (ask(), reply(T0 + 5), reply(T0 + 2 * HOUR_US, version=2), reply(T0 + 3 * HOUR_US, ref="other"))
    found = state(twice, T0 + DAY_US)
    assert (found.state, found.waited_us) == ("answered", 5)
    assert yearly([found], 2026)[-1].answered == 1


def test_nobody_but_the_two_parties_can_answer() -> None:
    """The word of a third party, and an answer to somebody else's check of the same name, stop nothing."""
    stranger = reply(T0 + 5, owner="MK-NODE")
    elsewhere = entry(Reply(check="k-1", asker="MK-NODE"), "k-1|x", "RS-NODE", T0 + 5)
    assert state((ask(), stranger, elsewhere), T0 + DAY_US).state == "unanswered"


def test_the_asker_writes_down_answers_of_phone_and_radio_only() -> None:
    """On the page the asked party speaks for itself; by phone the asker's last word on when it came counts."""
    noted = reply(T0 + DAY_US, owner="ME-NODE", answered_us=T0 + 60)
    assert state((ask(), noted), T0 + DAY_US).state == "unanswered"
    assert state((ask(channel="phone"), noted), T0 + DAY_US).waited_us == 60
    corrected = reply(T0 + DAY_US + 1, owner="ME-NODE", answered_us=T0 + 90, version=2)
    assert state((ask(channel="phone"), noted, corrected), T0 + 2 * DAY_US).waited_us == 90


def test_an_answer_cannot_have_come_before_the_question_or_after_it_was_written_down() -> None:
    """What is impossible does not count, and a clock that is behind waits for nothing."""
    for at_us in (T0 - 1, T0 + DAY_US + 1):
        noted = reply(T0 + DAY_US, owner="ME-NODE", answered_us=at_us)
        assert state((ask(channel="phone"), noted), T0 + 2 * DAY_US).state == "unanswered"
    assert state((ask(), reply(T0 - 5)), T0 + DAY_US).waited_us == 0


def test_the_deputy_is_asked_once_from_the_deadline_on() -> None:
    """The escalation is a function of the time alone: none before, the same one at any instant after."""
    entries = (post("p-1", "RS-NODE", "p-2"), post("p-2", "MK-NODE"), ask())
    assert state(entries, T0 + HOUR_US).escalation is None
    first, later = (state(entries, T0 + HOUR_US + wait).escalation for wait in (1, 90 * DAY_US))
    assert first is not None
    assert first == later
    assert (first.party, first.contact, first.at_us) == ("MK-NODE", "p-2", T0 + HOUR_US)


def test_a_late_answer_leaves_the_escalation_and_one_in_time_prevents_it() -> None:
    """What happened because nobody answered stays told."""
    posts = (post("p-1", "RS-NODE", "p-2"), post("p-2", "MK-NODE"))
    assert state((*posts, ask(), reply(T0 + 2 * HOUR_US)), T0 + DAY_US).escalation is not None
    assert state((*posts, ask(), reply(T0 + 5)), T0 + DAY_US).escalation is None


def test_the_deputy_of_the_deadline_counts_and_a_follow_up_goes_no_further() -> None:
    """A deputy that is named later changes nothing; the check of a deputy does not escalate; a closed deputy is not asked."""
    late = post("p-1", "RS-NODE", "p-2", T0 + 2 * HOUR_US, 2)
    assert state((post("p-1", "RS-NODE"), post("p-2", "MK-NODE"), late, ask()), T0 + DAY_US).escalation is None
    posts = (post("p-1", "RS-NODE", "p-2"), post("p-2", "MK-NODE", "p-1"))
    assert state((*posts, ask(follows="k-0")), T0 + DAY_US).escalation is None
    shut = post("p-2", "MK-NODE", version=2, is_closed=True)
    assert state((*posts, shut, ask()), T0 + DAY_US).escalation is None


def test_a_follow_up_is_found_from_the_check_that_it_follows() -> None:
    """Both are checks of their own."""
    follow = ask("k-2", "p-2", "MK-NODE", T0 + 2 * HOUR_US, follows="k-1")
    assert state((ask(), follow), T0 + DAY_US).followed_by == "k-2"


def test_a_later_version_of_a_check_changes_nothing() -> None:
    """Nobody moves a deadline afterwards."""
    moved = entry(Check(contact="p-1", party="RS-NODE", until_us=T0 + DAY_US), "k-1", "ME-NODE", T0 + 1, 2)
    assert state((ask(), moved), T0 + HOUR_US + 1).state == "unanswered"


def test_real_and_exercise_are_apart() -> None:
    """A reply of the exercise answers no real check."""
    played = entry(Reply(check="k-1", asker="ME-NODE"), "k-1|x", "RS-NODE", T0 + 5, exercise=True)
    assert state((ask(), played), T0 + DAY_US).state == "unanswered"
    assert check_states(log(ask(), exercise=True), T0 + DAY_US) == ()


def test_whose_word_a_contact_is_stays_known() -> None:
    """A party's own word comes before what others say of it, but the reader's own note first."""
    own = post("p-1", "RS-NODE")
    known = entry(Contact(party="RS-NODE", institution="Centre", role="old desk"), "p-1", "ME-NODE", T0 - DAY_US)
    directory = contacts(log(own, known))
    assert [item.is_own_word for item in directory] == [True, False]
    mine, theirs = contact_named(directory, "p-1", "ME-NODE"), contact_named(directory, "p-1", "MK-NODE")
    assert mine is not None
    assert theirs is not None
    assert (mine.entry.owner, theirs.entry.owner) == ("ME-NODE", "RS-NODE")
    assert contact_named(directory, "p-9", "ME-NODE") is None


def test_what_was_said_later_is_not_looked_at() -> None:
    """A state as of an instant knows nothing of the time after it."""
    assert state((ask(), reply(T0 + 5)), T0 + 4).state == "waiting"


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Checks of two parties with answers of all sorts, and points of contact with deputies."""
    spans = st.integers(0, 3 * HOUR_US)
    made = [post("p-1", "RS-NODE", draw(st.sampled_from(["", "p-2"]))), post("p-2", "MK-NODE", draw(st.sampled_from(["", "p-1"])))]
    for number in range(draw(st.integers(0, 6))):
        ref, sent_us = f"k-{number}", T0 + number * draw(st.integers(0, 200)) * DAY_US
        contact, party = draw(st.sampled_from([("p-1", "RS-NODE"), ("p-2", "MK-NODE")]))
        made.append(ask(ref, contact, party, sent_us, draw(spans) + 1, channel=draw(st.sampled_from(["page", "phone"]))))
        for again in range(draw(st.integers(0, 3))):
            owner = draw(st.sampled_from(PARTIES))
            at_us = sent_us + draw(spans)
            made.append(reply(at_us, ref, owner, draw(st.sampled_from([None, at_us, sent_us])), ref=f"{ref}|{again}"))
    return made


@given(logs(), st.randoms(use_true_random=False), st.integers(0, 1_500))
def test_any_order_of_entries_gives_the_same_states(made: list[Entry], shuffle: object, days: int) -> None:
    """Sync may bring entries in any order, and the same one twice."""
    mixed = [*made, *made[:3]]
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    now_us = T0 + days * DAY_US
    assert check_states(log(*mixed), now_us) == check_states(log(*made), now_us)


@given(logs(), st.integers(0, 1_500))
def test_the_sums_of_the_yearly_table_agree(made: list[Entry], days: int) -> None:
    """Every check is in one year, one row and one state; the row of all is the sum of the parties."""
    states = check_states(log(*made), T0 + days * DAY_US)
    counted = 0
    for year in range(2026, 2032):
        rows = yearly(states, year)
        counted += rows[-1].sent if rows else 0
        for row in rows:
            assert row.sent == row.in_time + row.late + row.unanswered + row.waiting
            assert row.answered == row.in_time + row.late
            assert (row.median_us is None) == (row.slowest_us is None) == (row.answered == 0)
            assert row.median_us is None or row.slowest_us is None or 0 <= row.median_us <= row.slowest_us
        for name in ("sent", "answered", "in_time", "late", "unanswered", "waiting"):
            assert not rows or getattr(rows[-1], name) == sum(getattr(row, name) for row in rows[:-1])
    assert counted == len(states)


def test_a_year_ends_where_the_next_begins() -> None:
    """A check of the last microsecond belongs to the year that ends."""
    begin_us, end_us = year_bounds(2026)
    last, first = state((ask(sent_us=end_us - 1),), end_us + DAY_US), state((ask(sent_us=end_us),), end_us + DAY_US)
    assert (len(yearly([last], 2026)), len(yearly([last], 2027))) == (2, 0)
    assert (len(yearly([first], 2026)), len(yearly([first], 2027))) == (0, 2)
    assert end_us - begin_us == 365 * DAY_US


def test_the_yearly_table_is_written_as_csv() -> None:
    """Seconds, a share, and `all` for the last row; what is not known is empty."""
    entries = (ask(), reply(T0 + 90 * SECOND_US), ask("k-2", party="MK-NODE"))
    rows = yearly(check_states(log(*entries), T0 + DAY_US), 2026)
    table = list(csv.DictReader(year_lines(rows, 2026)))
    assert [row["party"] for row in table] == ["MK-NODE", "RS-NODE", "all"]
    assert (table[1]["median_s"], table[1]["share_in_time"], table[0]["slowest_s"], table[2]["sent"]) == ("90.0", "1.0000", "", "2")


def test_a_row_in_which_all_wait_has_no_share() -> None:
    """Nothing is divided by nothing."""
    row = YearRow(party="", sent=1, answered=0, in_time=0, late=0, unanswered=0, waiting=1, median_us=None, slowest_us=None)
    assert row.share_in_time is None
