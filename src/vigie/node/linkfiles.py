"""Linking files without a node: reports in, one line a report out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vigie.ingest.mapping import Mapping
from vigie.ingest.table import read_catalogue
from vigie.ingest.taxonomies import classified, kinds_of, read_categorised, read_taxonomies, without_kinds
from vigie.model.catalogue import Catalogue, Coded, concat
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.event import Clusters
from vigie.model.linkmodel import untrained
from vigie.model.pack import ReadContext
from vigie.node.explained import Explained, agencies_of
from vigie.node.mappings import terms_of
from vigie.node.packs import pack, packs
from vigie.node.settings import Node
from vigie.node.severity import severities
from vigie.node.worlds import World, side_by_side
from vigie.store import held_reports

if TYPE_CHECKING:
    from vigie.node.cluster_link import Linker

_PLACE = re.compile("(line|item|object|row) [0-9]+")
IGNORABLE = ("size",)
"""What of the evidence a user may leave out."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkedFiles:
    """The answer for files: per report its id, its event's id and the chance that it belongs there; what could not be read.

    `parts` are reports (their ids) that may be part of a longer one, `facts` counts that the way of linking gives,
    `notes` sentences that a user should know, `models` what was learned of each field.
    """

    report_ids: list[str]
    event_ids: list[str]
    probability: NDArray[np.float64]
    doubtful: int
    rejects: list[Reject]
    parts: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    models: dict[str, Explained] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read for linking: the mapping, the evidence that is left out, and the taxonomies whose first gives the kinds (None = the mapping does)."""

    mapping: Mapping
    ignore: tuple[str, ...] = ()
    taxonomies: Path | None = None
    agency: str = ""


def link_files(paths: Sequence[Path], reading: Reading, field_name: str = "", linker: Linker | None = None) -> LinkedFiles:
    """The reports of tables, linked field by field, or all as reports of one, by `vigie.harmonise.link` or what is given in its place.

    A report of a field that nobody knows is rejected. Raises `BadReport` where an id stands twice, or a file is none, `BadSetting` for evidence that
    cannot be left out, or where the one field is unknown.
    """
    if field_name:
        pack(field_name)
    read = _read(paths, reading) if field_name else _of_known_fields(_read(paths, reading))
    catalogue, ids = read.catalogue, read.ids
    check_unique(ids)
    event_ids, probability, doubtful = np.full(len(ids), "", object), np.ones(len(ids)), 0
    whole = np.arange(len(catalogue))
    names = [] if field_name else [catalogue.field.names[code] for code in np.unique(catalogue.field.codes)]
    parts = {field_name: whole} if field_name else {name: np.flatnonzero(catalogue.field.is_in([name])) for name in names}
    linked = side_by_side(parts, lambda name: _link_field(catalogue.take(parts[name]), name, read.kind_levels, linker))
    models = {name: model for name, (_, _, model) in zip(parts, linked, strict=True)}
    for rows, (clusters, events, _) in zip(parts.values(), linked, strict=True):
        event_ids[rows], probability[rows] = events, clusters.probability
        doubtful += len(clusters.doubtful)
    return LinkedFiles(ids, list(event_ids), probability, doubtful, read.rejects, models=models)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What files hold; `files` names the file of each report, `kind_levels` is how deep the taxonomy is that gave the kinds (0 = the mapping did)."""

    catalogue: Catalogue
    ids: list[str]
    rejects: list[Reject]
    files: list[str]
    kind_levels: int = 0


def _read(paths: Sequence[Path], reading: Reading) -> _Read:
    unknown = [name for name in reading.ignore if name not in IGNORABLE]
    if unknown:
        raise BadSetting("That evidence cannot be left out", field="--ignore", got=unknown[0], expected=" or ".join(IGNORABLE))
    read = _read_plain(paths, reading) if reading.taxonomies is None else _read_with_kinds(paths, reading, reading.taxonomies)
    return replace(read, catalogue=_without(read.catalogue, reading.ignore))


def _read_plain(paths: Sequence[Path], reading: Reading) -> _Read:
    terms = terms_of(reading.mapping)
    parts = [read_catalogue(path, reading.mapping, ReadContext(path.name, reading.agency), terms) for path in paths]
    ids = [_told_apart(name, path, paths) for path, (_, names, _) in zip(paths, parts, strict=True) for name in names]
    files = [path.name for path, (_, names, _) in zip(paths, parts, strict=True) for _ in names]
    return _Read(concat([part for part, _, _ in parts]), ids, [fault for _, _, faults in parts for fault in faults], files)


def _read_with_kinds(paths: Sequence[Path], reading: Reading, taxonomies: Path) -> _Read:
    """The reports with the first taxonomy's levels as their kinds."""
    known = read_taxonomies(taxonomies)
    read = read_categorised(paths, without_kinds(reading.mapping), known)
    name, categories = next(iter(read.categories.items()))
    taxonomy = next(item for item in known if item.name == name)
    kinds = kinds_of(classified(taxonomy, read.catalogue.agency.texts().tolist(), categories))
    files = [", ".join(path.name for path in paths)] * len(read.ids)
    return _Read(replace(read.catalogue, kind=Coded.of(kinds)), read.ids, read.rejects, files, taxonomy.depth)


