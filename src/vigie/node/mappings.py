"""Readers by name: those of the packs, and tables read by a preset or by a mapping file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from vigie.ingest.mapping import Mapping, native_mapping, read_mapping
from vigie.model.canonical import digest
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.source import Floor
from vigie.model.terms import Terms
from vigie.node.packs import packs

MAPPINGS_FOLDER = "mappings"
"""Where a node keeps the mapping files by which it has read, so that it can read again."""

PAGES = "page"
"""The reader of pages: what it reads waits for a reviewer (`node.pages_in`)."""

_HTML = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL)
_START = 4096
"""How many bytes may stand before a page says that it is one."""

_AGENCY, _READER, _PRESET, _MAPPING = " agency=", "reader:", "preset:", "mapping:"


def native_readers() -> tuple[Reader, ...]:
    """The reader of tables whose columns bear the names of a report's own fields, and the reader of pages."""
    return (reader_of(native_mapping()), Reader(PAGES, "A page of text, as the draft of a report that waits for review", is_html, _read_page_of_table))


def is_html(sample: Sample) -> bool:
    """Whether it begins as a page of HTML does. Plain text is a page only where somebody says so.

    >>> [is_html(Sample("x", head)) for head in (b"<!DOCTYPE html><html>", b"<HTML lang=fr>", b"<htmlish/>", b"Press release")]
    [True, True, False, False]
    """
    return _HTML.match(sample.head[:_START]) is not None


def _read_page_of_table(_stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """A page gives no report before it is reviewed; one that lies among tables is told apart from them."""
    yield Reject(context.source, "A page among other files was not read", expected="a file of pages alone")


def presets() -> dict[str, Path]:
    """Every preset of every pack, by name."""
    return {path.stem: path for pack in packs().values() for path in pack.presets}


def named_reader(reader: str, preset: str, mapping: Path | None) -> Reader:
    """The reader that is named, or the table reader of a preset or a mapping file. Raises `BadSetting` for an unknown name."""
    if mapping is not None:
        return reader_of(read_mapping(mapping))
    if preset:
        return reader_of(preset_mapping(preset))
    from vigie.node.packs import readers

    found = {known.name: known for known in readers()}
    if reader not in found:
        raise BadSetting("There is no such reader", got=reader, expected=", ".join(sorted(found)))
    return found[reader]


def preset_mapping(name: str) -> Mapping:
    """The mapping of a preset. Raises `BadSetting` for an unknown name."""
    known = presets()
    if name == native_mapping().name:
        return native_mapping()
    if name not in known:
        raise BadSetting("There is no such preset", got=name, expected=", ".join(sorted(known)))
    return read_mapping(known[name])


def reader_of(mapping: Mapping) -> Reader:
    """The table reader of a mapping, with the terms of its field."""
    from vigie.ingest.table import mapping_reader

    return mapping_reader(mapping, terms_of(mapping))


def terms_of(mapping: Mapping) -> Terms | None:
    """The terms that the mapping's field knows; None where it names none."""
    found = packs().get(mapping.field)
    return found.terms if found else None


def guarded(named: Reader, table: Mapping | None, sample: Sample) -> Reader:
    """The reader that somebody named, made as strict as every reader that recognises the sample.

    Its floor is the strictest of theirs, and what any of them blanks is blank (`table` is the mapping it reads by; None = a pack's reader).
    Raises `BadReport` where a pack's reader is named for a file of another one's format, whose personal columns it does not know.
    """
    others = _recognising(named.name, sample)
    extra = _more_personal(named.personal, others)
    floor = _strictest(named.floor, others)
    if table is not None:
        return reader_of(replace(table, personal=(*table.personal, *extra), floor=floor))
    if extra and not named.recognises(sample):
        raise BadReport("The file is of another format than the reader's", source=sample.name, got=named.name, expected=others[0].name)
    return replace(named, floor=floor)


def guarded_mapping(mapping: Mapping, sample: Sample) -> Mapping:
    """The mapping with the floor and the personal columns that `guarded` gives its reader."""
    others = _recognising(mapping.name, sample)
    return replace(mapping, personal=(*mapping.personal, *_more_personal(mapping.personal, others)), floor=_strictest(mapping.floor, others))


def _recognising(name: str, sample: Sample) -> list[Reader]:
    found = (reader for known in packs().values() for reader in known.readers)
    return [reader for reader in found if reader.name != name and reader.recognises(sample)]


def _more_personal(personal: tuple[str, ...], others: list[Reader]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for reader in others for name in reader.personal if name not in personal))


def _strictest(floor: Floor, others: list[Reader]) -> Floor:
    return "owner" if "owner" in (floor, *(reader.floor for reader in others)) else "open"


def table_mapping(reader: str, preset: str, mapping: Path | None) -> Mapping | None:
    """The mapping that is meant, by its file, its preset or as the reader of Vigie's own tables; None where a pack's reader is."""
    if mapping is not None:
        return read_mapping(mapping)
    if preset:
        return preset_mapping(preset)
    return native_mapping() if reader == native_mapping().name else None


def keep_mapping(folder: Path, mapping: Path) -> Path:
    """The copy of a mapping file that the node in `folder` keeps, readable by the operator alone; named by the first 16 digits of its SHA-256."""
    content = mapping.read_bytes()
    kept = folder / MAPPINGS_FOLDER / f"{digest(content)[:16]}.toml"
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = kept.with_name(f".{kept.name}.{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.replace(kept)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a file was read, as parts of the order that reads it again: all empty = its readers are found by themselves."""

    reader: str = ""
    preset: str = ""
    mapping: Path | None = None
    agency: str = ""


def how_read(names: tuple[str, ...], again: Again) -> str:
    """The text that the store keeps of how a file was read: `preset:NAME`, `mapping:SHA16`, `reader:NAME`, or the names that were found.

    `again.mapping` is the node's own copy (`keep_mapping`). `reader_again` turns the text back.
    """
    if again.mapping:
        how = f"{_MAPPING}{again.mapping.stem}"
    elif again.preset:
        how = f"{_PRESET}{again.preset}"
    else:
        how = f"{_READER}{again.reader}" if again.reader else "+".join(names)
    return how + (f"{_AGENCY}{again.agency}" if again.agency else "")


def reader_again(folder: Path, how: str) -> Again:
    """What `how_read` wrote, turned back for the node in `folder`. Raises `BadReport` where the mapping is no longer kept."""
    how, _, agency = how.partition(_AGENCY)
    if how.startswith(_MAPPING):
        kept = folder / MAPPINGS_FOLDER / f"{how.removeprefix(_MAPPING)}.toml"
        if not kept.exists():
            raise BadReport("The mapping by which the file was read is no longer kept", source=kept.name, todo="send the file again with --mapping")
        return Again(mapping=kept, agency=agency)
    if how.startswith(_PRESET):
        return Again(preset=how.removeprefix(_PRESET), agency=agency)
    return Again(reader=how.removeprefix(_READER) if how.startswith(_READER) else "", agency=agency)
