"""Linking files without a node: reports in, one line a report out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vigie.ingest.mapping import Mapping
from vigie.ingest.table import read_catalogue
from vigie.model.catalogue import Catalogue, concat
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.event import Clusters
from vigie.model.pack import ReadContext
from vigie.node.mappings import terms_of
from vigie.node.packs import pack
from vigie.node.settings import Node
from vigie.node.severity import severities
from vigie.node.worlds import World, learned_background
from vigie.store import Audience, held_reports


@dataclass(frozen=True, slots=True, eq=False)
class LinkedFiles:
    """The answer for files: per report its id, its event's id and the chance that it belongs there; what could not be read."""

    report_ids: list[str]
    event_ids: list[str]
    probability: NDArray[np.float64]
    doubtful: int
    rejects: list[Reject]


def link_files(paths: Sequence[Path], mapping: Mapping, field: str = "", agency: str = "") -> LinkedFiles:
    """The reports of tables, linked field by field. Raises `BadReport` where an id stands twice, or a file is none."""
    catalogue, ids, rejects = _read(paths, mapping, agency)
    _check_unique(ids)
    event_ids, probability, doubtful = np.full(len(ids), "", object), np.ones(len(ids)), 0
    for name in [field] if field else catalogue.field.names:
        rows = np.arange(len(catalogue)) if field else np.flatnonzero(catalogue.field.is_in([name]))
        clusters, events = _link_field(catalogue.take(rows), name)
        event_ids[rows], probability[rows] = events, clusters.probability
        doubtful += len(clusters.doubtful)
    return LinkedFiles(ids, list(event_ids), probability, doubtful, rejects)


def _read(paths: Sequence[Path], mapping: Mapping, agency: str) -> tuple[Catalogue, list[str], list[Reject]]:
    parts = [read_catalogue(path, mapping, ReadContext(path.name, agency), terms_of(mapping)) for path in paths]
    return concat([part for part, _, _ in parts]), [name for _, names, _ in parts for name in names], [fault for _, _, faults in parts for fault in faults]


def _check_unique(ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        seen: set[str] = set()
        twice = next(name for name in ids if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadReport("A report id stands twice", got=twice, expected="one row a report", todo="give each report an id of its own")


def _link_field(catalogue: Catalogue, field: str) -> tuple[Clusters, NDArray[np.object_]]:
    from vigie.harmonise import link, make_events

    known = pack(field)
    background = learned_background(catalogue, known.sameness) if len(catalogue) else None
    clusters = link(catalogue, known.sameness, background=background)
    events = make_events(catalogue, clusters, severities(known.terms, catalogue))
    names = np.full(len(catalogue), "", object)
    for event_id, members in zip(events.id, events.members, strict=True):
        names[members] = event_id
    return clusters, names


def link_lines(linked: LinkedFiles) -> Iterator[str]:
    """`report_id,event_id,probability`, header first, in the order of the files."""
    yield "report_id,event_id,probability\n"
    for name, event, chance in zip(linked.report_ids, linked.event_ids, linked.probability, strict=True):
        yield f"{_cell(name)},{event},{chance:.4f}\n"


def _cell(name: str) -> str:
    return f'"{name.replace(chr(34), chr(34) * 2)}"' if any(mark in name for mark in ',"\n\r') else name


def world_link_lines(node: Node, world: World, now_us: int) -> Iterator[str]:
    """The same of a node's world: a report is named AGENCY/REF, or by its id in the API where the agency gave no reference."""
    yield "report_id,event_id,probability\n"
    rows = world.catalogue.row.tolist()
    audience = Audience(world.party, node.directory, now_us)
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
