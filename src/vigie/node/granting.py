"""Leave to pass one record on: given by the record's owner, to one partner at a time, until a day; it travels like every other word."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from vigie.model.entry import Entry
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.granting import Granting
from vigie.model.label import Label, label_from_json, parts_of, why_closed
from vigie.model.said import latest_of, said_in
from vigie.model.times import format_time
from vigie.node.desk import Desk, check_may, new_name, word_of
from vigie.node.relabel import check_at_home
from vigie.store import add_entry
from vigie.store.owned import Owned, owned_named


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave as it stands: its latest word, and what it says."""

    entry: Entry
    said: Granting

    def words(self, now_us: int) -> str:
        """Whether it holds, in a word."""
        return self.said.state if self.said.state != "given" else "given" if now_us <= self.said.until_us else "expired"


def grant(desk: Desk, name: str, to: str, until_us: int, reason: str = "") -> Grant:
    """Gives every holder of an own record, marked orcon, leave to pass its present version on to a party until an instant.

    Raises `BadSetting` where there is no such record, it needs no leave, or the party could not read it anyway; `NotReleasable` where the role may not.
    """
    check_at_home(desk)
    check_may(desk, "release")
    owned = _one_named(desk, name)
    label = _label_of(desk, owned)
    _check_wanted(desk, owned, label, to, until_us)
    said = Granting(record=owned.record_id, name=owned.name[:160], to=to, until_us=until_us, reason=reason.strip())
    return Grant(add_entry(desk.node.store, word_of(desk, "grant", new_name("g"), said, label)), said)


def _one_named(desk: Desk, name: str) -> Owned:
    found = [one for one in owned_named(desk.node.store, desk.node.settings.party, name) if not one.is_relabelled]
    if not found or len({one.name for one in found}) > 1:
        words = "Several records bear this name" if found else "This node's party owns no record of that name"
        raise BadSetting(words, got=name, todo="name it as AGENCY/REF, TYPE/REF or by its record id")
    return max(found, key=lambda one: one.version)


def _label_of(desk: Desk, owned: Owned) -> Label:
    return label_from_json(json.loads(owned.label), desk.node.directory)


def _check_wanted(desk: Desk, owned: Owned, label: Label, to: str, until_us: int) -> None:
    if not any(part.orcon for part in parts_of(label)):
        raise BadSetting("The record needs no leave: its label is not marked orcon", record=owned.name)
    if to not in desk.node.directory.parties:
        raise BadSetting("The party is not in the directory", field="--to", got=to, todo="add it to directory.toml")
    if reasons := why_closed(to, label, desk.node.directory, desk.now_us):
        raise BadSetting(f"{to} may not read the record, with leave or without: {'; '.join(reasons)}", record=owned.name, todo="see vigie labels propose")
    if any(part.tlp == "RED" for part in parts_of(label)):
        raise BadSetting("What is TLP:RED is never passed on", record=owned.name)
    if until_us <= desk.now_us:
        raise BadSetting("The leave must hold for a while", field="--until", got=format_time(until_us), expected="a time that is still to come")


def grants(desk: Desk) -> tuple[Grant, ...]:
    """Every leave that the node's own party gave or took back, as it stands, the oldest first."""
    check_at_home(desk)
    found = (pair for pair in said_in(desk.log, "grant", Granting) if pair[0].owner == desk.node.settings.party)
    return tuple(Grant(*pair) for pair in latest_of(found))


def take_back(desk: Desk, ref: str) -> Grant:
    """Takes leave back: holders withdraw the record from the party as soon as they hear of it. Raises `BadSetting` for unknown leave."""
    check_may(desk, "release")
    found = next((one for one in grants(desk) if one.entry.ref == ref), None)
    if found is None:
        raise BadSetting("There is no such leave", got=ref, todo="see vigie labels grants")
    if found.said.state != "given":
        raise NotReleasable("The leave was taken back already", record=ref)
    said = found.said.model_copy(update={"state": "taken back"})
    entry = replace(word_of(desk, "grant", ref, said, found.entry.label), version=found.entry.version + 1)
    return Grant(add_entry(desk.node.store, entry), said)


__all__ = ["Grant", "grant", "grants", "take_back"]
