"""The sources that a node knows: those of the packs, and its own; what the operator chose for each is kept in the store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_args

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.source import Floor, Source
from vigie.node.feeds import feed_of
from vigie.node.line import parsed_address
from vigie.node.mappings import named_reader, presets
from vigie.node.packs import known_sources, pack
from vigie.node.settings import Node, owner_label
from vigie.store import SourceState, list_source_states, save_source_state

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NUMBERS = ("cadence_minutes", "retention_days")
_HEADER = re.compile(r"[A-Za-z0-9-]+:[^{}\r\n]*\{token\}[^{}\r\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A source as this node has it: whether the operator added it, whether no pack knows it, and what was chosen for it.

    An empty `tlp` stands for AMBER, an empty `token_header` for the feed's own way; `mapping` is a file that says what a table's columns mean.
    What an `exercise` source delivers never happened: its records belong to the exercise, whatever they say of themselves.
    """

    source: Source
    is_added: bool = False
    is_own: bool = False
    tlp: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    token_header: str = ""
    mapping: Path | None = None
    exercise: bool = False
    state: Mapping[str, Json] = field(default_factory=dict)


def known(node: Node) -> list[Entry]:
    """Every source that a pack knows and every one that was added, by name."""
    kept = {item.name: item for item in list_source_states(node.store)}
    named = known_sources()
    return [_entry(name, named.get(name), kept.get(name)) for name in sorted(named | kept) if name in named or kept[name].settings.get("facts")]


def find(node: Node, name: str) -> Entry:
    """The source of that name. Raises `BadSetting` where there is none."""
    entries = {entry.source.name: entry for entry in known(node)}
    if name not in entries:
        todo = "add one of your own with `vigie sources add NAME --address ...`"
        raise BadSetting("There is no such source", got=name, expected=", ".join(entries), todo=todo)
    return entries[name]


def add(
    node: Node,
    name: str,
    *,
    tlp: str | None = None,
    options: Mapping[str, str] | None = None,
    token_header: str = "",
    mapping: Path | None = None,
    exercise: bool = False,
    **facts: str | int,
) -> Entry:
    """The source as it was added: one that a pack knows (`facts` then change it), or one of the node's own.

    `facts` are the fields of `Source`; an own source needs `address` and `field`. Raises `BadSetting` for what cannot be understood and
    `NotReleasable` where a pack's source would be made less strict than its terms are. Adding again replaces the choices.
    """
    preset = known_sources().get(name)
    source = _changed(preset, facts) if preset else _own_source(name, facts)
    _check(source, options or {}, token_header, mapping)
    before = {item.name: item for item in list_source_states(node.store)}.get(name)
    chosen: dict[str, Json] = {
        "added": True,
        "facts": dict[str, Json](facts),
        "tlp": owner_label(node.settings.party, tlp).tlp if tlp else "",
        "options": dict[str, Json](options or {}),
        "token_header": token_header,
        "mapping": str(mapping.absolute()) if mapping else "",
        "exercise": exercise,
    }
    save_source_state(node.store, SourceState(name, chosen, _state_after(name, preset, before, chosen)))
    return find(node, name)


def _state_after(name: str, preset: Source | None, before: SourceState | None, chosen: Mapping[str, Json]) -> Mapping[str, Json]:
    """What is remembered of a source's runs; one that is somewhere else now, or of the other world, is fetched from its beginning."""
    if before is None:
        return {}
    was, will = (_entry(name, preset, SourceState(name, settings, {})) for settings in (before.settings, chosen))
    if _where(was) == _where(will):
        return before.state
    return {key: value for key, value in before.state.items() if key != "feed"}


def _where(entry: Entry) -> tuple[str, str, bool]:
    return entry.source.address, entry.source.fetch, entry.exercise


def _entry(name: str, preset: Source | None, kept: SourceState | None) -> Entry:
    chosen: Mapping[str, Any] = kept.settings if kept else {}
    facts = chosen.get("facts", {})
    return Entry(
        source=_changed(preset, facts) if preset else _own_source(name, facts),
        is_added=bool(chosen.get("added")),
        is_own=preset is None,
        tlp=str(chosen.get("tlp", "")),
        options={key: str(value) for key, value in chosen.get("options", {}).items()},
        token_header=str(chosen.get("token_header", "")),
        mapping=Path(chosen["mapping"]) if chosen.get("mapping") else None,
        exercise=bool(chosen.get("exercise")),
        state=kept.state if kept else {},
    )


def _changed(preset: Source, facts: Mapping[str, Any]) -> Source:
    _check_facts(preset.name, facts)
    if preset.floor == "owner" and facts.get("floor") == "open":
        todo = "ask the agency; its source is readable by the node's own party alone"
        raise NotReleasable("The terms of a source cannot be loosened", source=preset.name, got="open", expected="owner", todo=todo)
    return replace(preset, **facts)


def _own_source(name: str, facts: Mapping[str, Any]) -> Source:
    """A source of the node's own. Where no licence is stated, nobody but the node's own party may read it."""
    if not _NAME.fullmatch(name):
        raise BadSetting("The name of a source is not one", got=name, expected="small letters, digits and dashes, at most 64")
    _check_facts(name, facts)
    if missing := [needed for needed in ("address", "field") if not facts.get(needed)]:
        raise BadSetting("An own source lacks a part", source=name, field=missing[0], todo=f"name it with --{missing[0]}")
    defaults = {
        "title": name,
        "fetch": "file",
        "reader": "",
        "licence": "not stated",
        "floor": "open" if facts.get("licence") else "owner",
        "attribution": facts.get("agency", "") or name,
    }
    return Source(**{"name": name, **defaults, **facts})


def _check_facts(name: str, facts: Mapping[str, Any]) -> None:
    allowed = [item.name for item in fields(Source) if item.name != "name"]
    for key, value in facts.items():
        if key not in allowed:
            raise BadSetting("A source has no such part", source=name, got=key, expected=", ".join(allowed))
        is_right = type(value) is int and value >= 1 if key in _NUMBERS else isinstance(value, str)
        if not is_right:
            expected = "a whole number, 1 or more" if key in _NUMBERS else "text"
            raise BadSetting("A part of a source is of the wrong sort", source=name, field=key, got=repr(value), expected=expected)


def _check(source: Source, options: Mapping[str, str], token_header: str, mapping: Path | None) -> None:
    """Raises `BadSetting` for anything that a run could only stumble over."""
    parsed_address(source.address)
    pack(source.field)
    if source.floor not in get_args(Floor):
        raise BadSetting("A source's floor is not known", source=source.name, field="floor", got=source.floor, expected=" or ".join(get_args(Floor)))
    taken = feed_of(source).options
    if wrong := sorted(set(options) - set(taken)):
        expected = "; ".join(f"{name} = {meaning}" for name, meaning in taken.items()) or f"none, for a source that is fetched as {source.fetch}"
        raise BadSetting("The source does not take this option", source=source.name, got=wrong[0], expected=expected)
    if token_header and not _HEADER.fullmatch(token_header):
        raise BadSetting("The header for the token cannot be understood", source=source.name, got=token_header, expected="such as X-Key: {token}")
    if mapping is not None or (source.reader and source.reader not in presets()):
        named_reader(source.reader, "", mapping)
