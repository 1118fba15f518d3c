"""What every seismic format shares: an agency's solution (origin) becomes one report, and magnitudes find their solution.

A report is one agency's word. A bulletin's event holds the solutions of several agencies, so each solution is a report of
its own; the bulletin's event id and its choice of a preferred solution are kept in the details.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from vigie.ingest.rows import CellFault
from vigie.model.canonical import Json
from vigie.model.report import Measure, Report

MOST: Final = 1e9
"""No number of a bulletin (m, km, s, degrees, counts) is larger; what is, is a fault of the file."""

LONGEST_NAME: Final = 200
UNSPECIFIED: Final = "M"
"""The scale of a magnitude whose agency names none."""

FAMILIES: Final = (r"mw", r"ms", r"mb(?!lg)", r"ml|mblg|mlg|mn", r"md|mc|mt")
"""Scales in the order of preference, where the agency prefers none: moment magnitude first, because it does not saturate;
then surface-wave, body-wave, local, and duration magnitudes. GEM's and the ISC's harmonised catalogues rank them so.
"""


@dataclass(frozen=True, slots=True)
class Size:
    """One magnitude of a bulletin: whose it is, which solution it was computed for (blank where it is not said), and its own redacted bytes.

    `is_bound` marks a magnitude that is only known to be above or below the value; it is kept, never chosen.
    """

    name: str
    value: float
    sigma: float | None = None
    agency: str | None = None
    solution: str = ""
    is_preferred: bool = False
    is_bound: bool = False
    payload: bytes = b""


def allot(reports: Sequence[Report], sizes: Sequence[Size]) -> list[list[Size]]:
    """For each solution of an event, its magnitudes: every magnitude goes to exactly one solution.

    By the solution that it names; else to its agency's only solution; else to the event's preferred solution, or the first.
    """
    by_ref = {report.agency_ref: place for place, report in enumerate(reports)}
    preferred = next((place for place, report in enumerate(reports) if report.details.get("preferred")), 0)
    agencies = Counter(report.agency for report in reports)
    by_agency = {report.agency: place for place, report in enumerate(reports) if agencies[report.agency] == 1}
    found: list[list[Size]] = [[] for _ in reports]
    for size in sizes if reports else ():
        found[by_ref.get(size.solution, by_agency.get(size.agency or "", preferred))].append(size)
    return found


def with_sizes(report: Report, sizes: Sequence[Size]) -> Report:
    """The report with all these magnitudes, and the chosen one as its magnitude."""
    chosen = chosen_size(sizes, report.agency)
    measures = tuple(Measure(size.name, size.value, size.sigma, size.agency) for size in sizes)
    payload = b"\n".join(part for part in (report.payload, *(size.payload for size in sizes)) if part)
    if chosen is None:
        return replace(report, measures=measures, payload=payload)
    return replace(report, measures=measures, payload=payload, magnitude=chosen.value, scale=chosen.name)


def chosen_size(sizes: Sequence[Size], agency: str) -> Size | None:
    """The magnitude to work with: the bulletin's preferred one, else the agency's own before others', then by family of scales.

    The answer does not depend on the order of the magnitudes.
    """
    usable = [size for size in sizes if not size.is_bound]
    return min(usable, key=lambda size: (not size.is_preferred, size.agency != agency, family_rank(size.name), size.name, -size.value), default=None)


def family_rank(scale: str) -> int:
    """The place of a scale in `FAMILIES`; one more than the last for any other.

    >>> [family_rank(scale) for scale in ("Mww", "MS", "mb", "MLv", "Md", "M")]
    [0, 1, 2, 3, 4, 5]
    """
    return next((rank for rank, family in enumerate(FAMILIES) if re.match(family, scale, re.IGNORECASE)), len(FAMILIES))


def numbers_of(texts: Mapping[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """The texts that are numbers, and those that hold something else (stars, NaN, words): kept as they are, never guessed. Blank texts are neither."""
    numbers, unread = {}, {}
    for name, text in texts.items():
        if not (stripped := text.strip()):
            continue
        value = _number(stripped)
        if value is None:
            unread[name] = stripped[:LONGEST_NAME]
        else:
            numbers[name] = value
    return numbers, unread


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= MOST and text.isascii() and "_" not in text else None


def needed(name: str, text: str) -> float:
    """The number that a text holds. Raises `CellFault` for anything else."""
    value = _number(text.strip())
    if value is None:
        raise CellFault(name, text.strip() or "nothing", "a number")
    return value


def name_of(name: str, text: str) -> str:
    """A name or identifier as it stands. Raises `CellFault` where it is blank or too long to be one."""
    if not text or len(text) > LONGEST_NAME:
        raise CellFault(name, text[:80] or "nothing", f"a name of 1 to {LONGEST_NAME} characters")
    return text


def ref_of(name: str, text: str) -> str | None:
    """The agency's reference, or None where it gives none. Raises `CellFault` where it is too long to be one."""
    return name_of(name, text) if text else None


def place_of(lon_text: str, lat_text: str) -> tuple[float, float]:
    """lon, lat; a longitude of 180 to 360 degrees is brought to -180 to 180. Raises `CellFault` where it is no place on Earth."""
    lon, lat = needed("longitude", lon_text), needed("latitude", lat_text)
    if 180 < lon <= 360:  # noqa: PLR2004 - degrees
        lon = round(lon - 360, 9)
    if not -180 <= lon <= 180:  # noqa: PLR2004
        raise CellFault("longitude", lon_text.strip(), "-180 to 360 degrees")
    if not -90 <= lat <= 90:  # noqa: PLR2004
        raise CellFault("latitude", lat_text.strip(), "-90 to 90 degrees")
    return lon, lat


def positive(numbers: Mapping[str, float], name: str) -> float | None:
    """The number of this name if it is above zero: bulletins write 0 and -1 for an uncertainty that is not known."""
    value = numbers.get(name)
    return value if value is not None and value > 0 else None


def rounded(value: float | None, digits: int = 6) -> float | None:
    """The value without the last bits that a change of units leaves behind."""
    return None if value is None else round(value, digits)


def said(**items: Json) -> dict[str, Json]:
    """The details that are said: without what is missing, blank, false or empty."""
    return {name: value for name, value in items.items() if value is not None and value is not False and value not in ("", {}, [])}


def count_of(numbers: Mapping[str, float], name: str) -> int | None:
    """A whole number from zero on; None where there is none."""
    value = numbers.get(name)
    return int(value) if value is not None and value >= 0 and value.is_integer() else None
