"""Help with a table that nobody knows: how its columns are understood, what would become of it under a corrected mapping, and taking it in.

What it says is what `vigie ingest` would do: the same readers, the same mapping file, the same way in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from vigie.ingest.explain import guessed_mapping, shown_rows
from vigie.ingest.files import choose_reader, known_trouble, read_parts
from vigie.ingest.guess import mapping_toml
from vigie.ingest.mapping import Mapping as TableMapping
from vigie.ingest.mapping import mapping_of, native_mapping, read_mapping
from vigie.ingest.senses import senses
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.label import Label
from vigie.model.lexicon import folded
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report, facts
from vigie.node.explaining import READ_AT_MOST, first_sample
from vigie.node.intake import Order, Outcome, chooser, ingest_file, of_known_field
from vigie.node.mappings import MAPPINGS_FOLDER, PAGES, guarded_mapping
from vigie.node.packs import packs, readers
from vigie.node.settings import Node, owner_label

SHOWN_REPORTS = 20
"""How many of the reports that a table would become are shown, and how many of the rows that would be none."""

WORDS_SHOWN = 60
"""How many of the agency's words for kinds are told."""

How = Literal["guessed", "kept", "own", "reader"]
"""Its columns were guessed; a mapping by which this node has read before fits; its columns bear the names of a report; a pack's reader knows it."""


@dataclass(frozen=True, slots=True)
class Known:
    """How a table can be read: by a mapping, or by a reader that needs none."""

    how: How
    mapping: TableMapping | None
    reader: Reader | None = None


def known_as(node: Node, path: Path) -> Known:
    """How this node would read the table. Raises `BadReport` with one sentence for what is no table."""
    sample = first_sample(path)
    _check_table(sample)
    try:
        reader = choose_reader(sample, readers())
    except BadReport:
        reader = None
    if reader is not None and reader.name == PAGES:
        raise BadReport("This is a page of text, not a table", source=sample.name, todo="take it in with `vigie ingest --reader page`")
    if reader is not None and reader.name == native_mapping().name:
        return Known("own", native_mapping(), reader)
    if reader is not None:
        return Known("reader", None, reader)
    cells, delimiter = shown_rows(path, TableMapping(name=""))
    kept = _kept_mapping(node, cells.columns)
    return Known("kept", kept) if kept else Known("guessed", guessed_mapping(cells, path.name, delimiter))


def _check_table(sample: Sample) -> None:
    if trouble := known_trouble(sample):
        raise BadReport("This is no table that can be read", sample.name, got=trouble[0], expected="CSV, TSV, JSON, GeoJSON or Parquet", todo=trouble[1])
    if b"\x00" in sample.head and not sample.head.startswith(b"PAR1"):
        raise BadReport("This is no table that can be read", sample.name, got="binary data", expected="CSV, TSV, JSON, GeoJSON or Parquet")


def _kept_mapping(node: Node, columns: Iterable[str]) -> TableMapping | None:
    """The mapping by which the node has read such a table before: all its columns are here; of several, the one that names the most of them."""
    present = {name.casefold() for name in columns}
    fitting = [mapping for mapping in _kept_mappings(node.folder / MAPPINGS_FOLDER) if _named(mapping) and _named(mapping) <= present]
    return max(fitting, key=lambda mapping: (len(_named(mapping)), mapping.name), default=None)


def _kept_mappings(folder: Path) -> Iterator[TableMapping]:
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            yield read_mapping(path)
        except BadSetting:
            continue


def _named(mapping: TableMapping) -> frozenset[str]:
    return frozenset(column.casefold() for table in (mapping.columns, mapping.measures) for columns in table.values() for column in columns)


def agency_meant(name: str, known: Iterable[str]) -> str:
    """The one known agency whose name stands in a file's name; empty where none or several do.

    >>> agency_meant("emsc_2026-01.csv", ["EMSC", "MSO"])
    'EMSC'
    """
    words = set(re.split(r"[^a-z0-9]+", folded(name)))
    found = {agency for agency in known if folded(agency) in words}
    return found.pop() if len(found) == 1 else ""


def mapping_values(mapping: TableMapping) -> dict[str, Json]:
    """The keys of the mapping's file, as JSON."""
    return tomllib.loads(mapping_toml(mapping))


def mapping_sent(values: Mapping[str, Any] | None, name: str) -> TableMapping | None:
    """The mapping that was sent, named after the file where it has no name. Raises `BadSetting` for whatever is wrong with it.

    Its tables are put in order, so that the same corrections in another order are the same mapping, and the same file read by it is known.
    """
    if values is None:
        return None
    tables = {key: dict(sorted(value.items())) for key, value in values.items() if isinstance(value, dict)}
    return mapping_of({"name": _short(name), **values, **tables})


def _short(name: str) -> str:
    return name.partition(".")[0] or "table"


