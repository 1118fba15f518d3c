"""Logs kept in memory: what an audience may read is read and understood once, and again when something in it has changed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from vigie.activities.record import Known, known, known_later
from vigie.model.entry import Entry, Log
from vigie.model.label import Directory
from vigie.node.settings import Node
from vigie.store import readable_log
from vigie.store.extent import readable_words
from vigie.warn.answers import Responses, Words, responses_in, words_of
from vigie.warn.chain import Chain, Proposal, chains, drafts

_Mark = tuple[tuple[int, ...], Directory]


@dataclass(slots=True)
class _Activities:
    """The activities of a log, understood when somebody first asks; later the same, but for the silences that time has ended."""

    held: tuple[tuple[Known, ...], int, int] = ((), 0, 0)
    """The activities, and the two instants (µs UTC) from which and before which they hold; one value, since several threads read it."""

    def as_of(self, log: Log) -> tuple[Known, ...]:
        """The activities at the log's now."""
        found, from_us, until_us = self.held
        if not from_us <= log.now_us < until_us:
            later = (entry.said_us for entry in log.of("step") if entry.said_us > log.now_us)
            found = known(log)
            self.held = found, log.now_us, min(later, default=sys.maxsize)
        return known_later(found, log.now_us)


@dataclass(frozen=True, slots=True)
class Read:
    """A log as of an instant, with the warnings and the words that it holds. Only the time that has passed tells it from the one that was kept."""

    log: Log
    chains: tuple[Chain, ...]
    drafts: tuple[Proposal, ...]
    words: Words
    _activities: _Activities

    @property
    def activities(self) -> tuple[Known, ...]:
        """Its activities, as `activities.record.known` has them."""
        return self._activities.as_of(self.log)

    def responses(self, found: tuple[Chain, ...], deputies: Mapping[str, str]) -> tuple[Responses, ...]:
        """What was answered to these of its warnings; see `warn.all_responses`."""
        return responses_in(self.words, found, self.log.now_us, deputies)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read, and the mark of what the audience may read that it was read at."""

    mark: _Mark
    entries: tuple[Entry, ...]
    chains: tuple[Chain, ...]
    drafts: tuple[Proposal, ...]
    words: Words
    activities: _Activities


@dataclass(slots=True)
class KeptLogs:
    """The logs of several audiences, each read again when the entries that it may read are others.

    An embargo that ends makes them others, and so does another directory; what an audience may not read does not.
    """

    node: Node
    _kept: dict[tuple[str, bool], _Kept] = field(default_factory=dict)
    _locks: dict[tuple[str, bool], Lock] = field(default_factory=dict)

    def read(self, party: str, now_us: int, *, exercise: bool) -> Read:
        """The log of a party (or PUBLIC) as of now. One thread reads it; others who ask for the same wait, others do not."""
        key = (party, exercise)
        with self._locks.setdefault(key, Lock()):
            kept = self._kept[key] = self._looked_at(self._kept.get(key), party, now_us, exercise=exercise)
        log = Log(party=party, now_us=now_us, exercise=exercise, entries=kept.entries)
        return Read(log, tuple(_as_of(chain, now_us) for chain in kept.chains), kept.drafts, kept.words, kept.activities)

    def _looked_at(self, known: _Kept | None, party: str, now_us: int, *, exercise: bool) -> _Kept:
        audience = self.node.audience(party, now_us)
        mark = (readable_words(self.node.store, audience, exercise=exercise), audience.directory)
        if known is not None and known.mark == mark:
            return known
        log = readable_log(self.node.store, audience, exercise=exercise)
        return _Kept(mark, log.entries, chains(log), drafts(log), words_of(log), _Activities())


def _as_of(chain: Chain, now_us: int) -> Chain:
    """The chain at another instant: time alone makes a live warning an expired one."""
    if chain.status not in ("live", "expired"):
        return chain
    status = "live" if now_us < chain.head.content.expires_us else "expired"
    return chain if status == chain.status else replace(chain, status=status)  # type: ignore[arg-type] # one of the two
