"""The review of what was read out of pages: accepted, with what the reviewer corrects, or rejected with a reason. Only an accepted one becomes a report.

The report and the reading's next version are written in one transaction: there is never one without the other, and of two reviewers one is told.
What a correction says of the page's words becomes a suggestion for the lexicon; suggestions are read from the log, so that none can be lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from vigie.model.canonical import Json, digest
from vigie.model.entry import Entry, Log
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import label_text
from vigie.model.lexicon import family
from vigie.model.reading import Edit, Part, Reading
from vigie.model.report import Report
from vigie.model.said import body_of, latest_of, read_body, said_in
from vigie.node.accounts import may
from vigie.node.atlas import load_atlas
from vigie.node.desk import Desk
from vigie.node.page_reports import EDITABLE, ONE, canonical_value, nameless, report_of, values_of
from vigie.store import FileFacts, add_entry, add_within, prepare, taking_in

MIN_PREFIX = 8
"""A reading may be named by so many first digits of its page's SHA-256."""

_LEXICAL = frozenset({"country", "institution", "theme", "kind"})
"""Parts whose words a lexicon holds."""

Standing = tuple[Entry, Reading]


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """Words of pages that reviewers gave a meaning to, and how many readings say so."""

    part: Part
    value: str
    language: str
    quote: str
    count: int


def readings(log: Log) -> tuple[Standing, ...]:
    """The reader's own readings as they stand: the open ones, oldest first, then those that are done, the last done first."""
    latest = latest_of(pair for pair in said_in(log, "reading", Reading) if pair[0].owner == log.party)
    waiting = sorted((pair for pair in latest if pair[1].state == "open"), key=lambda pair: (pair[0].said_us, pair[0].ref))
    done = sorted((pair for pair in latest if pair[1].state != "open"), key=lambda pair: (-pair[0].said_us, pair[0].ref))
    return (*waiting, *done)


def reading_named(log: Log, ref: str) -> Standing:
    """The reading of that name, or of the one page whose SHA-256 begins so. Raises `BadSetting` where there is none, or several."""
    known = readings(log)
    found = [pair for pair in known if pair[0].ref == ref or (len(ref) >= MIN_PREFIX and pair[0].ref.startswith(ref.lower()))]
    if len(found) != 1:
        what = "There are several such readings" if found else "There is no such reading"
        raise BadSetting(what, got=ref, todo="see `vigie pages list`")
    return found[0]


def edits_between(reading: Reading, wanted: Mapping[Part, Sequence[str]], quotes: Mapping[Part, str]) -> tuple[Edit, ...]:
    """What changes where a reviewer wants these values; parts that are not named stay. `quotes` are words of the page that say what was set.

    Raises `BadReport` for a part that cannot be set, a value that cannot be used, or a quote that stands for several values at once.
    """
    edits: list[Edit] = []
    for part in dict.fromkeys((*wanted, *quotes)):
        if part not in EDITABLE:
            raise BadReport("This part of a draft cannot be set", got=part, expected=", ".join(EDITABLE))
        known = values_of(reading)[part]
        asked = tuple(dict.fromkeys(canonical_value(part, value, known) for value in wanted.get(part, known) if value.strip()))
        edits += _edits_of(part, known, asked, nameless(" ".join(quotes.get(part, "").split())))
    return tuple(edits)


def _edits_of(part: Part, known: Sequence[str], asked: Sequence[str], quote: str) -> list[Edit]:
    if part in ONE:
        if len(asked) > 1:
            raise BadReport("This part of a draft has one value", field=part, got=str(len(asked)))
        before, after = (known or ("",))[0], (asked or ("",))[0]
        return [read_body(Edit, {"part": part, "before": before, "after": after, "quote": quote})] if before != after or quote else []
    gone, new = [value for value in known if value not in asked], [value for value in asked if value not in known]
    said = new or ([asked[0]] if quote and len(asked) == 1 else [])
    if quote and len(said) != 1:
        raise BadReport("The words are to be for one value", field=part, got=quote, todo="add one value at a time")
    kept = [] if new else [{"part": part, "before": value, "after": value, "quote": quote} for value in said]
    added = [{"part": part, "after": value, "quote": quote} for value in new]
    return [read_body(Edit, edit) for edit in (*({"part": part, "before": value} for value in gone), *kept, *added)]


