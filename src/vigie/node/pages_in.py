"""Pages as they come into a node: each becomes a reading, the draft of a report that waits for a reviewer. No world sees it before it is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vigie.ingest.files import Limits, Part, opened, sample_of
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, Reject
from vigie.model.label import Label
from vigie.model.lexicon import Lexicon, lexicon_from_yaml, merge_lexicons
from vigie.model.reading import Reading
from vigie.model.said import MAX_HEADLINE, body_of, read_body
from vigie.node.atlas import load_atlas
from vigie.node.mappings import PAGES, is_html
from vigie.node.page_helper import Helper, add_proposals, helper_of, is_shown_to
from vigie.node.page_proposals import kinds, themes
from vigie.node.settings import Node
from vigie.store import Intake, add_within, readable_log

if TYPE_CHECKING:
    from vigie.ingest.page.reading import Tools
    from vigie.node.intake import Order

MOST_BYTES = 2 * 1024 * 1024
"""A page has no more bytes than this."""

LEXICON_FILE = "lexicon.yaml"
"""Where a node's own words lie, in its folder: what the packs' lexicons lack."""

_OTHER_LANGUAGE = "The page is in a language that is not read; only what is written alike everywhere was found."
_SAYS_SOMETHING = frozenset({"date", "place", "country", "institution", "theme", "kind"})


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages of a file became: drafts that are new, how many drafts there were already, and what could not be read."""

    drafts: tuple[Entry, ...]
    known: int
    rejects: tuple[Reject, ...]

    @property
    def sentence(self) -> str:
        """What became of them, in a few words."""
        waiting = f"{len(self.drafts)} {'draft waits' if len(self.drafts) == 1 else 'drafts wait'} for review (vigie pages)" if self.drafts else ""
        before = f"{self.known} read before; nothing changed" if self.known else ""
        refused = f"{len(self.rejects)} could not be read (vigie rejects)" if self.rejects else ""
        return "; ".join(filter(None, (waiting, before, refused)))


def read_pages(node: Node, path: Path, order: Order, label: Label, now_us: int) -> Pages:
    """The pages of a file as drafts, not yet written down. Raises `BadReport` where not one of them can be read."""
    helper = helper_of(node.folder) if is_shown_to(label) else None
    known = {entry.ref for entry in own_readings(node, exercise=order.exercise, now_us=now_us)}
    found: dict[str, Entry] = {}
    faults: list[tuple[Reject, BadReport]] = []
    count = 0
    for name, data, wrong in _pages_of(path, node.limits, named=order.reader == PAGES):
        reading = wrong or _read_or_fault(node, data, _source(order, name), order.agency, helper)
        if isinstance(reading, BadReport):
            faults.append((Reject(name, reading.what, reading.field, reading.got, reading.expected, data), reading))
            continue
        count += reading.page in known or reading.page in found
        found.setdefault(reading.page, _entry(reading, label, now_us, exercise=order.exercise))
    if faults and not found:
        raise faults[0][1]
    return Pages(tuple(entry for ref, entry in found.items() if ref not in known), count, tuple(reject for reject, _ in faults))


def keep_pages(intake: Intake, pages: Pages) -> None:
    """Writes the drafts and what could not be read, in the transaction of their file."""
    add_within(intake.connection, pages.drafts)
    intake.reject_all(pages.rejects)


def explain_pages(path: Path, folder: Path | None = None, agency: str = "", *, named: bool = True) -> tuple[Reading, ...]:
    """The drafts that a file's pages would become; nothing is written and no node is needed. `folder` is a node's, for its own lexicon.

    Raises `BadReport` for the first page that cannot be read.
    """
    found = []
    for name, data, fault in _pages_of(path, Limits(), named=named):
        if fault is not None:
            raise fault
        found.append(_named(read_one(data, name, folder), agency))
    return tuple(found)


def read_one(data: bytes, source: str, folder: Path | None) -> Reading:
    """The draft that a page's bytes become by rules alone. Raises `BadReport` with one sentence where nothing can be read out of it."""
    from vigie.ingest.page.reading import read_page

    return _judged(read_page(data, source[-MAX_HEADLINE:], tools_of(folder)))


def own_readings(node: Node, *, exercise: bool, now_us: int) -> tuple[Entry, ...]:
    """Every version of every reading of the node's own party in a world."""
    party = node.settings.party
    log = readable_log(node.store, node.audience(party, now_us), exercise=exercise, types=("reading",))
    return tuple(entry for entry in log.entries if entry.owner == party)


def tools_of(folder: Path | None) -> Tools:
    """What pages are read with: the atlas, the packs' lexicons and the node's own. Raises `BadSetting` where its file cannot be understood."""
    path = folder / LEXICON_FILE if folder is not None else None
    try:
        text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting("The lexicon cannot be read", source=str(path), got=str(fault)) from fault
    return _tools(text)


