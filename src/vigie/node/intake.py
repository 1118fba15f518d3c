"""Taking in one file: found, hashed, read in bounded pieces, written in one transaction; large files are read in a process of their own."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from vigie.ingest.files import Limits, choose_reader, file_digest, name_of, opened, read_parts, sample_of
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, Reject, VigieError
from vigie.model.label import Label, label_from_json, label_text
from vigie.model.narrowing import is_wider
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.times import DAY_US
from vigie.node.mappings import PAGES, Again, guarded, how_read, keep_mapping, named_reader, reader_again, table_mapping
from vigie.node.packs import packs, readers
from vigie.node.pages_in import keep_pages, read_pages
from vigie.node.settings import Node
from vigie.store import AuditRow, FileFacts, Intake, Opening, PreparedBlock, Tally, append_within, prepare, seal_stream, taken_in, taking_in

REPORTS_AT_ONCE = 5_000
OWN_PROCESS_BYTES = 24 * 1024 * 1024
"""A file larger than this is read by a second process, while the first writes."""

COLLECT_EVERY = 200_000
"""Millions of small tuples are made and dropped; looking for cycles among them every few hundred costs a tenth of the time."""

Watch = Callable[[int, int], None]
"""Told now and then how many records were read and how many of the file's bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a file is to be taken in: under which label, by which reader (empty = found by itself) or mapping, from which agency.

    `retention_days` shortens how long the quarantine keeps the file, where its source says so. `approved_by` is the account of the second person who
    agrees that what is known under a stricter label is opened.
    """

    label: Label
    reader: str = ""
    mapping: Path | None = None
    preset: str = ""
    agency: str = ""
    source: str = ""
    exercise: bool = False
    again: bool = False
    retention_days: int | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `readers` names who read it; `restricted` says that a source's terms made its label stricter.

    `drafts` counts the pages of it that wait for review; of a file of pages `sentence` says what became of it.
    """

    name: str
    status: Literal["taken in", "known", "refused"]
    tally: Tally = field(default_factory=Tally)
    readers: tuple[str, ...] = ()
    label: Label | None = None
    restricted: bool = False
    sentence: str = ""
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some records of a file, made ready."""

    block: PreparedBlock
    rejects: tuple[Reject, ...]
    at_byte: int


def ingest_file(node: Node, path: Path, order: Order, now_us: int, watch: Watch | None = None) -> Outcome:
    """Takes in one file, whole or not at all. Raises `BadReport` or `BadSetting` where it cannot be."""
    _check_size(node, path)
    chosen = _survey(path, order, node.limits)
    order = replace(order, mapping=keep_mapping(node.folder, order.mapping) if order.mapping else None)
    label, name = _with_floor(order.label, chosen), name_of(path)
    names = tuple(dict.fromkeys(reader.name for _, reader in chosen if reader))
    facts = _file_facts(path, order, names, now_us)
    before = None if order.again or order.approved_by else taken_in(node.store, facts, label)
    if before is not None:
        said = "read before; nothing changed" if names == (PAGES,) else ""
        return Outcome(name, "known", replace(before, reports=0, unchanged=before.reports + before.unchanged), names, label, label != order.label, said)
    if names == (PAGES,):
        return _take_in_pages(node, path, order, facts, label)
    tally = _write(node, path, order, facts, label, lambda intake: _fill(intake, _pieces(path, order, label, node.limits, intake.first), watch or _ignore))
    return Outcome(name, "taken in", tally, names, label, label != order.label)


def _take_in_pages(node: Node, path: Path, order: Order, facts: FileFacts, label: Label) -> Outcome:
    """The pages of a file become drafts, in one transaction with the file: they are read before it begins."""
    pages = read_pages(node, path, order, label, facts.received_us)
    tally = _write(node, path, order, facts, label, lambda intake: keep_pages(intake, pages))
    status: Literal["taken in", "known"] = "taken in" if pages.drafts or pages.rejects else "known"
    return Outcome(facts.name, status, tally, (PAGES,), label, label != order.label, pages.sentence, len(pages.drafts))


def ingest_each(node: Node, paths: Iterable[Path], order: Order, now_us: int, watch: Watch | None = None) -> Iterator[Outcome]:
    """Takes in files one after the other; one that is refused does not stop the next."""
    for path in paths:
        try:
            yield ingest_file(node, path, order, now_us, watch)
        except VigieError as fault:
            yield Outcome(name_of(path), "refused", sentence=str(fault))


def files_under(paths: Iterable[Path]) -> list[Path]:
    """The files meant: a folder means all files in it, by name. Raises `BadReport` for a path that is not there."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise BadReport("There is no such file", source=name_of(path))
        found += sorted(entry for entry in path.rglob("*") if entry.is_file() and not entry.name.startswith(".")) if path.is_dir() else [path]
    return found


