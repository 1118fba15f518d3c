"""Running a source: fetch, take in, remember; after every step the state is saved, so that a run that was killed goes on where it was.

What was fetched lies in `incoming/` in the node's folder, readable by the operator alone, until it has been taken in (the quarantine
then holds it, sealed); a part of a download stays for the next run. Nothing counts as fetched before it has been taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vigie.ingest.files import opened, sample_of
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.model.feed import Answer, Ask, Errand, Feed, Haul, Request
from vigie.model.label import Label
from vigie.model.times import format_time, parse_time
from vigie.node.addresses import safe_name
from vigie.node.feeds import BY_HAND, feed_of
from vigie.node.fetch import Faltering, Visit, fetch_with
from vigie.node.incoming import sweep
from vigie.node.intake import Order, Outcome, ingest_file, owner_only
from vigie.node.line import FetchLimits, open_line
from vigie.node.locks import is_held, locked
from vigie.node.mappings import PAGES, presets
from vigie.node.packs import packs
from vigie.node.settings import Node, owner_label
from vigie.node.source_health import health
from vigie.node.source_list import Entry, find, known
from vigie.node.tokens import TOKENS_FILE, token_of, token_variable
from vigie.store import SourceState, list_source_states, save_source_state
from vigie.store.source_harvest import last_row, latest_begin_us

NEWS_KEPT = 20
"""How many of the instants at which something new came are remembered: they say how long the gaps of a source usually are."""
NOTES_KEPT = 20

Watch = Callable[[str, int, int | None], None]
"""Told now and then: `fetching`, bytes so far, bytes in all; or `reading`, records so far, bytes of the file so far."""

_NUMBERS = ("files", "reports", "unchanged", "rejects", "drafts")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What a run brought. `fault` is what stopped it, if anything did; what came before stays taken in.

    `reports` counts new ones, `drafts` pages that wait for review.
    """

    name: str
    status: Literal["new", "nothing new", "failed"]
    files: int = 0
    reports: int = 0
    unchanged: int = 0
    rejects: int = 0
    drafts: int = 0
    bytes: int = 0
    notes: tuple[str, ...] = ()
    fault: VigieError | None = None

    @property
    def sentence(self) -> str:
        """What stopped it, in one sentence; empty where nothing did."""
        return str(self.fault) if self.fault else ""


@dataclass(slots=True)
class _Run:
    """A run under way."""

    node: Node
    entry: Entry
    folder: Path
    now_us: int
    watch: Watch
    state: dict[str, Any]
    count: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*_NUMBERS, "bytes"), 0))
    notes: list[str] = field(default_factory=list)
    fault: VigieError | None = None

    @property
    def name(self) -> str:
        return self.entry.source.name

    def save(self, **said: Json) -> None:
        """Writes the state down, with what the operator has chosen meanwhile."""
        self.state |= said
        kept = {item.name: item.settings for item in list_source_states(self.node.store)}
        save_source_state(self.node.store, SourceState(self.name, kept.get(self.name, {}), self.state))


def run(
    node: Node,
    name: str,
    now_us: int,
    watch: Watch | None = None,
    *,
    since_us: int | None = None,
    until_us: int | None = None,
    limits: FetchLimits | None = None,
) -> RunOutcome:
    """Fetches a source and takes in what is new. A fault of the source is part of the outcome, and is remembered.

    Raises `BadSetting` for a name that nobody knows, a period that ends before it begins, or a source that another process is running.
    """
    entry = find(node, name)
    if since_us is not None and since_us >= (now_us if until_us is None else until_us):
        raise BadSetting("The period ends before it begins", source=name, got=format_time(since_us))
    sweep(node, now_us, name)
    with _incoming(node, name) as folder:
        this = _Run(node, entry, folder, now_us, watch or _ignore, dict(entry.state))
        this.save(tried=format_time(now_us), cuts=_cuts(entry) + 1)
        try:
            _work(this, limits or FetchLimits(max_bytes=node.settings.max_file_bytes), (since_us, until_us))
        except VigieError as fault:
            this.fault = fault
        return _finished(this)


def run_due(node: Node, now_us: int, watch: Watch | None = None, *, limits: FetchLimits | None = None) -> list[RunOutcome]:
    """Runs every added source whose time has come, by name; those that lack an account are left out. One that fails does not stop the next."""
    sweep(node, now_us)
    due = [entry for entry in known(node) if entry.is_added and _is_due(node, entry, now_us)]
    return [_run_one(node, entry.source.name, now_us, watch, limits) for entry in due]


