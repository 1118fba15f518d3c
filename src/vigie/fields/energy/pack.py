"""The energy pack's parts in one value."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.fields.energy.exercise import SHARE, make_events
from vigie.fields.energy.sameness import SAMENESS
from vigie.model.pack import Pack
from vigie.model.rules_yaml import rules_from_yaml
from vigie.model.source import sources_from_toml
from vigie.model.terms import terms_from_yaml

_HERE: Final = Path(__file__).parent
_RULES, _PROBLEMS = rules_from_yaml((_HERE / "rules.yaml").read_text(encoding="utf-8"), "energy/rules.yaml", "energy")

PACK: Final = Pack(
    name="energy",
    title="Energy",
    terms=terms_from_yaml((_HERE / "terms.yaml").read_text(encoding="utf-8"), "energy/terms.yaml"),
    sameness=SAMENESS,
    sources=sources_from_toml((_HERE / "sources.toml").read_text(encoding="utf-8"), "energy", "energy/sources.toml"),
    make_events=make_events,
    exercise_share=SHARE,
    units={"MW": "megawatts not available", "clients": "customers without supply"},
    rules=_RULES,
    problems=_PROBLEMS,
)
