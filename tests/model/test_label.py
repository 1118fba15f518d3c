"""Labels: the shared cases, and the laws of the lattice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import LEVELS, directories, instants, labels, readers
from vigie.model.label import (
    PUBLIC,
    RULES,
    TLP_ORDER,
    Directory,
    Grant,
    Label,
    Membership,
    Party,
    join,
    label_from_json,
    label_text,
    label_to_json,
    may_forward,
    may_read,
    may_show,
    why_closed,
    why_not_forwarded,
    why_not_shown,
)


def label_of_case(facts: Mapping[str, Any]) -> Label:
    """A label as the shared cases write it."""
    rel_to = None if facts["rel_to"] is None else frozenset(facts["rel_to"])
    lists = {name: frozenset(facts[name]) for name in ("not_to", "caveats", "info")}
    plain = {name: facts[name] for name in ("owner", "policy", "level", "tlp", "orcon", "relay")}
    return Label(**plain, **lists, rel_to=rel_to, embargo_us=facts["embargo"])


def directory_of_case(world: Mapping[str, Any]) -> Directory:
    """A directory as the shared cases write it."""
    parties = {
        name: Party(name, party["org"], party["community"], frozenset(party["accred"]), party["clearance"], frozenset(party["clients_of"]))
        for name, party in world["parties"].items()
    }
    grants = frozenset(Grant(grant["owner"], grant["record"], grant["version"], grant["to"], grant["until"]) for grant in world["grants"])
    levels = {name: tuple(ranks) for name, ranks in world["levels"].items()}
    return Directory(levels, {name: frozenset(members) for name, members in world["groups"].items()}, parties, grants)


def answer(case: Mapping[str, Any]) -> bool:
    """What we say to a case's question."""
    directory, label, now = directory_of_case(case["world"]), label_of_case(case["label"]), case["now"]
    if case["ask"] == "forward":
        return may_forward(case["holder"], case["party"], label, directory, now, tuple(case["record"]))
    if case["ask"] == "read-derived":
        label = join(label, label_of_case(case["label2"]), directory)
    return may_read(case["party"], label, directory, now)


def test_all_shared_cases_are_answered_as_wanted(data: Path) -> None:
    """Sixty questions of reading, forwarding and joining."""
    cases = json.loads((data / "exchange" / "labels" / "label_cases_public.json").read_text())
    assert len(cases) == 60
    assert [case["id"] for case in cases if answer(case) is not case["want"]] == []


@given(labels, labels, directories, readers, instants)
def test_a_join_never_lets_more_people_read(first: Label, second: Label, directory: Directory, party: str, now: int) -> None:
    """Who reads the join reads both parts; and who reads both reads the join."""
    reads_both = may_read(party, first, directory, now) and may_read(party, second, directory, now)
    assert may_read(party, join(first, second, directory), directory, now) is reads_both


@given(labels, labels, labels, directories)
def test_joining_is_commutative_associative_and_idempotent(first: Label, second: Label, third: Label, directory: Directory) -> None:
    """The laws of a lattice, as equality of values."""
    assert join(first, second, directory) == join(second, first, directory)
    assert join(join(first, second, directory), third, directory) == join(first, join(second, third, directory), directory)
    assert join(first, first, directory) == first


@given(labels, labels, directories, readers, instants)
def test_the_printed_label_of_a_join_is_never_looser(first: Label, second: Label, directory: Directory, party: str, now: int) -> None:
    """The flat fields alone, without the parts, open to nobody whom the parts refuse."""
    joined = join(first, second, directory)
    flat = replace(joined, parts=frozenset())
    assert not may_read(party, flat, directory, now) or may_read(party, joined, directory, now)


@given(labels, directories, readers, readers, instants)
def test_whoever_may_forward_and_receive_may_read(label: Label, directory: Directory, holder: str, party: str, now: int) -> None:
    """Forwarding implies that both may read."""
    if may_forward(holder, party, label, directory, now, ("r", 1)):
        assert may_read(holder, label, directory, now)
        assert may_read(party, label, directory, now)


def is_valid(label: Label) -> bool:
    """Whether every value of the label is one that somebody defined."""
    return label.tlp in TLP_ORDER and label.level in LEVELS.get(label.policy, ())


