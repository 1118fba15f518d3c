"""Readers by name: those of the packs, and tables read by a preset or by a mapping file."""

from __future__ import annotations

from pathlib import Path

from vigie.ingest.mapping import Mapping, native_mapping, read_mapping
from vigie.ingest.table import mapping_reader
from vigie.model.errors import BadSetting
from vigie.model.pack import Reader
from vigie.model.terms import Terms
from vigie.node.packs import packs


def native_readers() -> tuple[Reader, ...]:
    """The reader of tables whose columns bear the names of a report's own fields."""
    return (reader_of(native_mapping()),)


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
    return mapping_reader(mapping, terms_of(mapping))


def terms_of(mapping: Mapping) -> Terms | None:
    """The terms that the mapping's field knows; None where it names none."""
    found = packs().get(mapping.field)
    return found.terms if found else None
