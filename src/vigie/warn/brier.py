"""The Brier score of stated probabilities, what it is made of, and the bins of the reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

BINS = 10
FEW = 20
"""With fewer cases than this, a score says so beside itself."""

_TAIL = 0.05


@dataclass(frozen=True, slots=True)
class Bin:
    """The forecasts of one tenth: how many, their mean, how many came, and the 90 % consistency bar.

    The bar holds the observed shares that a reliable forecast would show with so few cases (after Bröcker and Smith 2007, Weather and
    Forecasting 22, 651-661), from the binomial distribution at the bin's mean.
    """

    n: int
    mean: float
    came: int
    bar_low: float
    bar_high: float

    @property
    def observed(self) -> float:
        """The share that came."""
        return self.came / self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Brier:
    """score = reliability - resolution + uncertainty + within; all None where there is no forecast.

    Parts after Murphy (1973, J. Appl. Meteorol. 12, 595-600) over tenths of probability; `within` is what forecasts that differ inside a
    bin add (Stephenson, Coelho and Jolliffe 2008, Weather and Forecasting 23, 752-757). `skill` is 1 - score / score of `climatology`.
    """

    n: int
    score: float | None = None
    reliability: float | None = None
    resolution: float | None = None
    uncertainty: float | None = None
    within: float | None = None
    climatology: float | None = None
    skill: float | None = None
    bins: tuple[Bin, ...] = ()

    @property
    def note(self) -> str:
        """How many forecasts there are, and whether that is too few."""
        return note_of(self.n)


def brier_score(forecasts: Sequence[tuple[float, bool]], climatology: float | None = None) -> Brier:
    """The score of (probability, whether it came) pairs; `climatology` None takes the share that came.

    >>> even = brier_score([(0.5, True)] * 50 + [(0.5, False)] * 50)
    >>> even.score, even.reliability
    (0.25, 0.0)
    """
    n = len(forecasts)
    if n == 0:
        return Brier(n=0)
    bins = _bins(forecasts)
    share = sum(came for _, came in forecasts) / n
    score = _mean_square(forecasts)
    reliability = sum(each.n * (each.mean - each.observed) ** 2 for each in bins) / n
    resolution = sum(each.n * (each.observed - share) ** 2 for each in bins) / n
    uncertainty = share * (1 - share)
    usual = share if climatology is None else climatology
    reference = _mean_square([(usual, came) for _, came in forecasts])
    return Brier(
        n=n,
        score=score,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=score - (reliability - resolution + uncertainty),
        climatology=usual,
        skill=1 - score / reference if reference else None,
        bins=bins,
    )


def is_few(n: int) -> bool:
    """Whether a score of n cases should not be relied on."""
    return n < FEW


def note_of(n: int) -> str:
    """What stands beside a score of n cases.

    >>> note_of(19)
    'n = 19, too few'
    """
    return f"n = {n}, too few" if is_few(n) else f"n = {n}"


def _mean_square(forecasts: Sequence[tuple[float, bool]]) -> float:
    return sum((probability - came) ** 2 for probability, came in forecasts) / len(forecasts)


def _bins(forecasts: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """The tenths that hold forecasts, rising; 1.0 belongs to the last."""
    members: dict[int, list[tuple[float, bool]]] = {}
    for probability, came in forecasts:
        members.setdefault(min(int(probability * BINS), BINS - 1), []).append((probability, came))
    return tuple(_bin(members[place]) for place in sorted(members))


def _bin(members: Sequence[tuple[float, bool]]) -> Bin:
    n, came = len(members), sum(came for _, came in members)
    mean = sum(probability for probability, _ in members) / n
    low, high = _binomial_quantile(n, mean, _TAIL), _binomial_quantile(n, mean, 1 - _TAIL)
    return Bin(n, mean, came, low / n, high / n)


def _binomial_quantile(n: int, probability: float, level: float) -> int:
    """The least k with P(X <= k) >= level for X binomial; beyond 1 000 cases its normal approximation."""
    if n > 1_000:  # noqa: PLR2004 - where the exact sum is slow and the approximation is good to one case
        from statistics import NormalDist

        spread = sqrt(n * probability * (1 - probability))
        return round(n * probability + spread * NormalDist().inv_cdf(level))
    total = 0.0
    for k in range(n + 1):
        total += comb(n, k) * probability**k * (1 - probability) ** (n - k)
        if total >= level - 1e-12:
            return k
    return n
