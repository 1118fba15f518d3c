"""What holds where nobody says otherwise and the command line's help must show it. It imports nothing heavy, so that the help costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields

REPLAYED_DAYS = 730
"""How much of the archive a replay runs over unless told: two years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadences:
    """Seconds between two runs of each job; our own choices. Sources have cadences of their own besides: this is how often they are looked at."""

    sources_s: int = 60
    sync_s: int = 60
    link_s: int = 300
    rules_s: int = 300
    timers_s: int = 60
    notices_s: int = 60
    briefs_s: int = 300
    sweep_s: int = 3600

    @property
    def round_s(self) -> int:
        """Seconds between two rounds: the shortest cadence."""
        return min(int(getattr(self, item.name)) for item in fields(self))
