"""The cooperation pack's parts in one value."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.fields.cooperation.exercise import SHARE, make_events
from vigie.fields.cooperation.readers import READERS
from vigie.fields.cooperation.sameness import SAMENESS
from vigie.fields.cooperation.vocabulary import FIELD, TERMS
from vigie.model.lexicon import lexicon_from_yaml
from vigie.model.pack import Pack
from vigie.model.rules_yaml import rules_from_yaml
from vigie.model.source import sources_from_toml

_HERE: Final = Path(__file__).parent
_RULES, _PROBLEMS = rules_from_yaml((_HERE / "rules.yaml").read_text(encoding="utf-8"), "cooperation/rules.yaml", FIELD)

PACK: Final = Pack(
    name=FIELD,
    title="Cooperation",
    terms=TERMS,
    sameness=SAMENESS,
    readers=READERS,
    sources=sources_from_toml((_HERE / "sources.toml").read_text(encoding="utf-8"), FIELD, "cooperation/sources.toml"),
    make_events=make_events,
    exercise_share=SHARE,
    rules=_RULES,
    problems=_PROBLEMS,
    lexicon=lexicon_from_yaml((_HERE / "lexicon.yaml").read_text(encoding="utf-8"), "cooperation/lexicon.yaml"),
)
