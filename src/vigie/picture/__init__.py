"""The picture: what the events of a world add up to."""

from vigie.picture.cells import VAGUE_KM
from vigie.picture.counts import PERIODS, count_by, most_severe, seen_by, timeline
from vigie.picture.silences import Silence, silences

__all__ = ["PERIODS", "VAGUE_KM", "Silence", "count_by", "most_severe", "seen_by", "silences", "timeline"]
