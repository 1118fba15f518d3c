"""The seismic field's pack: its parts in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.fields.seismic.exercise import SHARE, make_events
from vigie.fields.seismic.feeds import FEEDS
from vigie.fields.seismic.readers import READERS
from vigie.fields.seismic.sameness import SAMENESS
from vigie.fields.seismic.vocabulary import FIELD, TERMS
from vigie.model.pack import Pack
from vigie.model.rules_yaml import rules_from_yaml
from vigie.model.source import sources_from_toml

_HERE: Final = Path(__file__).parent
_RULES, _PROBLEMS = rules_from_yaml((_HERE / "rules.yaml").read_text(encoding="utf-8"), "seismic/rules.yaml", FIELD)

PACK: Final = Pack(
    name=FIELD,
    title="Earthquakes",
    terms=TERMS,
    sameness=SAMENESS,
    readers=READERS,
    presets=tuple(sorted(path for path in (_HERE / "presets").glob("*") if path.suffix in (".toml", ".yaml"))),
    sources=sources_from_toml((_HERE / "sources.toml").read_text(encoding="utf-8"), FIELD),
    feeds=FEEDS,
    make_events=make_events,
    exercise_share=SHARE,
    units={
        "magnitude": "on the scale that the agency names",
        "depth_km": "km below sea level",
        "radius_km": "km, 68 %",
        "sigma_s": "s, one standard deviation",
    },
    rules=_RULES,
    problems=_PROBLEMS,
)