@given(labels.filter(is_valid), directories, readers, instants, st.data())
def test_tightening_one_field_never_adds_a_reader(label: Label, directory: Directory, party: str, now: int, data: st.DataObject) -> None:
    """Stricter TLP, higher level, more exclusions, more caveats, a shorter list, a later embargo."""
    ranks = LEVELS[label.policy]
    tighter = data.draw(
        st.sampled_from(
            [
                replace(label, tlp=TLP_ORDER[min(TLP_ORDER.index(label.tlp) + 1, 4)]),
                replace(label, level=ranks[min(ranks.index(label.level) + 1, len(ranks) - 1)]),
                replace(label, not_to=label.not_to | {"B", "G"}),
                replace(label, caveats=label.caveats | {"MEDICAL"}),
                replace(label, embargo_us=(label.embargo_us or 0) + 10),
                replace(label, rel_to=None if label.rel_to is None else label.rel_to - {"A", "H"}),
            ]
        )
    )
    assert not may_read(party, tighter, directory, now) or may_read(party, label, directory, now)


@given(labels, labels, directories)
def test_a_label_reads_back_as_it_was_written(first: Label, second: Label, directory: Directory) -> None:
    """Simple and joined labels; None and the empty list stay apart."""
    for label in (first, join(first, second, directory)):
        assert label_from_json(label_to_json(label), directory) == label
        assert label_text(label_from_json(label_to_json(label), directory)) == label_text(label)


@pytest.mark.parametrize("facts", [{"owner": "A", "colour": "RED"}, {"owner": "A", "rel_to": "B"}, {"parts": []}, {"tlp": "RED"}])
def test_a_label_with_an_unknown_field_is_refused(facts: dict[str, Any]) -> None:
    """Nothing in a label is ignored."""
    with pytest.raises((ValueError, TypeError)):
        label_from_json(facts, Directory())


def test_a_place_in_a_group_holds_from_its_first_instant_until_just_before_its_last() -> None:
    """Half-open; who is always in it stays, and a group that has dated places only is a group too."""
    directory = Directory(
        groups={"G": frozenset({"A"}), "H": frozenset()}, dated={"G": frozenset({Membership("B", 10, 20)}), "H": frozenset({Membership("B")})}
    )
    label = Label("ME", rel_to=frozenset({"G"}))
    assert [may_read("B", label, directory, now) for now in (9, 10, 19, 20)] == [False, True, True, False]
    assert directory.names_of("B", 10) == {"B", "G", "H"}
    assert directory.meant_by("G", 10) == {"A", "B"}
    assert directory.meant_by("G", 20) == {"A"}
    assert directory.meant_by("H", 0) == {"B"}
    assert directory.meant_by("C", 0) == {"C"}


def test_who_left_and_came_back_is_in_the_group_twice() -> None:
    """Two places of one party: whichever holds."""
    directory = Directory(dated={"G": frozenset({Membership("B", None, 5), Membership("B", 10, None)})})
    assert ["G" in directory.names_of("B", now) for now in (0, 5, 9, 10)] == [True, False, False, True]


simple_or_joined = st.one_of(labels, st.tuples(labels, labels).map(lambda pair: join(*pair, Directory(LEVELS))))


@given(simple_or_joined, directories, readers, instants)
def test_a_reason_is_given_exactly_where_a_label_is_closed(label: Label, directory: Directory, party: str, now: int) -> None:
    """No reason without a no, and no no without a reason."""
    assert (why_closed(party, label, directory, now) == ()) is may_read(party, label, directory, now)


@given(simple_or_joined, directories, readers, readers, instants)
def test_a_reason_is_given_exactly_where_a_record_is_not_passed_on(label: Label, directory: Directory, holder: str, party: str, now: int) -> None:
    """The same of forwarding."""
    assert (why_not_forwarded(holder, party, label, directory, now, ("r", 1)) == ()) is may_forward(holder, party, label, directory, now, ("r", 1))


