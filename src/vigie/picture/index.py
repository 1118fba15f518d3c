"""The events of a world as columns that questions are answered from: texts are codes, agencies stand in one long list, places lie in H3 cells.

An index is made once for a world; every question is then a few operations on whole columns, never a loop over events.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import digest
from vigie.model.catalogue import Catalogue
from vigie.model.event import Events
from vigie.picture.hexagons import FINEST, cells_at, parents
from vigie.picture.silences import Rhythms, rhythms_of

MAX_PHRASES = 64
"""How many searched phrases are kept."""

T = TypeVar("T")
_PHRASES = Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A text column with few distinct values: `names[code[i]]`; names are sorted."""

    code: NDArray[np.int32]
    names: tuple[str, ...]

    def among(self, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Which rows (m,) hold a name that is wanted."""
        return np.array([wanted(name) for name in (*self.names, "")], bool)[self.code]

    def counts(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of these rows hold each name (k,)."""
        return np.bincount(self.code[rows], minlength=len(self.names))


def codes_of(values: Iterable[Any], count: int) -> Codes:
    """The column of these `count` texts."""
    values = values if isinstance(values, Sequence) else list(values)
    names = sorted(set(values))
    position = {name: code for code, name in enumerate(names)}
    return Codes(np.fromiter(map(position.__getitem__, values), np.int32, count), tuple(map(str, names)))


@dataclass(frozen=True, eq=False)
class Index:
    """Events as columns (m,), in the world's order (by begin, then id).

    `pair_event` and `pair_agency` (k,) say which agencies saw which event, each once, by event; agencies are codes of `agencies`.
    """

    events: Events
    catalogue: Catalogue
    event_of: NDArray[np.int64]
    field: Codes
    kind: Codes
    country: Codes
    unit: Codes
    agencies: tuple[str, ...]
    pair_event: NDArray[np.int64]
    pair_agency: NDArray[np.int32]
    reports: NDArray[np.int64]
    is_placed: NDArray[np.bool_]
    _phrases: dict[str, NDArray[np.uint8]] = dataclasses.field(default_factory=dict)
    _kept: dict[Any, Any] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.events)

    @cached_property
    def last_us(self) -> NDArray[np.int64]:
        """The end of each event, or just after its begin where it took no time (m,)."""
        return np.maximum(self.events.end_us, self.events.begin_us + 1)

    @cached_property
    def key(self) -> str:
        """A short name of what these events are."""
        return digest("\n".join(self.events.id).encode())[:16]

    @cached_property
    def cells(self) -> NDArray[np.uint64]:
        """The H3 cell of each event at the finest resolution (m,); 0 where it has no place."""
        return cells_at(self.events.lon, self.events.lat, FINEST)

    @cached_property
    def rhythms(self) -> Rhythms:
        """When each agency spoke on each field."""
        return rhythms_of(self.catalogue)

    def cells_of(self, resolution: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """The cells that any event lies in, sorted, and the number of each event's cell among them (m,)."""

        def make() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
            found, number = np.unique(parents(self.cells, resolution), return_inverse=True)
            return found, number.astype(np.int64)

        return self.once(("cells", resolution), make)

    def phrase(self, wanted: str, make: Callable[[], NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """The events (m,) that `make` finds for these words; those of the last few words are kept."""
        known = self._phrases.get(wanted)
        if known is not None:
            return np.unpackbits(known, count=len(self)).view(np.bool_)
        found = make()
        with _PHRASES:
            self._phrases[wanted] = np.packbits(found)
            while len(self._phrases) > MAX_PHRASES:
                del self._phrases[next(iter(self._phrases))]
        return found

    def once(self, name: Any, make: Callable[[], T]) -> T:
        """What `make` gives, made at the first ask."""
        if name not in self._kept:
            self._kept[name] = make()
        found: T = self._kept[name]
        return found


def make_index(events: Events, catalogue: Catalogue, event_of: NDArray[np.int64], country: NDArray[np.object_], unit: NDArray[np.object_]) -> Index:
    """The index of these events; `event_of` (n,) goes by row of the catalogue, `country` and `unit` (m,) by event."""
    count, many = len(events), max(len(catalogue.agency.names), 1)
    pairs = _distinct(event_of * many + catalogue.agency.codes)
    return Index(
        events=events,
        catalogue=catalogue,
        event_of=event_of,
        field=codes_of(events.field, count),
        kind=codes_of(events.kind, count),
        country=codes_of(country.tolist(), count),
        unit=codes_of(unit.tolist(), count),
        agencies=catalogue.agency.names,
        pair_event=pairs // many,
        pair_agency=(pairs % many).astype(np.int32),
        reports=np.bincount(event_of, minlength=count),
        is_placed=np.isfinite(events.lon) & np.isfinite(events.lat),
    )


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The different values, sorted: as `np.unique`, which is ten times slower where most are different."""
    ordered = np.sort(values)
    return ordered[np.diff(ordered, prepend=-1) > 0]
