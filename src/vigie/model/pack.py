"""The part types of a field pack. Every field fills the same frozen `Pack`; the rest of the program names no field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.errors import Reject
from vigie.model.feed import Feed
from vigie.model.lexicon import Lexicon
from vigie.model.report import Report
from vigie.model.rule import Problem, Rule
from vigie.model.sameness import Sameness
from vigie.model.source import Floor, Source
from vigie.model.terms import Terms


@dataclass(frozen=True, slots=True)
class Sample:
    """What a reader may look at to recognise a file: its name (without .gz) and its first 64 KiB, unpacked."""

    name: str
    head: bytes


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the caller knows about a file: a name for messages, the agency where the file names none, and whether it is an exercise."""

    source: str
    agency: str = ""
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Understands one format. `read` yields reports and rejects as it goes and holds little in memory.

    A fault of one record is a `Reject`; a file that is not of this format at all raises `BadReport`.
    `personal` names the columns, keys or elements that are blanked before anything is hashed or kept.
    """

    name: str
    title: str
    recognises: Callable[[Sample], bool]
    read: Callable[[BinaryIO, ReadContext], Iterator[Report | Reject]]
    personal: tuple[str, ...] = ()
    floor: Floor = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportErrors:
    """How far a good agency's report of a made-up event is off, in the field's own measure; each agency multiplies it.

    With `counted` sizes are whole numbers and `size_sigma` is in proportion (deaths, MW), else it is added (magnitudes).
    With `instrumental` an agency gives an instant and a computed place, never a day or the centre of a town.
    `other_scales` says which scales agencies may use for a scale of the field: (scale, how much is added).
    """

    sigma_s: float
    radius_km: float
    size_sigma: float
    delay_s: float
    counted: bool = True
    instrumental: bool = False
    depth_sigma_km: float = 0.0
    other_scales: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """Made-up events as columns (m,): the truth from which an exercise draws its reports. Places lie in the atlas's bounds.

    A number that does not apply is NaN, a scale that does not apply the empty text. `errors` is how agencies err in this field.
    """

    kind: Coded
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    scale: Coded
    errors: ReportErrors

    def __len__(self) -> int:
        return len(self.begin_us)


MakeEvents = Callable[[np.random.Generator, int, tuple[int, int], Atlas], MadeUp]
"""(random numbers, how many events, period begin and end in µs, atlas) -> events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A field. A missing part has an honest default, said in the pack's README."""

    name: str
    title: str
    terms: Terms
    sameness: Sameness
    readers: tuple[Reader, ...] = ()
    presets: tuple[Path, ...] = ()
    sources: tuple[Source, ...] = ()
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    make_events: MakeEvents | None = None
    exercise_share: float = 0.0
    units: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()
    lexicon: Lexicon = Lexicon()  # noqa: RUF009  # a frozen value
    """The words by which a page shows the field's kinds; empty where pages are not read for the field."""
