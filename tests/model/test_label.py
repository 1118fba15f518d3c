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
from vigie.model.label import TLP_ORDER, Directory, Grant, Label, Party, join, label_from_json, label_text, label_to_json, may_forward, may_read


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
