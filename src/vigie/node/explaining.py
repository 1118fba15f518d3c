"""How a file would be taken in, without writing anything: by which reader, with what blanked, and what would come of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from vigie.ingest.explain import explain
from vigie.ingest.files import Limits, choose_reader, name_of, opened, read_parts, sample_of
from vigie.ingest.mapping import Mapping, native_mapping, read_mapping
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import facts
from vigie.node.mappings import PAGES, guarded, guarded_mapping, named_reader, preset_mapping, terms_of
from vigie.node.packs import readers
from vigie.node.page_facts import reading_facts
from vigie.node.pages_in import explain_pages

SHOWN_REPORTS = 3
READ_AT_MOST = 10_000


def explain_file(path: Path, reader: str = "", preset: str = "", mapping: Path | None = None, agency: str = "", folder: Path | None = None) -> dict[str, Json]:
    """The explanation of a file. A table that nobody recognises is explained by a guessed mapping, whose text can be saved and corrected.

    Pages are explained by the drafts that they would become; `folder` is a node's, if there is one, for its own lexicon.
    """
    context = ReadContext(name_of(path), agency)
    if mapping is not None or preset:
        return _by_mapping(path, read_mapping(mapping) if mapping else preset_mapping(preset), context)
    try:
        chosen = _named(path, reader) if reader else choose_reader(first_sample(path), readers())
    except BadReport:
        if reader:
            raise
        return {"file": context.source, "reader": None} | explain(path, None, context).to_json()
    if chosen.name == PAGES:
        pages: Sequence[Json] = [reading_facts(reading) for reading in explain_pages(path, folder, agency, named=reader == PAGES)]
        return {"file": context.source, "reader": chosen.name, "title": chosen.title, "pages": pages}
    if chosen.name == native_mapping().name:
        return _by_mapping(path, native_mapping(), context)
    return _by_reader(path, chosen, context)


def _named(path: Path, name: str) -> Reader:
    """The reader of that name, as strict as the file asks for."""
    found = named_reader(name, "", None)
    return found if name == native_mapping().name else guarded(found, None, first_sample(path))


def first_sample(path: Path) -> Sample:
    """The first bytes of the first part. Raises `BadReport` for a file that holds none."""
    with opened(path, Limits()) as parts:
        for part in parts:
            return sample_of(part)
    raise BadReport("The zip file holds no file", source=name_of(path))


def _by_mapping(path: Path, mapping: Mapping, context: ReadContext) -> dict[str, Json]:
    strict = guarded_mapping(mapping, first_sample(path))
    return {"file": context.source, "reader": strict.name, "floor": strict.floor} | explain(path, strict, context, terms_of(strict)).to_json()


def _by_reader(path: Path, reader: Reader, context: ReadContext) -> dict[str, Json]:
    items = list(islice(read_parts(path, lambda _sample: reader, context, Limits(), [0]), READ_AT_MOST))
    found = [item for item in items if not isinstance(item, Reject)]
    rejects = [str(item) for item in items if isinstance(item, Reject)]
    said: Sequence[Json] = [facts(report) for report in found[:SHOWN_REPORTS]]
    return {
        "file": context.source,
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
