"""Linking files as another program would: its windows, its taxonomies, its idea of an event. So far MELTT (`vigie.harmonise.corresponding`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from vigie.ingest.mapping import Mapping
from vigie.ingest.taxonomies import Categorised, classified, of_place_and_time, read_categorised, read_taxonomies
from vigie.model.errors import BadReport, BadSetting
from vigie.model.event import event_id
from vigie.model.taxonomy import Classified, Taxonomy
from vigie.node.linkfiles import LinkedFiles, check_unique

MODES = ("meltt",)
"""Programs whose method is known."""

_REPORTS = re.compile(r"(.*)_reports(\.[^/]+)")


@dataclass(frozen=True, slots=True)
class Compatible:
    """What is asked: the program, its windows (great-circle km; days between begins, and between ends), and the taxonomies file (None = beside the reports)."""

    mode: str = "meltt"
    window_km: float = 3.0
    window_days: float = 1.0
    taxonomies: Path | None = None


def link_compatible(paths: Sequence[Path], mapping: Mapping, asked: Compatible) -> LinkedFiles:
    """The reports of tables, linked by windows and taxonomies; what they report of deaths is not used.

    Raises `BadSetting` for a mode that nobody knows, a window below zero or an absent file, `BadReport` for a file that is
    none of reports or of taxonomies, an id that stands twice, and categories that a taxonomy lacks.
    """
    from vigie.harmonise.corresponding import Windows, correspond

    _check(asked)
    taxonomies = [known for path in taxonomy_files(paths, asked.taxonomies) for known in read_taxonomies(path)]
    read = read_categorised(paths, of_place_and_time(mapping), taxonomies)
    check_unique(read.ids)
    classes = _classes(read, taxonomies)
    found = correspond(read.catalogue, read.ids, classes, Windows(asked.window_km, asked.window_days))
    names = [event_id(read.catalogue.witness[found.cluster == cluster]) for cluster in range(int(found.cluster.max(initial=-1)) + 1)]
    facts = {"candidate_pairs": found.candidates, "unstable_pairs": len(found.unstable), "pairs_left": len(found.left), "possible_parts": len(found.parts)}
    return LinkedFiles(
        report_ids=read.ids,
        event_ids=[names[cluster] for cluster in found.cluster.tolist()],
        probability=found.likeness,
        doubtful=0,
        rejects=read.rejects,
        parts=[(read.ids[short], read.ids[long]) for short, long in sorted(found.parts.tolist())],
        facts=facts,
        notes=_notes(read, classes),
    )


def _check(asked: Compatible) -> None:
    if asked.mode not in MODES:
        raise BadSetting("Vigie cannot link as this program does", field="--compatible", got=asked.mode, expected=" or ".join(MODES))
    for name, value in (("--window-km", asked.window_km), ("--window-days", asked.window_days)):
        if not 0 <= value < inf:
            raise BadSetting("The window cannot be used", field=name, got=str(value), expected="a number, zero or more")


def taxonomy_files(paths: Iterable[Path], named: Path | None) -> list[Path]:
    """The taxonomies file that is named, or NAME_taxonomies.* beside each NAME_reports.*. Raises `BadSetting` where neither can be told."""
    return [named] if named is not None else list(dict.fromkeys(_beside(path) for path in paths))


def _beside(path: Path) -> Path:
    found = _REPORTS.fullmatch(path.name)
    if found is None:
        what = "The taxonomies of these reports are not named"
        raise BadSetting(what, str(path), expected="--taxonomies FILE, or a file NAME_reports.csv with NAME_taxonomies.csv beside it")
    likely = [path.with_name(f"{found[1]}_taxonomies{ending}") for ending in (found[2], ".csv", ".csv.gz")]
    return next((file for file in likely if file.is_file()), likely[0])


def _classes(read: Categorised, taxonomies: Sequence[Taxonomy]) -> list[Classified]:
    """The reports' paths in each taxonomy that they have a column for."""
    agencies = read.catalogue.agency.texts().tolist()
    known = {taxonomy.name: taxonomy for taxonomy in taxonomies}
    if len(known) < len(taxonomies):
        raise BadReport("Two taxonomies files name one taxonomy", field=", ".join(sorted(known)), todo="put them into one file, and name it with --taxonomies")
    return [classified(known[name], agencies, categories) for name, categories in read.categories.items()]


def _notes(read: Categorised, classes: Sequence[Classified]) -> list[str]:
    """What a user should know of an answer that is right and may surprise."""
    notes = []
    if len(read.ids) and len(np.unique(read.catalogue.agency.codes)) == 1:
        notes.append("All reports are of one agency: as MELTT does, this mode links reports of different agencies only.")
    for name, known in zip(read.categories, classes, strict=True):
        if blank := int((known.code < 0).sum()):
            notes.append(f"Reports that name no category in {name}, and so stay alone: {blank:,}.")
    if unplaced := int(np.isnan(read.catalogue.lon).sum()):
        notes.append(f"Reports without a place, which stay alone: {unplaced:,}.")
    return notes
