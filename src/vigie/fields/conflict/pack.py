"""The conflict pack's parts in one value."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.fields.conflict.exercise import SHARE, make_events
from vigie.fields.conflict.feeds import FEEDS
from vigie.fields.conflict.readers import READERS
from vigie.fields.conflict.sameness import SAMENESS
from vigie.model.lexicon import lexicon_from_yaml
from vigie.model.pack import Pack
from vigie.model.rules_yaml import rules_from_yaml
from vigie.model.source import sources_from_toml
from vigie.model.terms import merge_terms, terms_from_yaml
from vigie.model.vocabulary import shared_terms

_HERE: Final = Path(__file__).parent
_RULES, _PROBLEMS = rules_from_yaml((_HERE / "rules.yaml").read_text(encoding="utf-8"), "conflict/rules.yaml", "conflict")

PACK: Final = Pack(
    name="conflict",
    title="Conflict",
    terms=merge_terms(shared_terms(), terms_from_yaml((_HERE / "terms.yaml").read_text(encoding="utf-8"), "conflict/terms.yaml")),
    sameness=SAMENESS,
    readers=READERS,
    presets=tuple(sorted((_HERE / "presets").glob("*.toml"))),
    sources=sources_from_toml((_HERE / "sources.toml").read_text(encoding="utf-8"), "conflict", "conflict/sources.toml"),
    feeds=FEEDS,
    make_events=make_events,
    exercise_share=SHARE,
    units={"deaths": "deaths"},
    rules=_RULES,
    problems=_PROBLEMS,
    lexicon=lexicon_from_yaml((_HERE / "lexicon.yaml").read_text(encoding="utf-8"), "conflict/lexicon.yaml"),
)
