"""Chains of warnings and drafts: one head in whatever order the entries came, and nobody approves what he wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.entry import Entry, entry_id
from vigie.warn.chain import as_of, chain_named, chains, drafts, faults, may_approve, may_release
from warn.logs import DAY_US, HOUR_US, NOW_US, approval, assessment, content, digest_of, draft, following, log, warning

ALERT = warning()
UPDATE_1 = following(ALERT, severity="Extreme")
UPDATE_2 = following(UPDATE_1, severity="Moderate")
CANCEL = following(UPDATE_2, "cancel")


@given(st.permutations([ALERT, UPDATE_1, UPDATE_2, assessment(said_us=NOW_US + 9 * DAY_US), warning(warning="w2"), warning(owner="RS-NODE")]))
def test_the_order_of_arrival_does_not_matter(entries: list[Entry]) -> None:
    """The same entries, the same chains."""
    assert chains(log(*entries)) == chains(log(*reversed(entries)))


@given(st.permutations([ALERT, UPDATE_1, UPDATE_2]))
def test_alert_and_two_updates_make_one_live_warning(entries: list[Entry]) -> None:
    """Update 2 is the head, whichever came first."""
    (chain,) = chains(log(*entries))
    assert chain.head.entry == UPDATE_2
    assert [version.entry for version in chain.history] == [ALERT, UPDATE_1, UPDATE_2]
    assert (chain.status, chain.missing, chain.is_orphan) == ("live", (), False)


def test_a_missing_link_is_marked_and_the_newest_known_is_the_head() -> None:
    """Update 1 has not come yet; there is still one live warning only."""
    (chain,) = chains(log(UPDATE_2, ALERT))
    assert chain.head.entry == UPDATE_2
    assert chain.missing == (entry_id(UPDATE_1),)


def test_a_clock_that_was_set_back_does_not_bring_the_old_version_back() -> None:
    """The update names the alert, so that it replaces it, though it seems to be older and counts its versions apart."""
    update = replace(following(ALERT, after_us=-DAY_US), ref="w1 update", version=1)
    (chain,) = chains(log(ALERT, update))
    assert chain.head.entry == update


@given(st.permutations([ALERT, UPDATE_1, UPDATE_2, CANCEL]), st.integers(0, 4))
def test_however_much_has_arrived_there_is_one_head_and_nothing_is_lost(entries: list[Entry], arrived: int) -> None:
    """After any prefix of any order: one chain, the newest of what is known at its head, every known version kept."""
    known = entries[:arrived]
    found = chains(log(*known))
    assert len(found) == (arrived > 0)
    for chain in found:
        assert chain.head.entry == max(known, key=lambda entry: entry.version)
        assert {entry_id(version.entry) for version in chain.history} == {entry_id(entry) for entry in known}


def test_a_cancel_of_an_unknown_alert_is_kept_as_an_orphan_and_applied_when_the_alert_arrives() -> None:
    """First the cancel alone, then both."""
    cancel = following(ALERT, "cancel")
    (alone,) = chains(log(cancel))
    assert (alone.is_orphan, alone.status, alone.missing) == (True, "cancelled", (entry_id(ALERT),))
    (both,) = chains(log(cancel, ALERT))
    assert (both.is_orphan, both.status, both.head.entry) == (False, "cancelled", cancel)


def test_expired_is_not_ended_and_waits_for_an_assessment() -> None:
    """Its time ran out without a cancel."""
    later = NOW_US + 30 * DAY_US
    (expired,) = chains(log(ALERT, now_us=later))
    assert (expired.status, expired.is_open) == ("expired", True)
    (ended,) = chains(log(ALERT, following(ALERT, "end"), now_us=later))
    assert ended.status == "ended"


def test_it_expires_at_the_very_instant() -> None:
    """The end of its time is no longer in it."""
    at_us = content().expires_us
    assert chains(log(ALERT, now_us=at_us - 1))[0].status == "live"
    assert chains(log(ALERT, now_us=at_us))[0].status == "expired"


def test_only_its_owner_assesses_a_warning_and_an_update_opens_it_again() -> None:
    """Another party's word changes no status."""
    assert chains(log(ALERT, assessment(owner="BA-NODE")))[0].status == "live"
    assert chains(log(ALERT, assessment()))[0].status == "assessed"
    assert chains(log(ALERT, assessment(), following(ALERT, after_us=6 * DAY_US)))[0].status == "live"
    assert chains(log(ALERT, assessment(), following(ALERT, "end", after_us=6 * DAY_US)))[0].status == "assessed"


