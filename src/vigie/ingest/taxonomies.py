"""Taxonomies from a table (columns taxonomy, agency, category, level_1, level_2, ...; level_1 the finest), and reports with their categories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from vigie.ingest.assemble import catalogue_part, ids_of
from vigie.ingest.batches import table_batches
from vigie.ingest.mapping import Mapping
from vigie.ingest.shapes import delimiter_of, peekable
from vigie.ingest.table import opened, read_batches
from vigie.model.catalogue import Catalogue, concat
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.pack import ReadContext
from vigie.model.taxonomy import Classified, Taxonomy
from vigie.model.taxonomy import Path as Terms

_NEEDED = ("taxonomy", "agency", "category")
_EXPECTED = "a table with the columns taxonomy, agency, category, level_1 (the finest) and further levels"
_LEVEL = re.compile(r"level_([1-9][0-9]?)")
_HEAD_BYTES = 64 * 1024
_SHOWN = 3
_UNSAID = "unsaid"
_NEED = ("agency_ref", "agency", "field", "begin", "clock", "end", "end_clock", "lon", "lat", "exercise", "revision")
"""What is read of a report where only its id, agency, time and place count."""


@dataclass(frozen=True, slots=True, eq=False)
class Categorised:
    """Reports of tables (n rows): the catalogue, the agency's own ids, the rejects, and per taxonomy the category of each (blank = none)."""

    catalogue: Catalogue
    ids: list[str]
    rejects: list[Reject]
    categories: dict[str, list[str]]


def read_taxonomies(path: Path) -> tuple[Taxonomy, ...]:
    """The taxonomies of a table, in its order. Raises `BadSetting` where there is no file, `BadReport` where it is empty or lacks a column."""
    cells = _cells(path)
    levels = _level_columns(cells.columns, path.name)
    plain = cells.select(pl.col(*_NEEDED, *levels).str.strip_chars()).filter(pl.col("taxonomy") != "")
    if plain.height == 0:
        raise BadReport("The taxonomies file holds no category", path.name, expected="a line for each category of each agency")
    return tuple(_taxonomy(str(name), part, levels, path.name) for (name,), part in plain.group_by("taxonomy", maintain_order=True))


