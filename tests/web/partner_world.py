"""A desk's node with partners in every state, labels that wait, activities, and warnings: what the tests of the exchange's and the risks' screens look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from node.two_nodes import for_party, take, to
from vigie.model.activity import Activity
from vigie.model.atlas import Atlas
from vigie.model.entry import Entry
from vigie.model.label import Label
from vigie.model.times import DAY_US, SECOND_US
from vigie.node import desk, relabel
from vigie.node.peers import add_peer, keep_fault, keep_well, own_card
from vigie.node.procedures import open_silence, save_activity, take_step
from vigie.node.settings import Node, init_node, open_node
from vigie.node.sync import sync_with
from vigie.store import add_entry
from web.desk_world import DIRECTORY, OWN, PARTNER, at, desk_node, fill, watch
from web.world import NOW_US, public_reports

FAILING, STRANGER = "MK-NODE", "AL-NODE"
FAULT = "The partner does not answer."


@contextmanager
def partnered_node(folder: Path) -> Iterator[Node]:
    """A desk's node with a partner that has exchanged with it, one that fails and one that was never asked; and a label that waits."""
    made = desk_node(folder / "node")
    fill(made)
    partners = {name: partner(folder / name, name) for name in (PARTNER, FAILING, STRANGER)}
    for one in partners.values():
        add_peer(made, own_card(one, "http://127.0.0.1:9"), NOW_US - DAY_US)
    exchange(made, partners[PARTNER])
    keep_well(made, PARTNER, NOW_US)
    keep_fault(made, FAILING, FAULT, NOW_US - 60 * SECOND_US)
    take(made, Label(OWN, tlp="AMBER"), replace(public_reports()[0], agency="AMBERS", agency_ref="a1", lon=20.5, lat=44.5))
    relabel.propose(at(made, "duty"), "AMBERS/a1", Label(OWN, tlp="GREEN"), "Agreed with the desk in Belgrade.")
    yield made
    for one in (made, *partners.values()):
        one.store.close()


def partner(folder: Path, name: str) -> Node:
    """A partner's node with a report that it releases to us."""
    init_node(folder, name).store.close()
    (folder / "directory.toml").write_text(DIRECTORY + '\n[parties.ME-NODE]\norg = "ME"\n', encoding="utf-8")
    made = open_node(folder)
    take(made, for_party(name, OWN), replace(public_reports()[1], agency=name, agency_ref="p1", lon=21.0, lat=41.5))
    return made


def exchange(ours: Node, theirs: Node) -> None:
    """Each asks the other once."""
    add_peer(theirs, own_card(ours), NOW_US)
    sync_with(theirs, OWN, to(ours), NOW_US)
    sync_with(ours, theirs.settings.party, to(theirs), NOW_US)


def answered(node: Node, atlas: Atlas) -> None:
    """A rule that fires, an activity that runs and answers a warning, one for the own party alone, and an action that a partner took."""
    watch(node, atlas)
    activity(node, "a-runs", Label(OWN, tlp="CLEAR"), {"areas": ("AL",), "priorities": ("civil-emergency",), "answers": ("w-quake",)})
    activity(node, "a-own", Label(OWN, tlp="AMBER", rel_to=frozenset()), {"areas": ("ME",), "answers": ("w-public",)})
    desk.answer(at(node, "partner"), "w-quake", "action", "Two teams were sent to Shkodër.", tlp="CLEAR")


def silenced(node: Node, **said: Any) -> str:
    """An activity that is to run from next year on, under a silence that ends in three days; its name."""
    made = Activity(titles={"en": "Mediators for Podgorica"}, status="planned", planned_begin=date(2027, 1, 1), **said)
    ref = save_activity(at(node, "duty"), made).ref
    take_step(at(node, "duty"), OWN, ref, "submit")
    save_activity(at(node, "head"), made, ref, 1, rel_to=(PARTNER,))
    for act in ("screen", "review", "list"):
        take_step(at(node, "head"), OWN, ref, act)
    open_silence(at(node, "head"), ref, NOW_US + 3 * DAY_US, "UTC", (PARTNER,), "all")
    return ref


def activity(node: Node, ref: str, label: Label, said: Mapping[str, Any]) -> None:
    """Writes an activity down that runs from a month ago on."""
    made = Activity(titles={"en": f"The work {ref}"}, status="running", begin=date(2026, 8, 20), **said)
    entry = Entry(type="activity", owner=OWN, ref=ref, label=label, said_us=NOW_US - DAY_US, by="duty", body=made.model_dump(mode="json"))
    add_entry(node.store, entry)