def test_nobody_cancels_the_warning_of_another_party() -> None:
    """A cancel of the same name by somebody else is a chain of its own."""
    foreign = replace(following(ALERT, "cancel"), owner="RS-NODE")
    found = {chain.owner: chain.status for chain in chains(log(ALERT, foreign))}
    assert found == {"ME-NODE": "live", "RS-NODE": "cancelled"}


def test_real_and_exercise_warnings_never_meet() -> None:
    """An exercise's cancel does not touch a real alert, even in a log that was mixed by mistake."""
    drill = replace(following(ALERT, "cancel"), exercise=True)
    assert [chain.status for chain in chains(log(ALERT, drill))] == ["live"]
    assert [chain.exercise for chain in chains(log(ALERT, drill, exercise=True))] == [True]


def test_what_cannot_be_understood_is_told_and_hides_nothing_else() -> None:
    """A warning without a text is a fault, and the others stand."""
    broken = replace(ALERT, ref="w9", body={"warning": "w9"})
    assert len(chains(log(ALERT, broken))) == 1
    (fault,) = faults(log(ALERT, broken))
    assert "warning w9 of ME-NODE" in str(fault)


def test_a_replay_knows_nothing_of_what_was_said_later() -> None:
    """The log of an earlier instant."""
    (chain,) = chains(as_of(log(ALERT, UPDATE_1, CANCEL), NOW_US + HOUR_US))
    assert chain.head.entry == UPDATE_1


def test_who_wrote_a_draft_cannot_approve_it() -> None:
    """With four-eyes on; without, he may."""
    (proposal,) = drafts(log(draft("ana")))
    assert may_approve(proposal, log(), four_eyes=True, by="ana") == "ana wrote at this draft and cannot approve it; a second person must."
    assert may_approve(proposal, log(), four_eyes=False, by="ana") == ""
    assert may_approve(proposal, log(), four_eyes=True, by="boro") == ""
    assert "account" in may_approve(proposal, log(), four_eyes=True, by="")


def test_an_approval_by_a_second_person_lets_a_draft_be_released() -> None:
    """By nobody's word, by the author's own, by another's."""
    said = digest_of()
    for words, released in (((), False), ((approval("ana", said),), False), ((approval("boro", said),), True)):
        held = log(draft("ana"), *words)
        (proposal,) = drafts(held)
        assert (may_release(proposal, held, four_eyes=True, by="ana") == "") is released
        assert may_release(proposal, held, four_eyes=False, by="ana") == ""


@pytest.mark.parametrize(
    "changed", [{"severity": "Extreme"}, {"recipients": ("BA-NODE", "XK-NODE", "PUBLIC")}, {"tlp": "CLEAR"}], ids=["content", "recipients", "label"]
)
def test_an_approval_holds_for_exactly_what_was_approved(changed: dict[str, str]) -> None:
    """Another content, or a wider label under the same content, must be approved anew."""
    first = draft("ana")
    said = approval("boro", digest_of(), said_us=NOW_US + 1)
    second = draft("ana", version=2, said_us=NOW_US + 2, **changed)
    held = log(first, said, second)
    (proposal,) = drafts(held)
    assert proposal.approvers == ()
    assert "Nobody but its authors has approved" in may_release(proposal, held, four_eyes=True, by="ana")


def test_an_author_stays_one_after_another_has_taken_over() -> None:
    """Who wrote version 1 cannot approve version 2."""
    held = log(draft("ana"), draft("boro", version=2, said_us=NOW_US + 1, severity="Extreme"))
    (proposal,) = drafts(held)
    assert proposal.authors == ("ana", "boro")
    assert may_approve(proposal, held, four_eyes=True, by="ana")


def test_who_only_submits_or_sends_back_is_no_author() -> None:
    """The content and the label are as they were."""
    held = log(draft("ana", state="open"), draft("boro", version=2, said_us=NOW_US + 1))
    (proposal,) = drafts(held)
    assert proposal.authors == ("ana",)
    assert may_approve(proposal, held, four_eyes=True, by="boro") == ""


def test_a_refusal_stands_until_the_same_person_approves() -> None:
    """Another's approval does not go around it."""
    said = digest_of()
    words = (approval("boro", said, approved=False, note="too early"), approval("vera", said))
    held = log(draft("ana"), *words)
    assert may_release(drafts(held)[0], held, four_eyes=True, by="ana") == "boro has refused this draft (too early); change it, or let boro approve."
    held = log(draft("ana"), *words, approval("boro", said, said_us=NOW_US + 1))
    assert may_release(drafts(held)[0], held, four_eyes=True, by="ana") == ""


