"""How well clusters agree with a known truth, counted over pairs of reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs put together rightly, all pairs put together, and all pairs that belong together."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """The share of found pairs that are right; 1 where none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that were found; 1 where there are none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.true) if self.found + self.true else 1.0


def pair_scores(cluster: NDArray[np.int64], truth: NDArray[np.int64]) -> Agreement:
    """The agreement of two partitions (n,) of the same reports, any integers as names.

    >>> pair_scores(np.array([0, 0, 1]), np.array([7, 7, 7])).recall
    0.3333333333333333
    """
    both = np.unique(np.column_stack([cluster, truth]), axis=0, return_counts=True)[1]
    return Agreement(_pairs(both), _pairs(np.unique(cluster, return_counts=True)[1]), _pairs(np.unique(truth, return_counts=True)[1]))


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts * (counts - 1) // 2).sum())
