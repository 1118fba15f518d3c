"""The release gate: the label of a warning is the join with its evidence's, and every recipient must be able to read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import PARTIES, directories, instants, labels
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.label import PUBLIC, TLP_ORDER, Directory, Label, Party, may_read
from vigie.warn.release import CHOSEN, Blocked, blocked_recipients, check_release, release_label
from warn.logs import NOW_US, content

DIRECTORY = Directory(
    groups={"SEE": frozenset({"BA-NODE", "XK-NODE"})}, parties={name: Party(name, community=True) for name in ("ME-NODE", "BA-NODE", "XK-NODE")}
)
GREEN, RED = Label("ME-NODE", tlp="GREEN"), Label("ME-NODE", tlp="RED", rel_to=frozenset({"BA-NODE"}))
EVIDENCE = (("MSO/r1", GREEN), ("ACLED/7", RED), ("UCDP/3", GREEN))


def test_one_red_and_two_green_records_are_not_for_a_green_reader() -> None:
    """One sentence for the author names the recipient and the one record that blocks it."""
    label = release_label("ME-NODE", "GREEN", None, [found for _, found in EVIDENCE], DIRECTORY)
    with pytest.raises(NotReleasable) as refused:
        check_release(content(recipients=("BA-NODE", "XK-NODE")), label, DIRECTORY, NOW_US, EVIDENCE)
    assert str(refused.value) == (
        "The warning may not be released to XK-NODE, because of ACLED/7 (TLP:RED); leave out these recipients, or what was taken from these records."
    )


def test_without_the_red_record_it_goes() -> None:
    """The green ones block nobody of the community."""
    evidence = [each for each in EVIDENCE if each[1] is GREEN]
    label = release_label("ME-NODE", "GREEN", None, [found for _, found in evidence], DIRECTORY)
    check_release(content(recipients=("BA-NODE", "XK-NODE")), label, DIRECTORY, NOW_US, evidence)


def test_the_public_reads_only_what_is_clear_throughout() -> None:
    """One green record is enough to keep it in."""
    clear = Label("ME-NODE", tlp="CLEAR")
    said = content(recipients=(PUBLIC,))
    check_release(said, release_label("ME-NODE", "CLEAR", None, [clear], DIRECTORY), DIRECTORY, NOW_US, [("MSO/r1", clear)])
    label = release_label("ME-NODE", "CLEAR", None, [clear, GREEN], DIRECTORY)
    assert blocked_recipients(said, label, DIRECTORY, NOW_US, [("MSO/r1", clear), ("MSO/r2", GREEN)]) == (Blocked(PUBLIC, ("MSO/r2",)),)


def test_where_no_record_blocks_the_chosen_label_is_named() -> None:
    """AMBER without a list is for the owner alone."""
    label = release_label("ME-NODE", "AMBER", None, [GREEN], DIRECTORY)
    blocked = blocked_recipients(content(recipients=("ME-NODE", "BA-NODE")), label, DIRECTORY, NOW_US, [("MSO/r1", GREEN)])
    assert blocked == (Blocked("BA-NODE", (CHOSEN,)),)


def test_of_a_group_every_member_is_asked() -> None:
    """One member without clearance is enough."""
    label = release_label("ME-NODE", "GREEN", None, [RED], DIRECTORY)
    assert blocked_recipients(content(recipients=("SEE",)), label, DIRECTORY, NOW_US, [("ACLED/7", RED)]) == (Blocked("XK-NODE", ("ACLED/7",)),)


def test_an_exercise_is_gated_as_the_real_thing() -> None:
    """The gate does not ask; a test warning is refused as well."""
    with pytest.raises(NotReleasable):
        check_release(content(recipients=("XK-NODE",), test=True), RED, DIRECTORY, NOW_US)


def test_an_unknown_colour_is_refused() -> None:
    """TLP:WHITE was TLP 1."""
    with pytest.raises(BadSetting, match="expected CLEAR, GREEN, AMBER"):
        release_label("ME-NODE", "WHITE", None, [], DIRECTORY)


chosen = st.tuples(st.sampled_from(PARTIES[:4]), st.sampled_from(TLP_ORDER), st.none() | st.lists(st.sampled_from([*PARTIES, "G"]), max_size=3))
SAID = content(recipients=(*PARTIES, PUBLIC))


@given(chosen, st.lists(labels, max_size=3), labels, directories, instants)
def test_stricter_evidence_never_lets_more_recipients_pass(
    start: tuple[str, str, list[str] | None], evidence: list[Label], more: Label, directory: Directory, now_us: int
) -> None:
    """With one more record, whoever is blocked stays blocked."""
    named = [(f"r{place}", label) for place, label in enumerate(evidence)]
    before = blocked_recipients(SAID, release_label(*start, evidence, directory), directory, now_us, named)
    after = blocked_recipients(SAID, release_label(*start, [*evidence, more], directory), directory, now_us, [*named, ("more", more)])
    assert {each.recipient for each in before} <= {each.recipient for each in after}


@given(chosen, st.lists(labels, max_size=3), directories, instants)
def test_who_passes_may_read_the_joined_label_and_who_is_blocked_may_not(
    start: tuple[str, str, list[str] | None], evidence: list[Label], directory: Directory, now_us: int
) -> None:
    """The gate and the one predicate agree, with or without names of the evidence."""
    label = release_label(*start, evidence, directory)
    named = [(f"r{place}", found) for place, found in enumerate(evidence)]
    readers = {party for party in SAID.recipients if may_read(party, label, directory, now_us)}
    for given_ in (named, []):
        blocked = {each.recipient for each in blocked_recipients(SAID, label, directory, now_us, given_)}
        assert set(SAID.recipients) - blocked == readers


@given(st.permutations([GREEN, RED, Label("BA-NODE", tlp="AMBER", rel_to=frozenset({"ME-NODE"}))]))
def test_the_order_of_the_evidence_does_not_matter(evidence: list[Label]) -> None:
    """One label, in any order."""
    assert release_label("ME-NODE", "GREEN", ["BA-NODE"], evidence, DIRECTORY) == release_label("ME-NODE", "GREEN", ["BA-NODE"], evidence[::-1], DIRECTORY)
