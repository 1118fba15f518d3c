"""Activities in files that people write: JSON or YAML with the names of `model.activity`. What cannot be used is refused in one sentence."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from vigie.model.activity import Activity
from vigie.model.errors import BadReport
from vigie.model.said import read_body

MAX_BYTES = 1024 * 1024
"""No file of one activity is larger (our own choice)."""

TEMPLATE = """\
# An activity. Only a title is needed; take out what is not known, rather than writing 0.
titles: {en: Training of network administrators, fr: Formation d'administrateurs de réseau}
abstracts: {en: Two courses for administrators of public networks.}
identifier: XM-EXAMPLE-2026-001      # under which it is published, if it is
mechanism: training                  # project, workshop, training, institute, exercise, agreement, mediation, assistance, or your own word
priorities: [cyber]                  # mines, environment, counter-terrorism, cyber, human-social, energy, cbrn, or your own
partners:                            # institutions, never persons
  - {name: Institute of Example, role: lead, country: ME}
  - {name: Academy of Example, role: partner, country: RS}
countries:                           # all with a percentage, which then sum to 100, or none
  - {code: ME, percent: 50}
  - {code: RS, percent: 50}
areas: [ME-16]                       # first-level units of the atlas
status: planned                      # planned, running, finalising, closed, suspended, withdrawn
planned_begin: 2027-03-01
planned_end: 2027-05-31
budgets:
  - {begin: 2027-01-01, end: 2027-12-31, value: "240000", currency: EUR}
results:
  - titles: {en: Administrators trained}
    indicators:
      - {titles: {en: Persons who passed the final exercise}, baseline: "0", target: "40"}
visibility:                          # how the public learns of it
  - {audience: public of both capitals, channel: press release, day: 2027-03-01, language: en}
answers: []                          # names of warnings
risks: []                            # names of warning problems
"""


def read_activity_file(path: Path) -> Activity:
    """The activity that a file holds. Raises `BadReport` with one sentence where it holds none."""
    if path.stat().st_size > MAX_BYTES:
        raise BadReport("The file is too large for one activity", source=path.name, got=f"{path.stat().st_size} bytes", expected=f"at most {MAX_BYTES} bytes")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = json.loads(text, parse_float=Decimal, object_pairs_hook=_once) if path.suffix.lower() == ".json" else _yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        kind = "JSON" if path.suffix.lower() == ".json" else "YAML"
        raise BadReport(f"The file is not {kind} that can be used", source=path.name, got=" ".join(str(fault).split()) or "nests too deep") from fault
    if not isinstance(content, dict):
        raise BadReport("The file holds no activity", source=path.name, expected="the names of an activity, as vigie activities template prints them")
    return read_body(Activity, content, path.name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if twice := next((key for number, key in enumerate(keys) if key in keys[:number]), None):
        msg = f"the name {twice} stands twice"
        raise ValueError(msg)
    return dict(pairs)


def _yaml(text: str) -> Any:
    """What a YAML text holds. Raises where a name stands twice, or where one place refers to another, by which a small file could grow without bound."""
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
        msg = "anchors and aliases are not allowed"
        raise ValueError(msg)
    tree = yaml.compose(text, yaml.SafeLoader)
    if tree is not None:
        _check_names(tree)
    return yaml.safe_load(text)


def _check_names(node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        _once([(str(key.value), None) for key, _ in node.value])
        for _, value in node.value:
            _check_names(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_names(value)