def _of_known_fields(read: _Read) -> _Read:
    """Without the reports of fields that nobody knows, which are rejected."""
    is_known = read.catalogue.field.is_in(list(packs()))
    if is_known.all():
        return read
    expected = ", ".join(packs())
    faults = [_unknown_field(read.files[row], read.ids[row], read.catalogue.field.text(row), expected) for row in np.flatnonzero(~is_known).tolist()]
    kept = np.flatnonzero(is_known).tolist()
    ids, files = [read.ids[row] for row in kept], [read.files[row] for row in kept]
    return replace(read, catalogue=read.catalogue.take(is_known), ids=ids, files=files, rejects=[*read.rejects, *faults])


def _unknown_field(file: str, name: str, got: str, expected: str) -> Reject:
    place = name if name.startswith(f"{file} ") else f"{file}, {name if _PLACE.fullmatch(name) else f'report {name}'}"
    return Reject(place, "There is no such field", field="field", got=got, expected=expected)


def _told_apart(name: str, path: Path, paths: Sequence[Path]) -> str:
    """The id of a report; of several files the place that stands in for one bears the file's name, since each has a line 2."""
    return f"{path.name} {name}" if len(paths) > 1 and _PLACE.fullmatch(name) else name


def _without(catalogue: Catalogue, ignore: Sequence[str]) -> Catalogue:
    return replace(catalogue, magnitude=np.full(len(catalogue), np.nan)) if "size" in ignore else catalogue


def check_unique(ids: Sequence[str]) -> None:
    """Raises `BadReport` where an id stands twice."""
    if len(set(ids)) != len(ids):
        seen: set[str] = set()
        twice = next(name for name in ids if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadReport("A report id stands twice", got=twice, expected="one row a report", todo="give each report an id of its own")


def _link_field(catalogue: Catalogue, field_name: str, kind_levels: int, linker: Linker | None) -> tuple[Clusters, NDArray[np.object_], Explained]:
    from vigie.harmonise import learn, link, make_events

    known = pack(field_name)
    sameness = replace(known.sameness, kind_nats=spread(known.sameness.kind_nats, kind_levels)) if kind_levels else known.sameness
    learned = learn(catalogue, sameness) if len(catalogue) >= sameness.least_learned else None
    clusters = (linker or link)(catalogue, sameness, learned=learned)
    events = make_events(catalogue, clusters, severities(known.terms, catalogue))
    names = np.full(len(catalogue), "", object)
    for event_id, members in zip(events.id, events.members, strict=True):
        names[members] = event_id
    model = untrained(sameness) if learned is None else learned.model
    return clusters, names, Explained(model, agencies_of(catalogue), len(catalogue))


def spread(kind_nats: Sequence[float], levels: int) -> tuple[float, ...]:
    """What kinds of so many levels say, from a field's own evidence for kinds of fewer or more: its line from none shared to all, in equal steps.

    >>> spread((-6.0, -1.0, 2.0), 4)
    (-6.0, -3.5, -1.0, 0.5, 2.0)
    """
    steps = np.linspace(0, len(kind_nats) - 1, levels + 1)
    return tuple(np.interp(steps, np.arange(len(kind_nats)), kind_nats).tolist())


def link_lines(linked: LinkedFiles) -> Iterator[str]:
    """`report_id,event_id,probability`, header first, in the order of the files."""
    yield "report_id,event_id,probability\n"
    for name, event, chance in zip(linked.report_ids, linked.event_ids, linked.probability, strict=True):
        yield f"{_cell(name)},{event},{chance:.4f}\n"


def part_lines(linked: LinkedFiles) -> Iterator[str]:
    """`report_id,episode_report_id`, header first: a report, and the longer one that it may be a part of."""
    yield "report_id,episode_report_id\n"
    for report, episode in linked.parts:
        yield f"{_cell(report)},{_cell(episode)}\n"


def _cell(name: str) -> str:
    return f'"{name.replace(chr(34), chr(34) * 2)}"' if any(mark in name for mark in ',"\n\r') else name


def world_link_lines(node: Node, world: World, now_us: int) -> Iterator[str]:
    """The same of a node's world: a report is named AGENCY/REF, or by its id in the API where the agency gave no reference."""
    yield "report_id,event_id,probability\n"
    rows = world.catalogue.row.tolist()
    audience = node.audience(world.party, now_us)
    parts = (held_reports(node.store, audience, rows[start : start + 50_000]) for start in range(0, len(rows), 50_000))
    refs = {held.row: held.report.agency_ref for part in parts for held in part}
    for number, row in enumerate(rows):
        ref = refs.get(row)
        high, low = world.catalogue.witness[number]
        name = f"{world.catalogue.agency.text(number)}/{ref}" if ref is not None else f"{int(high):016x}{int(low):016x}"
        yield f"{_cell(name)},{world.events.id[int(world.event_of[number])]},{world.probability[number]:.4f}\n"


def report_files(path: Path) -> list[Path]:
    """The tables meant by a path: the file, or `reports-*.csv` in a folder. Raises `BadSetting` where there are none."""
    found = sorted(path.glob("reports-*.csv*")) if path.is_dir() else [path]
    if not found or not all(file.exists() for file in found):
        raise BadSetting("There are no reports here", source=str(path), expected="a table, or a folder with reports-AGENCY.csv")
    return found