def look(node: Node, path: Path, known: Known, agency: str, *, exercise: bool) -> dict[str, Json]:
    """How a table is understood, column by column, and what would become of it; nothing is written."""
    if known.mapping is None:
        return {"how": known.how, "reader": known.reader.title if known.reader else "", "mapping": None, "toml": "", "columns": []} | tried(
            node, path, None, agency, exercise=exercise
        )
    said = {"how": known.how, "reader": "", "mapping": mapping_values(known.mapping)}
    return said | understood(path, known.mapping, is_guessed=known.how == "guessed") | tried(node, path, known.mapping, agency, exercise=exercise)


def understood(path: Path, mapping: TableMapping, *, is_guessed: bool) -> dict[str, Json]:
    """How each column is understood under a mapping, and the mapping's file."""
    strict = guarded_mapping(mapping, first_sample(path))
    cells, _ = shown_rows(path, strict)
    return {"columns": [sense.to_json() for sense in senses(cells, strict, is_guessed=is_guessed)], "floor": strict.floor, "toml": mapping_toml(mapping)}


UNSAID = "unknown"
"""Stands for the agency in a preview while nobody has said it; nothing is taken in under this name."""


def _lacks_agency(mapping: TableMapping | None, agency: str) -> bool:
    return mapping is not None and not (agency or mapping.agency or "agency" in mapping.columns)


def tried(node: Node, path: Path, mapping: TableMapping | None, agency: str, *, exercise: bool) -> dict[str, Json]:
    """The first reports and rejects that the table would become, and how many of the first `READ_AT_MOST` rows each; nothing is written."""
    label, is_unsaid = owner_label(node.settings.party, None), _lacks_agency(mapping, agency)
    order = Order(label=label, agency=UNSAID if is_unsaid else agency, exercise=exercise)
    try:
        items = list(islice(_items(node, path, _order(path, mapping, order)), READ_AT_MOST + 1))
    except (BadReport, BadSetting) as fault:
        return {"reports": 0, "rejects": 0, "is_whole": True, "examples": [], "bad": [], "fault": str(fault), "lacks_agency": is_unsaid, "words": {}}
    is_whole, items = len(items) <= READ_AT_MOST, items[:READ_AT_MOST]
    reports = [item for item in items if isinstance(item, Report)]
    bad = [item for item in items if isinstance(item, Reject)]
    return {
        "reports": len(reports),
        "rejects": len(bad),
        "is_whole": is_whole,
        "examples": [facts(item) for item in reports[:SHOWN_REPORTS]],
        "bad": [reject_facts(item) for item in bad[:SHOWN_REPORTS]],
        "fault": "",
        "lacks_agency": is_unsaid,
        "words": kind_words(items, mapping),
    }


def kind_words(items: Iterable[Report | Reject], mapping: TableMapping | None) -> dict[str, Json]:
    """The agency's words for kinds, of a table whose column says them, each with the kind that it becomes; empty where no table knows it."""
    columns = {name.casefold() for name in mapping.columns.get("kind", ())} if mapping else set()
    known = {name for found in packs().values() for name in found.terms.kinds}
    words: dict[str, Json] = {}
    for item in items if columns else ():
        if isinstance(item, Report):
            words.setdefault(str(item.details.get("kind_given", item.kind)), item.kind if item.kind in known else "")
        elif item.field.casefold() in columns and item.got:
            words.setdefault(item.got, "")
    return dict(islice(sorted(words.items(), key=lambda pair: (bool(pair[1]), pair[0])), WORDS_SHOWN))


def _items(node: Node, path: Path, order: Order) -> Iterator[Report | Reject]:
    context = ReadContext(path.name, order.agency, order.exercise)
    return map(of_known_field, read_parts(path, chooser(order), context, node.limits, [0]))


def _order(path: Path, mapping: TableMapping | None, order: Order) -> Order:
    """The order with the mapping in a file beside the table."""
    if mapping is None:
        return order
    beside = path.with_name(f"{path.name}.mapping.toml")
    beside.write_text(mapping_toml(mapping), encoding="utf-8")
    return replace(order, mapping=beside)


def reject_facts(item: Reject) -> dict[str, Json]:
    """Where it stood, why it is none, and what was got and expected: for who sent the table."""
    return {name: getattr(item, name) for name in ("place", "what", "field", "got", "expected")}


def take_in_table(node: Node, path: Path, mapping: TableMapping | None, agency: str, label: Label, now_us: int, *, exercise: bool) -> Outcome:
    """What became of the table, as `vigie ingest` takes it in. Raises `BadReport` or `BadSetting` where it cannot be."""
    return ingest_file(node, path, _order(path, mapping, Order(label=label, agency=agency, exercise=exercise)), now_us)


def outcome_facts(outcome: Outcome) -> dict[str, Json]:
    """What became of a file, as JSON."""
    counts: dict[str, Json] = {name: getattr(outcome.tally, name) for name in ("reports", "unchanged", "rejects", "tied", "relabelled", "closed")}
    return {"name": outcome.name, "status": outcome.status, **counts, "restricted": outcome.restricted, "why": outcome.sentence}