def test_another_partys_approval_is_none() -> None:
    """Nor does an exercise's count for the real draft."""
    said = approval("boro", digest_of(), owner="BA-NODE")
    drill = replace(approval("boro", digest_of()), exercise=True)
    assert drafts(log(draft("ana"), said, drill))[0].approvers == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "open"}, "has not been submitted"),
        ({"state": "withdrawn"}, "already withdrawn"),
        ({"state": "released"}, "already released"),
        ({"expires_us": NOW_US + 1}, "would expire before it is released"),
        ({"act": "cancel"}, "no released warning w1 to cancel"),
    ],
)
def test_a_draft_that_cannot_go_says_why(changes: dict[str, object], why: str) -> None:
    """One sentence each, with a full stop."""
    held = log(draft("ana", **changes))  # type: ignore[arg-type]
    said = may_release(drafts(held)[0], held, four_eyes=True, by="ana")
    assert why in said
    assert said.endswith(".")


def test_a_draft_of_another_party_is_not_ours_to_release() -> None:
    """Nor to approve."""
    held = log(draft("ana"), party="BA-NODE")
    (proposal,) = drafts(held)
    assert "belongs to ME-NODE" in may_release(proposal, held, four_eyes=False, by="b")
    assert "belongs to ME-NODE" in may_approve(proposal, held, four_eyes=False, by="b")


def test_a_heads_up_needs_no_review() -> None:
    """It goes out open and unapproved."""
    held = log(draft("ana", state="open", stage="heads-up"))
    assert may_release(drafts(held)[0], held, four_eyes=True, by="ana") == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"act": "cancel", "predecessors": (entry_id(ALERT),)},
        {"act": "update", "predecessors": (entry_id(ALERT),)},
        {"warning": "w9", "recipients": ("PUBLIC",)},
    ],
    ids=["cancel", "update", "public"],
)
def test_a_heads_up_that_changes_a_warning_or_goes_to_everybody_needs_a_second_person(changes: dict[str, object]) -> None:
    """Its light stage lets nobody alone call back what two have released."""
    held = log(ALERT, draft("ana", stage="heads-up", **changes))  # type: ignore[arg-type]
    assert "Nobody but its authors has approved" in may_release(drafts(held)[0], held, four_eyes=True, by="ana")


def test_a_test_never_continues_a_real_warning() -> None:
    """Nor the other way round."""
    held = log(ALERT, draft("ana", act="update", predecessors=(entry_id(ALERT),), test=True))
    assert "never continue each other" in may_release(drafts(held)[0], held, four_eyes=False, by="ana")


def test_a_later_word_counts_though_the_clock_was_set_back() -> None:
    """The version, not the time, says which assessment and which label is the latest."""
    first = assessment("w1", "hit", NOW_US + 9)
    second = replace(assessment("w1", "false alarm", NOW_US + 5), version=2)
    (chain,) = chains(log(ALERT, first, second))
    assert chain.assessment is not None
    assert chain.assessment.outcome == "false alarm"
    wider = log(draft("ana", tlp="AMBER"), approval("boro", digest_of("AMBER"), said_us=NOW_US + 5), draft("ana", version=2, said_us=NOW_US - 9, tlp="CLEAR"))
    assert drafts(wider)[0].approvers == ()


def test_a_party_finds_its_own_warning_though_another_gives_the_same_name() -> None:
    """The own one first, else the first by owner."""
    other = replace(ALERT, owner="BA-NODE")
    found = chains(log(ALERT, other))
    assert {party: chain_named(found, "w1", party).owner for party in ("ME-NODE", "BA-NODE", "XK-NODE")} == {  # type: ignore[union-attr]
        "ME-NODE": "ME-NODE",
        "BA-NODE": "BA-NODE",
        "XK-NODE": "BA-NODE",
    }
    assert chain_named(found, "w2", "ME-NODE") is None


def test_a_draft_begun_before_the_head_moved_on_is_refused() -> None:
    """Two people update one warning: the second must look again."""
    late = draft("ana", act="update", predecessors=(entry_id(ALERT),))
    fresh = draft("ana", act="update", predecessors=(entry_id(UPDATE_1),))
    for proposed, allowed in ((late, False), (fresh, True)):
        held = log(ALERT, UPDATE_1, proposed)
        assert (may_release(drafts(held)[0], held, four_eyes=False, by="ana") == "") is allowed


@given(
    st.permutations(
        [
            draft("ana"),
            draft("ana", version=2, said_us=NOW_US + 1, severity="Minor"),
            approval("boro", digest_of(severity="Minor"), said_us=NOW_US + 2),
        ]
    )
)
def test_drafts_do_not_depend_on_the_order_of_arrival(entries: list[Entry]) -> None:
    """The latest version counts, with its approval."""
    (proposal,) = drafts(log(*entries))
    assert (proposal.versions, proposal.draft.content.severity, proposal.approvers) == (2, "Minor", ("boro",))
