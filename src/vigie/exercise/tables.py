"""An exercise as tables: one an agency, in the columns of Vigie's own table format, and the truth that links them; slab by slab of time.

A slab holds a bounded number of events, so an exercise of any size needs no more memory than its truth and one slab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vigie.exercise.accounts import Accounts, Desk, write_accounts
from vigie.exercise.agencies import agencies_taking_part
from vigie.exercise.sightings import Sightings, draw_sightings, homes_of
from vigie.exercise.towns import Towns, towns_of
from vigie.exercise.world import World, default_period, make_world
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.pack import Pack

SLAB = 200_000
"""Events in one slab."""

CITY = 30_000
"""The centre of a district is the nearest town with this many people."""

COLUMNS = (
    "report_id", "agency", "field", "exercise", "kind", "begin", "end", "time_meaning", "sigma_s", "issued", "lon", "lat", "radius_km",
    "depth_km", "place", "country", "magnitude", "scale",
)  # fmt: skip
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.fZ"


@dataclass(frozen=True, slots=True)
class Shape:
    """Begin and end in µs UTC (None: `default_period`), and how many agencies take part, 4 to 10."""

    period: tuple[int, int] | None = None
    agencies: int = 8


DEFAULT_SHAPE = Shape()


@dataclass(frozen=True, slots=True)
class Slab:
    """One stretch of time: a table an agency (only those that have reports in it), and the truth of all of them (report_id, event_id)."""

    tables: dict[str, pl.DataFrame]
    truth: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the files by agency, the truth's file, and the numbers of reports and events."""

    files: dict[str, Path]
    truth: Path
    reports: int
    events: int


def make_exercise(packs: Sequence[Pack], atlas: Atlas, reports: int, seed: int, shape: Shape = DEFAULT_SHAPE) -> Iterator[Slab]:
    """The slabs of an exercise with exactly so many reports in all; the same arguments give the same tables on any day.

    Every row says `exercise` = true.
    Raises `BadSetting` for a number of reports outside 100 to 10,000,000, of agencies outside 4 to 10, or a period under a day.
    """
    taking_part = agencies_taking_part(shape.agencies)
    world = make_world(packs, atlas, reports, seed, shape.period or default_period(reports))
    towns = towns_of(atlas)
    desk = Desk(taking_part, homes_of(atlas), towns, np.flatnonzero(towns.population >= min(CITY, towns.population.max())))
    return _slabs(world, desk, seed)


def _slabs(world: World, desk: Desk, seed: int) -> Iterator[Slab]:
    written = np.zeros(len(desk.agencies), np.int64)
    for number, start in enumerate(range(0, len(world), SLAB)):
        random = np.random.default_rng([seed, number])
        seen = draw_sightings(random, world, slice(start, min(start + SLAB, len(world))), desk.agencies, desk.homes)
        accounts = write_accounts(random, world, seen, desk)
        order = np.lexsort((np.arange(len(seen.event)), accounts.issued_us, seen.agency))
        serial = _serials(seen.agency[order], written)
        yield _slab(world, desk, seen, accounts, order, serial)
        written = written + np.bincount(seen.agency, minlength=len(written))


def _serials(agency: NDArray[np.int16], written: NDArray[np.int64]) -> NDArray[np.int64]:
    """Running numbers (n,) of each agency's reports, from 1 on, where rows are grouped by agency."""
    begins = np.searchsorted(agency, np.arange(len(written)))
    return np.asarray(np.arange(len(agency)) - begins[agency] + written[agency] + 1)


def _slab(world: World, desk: Desk, seen: Sightings, accounts: Accounts, order: NDArray[np.int64], serial: NDArray[np.int64]) -> Slab:
    agency = seen.agency[order]
    names = pl.Series([one.name for one in desk.agencies]).gather(agency)
    ids = pl.DataFrame({"agency": names, "serial": serial}).select(report_id=pl.format("{}-{}", "agency", "serial"))["report_id"]
    events = pl.DataFrame({"serial": seen.event[order] + 1}).select(event_id=pl.format("EX-EVENT-{}", "serial"))["event_id"]
    table = _table(world, desk.towns, seen, accounts, order).with_columns(report_id=ids, agency=names).select(COLUMNS)
    bounds = np.searchsorted(agency, np.arange(len(desk.agencies) + 1))
    tables = {one.name: table[int(begin) : int(end)] for one, begin, end in zip(desk.agencies, bounds, bounds[1:], strict=False) if end > begin}
    return Slab(tables, pl.DataFrame({"report_id": ids, "event_id": events}))


