"""Long lists, a part to a page: which part, and the links to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

PER_PAGE = 100
"""How many warnings a page lists."""


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """What one page lists of a list, and the pages' addresses by number; none where one page holds all."""

    items: tuple[Item, ...]
    page: int
    links: tuple[tuple[int, str], ...]


def part_of(items: Sequence[Item], page: int, address: Callable[[int], str]) -> Part[Item]:
    """The part of a list that the page of this number shows; the last one for a number that is too high."""
    pages = max(1, -(-len(items) // PER_PAGE))
    shown = min(page, pages)
    links = tuple((number, address(number)) for number in range(1, pages + 1)) if pages > 1 else ()
    return Part(tuple(items[(shown - 1) * PER_PAGE : shown * PER_PAGE]), shown, links)