@given(simple_or_joined, directories, readers, readers, instants, st.booleans())
def test_a_reason_is_given_exactly_where_a_node_does_not_show_a_record(
    label: Label,
    directory: Directory,
    home: str,
    party: str,
    now: int,
    is_received: bool,  # noqa: FBT001 - a drawn value
) -> None:
    """The same of what a node shows: its own records as they may be read, what it received as it may be shown. Each reason is of a known rule."""
    is_shown = may_show(home, party, label, directory, now) if is_received else may_read(party, label, directory, now)
    reasons = why_not_shown(home, party, label, directory, now, is_received=is_received)
    assert (reasons == ()) is is_shown
    assert {reason.rule for reason in reasons} <= set(RULES)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tlp": "PURPLE"}, "nobody has defined TLP:PURPLE"),
        ({"policy": "ACME"}, "nobody has defined the policy 'ACME'"),
        ({"level": "ULTRA"}, "the policy VIGIE has no level 'ULTRA'"),
        ({"level": "RESTRICTED"}, "B is not cleared for VIGIE RESTRICTED"),
        ({"embargo_us": 1_000_000}, "it is under embargo until 1970-01-01T00:00:01Z"),
        ({"not_to": frozenset({"G", "B", "X"})}, "B is excluded as B, G"),
        ({"caveats": frozenset({"MEDICAL", "SOURCES"})}, "B does not hold SOURCES"),
        ({"rel_to": frozenset({"C", "H"})}, "B is not on the list of readers (C, H)"),
        ({"rel_to": frozenset()}, "the list of readers is empty: nobody but A"),
        ({"tlp": "GREEN"}, "TLP:GREEN is for the community, and B is not of it"),
        ({"tlp": "AMBER"}, "TLP:AMBER without a list is for A alone"),
    ],
)
def test_each_rule_that_closes_is_told_in_plain_words(changes: dict[str, Any], reason: str) -> None:
    """One rule, one sentence."""
    directory = Directory(groups={"G": frozenset({"B"})}, parties={"B": Party("B", "X", caveats=frozenset({"MEDICAL"}))})
    label = replace(Label("A", tlp="CLEAR"), **changes)
    assert reason in why_closed("B", label, directory, 0)


def test_what_keeps_a_record_with_its_holder_is_told() -> None:
    """RED, no leave of the owner, no relay; of a joined label with whose part it is."""
    directory = Directory(parties={name: Party(name, name) for name in "ABC"})
    listed = frozenset({"B", "C"})
    assert why_not_forwarded("B", "C", Label("A", tlp="RED", rel_to=listed, relay=True), directory, 0, ("r", 1)) == ("TLP:RED is never passed on",)
    kept = ("A has given no leave to pass it on to C", "TLP:AMBER without relay stays with B")
    assert why_not_forwarded("B", "C", Label("A", rel_to=listed, orcon=True), directory, 0, ("r", 1)) == kept
    joined = join(Label("A", rel_to=listed), Label("C", tlp="CLEAR"), directory)
    assert why_not_forwarded("B", "C", joined, directory, 0, ("r", 1)) == ("TLP:AMBER without relay stays with B (part of A)",)


@given(simple_or_joined, directories, readers, readers | st.just(PUBLIC), instants)
def test_what_was_received_opens_to_home_and_else_only_as_far_as_home_may_pass_it_on(
    label: Label, directory: Directory, home: str, party: str, now: int
) -> None:
    """Nobody but home sees more than may be read; whom home may read it with may be sent it too."""
    if party == home:
        assert may_show(home, party, label, directory, now)
    elif may_show(home, party, label, directory, now):
        assert may_read(party, label, directory, now)
        assert not may_read(home, label, directory, now) or may_forward(home, party, label, directory, now, ("r", 1))


@pytest.mark.parametrize(
    ("changes", "is_shown"),
    [
        ({}, True),
        ({"orcon": True}, False),
        ({"rel_to": frozenset({"B"}), "tlp": "AMBER"}, False),
        ({"rel_to": frozenset({"B"}), "tlp": "AMBER", "relay": True}, True),
    ],
)
def test_a_received_record_is_shown_to_others_only_as_its_label_says(changes: dict[str, Any], is_shown: bool) -> None:  # noqa: FBT001 - a table
    """CLEAR and GREEN, or relay; never with orcon."""
    assert may_show("HOME", "B", replace(Label("A", tlp="CLEAR"), **changes), Directory(), 0) is is_shown
