"""The rules of a node: those of the installed packs, and its own `rules.yaml` beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.rule import Problem, Query, Rule, RuleBook, rule_name
from vigie.model.rules_yaml import MAX_BYTES, checked_book, rules_from_yaml
from vigie.node.atlas import load_atlas
from vigie.node.histories import region_of
from vigie.node.packs import packs
from vigie.node.settings import Node

RULES_FILE = "rules.yaml"


def rule_book(node: Node) -> RuleBook:
    """All rules and problems that the node may switch on.

    Raises `BadSetting` where its own `rules.yaml` cannot be used: what cannot stand, an unknown kind, field or party, a name that stands twice.
    """
    own, problems = own_rules(node)
    found = packs().values()
    return checked_book([*(rule for pack in found for rule in pack.rules), *own], [*(item for pack in found for item in pack.problems), *problems])


def own_rules(node: Node) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The rules and problems of the node's own file; none where there is no such file. Raises `BadSetting` as `rule_book` does."""
    path = node.folder / RULES_FILE
    text = _text(path)
    if text is None:
        return (), ()
    rules, problems = rules_from_yaml(text, str(path))
    parties = {PUBLIC, node.settings.party, *node.directory.parties}
    for rule in rules:
        check_kinds(rule, str(path))
        _check_areas(rule, str(path))
        stranger = next((party for party in (rule.reads, *rule.tells) if party and party not in parties), None)
        if stranger is not None:
            todo = "write it into directory.toml, or correct its name"
            raise BadSetting("A rule names a party that the node does not know", source=str(path), record=rule_name(rule), got=stranger, todo=todo)
    return tuple(replace(rule, reads=rule.reads if rule.reads != node.settings.party else "") for rule in rules), problems


def check_kinds(rule: Rule, source: str) -> None:
    """Raises `BadSetting` where the rule names a field or a kind that no pack has."""
    found = packs()
    kinds = {kind for pack in found.values() for kind in pack.terms.kinds}
    queries = (rule.query, *((rule.outcome.query,) if rule.outcome else ()))
    unknown = next((field for query in queries for field in (rule.field, *query.fields) if field not in found), None)
    if unknown is not None:
        raise BadSetting("A rule names a field that no pack has", source=source, record=rule_name(rule), got=unknown, expected=", ".join(found))
    missing = next((kind for query in queries for kind in _unknown_kinds(query, kinds)), None)
    if missing is not None:
        raise BadSetting("A rule names a kind that no pack has", source=source, record=rule_name(rule), got=missing, todo="see the packs' terms.yaml")


def _check_areas(rule: Rule, source: str) -> None:
    """Raises `BadSetting` where the rule names an area that its level does not have: it would look at nothing for ever."""
    known = region_of(load_atlas()).areas(rule.area)
    unknown = next((area for area in rule.areas if area not in known), None)
    if unknown is not None:
        raise BadSetting(f"A rule names a {rule.area} that the region does not have", source=source, record=rule_name(rule), got=unknown)


def _unknown_kinds(query: Query, kinds: Iterable[str]) -> list[str]:
    known = set(kinds)
    return [kind for kind in query.kinds if not (any(name.startswith(kind[:-1]) for name in known) if kind.endswith(".*") else kind in known)]


def _text(path: Path) -> str | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadSetting("The file of rules is too large", source=str(path), got=f"{path.stat().st_size} bytes", expected=f"at most {MAX_BYTES}")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting("The file of rules cannot be read", source=str(path), got=str(fault)) from fault