@lru_cache(maxsize=4)
def _tools(own_words: str) -> Tools:
    """The tools with a node's own words: those of kinds and themes by their names, all others as names of institutions."""
    from vigie.ingest.page.reading import make_tools

    own = lexicon_from_yaml(own_words, LEXICON_FILE, "own-lexicon") if own_words else Lexicon()
    known, topics = kinds(), themes()
    said = Lexicon(tuple(replace(word, field=known[word.value]) for word in own.words if word.value in known))
    about = Lexicon(tuple(word for word in own.words if word.value in topics))
    named = Lexicon(tuple(word for word in own.words if word.value not in {*known, *topics}))
    tools = make_tools(load_atlas(), (said, *pack_lexicons()), (named,))
    return replace(tools, themes=merge_lexicons(about, tools.themes))


def pack_lexicons() -> tuple[Lexicon, ...]:
    """The lexicons of the packs, in the order of their names: each lies beside its pack, in a file of this name."""
    found = []
    for point in sorted(entry_points(group="vigie.fields"), key=lambda point: point.name):
        path = files(point.module.rpartition(".")[0]).joinpath(LEXICON_FILE)
        if path.is_file():
            found.append(lexicon_from_yaml(path.read_text(encoding="utf-8"), f"{point.name}/{LEXICON_FILE}", f"{point.name}-lexicon"))
    return tuple(found)


def _read_or_fault(node: Node, data: bytes, source: str, agency: str, helper: Helper | None) -> Reading | BadReport:
    try:
        return _read(node, data, source, agency, helper)
    except BadReport as fault:
        return fault


def _read(node: Node, data: bytes, source: str, agency: str, helper: Helper | None) -> Reading:
    """The draft of a page, with what the endpoint adds to it where one is set up and may see the page."""
    if helper is None:
        return _named(read_one(data, source, node.folder), agency)
    from vigie.ingest.page.reading import read_page
    from vigie.ingest.page.text import page_text

    by_rules = read_page(data, source[-MAX_HEADLINE:], tools_of(node.folder))
    return _named(_judged(add_proposals(helper, by_rules, page_text(data, source).text)), agency)


def _judged(reading: Reading) -> Reading:
    """The reading, with a word on its language where that is none of ours. Raises `BadReport` where nothing of a report was found."""
    if not any(item.part in _SAYS_SOMETHING for item in reading.found):
        raise _refusal(reading)
    if reading.language != "und" or _OTHER_LANGUAGE in reading.faults:
        return reading
    return read_body(Reading, body_of(reading) | {"faults": [_OTHER_LANGUAGE, *reading.faults]}, reading.source)


def _named(reading: Reading, agency: str) -> Reading:
    """The reading with its publisher: who was named, else the host of its address. Raises `BadReport` where the name cannot be used."""
    host = (urlsplit(reading.source).hostname or "").removeprefix("www.") if "://" in reading.source else ""
    publisher = agency or reading.agency or host
    return read_body(Reading, body_of(reading) | {"agency": publisher}, reading.source) if publisher != reading.agency else reading


def _refusal(reading: Reading) -> BadReport:
    languages = "English, French or a language of the region"
    why = "its language is not known" if reading.language == "und" else "no date, place, country, institution, theme or kind was found"
    return BadReport(
        "Nothing of a report can be read out of the page", source=reading.source, got=why, expected=f"a press page or situation text in {languages}"
    )


def _source(order: Order, name: str) -> str:
    """What a page's origin is called: its address where it was fetched from one, else its file's name."""
    return order.source if "://" in order.source else name


def _entry(reading: Reading, label: Label, now_us: int, *, exercise: bool) -> Entry:
    return Entry(type="reading", owner=label.owner, ref=reading.page, label=label, said_us=now_us, exercise=exercise, body=body_of(reading), version=1)


def _pages_of(path: Path, limits: Limits, *, named: bool) -> Iterator[tuple[str, bytes, BadReport | None]]:
    """Name and bytes of each page of a file, or why it is none; unless the reader was named, pages of HTML alone."""
    with opened(path, limits) as parts:
        for part in parts:
            yield _page_of(part, named=named)


def _page_of(part: Part, *, named: bool) -> tuple[str, bytes, BadReport | None]:
    if not named and not is_html(sample_of(part)):
        return part.name, b"", BadReport("A member of the file was not read", source=part.name, expected="a page of HTML", todo="name --reader page")
    data = part.stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        return part.name, b"", BadReport("The page is too large", source=part.name, got=f"more than {MOST_BYTES} bytes", expected=f"at most {MOST_BYTES}")
    return part.name, data, None
