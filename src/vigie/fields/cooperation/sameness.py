"""When two accounts speak of one meeting or agreement: the engine's defaults."""

from __future__ import annotations

from vigie.model.sameness import Sameness

SAMENESS = Sameness()
