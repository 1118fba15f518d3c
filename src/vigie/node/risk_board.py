"""Every risk beside what answers it: the signals, warnings and deadlines that speak of it, and the activities and answers that meet it.

What fits beside no risk any more is kept apart and shown too. A function of the reader's outlook, log, activities and answers, and of the day; nothing
here is decided that `risks` and `coverage` have not decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vigie.activities.coverage import VERDICTS, Coverage, Doing, Row, Verdict, reaches
from vigie.activities.record import Known
from vigie.model.label import PUBLIC
from vigie.model.priorities import areas_of, fields_of
from vigie.model.rule import Signal
from vigie.node.histories import region_of
from vigie.node.outlook import open_signals
from vigie.node.risks import warned_areas
from vigie.node.stocktaking import Reader, placed
from vigie.warn.answers import Responses

Kind = Literal["answer", "our answer", "silence", "review", "expires"]
"""A recipient's first word is due; ours is; a silence ends; a warning is to be looked at again; a warning's time runs out."""

UNSETTLED = ("expired", "ended", "cancelled")
"""A warning of one's own that is over and that nobody has assessed."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is due by an instant (µs UTC), from whom, and which record it is of: a warning's name, or an activity's `OWNER/REF`."""

    kind: Kind
    at_us: int
    of: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """A risk with what speaks of it and what answers it. Of a warning or signal of the whole country the units' rows say so too (`wide`)."""

    row: Row
    signals: tuple[Signal, ...]
    warnings: tuple[Responses, ...]
    wide: tuple[Responses, ...]
    silences: tuple[Known, ...]
    deadlines: tuple[Deadline, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """All risks that are raised or high, or that something speaks of, the gravest first; and what fits beside none of them.

    `quiet` are the other rows, of which nothing is said but that no risk, or nothing, is known.
    """

    beside: tuple[Beside, ...]
    quiet: tuple[Row, ...]
    signals: tuple[Signal, ...]
    warnings: tuple[Responses, ...]
    silences: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What may stand beside a row, by area and field."""

    signals: Mapping[tuple[str, str], Sequence[Signal]]
    warnings: Mapping[tuple[str, str], Sequence[Responses]]
    silences: Mapping[tuple[str, str], Sequence[Known]]

    def speaks_of(self, key: tuple[str, str]) -> bool:
        """Whether anything speaks of this area and field by name."""
        return key in self.signals or key in self.warnings


def board_of(reader: Reader, found: Coverage, answered: Sequence[Responses]) -> Board:
    """The board of a reader: `found` is its coverage of the day, `answered` its warnings with their answers."""
    open_, asking = _signals(reader), _asking(reader)
    warnings = [each for each in answered if _is_shown(each, reader.log.party)]
    parts = _found(reader, open_, warnings, asking)
    loud: list[Row] = []
    quiet: list[Row] = []
    for row in found.rows:
        (loud if row.risk.level in ("high", "raised") or parts.speaks_of(row.key) else quiet).append(row)
    beside = tuple(_beside(row, parts, reader) for row in sorted(loud, key=_gravity))
    named = {id(item) for each in beside for item in (*each.signals, *each.warnings, *each.wide, *each.silences)}
    rest = ([item for item in items if id(item) not in named] for items in (open_, warnings, asking))
    signals, alone, silences = rest
    return Board(beside, tuple(quiet), tuple(signals), tuple(alone), tuple(silences))  # type: ignore[arg-type] # three lists of three kinds


def _gravity(row: Row) -> tuple[int, int, str, str]:
    """Gaps first; of equal verdicts those that more harmful events stand behind."""
    return (VERDICTS.index(row.verdict), -sum(record.type == "event" for record in row.risk.records), *row.key)


def _signals(reader: Reader) -> list[Signal]:
    """The signals of risk that nobody has dealt with, the newest of each rule and area; none for PUBLIC: what a rule says is for desks."""
    if reader.log.party == PUBLIC:
        return []
    newest: dict[tuple[str, str], Signal] = {}
    for item in open_signals(reader.outlook, reader.log):
        if item.flag == "risk" and item.rule in reader.outlook.book.rules:
            newest.setdefault((item.rule, item.area), item)
    return list(newest.values())


def _asking(reader: Reader) -> list[Known]:
    """The activities under a silence that runs."""
    return [item for item in placed(reader.activities, reader.atlas) if item.course.open_round is not None]


def _is_shown(each: Responses, party: str) -> bool:
    """Live warnings, and those of one's own that wait for an assessment; tests of the channel are no warnings."""
    chain = each.chain
    return not chain.head.content.test and (chain.status == "live" or (chain.owner == party and chain.status in UNSETTLED))


def _found(reader: Reader, signals: Iterable[Signal], warnings: Iterable[Responses], asking: Iterable[Known]) -> _Found:
    region, rules = region_of(reader.atlas), reader.outlook.book.rules
    by_signal: dict[tuple[str, str], list[Signal]] = {}
    by_warning: dict[tuple[str, str], list[Responses]] = {}
    by_silence: dict[tuple[str, str], list[Known]] = {}
    for item in signals:
        by_signal.setdefault((item.area, rules[item.rule].field), []).append(item)
    for each in warnings:
        for area in warned_areas(each.chain.head.content, reader.atlas, region):
            by_warning.setdefault((area, each.chain.head.content.field), []).append(each)
    for known in asking:
        for area, name in _places(known, reader):
            by_silence.setdefault((area, name), []).append(known)
    return _Found(by_signal, by_warning, by_silence)


def _places(item: Known, reader: Reader) -> Iterator[tuple[str, str]]:
    """Every area and field that an activity meets."""
    for area in reaches(areas_of(item.activity), region_of(reader.atlas)):
        yield from ((area, name) for name in fields_of(item.activity, reader.priorities))


def _beside(row: Row, parts: _Found, reader: Reader) -> Beside:
    country = region_of(reader.atlas).country_of(row.risk.area)
    key, above = row.key, (country, row.risk.field)
    warnings = tuple(parts.warnings.get(key, ()))
    wide = tuple(each for each in parts.warnings.get(above, ()) if country != row.risk.area and each not in warnings)
    silences = tuple(parts.silences.get(key, ()))
    running = sorted(_deadlines(warnings, wide, silences, reader), key=lambda item: (item.at_us, item.kind, item.of))
    return Beside(row, tuple(parts.signals.get(key, ())), warnings, wide, silences, tuple(running))


def _deadlines(warnings: Sequence[Responses], wide: Sequence[Responses], silences: Iterable[Known], reader: Reader) -> Iterator[Deadline]:
    for each in (*warnings, *wide):
        yield from warning_deadlines(each, reader.log.party)
    for item in silences:
        yield from silence_deadlines(item)


def warning_deadlines(each: Responses, party: str) -> Iterator[Deadline]:
    """When the parties that were addressed are to answer, as far as this reader is told of them; when to look again; when its time runs out."""
    chain, content = each.chain, each.chain.head.content
    for recipient in each.recipients:
        is_told = party in (chain.owner, recipient.party)
        if is_told and recipient.due_us is not None and recipient.state in ("open", "overdue"):
            yield Deadline("our answer" if recipient.party == party else "answer", recipient.due_us, chain.warning, (recipient.party,))
    if chain.status == "live":
        if content.next_review_us is not None and chain.owner == party:
            yield Deadline("review", content.next_review_us, chain.warning, (chain.owner,))
        yield Deadline("expires", content.expires_us, chain.warning, (chain.owner,))


def silence_deadlines(item: Known) -> Iterator[Deadline]:
    """When the silence that runs over an activity ends, and who may break it."""
    asking = item.course.open_round
    if asking is not None:
        yield Deadline("silence", asking.deadline_us, f"{item.owner}/{item.ref}", asking.parties)


def verdict_sentence(row: Row) -> str:
    """Why the verdict is what it is, in one sentence."""
    level = f"The risk is {row.risk.level}"
    said: Mapping[Verdict, str] = {
        "gap": f"{level}, and no activity that this reader knows of runs or is planned here in this field",
        "open": f"{level}, and no activity that this reader knows of runs or is planned here in this field",
        "planned only": f"{level}; {_many(row.planned, 'activity is planned', 'activities are planned')} and none runs yet",
        "covered": f"{level}; {_many(row.running, 'activity runs', 'activities run')} here in this field",
        "not known": "Nothing was reported here that would tell how great the risk is: that is no sign of calm",
        "no known risk": "No raised risk is known here",
    }
    return f"{said[row.verdict]}."


def _many(doings: Sequence[Doing], one: str, many: str) -> str:
    return f"{len(doings)} {one if len(doings) == 1 else many}"
