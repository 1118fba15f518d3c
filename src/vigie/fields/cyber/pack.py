"""The cyber pack's parts in one value."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.fields.cyber.exercise import SHARE, make_events
from vigie.fields.cyber.feeds import FEEDS
from vigie.fields.cyber.readers import READERS
from vigie.fields.cyber.sameness import SAMENESS
from vigie.fields.cyber.vocabulary import FIELD, TERMS
from vigie.model.pack import Pack
from vigie.model.rules_yaml import rules_from_yaml
from vigie.model.source import sources_from_toml

_HERE: Final = Path(__file__).parent
_RULES, _PROBLEMS = rules_from_yaml((_HERE / "rules.yaml").read_text(encoding="utf-8"), "cyber/rules.yaml", FIELD)

PACK: Final = Pack(
    name=FIELD,
    title="Cyber",
    terms=TERMS,
    sameness=SAMENESS,
    readers=READERS,
    sources=sources_from_toml((_HERE / "sources.toml").read_text(encoding="utf-8"), FIELD, "cyber/sources.toml"),
    feeds=FEEDS,
    make_events=make_events,
    exercise_share=SHARE,
    units={"cvss": "CVSS base score, 0 to 10", "systems": "systems affected", "misp_threat": "1 low, 2 medium, 3 high"},
    rules=_RULES,
    problems=_PROBLEMS,
)
