"""How a file would be taken in, without writing anything: by which reader, with what blanked, and what would come of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from vigie.ingest.explain import explain
from vigie.ingest.files import Limits, choose_reader, opened, read_parts, sample_of
from vigie.ingest.mapping import Mapping, native_mapping, read_mapping
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader
from vigie.model.report import facts
from vigie.node.mappings import named_reader, preset_mapping, terms_of
from vigie.node.packs import readers

SHOWN_REPORTS = 3
READ_AT_MOST = 10_000


def explain_file(path: Path, reader: str = "", preset: str = "", mapping: Path | None = None, agency: str = "") -> dict[str, Json]:
    """The explanation of a file. A table that nobody recognises is explained by a guessed mapping, whose text can be saved and corrected."""
    context = ReadContext(path.name, agency)
    if mapping is not None or preset:
        return _by_mapping(path, read_mapping(mapping) if mapping else preset_mapping(preset), context)
    try:
        chosen = named_reader(reader, "", None) if reader else _recognised(path)
    except BadReport:
        if reader:
            raise
        return {"file": path.name, "reader": None} | explain(path, None, context).to_json()
    if chosen.name == native_mapping().name:
        return _by_mapping(path, native_mapping(), context)
    return _by_reader(path, chosen, context)


def _recognised(path: Path) -> Reader:
    with opened(path, Limits()) as parts:
        return choose_reader(sample_of(next(parts)), readers())


def _by_mapping(path: Path, mapping: Mapping, context: ReadContext) -> dict[str, Json]:
    return {"file": path.name, "reader": mapping.name} | explain(path, mapping, context, terms_of(mapping)).to_json()


def _by_reader(path: Path, reader: Reader, context: ReadContext) -> dict[str, Json]:
    items = list(islice(read_parts(path, lambda _sample: reader, context, Limits(), [0]), READ_AT_MOST))
    found = [item for item in items if not isinstance(item, Reject)]
    rejects = [str(item) for item in items if isinstance(item, Reject)]
    said: Sequence[Json] = [facts(report) for report in found[:SHOWN_REPORTS]]
    return {
        "file": path.name,
        "reader": reader.name,
        "title": reader.title,
        "blanked": list[Json](reader.personal),
        "floor": reader.floor,
        "reports": len(found),
        "rejects": len(rejects),
        "reasons": list[Json](rejects[:5]),
        "is_whole": len(items) < READ_AT_MOST,
        "examples": said,
    }