def _run_one(node: Node, name: str, now_us: int, watch: Watch | None, limits: FetchLimits | None) -> RunOutcome:
    try:
        return run(node, name, now_us, watch, limits=limits)
    except VigieError as fault:
        return RunOutcome(name=name, status="failed", fault=fault)


def _is_due(node: Node, entry: Entry, now_us: int) -> bool:
    found = health(entry, now_us, has_token=bool(token_of(node, entry.source.name)))
    if found.word == "needs account" or entry.source.fetch == BY_HAND or found.due_us is None:
        return False
    return found.due_us <= now_us or (_cuts(entry) == 1 and not is_held(_lock(node, entry.source.name)))


def _cuts(entry: Entry) -> int:
    """How many runs in a row began and did not end. A run that was cut off is begun again at once; one that is cut off again waits for its cadence."""
    return int(str(entry.state.get("cuts", 0)))


def _lock(node: Node, name: str) -> Path:
    return node.folder / "incoming" / f".{safe_name(name)}.lock"


@contextmanager
def _incoming(node: Node, name: str) -> Iterator[Path]:
    """The folder of a run, empty but for parts of downloads; no other process runs this source meanwhile."""
    folder = node.folder / "incoming" / safe_name(name)
    folder.parent.mkdir(exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    with locked(_lock(node, name)) as is_ours:
        if not is_ours:
            raise BadSetting("The source is being run by another process", source=name, todo="wait until it is done")
        try:
            _clear(folder)
            yield folder
        finally:
            _clear(folder)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if not path.name.endswith((".part", ".part.json")):
            path.unlink()


def _work(this: _Run, limits: FetchLimits, period: tuple[int | None, int | None]) -> None:
    source, feed = this.entry.source, feed_of(this.entry.source)
    token = _needed_token(this)
    errand = Errand(
        source=source,
        now_us=this.now_us,
        state=this.state.get("feed", {}),
        since_us=period[0],
        until_us=period[1],
        options=this.entry.options,
    )
    with open_line(source.address, limits) as line:
        header = this.entry.token_header or feed.token_header
        visit = Visit(line, limits, this.now_us, token, header, source.account, lambda done, total: this.watch("fetching", done, total))
        _drain(this, feed, errand, lambda request: _asked(this, visit, request))


def _needed_token(this: _Run) -> str:
    source = this.entry.source
    token = token_of(this.node, source.name)
    if source.account and not token and source.fetch != BY_HAND:
        todo = f"{source.account}; then put its token into {token_variable(source.name)} or {TOKENS_FILE}"
        raise BadSetting("The source needs an account", source=source.name, todo=todo)
    return token


def _asked(this: _Run, visit: Visit, request: Request) -> Answer:
    answer = fetch_with(visit, request, this.folder / safe_name(request.name))
    this.count["bytes"] += answer.bytes
    return answer


def _drain(this: _Run, feed: Feed, errand: Errand, ask: Ask) -> None:
    """Takes in each haul and tells the feed whether it was."""
    hauls: Generator[Haul, bool, None] = feed.fetch(errand, ask)
    try:
        haul = next(hauls)
        while True:
            haul = hauls.send(_take(this, haul))
    except StopIteration:
        return


def _take(this: _Run, haul: Haul) -> bool:
    """Whether the haul was taken in; only then is its state remembered."""
    if haul.note:
        this.notes.append(haul.note)
    if haul.content is not None:
        path = _as_file(this, haul)
        before = last_row(this.node.store)
        try:
            outcome = _ingested(this, path)
        except BadReport as fault:
            this.fault = fault
            return False
        finally:
            path.unlink(missing_ok=True)
        _count(this, outcome, before)
    this.save(feed=dict(haul.state))
    return True


def _as_file(this: _Run, haul: Haul) -> Path:
    if isinstance(haul.content, Path):
        return haul.content
    path = this.folder / safe_name(haul.name)
    path.write_bytes(haul.content or b"")
    return path


def _ingested(this: _Run, path: Path) -> Outcome:
    """Raises `BadReport` for a file that is not what its source gives, or of which not one record can be read."""
    _check_shape(this, path)
    outcome = ingest_file(this.node, path, _order(this.node, this.entry), this.now_us, lambda records, at: this.watch("reading", records, at))
    tally = outcome.tally
    if tally.rejects and not tally.reports and not tally.unchanged and not outcome.drafts:
        todo = "see `vigie rejects`: the agency may have changed its format"
        raise BadReport("Not one record of the file can be read", source=path.name, got=f"{tally.rejects} rejects", todo=todo)
    return outcome


def _check_shape(this: _Run, path: Path) -> None:
    """Raises `BadReport` where no part of the file is of the source's format: servers send pages of HTML with status 200."""
    known_readers = (reader for pack in packs().values() for reader in pack.readers)
    reader = next((found for found in known_readers if found.name == this.entry.source.reader), None)
    with opened(path, this.node.limits) as parts:
        samples = [sample_of(part) for part in parts]
    first = samples[0].head.lstrip().lower() if samples else b""
    is_page = first.startswith((b"<!doctype html", b"<html")) and this.entry.source.reader != PAGES
    is_other = reader is not None and this.entry.mapping is None and not any(reader.recognises(sample) for sample in samples)
    if is_page or is_other:
        got = _sort_of(samples[0].head) if samples else "nothing"
        expected = reader.title if reader else "data"
        raise BadReport("The server sent something else than the source's format", source=this.name, record=path.name, got=got, expected=expected)


def _sort_of(head: bytes) -> str:
    """What sort of content begins with these bytes, in a word or two: never the bytes themselves, which may hold anything."""
    start = head.lstrip()
    if not start:
        return "nothing but white space" if head else "nothing"
    if start.lower().startswith((b"<!doctype html", b"<html")):
        return "a page of HTML"
    if start.startswith(b"<"):
        return "XML"
    if start.startswith((b"{", b"[")):
        return "JSON"
    is_text = all(byte >= 32 or byte in b"\t\r\n" for byte in head)  # noqa: PLR2004 - below are ASCII's control characters
    return "text" if is_text else "binary data"


def _order(node: Node, entry: Entry) -> Order:
    """How the files of a source are taken in: AMBER for the owner alone unless a TLP level was named; its terms are a floor."""
    source = entry.source
    label: Label = owner_label(node.settings.party, entry.tlp or None)
    is_preset = source.reader in presets()
    return Order(
        label=owner_only(label) if source.floor == "owner" else label,
        reader="" if is_preset else source.reader,
        preset=source.reader if is_preset else "",
        mapping=entry.mapping,
        agency=source.agency,
        source=source.name,
        exercise=entry.exercise,
        retention_days=source.retention_days,
    )


def _count(this: _Run, outcome: Outcome, before: int) -> None:
    is_new = outcome.status == "taken in"
    this.count["files"] += 1
    for name in _NUMBERS[1:-1]:
        this.count[name] += getattr(outcome.tally, name) if is_new or name == "unchanged" else 0
    this.count["drafts"] += outcome.drafts
    if outcome.drafts:
        this.notes.append(f"{outcome.name}: {outcome.sentence}")
    if outcome.restricted and this.entry.source.floor == "open":
        this.notes.append("The format's own terms make the records readable by the node's own party alone")
    if not (is_new and outcome.tally.reports):
        return
    this.state["records"] = int(this.state.get("records", 0)) + outcome.tally.reports
    news = [*this.state.get("news", []), format_time(this.now_us)]
    this.state["news"] = list(dict.fromkeys(news))[-NEWS_KEPT:]
    latest_us = latest_begin_us(this.node.store, this.name, before)
    newest = this.state.get("newest")
    if latest_us is not None and (newest is None or latest_us > parse_time(newest)):
        this.state["newest"] = format_time(latest_us)


def _finished(this: _Run) -> RunOutcome:
    """The outcome, also written down."""
    wait_s = this.fault.wait_s if isinstance(this.fault, Faltering) else 0.0
    failures = int(this.state.get("failures", 0)) + 1 if this.fault else 0
    after: Mapping[str, Json] = {
        "fault": str(this.fault) if this.fault else "",
        "failures": failures,
        "notes": list[Json](this.notes[-NOTES_KEPT:]),
        "cuts": 0,
        "not_before": format_time(this.now_us + int(wait_s * 1_000_000)) if wait_s else "",
    }
    success = {} if this.fault else {"succeeded": format_time(this.now_us), "first_success": this.state.get("first_success") or format_time(this.now_us)}
    this.save(**after, **success)
    status: Literal["new", "nothing new", "failed"] = "failed" if this.fault else ("new" if this.count["reports"] or this.count["drafts"] else "nothing new")
    return RunOutcome(name=this.name, status=status, notes=tuple(this.notes), fault=this.fault, **this.count)


def _ignore(_step: str, _done: int, _total: int | None) -> None:
    return
