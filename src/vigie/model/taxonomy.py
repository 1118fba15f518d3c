"""Taxonomies of categories: how the words of several agencies are brought to common terms, from the finest level to the broadest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Path = tuple[str, ...]
"""A category's common terms, the finest level first; blank where the taxonomy says none."""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One taxonomy: for (agency, category) its paths, each `depth` levels long. A category that stands twice has two paths."""

    name: str
    depth: int
    categories: Mapping[tuple[str, str], tuple[Path, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """The paths of n reports in one taxonomy: those of report i are `paths[code[i]]`; code -1 = the report names no category."""

    depth: int
    code: NDArray[np.int64]
    paths: tuple[tuple[Path, ...], ...]
