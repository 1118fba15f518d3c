"""A share with its interval and its n: no figure of the watch stands without them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

from vigie.warn.brier import note_of

_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Share:
    """`k` of `n` with the 95 % interval of Wilson (1927, J. Am. Stat. Assoc. 22, 209-212); None where n is 0."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def note(self) -> str:
        """How many there are, and whether that is too few: `n = 19, too few`."""
        return note_of(self.n)

    def __str__(self) -> str:
        """In words: `0.26 (0.12 to 0.49; n = 19, too few)`."""
        return f"unknown ({self.note})" if self.value is None else f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f}; {self.note})"


def wilson(k: int, n: int) -> Share:
    """The share k/n with Wilson's 95 % interval.

    >>> round(wilson(5, 10).low, 3), round(wilson(5, 10).high, 3)
    (0.237, 0.763)
    """
    if n == 0:
        return Share(k, n, None, None, None)
    share, weight = k / n, _Z95**2 / n
    middle, half = share + weight / 2, _Z95 * ((share * (1 - share) + weight / 4) / n) ** 0.5
    return Share(k, n, share, min(share, max(0.0, (middle - half) / (1 + weight))), max(share, min(1.0, (middle + half) / (1 + weight))))