def _cells(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise BadSetting("There is no taxonomies file", str(path), expected=_EXPECTED, todo="name it with --taxonomies FILE")
    with opened(path) as stream:
        whole = peekable(stream)
        head = whole.peek(_HEAD_BYTES)
        if not head.strip():
            raise BadReport("The taxonomies file is empty", path.name, expected=_EXPECTED)
        batches = list(table_batches(whole, delimiter_of(head)))
    rejects = [fault for batch in batches for _, fault in batch.rejects]
    if rejects:
        raise BadReport(f"The taxonomies file has a line that cannot be read: {rejects[0].what}", path.name, rejects[0].place)
    return pl.concat([batch.cells for batch in batches])


def _level_columns(names: Sequence[str], source: str) -> list[str]:
    """The columns of levels, the finest first."""
    numbers = sorted(int(found[1]) for name in names if (found := _LEVEL.fullmatch(name)))
    lacking = [name for name in _NEEDED if name not in names]
    if lacking or numbers != list(range(1, len(numbers) + 1)) or not numbers:
        raise BadReport("The taxonomies file has wrong columns", source, got=", ".join(names), expected=_EXPECTED)
    return [f"level_{number}" for number in numbers]


def _taxonomy(name: str, rows: pl.DataFrame, levels: Sequence[str], source: str) -> Taxonomy:
    """One taxonomy; it is as deep as the last level that any of its lines fills."""
    filled = [place for place, level in enumerate(levels, 1) if (rows[level] != "").any()]
    if not filled:
        raise BadReport("A taxonomy has no level", source, record=name, expected="a term in level_1 at least")
    depth = max(filled)
    categories: dict[tuple[str, str], tuple[Terms, ...]] = {}
    for agency, category, *terms in rows.select("agency", "category", *levels[:depth]).iter_rows():
        known = categories.get((agency, category), ())
        path = tuple(terms)
        categories[agency, category] = known if path in known else (*known, path)
    return Taxonomy(name, depth, categories)


def read_categorised(paths: Iterable[Path], mapping: Mapping, taxonomies: Sequence[Taxonomy]) -> Categorised:
    """The reports of tables with their categories in those of the `taxonomies` that every table has a column for, in the taxonomies' order.

    Raises `BadReport` where a table is none, or no taxonomy has a column in all of them.
    """
    parts = [_read_one(path, mapping, [known.name for known in taxonomies]) for path in paths]
    shared = [known.name for known in taxonomies if all(known.name in part.categories for part in parts)]
    if not shared:
        what = "No column of the reports bears the name of a taxonomy"
        raise BadReport(what, field=", ".join(part.name for part in taxonomies), expected="a column of that name", todo="name the right taxonomies file")
    return Categorised(
        concat([part.catalogue for part in parts]),
        [name for part in parts for name in part.ids],
        [fault for part in parts for fault in part.rejects],
        {name: [category for part in parts for category in part.categories[name]] for name in shared},
    )


def without_kinds(mapping: Mapping) -> Mapping:
    """The mapping with one kind for all reports: a category that it does not know is no fault."""
    columns = {name: columns for name, columns in mapping.columns.items() if name != "kind"}
    return replace(mapping, kind=_UNSAID, kind_scheme="", kinds={}, columns=columns)


def of_place_and_time(mapping: Mapping) -> Mapping:
    """The mapping with only id, agency, field, time and place: no code of an agency that it does not know is a fault."""
    columns = {name: mapping.columns[name] for name in _NEED if name in mapping.columns}
    missing = {name: mapping.missing[name] for name in _NEED if name in mapping.missing}
    named = replace(without_kinds(mapping), columns=columns, missing=missing)
    return replace(named, measures={}, units={}, constants={}, countries={}, radius_by_code={}, interval_by_code={})


def _read_one(path: Path, mapping: Mapping, names: Sequence[str]) -> Categorised:
    parts: list[Catalogue] = []
    ids: list[str] = []
    rejects: list[Reject] = []
    categories: dict[str, list[str]] = {}
    with opened(path) as stream:
        for read in read_batches(stream, mapping, ReadContext(path.name)):
            good = np.flatnonzero(read.columns.good)
            bad = np.flatnonzero(~read.columns.good).tolist()
            parts.append(catalogue_part(read, exact=False))
            ids.extend(ids_of(read))
            rejects.extend(fault for _, fault in read.batch.rejects)
            rejects.extend(read.sheet.reject(index, read.batch.place(index), b"") for index in bad)
            for name in set(names) & set(read.sheet.cells.columns):
                categories.setdefault(name, []).extend(read.sheet.cells[name].str.strip_chars().gather(good).to_list())
    return Categorised(concat(parts), ids, rejects, categories)


def classified(taxonomy: Taxonomy, agencies: Sequence[str], categories: Sequence[str], source: str = "") -> Classified:
    """The paths of n reports by their agencies and categories (blank = none stated).

    A code written as a decimal (1.0) is the whole number. Raises `BadReport` for categories that the taxonomy lacks: the first few, and how many.
    """
    keys = [(agency, category) for agency, category in zip(agencies, categories, strict=True)]
    found = {key: _entry(taxonomy, key) for key in dict.fromkeys(keys)}
    _refuse_unknown(taxonomy, [key for key, entry in found.items() if entry is None and key[1]], source)
    known = sorted({entry for entry in found.values() if entry is not None})
    code = {entry: place for place, entry in enumerate(known)}
    codes = np.array([-1 if (entry := found[key]) is None else code[entry] for key in keys], np.int64)
    return Classified(taxonomy.depth, codes, tuple(taxonomy.categories[entry] for entry in known))


def kinds_of(known: Classified) -> list[str]:
    """The terms of n reports as dotted kinds, the broadest level first; blank where no category is stated, the first path where a category has two."""
    kinds = [".".join(_word(term) for term in reversed(paths[0])).rstrip(".") for paths in known.paths]
    return [kinds[code] if code >= 0 else "" for code in known.code.tolist()]


def _word(term: str) -> str:
    """A term as one level of a kind.

    >>> _word("Armed clash (St. Ives)")
    'armed-clash-st-ives'
    """
    return re.sub(r"[\W_]+", "-", term.lower()).strip("-")


def _entry(taxonomy: Taxonomy, key: tuple[str, str]) -> tuple[str, str] | None:
    agency, category = key
    tries = (key, (agency, category.removesuffix(".0")))
    return next((known for known in tries if known in taxonomy.categories), None)


def _refuse_unknown(taxonomy: Taxonomy, unknown: Sequence[tuple[str, str]], source: str) -> None:
    if not unknown:
        return
    shown = "; ".join(f"{agency}: {category}" for agency, category in sorted(unknown)[:_SHOWN])
    more = f", {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    what = f"The taxonomy lacks {len(unknown)} of the reports' categories ({shown}{more})"
    raise BadReport(what, source, field=taxonomy.name, todo="add a line for each agency and category, or leave the cell blank: such a report is not linked")
