"""The mine-action pack's parts in one value."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.fields.mines.exercise import SHARE, make_events
from vigie.fields.mines.sameness import SAMENESS
from vigie.model.pack import Pack
from vigie.model.rules_yaml import rules_from_yaml
from vigie.model.source import sources_from_toml
from vigie.model.terms import terms_from_yaml

_HERE: Final = Path(__file__).parent
_RULES, _PROBLEMS = rules_from_yaml((_HERE / "rules.yaml").read_text(encoding="utf-8"), "mines/rules.yaml", "mines")

PACK: Final = Pack(
    name="mines",
    title="Mine action",
    terms=terms_from_yaml((_HERE / "terms.yaml").read_text(encoding="utf-8"), "mines/terms.yaml"),
    sameness=SAMENESS,
    presets=tuple(sorted((_HERE / "presets").glob("*.toml"))),
    sources=sources_from_toml((_HERE / "sources.toml").read_text(encoding="utf-8"), "mines", "mines/sources.toml"),
    make_events=make_events,
    exercise_share=SHARE,
    units={"casualties": "people killed or injured", "area_m2": "m2"},
    rules=_RULES,
    problems=_PROBLEMS,
)