def accept(desk: Desk, ref: str, version: int, edits: Iterable[Edit] = ()) -> Entry:
    """The reading's next version, accepted: its report is in the store with it. The same again changes nothing.

    `version` is the one that was looked at. Raises where it has moved on, where the role may not, and `BadReport` where the draft makes no report.
    """
    entry, reading = _to_review(desk, ref)
    chosen = tuple(edits)
    if reading.state == "accepted" and reading.edits == chosen:
        return entry
    _check_stands(entry, reading, version)
    report = report_of(load_atlas(), entry, reading, chosen, desk.actor.account)
    after = read_body(Reading, body_of(reading.model_copy(update={"state": "accepted", "edits": chosen, "report": f"{report.agency}/{report.agency_ref}"})))
    said = replace(entry, body=body_of(after), version=version + 1, said_us=desk.now_us, by=desk.actor.account)
    return _written(desk, report, said, reading.source)


def _written(desk: Desk, report: Report, said: Entry, source: str) -> Entry:
    """Writes the report, as an ingest does, and the reading's version in one transaction. Raises `BadSetting` where the report was erased here."""
    node, label = desk.node, said.label
    size = len(report.payload)
    facts = FileFacts(
        digest=digest(report.payload),
        name=f"{source} (reviewed)",
        source="",
        reader="page:reviewed",
        bytes=size,
        exercise=said.exercise,
        received_us=desk.now_us,
    )
    with taking_in(node.store, node.keyring, facts, label, node.expires_us(desk.now_us)) as intake:
        written = add_within(intake.connection, [said])[0]
        intake.add(prepare([report], label.owner, label_text(label)))
        if intake.tally.rejects:
            raise BadSetting("The report was erased here and is not taken in again", record=f"{report.agency}/{report.agency_ref}", todo="reject the draft")
    return written


def reject(desk: Desk, ref: str, version: int, reason: str) -> Entry:
    """The reading's next version, rejected with a reason: it becomes no report. The same again changes nothing; raises as `accept` does."""
    entry, reading = _to_review(desk, ref)
    why = reason.strip()
    if not why:
        raise BadReport("Who rejects a draft must say why", record=ref[:16])
    if reading.state == "rejected" and reading.reason == why:
        return entry
    _check_stands(entry, reading, version)
    after = read_body(Reading, body_of(reading) | {"state": "rejected", "reason": why})
    return add_entry(desk.node.store, replace(entry, body=body_of(after), version=version + 1, said_us=desk.now_us, by=desk.actor.account))


def suggestions(log: Log) -> tuple[Suggestion, ...]:
    """What accepted corrections say of the pages' words, by part, value and language: what a lexicon may hold."""
    from vigie.ingest.page.persons import MASK

    counts: Counter[tuple[Part, str, str, str]] = Counter()
    for _, reading in readings(log):
        if reading.state == "accepted":
            said = {(edit.part, edit.after, family(reading.language), edit.quote) for edit in reading.edits}
            counts.update(key for key in said if key[1] and key[3] and MASK not in key[3] and key[0] in _LEXICAL)
    return tuple(sorted(Suggestion(*key, count) for key, count in counts.items()))


def suggestion_facts(item: Suggestion) -> dict[str, Json]:
    """A suggestion as JSON."""
    return {"part": item.part, "value": item.value, "language": item.language, "quote": item.quote, "count": item.count}


def suggestions_yaml(found: Iterable[Suggestion]) -> str:
    """The suggestions as a lexicon's YAML: what a node's own `lexicon.yaml` may hold as it stands. Names of countries are the program's own."""
    words: dict[str, dict[str, list[str]]] = {}
    for item in found:
        if item.part == "country":
            continue
        entries = words.setdefault(item.value, {}).setdefault(item.language, [])
        if item.quote not in entries:
            entries.append(item.quote)
    return str(yaml.safe_dump({"words": words}, allow_unicode=True, sort_keys=True, width=10_000)) if words else ""


def _to_review(desk: Desk, ref: str) -> Standing:
    if not may(desk.actor.role, "draft"):
        raise NotReleasable(f"The role {desk.actor.role} may not review what was read out of pages", record=desk.actor.account, todo="ask an analyst")
    return reading_named(desk.log, ref)


def _check_stands(entry: Entry, reading: Reading, version: int) -> None:
    if version != entry.version:
        raise BadSetting("Somebody else has changed this meanwhile", record=f"reading {entry.ref[:16]}", todo="look at it again")
    if reading.state != "open":
        raise BadSetting(f"The reading is {reading.state} already", record=entry.ref[:16])