def _check_size(node: Node, path: Path) -> None:
    size, most = path.stat().st_size, node.settings.max_file_bytes
    if size > most:
        todo = "raise max_file_bytes in node.toml"
        raise BadReport("The file is too large", source=name_of(path), got=f"{size} bytes", expected=f"at most {most}", todo=todo)


def _survey(path: Path, order: Order, limits: Limits) -> list[tuple[str, Reader | None]]:
    """Each part's name and reader (two may bear one name). A member of a zip file that nobody recognises is None if another is recognised."""
    found: list[tuple[str, Reader | None]] = []
    fault: BadReport | None = None
    choose = chooser(order)
    with opened(path, limits) as parts:
        for part in parts:
            try:
                found.append((part.name, choose(sample_of(part))))
            except BadReport as refusal:
                found.append((part.name, None))
                fault = refusal
    if fault is not None and not any(reader for _, reader in found):
        raise fault
    return found


def chooser(order: Order) -> Callable[[Sample], Reader]:
    """How the reader of a part is found: the one that recognises it, or the one that the order names, as strict as those that recognise it."""
    if order.reader or order.mapping or order.preset:
        table = table_mapping(order.reader, order.preset, order.mapping)
        reader = named_reader(order.reader, order.preset, order.mapping)
        return lambda sample: guarded(reader, table, sample)
    known = readers()
    return lambda sample: choose_reader(sample, known)


def order_again(node: Node, how: str, order: Order) -> Order:
    """The order that reads a file again as the store says it was read (`files.reader`). Raises `BadReport` where the node cannot."""
    again = reader_again(node.folder, how)
    return replace(order, reader=again.reader, preset=again.preset, mapping=again.mapping, agency=again.agency, again=True)


def _with_floor(label: Label, chosen: list[tuple[str, Reader | None]]) -> Label:
    """A source's terms are a floor: what may not be passed on is readable by the owner alone."""
    if not any(reader and reader.floor == "owner" for _, reader in chosen):
        return label
    return owner_only(label)


def owner_only(label: Label) -> Label:
    """The label with nobody but the owner on its list."""
    stricter = label.tlp if label.tlp in ("AMBER+STRICT", "RED") else "AMBER"
    return replace(label, rel_to=frozenset(), tlp=stricter, relay=False)


def _file_facts(path: Path, order: Order, names: tuple[str, ...], now_us: int) -> FileFacts:
    how = how_read(names, Again(reader=order.reader, preset=order.preset, mapping=order.mapping, agency=order.agency))
    size = path.stat().st_size
    return FileFacts(digest=file_digest(path), name=name_of(path), source=order.source, reader=how, bytes=size, exercise=order.exercise, received_us=now_us)


def _write(node: Node, path: Path, order: Order, facts: FileFacts, label: Label, fill: Callable[[Intake], None]) -> Tally:
    """What became of the file's records: `fill` writes them, in one transaction with the file's own row; its bytes go to the quarantine."""
    item = secrets.token_hex(16)
    sealed = node.quarantine / f"{item}.sealed"
    with path.open("rb") as raw:
        seal_stream(node.keyring.new_key(item), raw, sealed)
    try:
        opening = _opening(node, order, label, facts.received_us)
        with taking_in(node.store, node.keyring, facts, label, _expires_us(node, order, facts.received_us), opening=opening) as intake:
            is_kept = intake.keep_raw(item)
            fill(intake)
            append_within(intake.connection, [_audit_row(node, facts, label, order.approved_by)])
    except BaseException:
        _forget(node, item, sealed)
        raise
    if is_kept is False:
        _forget(node, item, sealed)
    return intake.tally


def _opening(node: Node, order: Order, label: Label, now_us: int) -> Opening:
    """What is known under a stricter label is opened where a second person agreed to that, or none is asked for."""
    return Opening(
        lambda text: is_wider(label, label_from_json(json.loads(text), node.directory), node.directory, now_us),
        is_asked=node.settings.four_eyes,
        is_agreed=bool(order.approved_by),
    )


def _audit_row(node: Node, facts: FileFacts, label: Label, approved_by: str) -> AuditRow:
    """What the audit log says of a file: its bytes' digest, how it was read, whose label it bears, who agreed to open it. Its name may name somebody."""
    said: dict[str, Json] = {"reader": facts.reader, "source": facts.source, "tlp": label.tlp, "exercise": facts.exercise}
    said |= {"approved_by": approved_by} if approved_by else {}
    return AuditRow(facts.received_us, "", node.settings.party, "ingest", facts.digest, said)


def _expires_us(node: Node, order: Order, now_us: int) -> int:
    """When the quarantine forgets the file: after the node's days, or the source's where they are fewer."""
    by_node = node.expires_us(now_us)
    return by_node if order.retention_days is None else min(by_node, now_us + order.retention_days * DAY_US)


def _forget(node: Node, item: str, sealed: Path) -> None:
    """Takes a sealed file that nothing refers to out of the quarantine."""
    node.keyring.destroy([item])
    sealed.unlink(missing_ok=True)