def _table(world: World, towns: Towns, seen: Sightings, accounts: Accounts, order: NDArray[np.int64]) -> pl.DataFrame:
    """All columns but the ids, in this order of rows."""
    town = accounts.town[order]
    numbers = {name: _number(getattr(accounts, name)[order]) for name in ("sigma_s", "lon", "lat", "radius_km", "depth_km", "magnitude")}
    times = {name: _time(getattr(accounts, f"{name}_us")[order]) for name in ("begin", "end", "issued")}
    return pl.DataFrame({
        "field": _words([field.name for field in world.fields], world.field[seen.event[order]]),
        "exercise": pl.repeat("true", len(order), eager=True),
        "kind": _words(accounts.kinds, accounts.kind[order]),
        **times,
        "time_meaning": _words(("uncertain", "lasted"), accounts.lasted[order].astype(np.int64)),
        **numbers,
        "place": _words((*towns.name, ""), town),
        "country": _words((*towns.country, ""), town),
        "scale": _words(accounts.scales, accounts.scale[order]),
    })  # fmt: skip


def _words(names: Sequence[str], codes: NDArray[Any]) -> pl.Series:
    """The texts of the codes; -1 is the last name, and the empty text is no value."""
    series = pl.Series(list(names), dtype=pl.String).replace("", None)
    return series.gather(np.where(codes < 0, len(names) - 1, codes).astype(np.int64))


def _number(values: NDArray[np.float64]) -> pl.Series:
    return pl.Series(values).fill_nan(None)


def _time(values_us: NDArray[np.int64]) -> pl.Series:
    return pl.Series(values_us).cast(pl.Datetime("us")).dt.strftime(TIME_FORMAT)


def write_exercise(
    packs: Sequence[Pack],
    atlas: Atlas,
    reports: int,
    seed: int,
    folder: Path,
    shape: Shape = DEFAULT_SHAPE,
    step: Callable[[int], object] = int,
) -> Written:
    """Writes `reports-AGENCY.csv` for each agency and `truth.csv` into the folder, made if need be, and says what was written.

    The other arguments are those of `make_exercise`; `step` is told how many reports each slab has brought.
    Raises `BadSetting` also where the folder cannot be made or already holds an exercise.
    """
    slabs = make_exercise(packs, atlas, reports, seed, shape)
    _prepare(folder)
    files: dict[str, Path] = {}
    count, events = 0, 0
    with ExitStack() as stack:
        open_files: dict[Path, BinaryIO] = {}
        for slab in slabs:
            for agency, table in slab.tables.items():
                files[agency] = folder / f"reports-{agency}.csv"
                _append(stack, open_files, files[agency], table)
            _append(stack, open_files, folder / "truth.csv", slab.truth)
            count, events = count + len(slab.truth), events + slab.truth["event_id"].n_unique()
            step(len(slab.truth))
    return Written(dict(sorted(files.items())), folder / "truth.csv", count, events)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BadSetting("The exercise's folder cannot be made", source=folder.name, got=str(fault.strerror)) from fault
    if any(folder.glob("reports-EX-*.csv")) or (folder / "truth.csv").exists():
        raise BadSetting("The folder already holds an exercise", source=folder.name, todo="name another folder, or remove the old one")


def _append(stack: ExitStack, open_files: dict[Path, BinaryIO], path: Path, table: pl.DataFrame) -> None:
    is_new = path not in open_files
    if is_new:
        open_files[path] = stack.enter_context(path.open("wb"))
    table.write_csv(open_files[path], include_header=is_new)
