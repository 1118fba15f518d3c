"""An incident within an episode: not the same event, but a part of it.

Of an episode only its length is known, so an incident somewhere inside it is weak evidence: it has the density
1 / length there, blurred by the errors of both. That is spread over the episode like butter, not a peak at no gap.
"""

from __future__ import annotations

import math

from numba import njit

from vigie.harmonise.kernel import leaf
from vigie.harmonise.score import Codes, Numbers, Rules, log_place, score_parts
from vigie.harmonise.testimony import EXTENT, OWN_VAR, PLACE_LEVEL, T_VAR, TIME_LEVEL, VAGUE, T

MAY_LINK, PROPOSED, PART_OF = range(3)
"""Bonds of a pair: it may be linked, may only be shown to an analyst, or may be an incident and its episode."""
_TINY = 1e-300


@njit(cache=True, nogil=True, inline="always")
def is_part(numbers: Numbers, a: int, b: int, rules: Rules) -> bool:
    """Whether exactly one of a and b lasted longer than the time window; not so where both lasted and their ends agree."""
    first, second = numbers[a, EXTENT], numbers[b, EXTENT]
    if (2 * first > rules.near_s) == (2 * second > rules.near_s):
        return False
    return bool(first < 0 or second < 0 or abs(numbers[a, T] - numbers[b, T]) + abs(first - second) > rules.near_s)


@leaf
def bond_of(numbers: Numbers, codes: Codes, a: int, b: int, rules: Rules) -> int:
    """What the pair may become: `MAY_LINK`, `PROPOSED` or `PART_OF`. An episode is not vague for being long."""
    vague_place = codes[a, PLACE_LEVEL] >= VAGUE or codes[b, PLACE_LEVEL] >= VAGUE
    if not is_part(numbers, a, b, rules):
        return PROPOSED if vague_place or codes[a, TIME_LEVEL] >= VAGUE or codes[b, TIME_LEVEL] >= VAGUE else MAY_LINK
    incident = b if numbers[a, EXTENT] > numbers[b, EXTENT] else a
    return PROPOSED if vague_place or codes[incident, TIME_LEVEL] >= VAGUE else PART_OF


@leaf
def part_parts(numbers: Numbers, codes: Codes, a: int, b: int, rules: Rules) -> tuple[float, float, float, float, float]:
    """Nats of time, place, size, kind and density for an incident and its episode.

    Sizes say nothing: an episode's is that of all its incidents.
    """
    _, _, _, kind, density = score_parts(numbers, codes, a, b, rules)
    place = log_place(numbers, a, b, rules) + rules.log_window_km2
    return log_within(numbers, a, b, rules) + rules.log_window_s, place, 0.0, kind, density


@leaf
def log_within(numbers: Numbers, a: int, b: int, rules: Rules) -> float:
    """Log density per second of an incident's time, if it is anywhere in its episode: a box, blurred by the mixture of errors."""
    whole, incident = (a, b) if numbers[a, EXTENT] > numbers[b, EXTENT] else (b, a)
    sigma = math.sqrt(numbers[whole, OWN_VAR] + numbers[incident, T_VAR])
    apart, half = abs(numbers[a, T] - numbers[b, T]), numbers[whole, EXTENT]
    core, wide = _share_within(apart, half, sigma), _share_within(apart, half, rules.wide_factor * sigma)
    return math.log(max((1 - rules.wide_share) * core + rules.wide_share * wide, _TINY)) - math.log(2 * half)


@leaf
def _share_within(apart: float, half: float, sigma: float) -> float:
    """The share of a Gaussian around `apart` that lies within `half` of zero."""
    scale = sigma * math.sqrt(2.0)
    return 0.5 * (math.erf((half - apart) / scale) + math.erf((half + apart) / scale))