def _fill(intake: Intake, pieces: Iterator[_Piece], watch: Watch) -> None:
    seen = 0
    for piece in pieces:
        intake.add(piece.block)
        for fault in piece.rejects:
            intake.reject(fault)
        seen += len(piece.block.reports) + len(piece.rejects)
        watch(seen, piece.at_byte)


def _pieces(path: Path, order: Order, label: Label, limits: Limits, version: int) -> Iterator[_Piece]:
    """The file's records in pieces, made ready as the version that new keys get."""
    if path.stat().st_size > OWN_PROCESS_BYTES:
        return _pieces_from_process(path, order, label, limits, version)
    return _read_pieces(path, order, label, limits, version)


def _read_pieces(path: Path, order: Order, label: Label, limits: Limits, version: int) -> Iterator[_Piece]:
    position = [0]
    items = read_parts(path, _part_chooser(order), ReadContext(name_of(path), order.agency, order.exercise), limits, position)
    while batch := list(islice(items, REPORTS_AT_ONCE)):
        checked = [of_known_field(item) for item in batch]
        found = [item for item in checked if isinstance(item, Report)]
        rejects = tuple(item for item in checked if isinstance(item, Reject))
        yield _Piece(prepare(found, label.owner, label_text(label), version), rejects, position[0])


def of_known_field(item: Report | Reject) -> Report | Reject:
    """A report of a field that no pack knows could never become an event. A kind in the sender's own short word gets its whole name."""
    if isinstance(item, Reject) or item.kind in _kinds_of(item.field):
        return item
    if item.field not in packs():
        return Reject(item.agency_ref or "a record", "There is no such field", "field", item.field, ", ".join(packs()), item.payload)
    meant = _kind_meant(item.field, item.kind)
    return replace(item, kind=meant, details={**item.details, "kind_given": item.kind}) if meant else item


@cache
def _kinds_of(field: str) -> frozenset[str]:
    """The kinds of a field, and the broader ones that their names begin with; none for a field that no pack knows."""
    known = packs().get(field)
    kinds = known.terms.kinds if known else ()
    return frozenset(kind[:end] for kind in kinds for end in (*(place for place, mark in enumerate(kind) if mark == "."), len(kind)))


@cache
def _kind_meant(field: str, given: str) -> str:
    """The one kind of the field whose last part is the given word (`earthquake`, `Riot`); empty where none or several are: nothing is guessed."""
    word = given.strip().casefold()
    found = [kind for kind in packs()[field].terms.kinds if kind.rpartition(".")[2].casefold() == word]
    return found[0] if len(found) == 1 else ""


def _part_chooser(order: Order) -> Callable[[Sample], Reader]:
    """As `chooser`, but a part that nobody recognises is one reject: the survey has refused the file if all are."""
    choose = chooser(order)

    def choose_or_reject(sample: Sample) -> Reader:
        try:
            return choose(sample)
        except BadReport as fault:
            return _rejecting_reader(sample.name, str(fault))

    return choose_or_reject


def _rejecting_reader(name: str, why: str) -> Reader:
    return Reader("none", "reads nothing", lambda _sample: True, lambda _stream, _context: iter([Reject(name, "A member of the file was not read", got=why)]))


def _pieces_from_process(path: Path, order: Order, label: Label, limits: Limits, version: int) -> Iterator[_Piece]:
    """The same pieces, read and made ready by another process, a few ahead of the writer."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_EVERY)
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue(maxsize=4)
    process = context.Process(target=_send_pieces, args=(queue, path, order, label, limits, version), daemon=True)
    process.start()
    try:
        while (piece := _next_piece(queue, process)) is not None:
            yield piece
    finally:
        gc.set_threshold(*usual)
        process.terminate()
        process.join()


def _next_piece(queue: Any, process: Any) -> _Piece | None:
    """The next piece, or None at the end. Raises what the other process raised, or says that it died."""
    while True:
        try:
            found = queue.get(timeout=1.0)
        except multiprocessing.queues.Empty:  # type: ignore[attr-defined]
            if process.is_alive() or not queue.empty():
                continue
            raise BadReport("The process that read the file died", got=f"exit code {process.exitcode}", todo="nothing was taken in; try again") from None
        if isinstance(found, VigieError):
            raise found
        return found if isinstance(found, _Piece) else None


def _send_pieces(queue: Any, path: Path, order: Order, label: Label, limits: Limits, version: int) -> None:
    gc.set_threshold(COLLECT_EVERY)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        for piece in _read_pieces(path, order, label, limits, version):
            queue.put(piece)
        queue.put(None)
    except VigieError as fault:
        queue.put(fault)


def _end_with_parent() -> None:
    """Ends this process when the one that writes has ended, however that was: nobody takes the pieces any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ignore(_records: int, _bytes: int) -> None:
    return
