"""What a partner, or the public, would see of this node now, beside what its own party sees: for the node's own people, before anything is released.

The partner's side is its own world, made by the one gate through which everybody reads. The difference is what lies between the two worlds, record by
record; only the reasons are worked out from the labels. Asking leaves nothing behind that the partner could notice: no row of the exchange, no cursor,
and none of the worlds that are kept for answering it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC, Directory, Reason, why_not_shown
from vigie.node.answers import KeptWorlds
from vigie.node.desk import log_of
from vigie.node.peers import list_peers
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store.held_labels import Kind, Labelled, labels_by_row
from vigie.warn.chain import Chain, chains

HIDDEN, IN_PART, WHOLE = 0, 1, 2
"""Of an event's reports they see none, some, or all."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two worlds side by side.

    By row of our catalogue (n,): the kind of its label, and whether they see this very record; by event of ours (m,) how much of it they see.
    `extra` are rows of their catalogue that are not in ours: earlier words of what we read a later one of.
    """

    ours: World
    theirs: World
    labelled: Labelled
    is_seen: NDArray[np.bool_]
    state: NDArray[np.int8]
    extra: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Looking:
    """Who is looked at, as of when, with the directory that decides."""

    home: str
    party: str
    directory: Directory
    now_us: int

    def why(self, kind: Kind) -> tuple[Reason, ...]:
        """Why they do not see a report of this kind; never empty, since something keeps it from them."""
        if kind.owner == self.party:
            return (Reason("theirs", f"{self.party} owns it and has it already"),)
        found = why_not_shown(self.home, self.party, kind.label, self.directory, self.now_us, is_received=kind.received)
        return found or (Reason("word", f"{self.party} may read it, and sees another word of the same report"),)

    def why_word(self, entry: Entry) -> tuple[Reason, ...]:
        """Why they do not see a warning or another word: by its label, else since another owner's word is not passed on."""
        if entry.owner == self.party:
            return (Reason("theirs", f"{self.party} owns it and has it already"),)
        found = why_not_shown(self.home, self.party, entry.label, self.directory, self.now_us, is_received=False)
        return found or self.why(Kind(entry.label, entry.owner, received=True))


def looking_at(node: Node, party: str, now_us: int) -> Looking:
    """Who is looked at. Raises `BadSetting` for the node's own party, and for one that is neither PUBLIC, nor in the directory, nor a partner."""
    known = parties_to_look_at(node)
    if party not in known:
        raise BadSetting("There is no such party to look as", field="party", got=party, expected=", ".join(known))
    return Looking(node.settings.party, party, node.directory, now_us)


def parties_to_look_at(node: Node) -> list[str]:
    """PUBLIC first, then every party of the directory and every partner but the node's own, by name."""
    named = {*node.directory.parties, *(one.party for one in list_peers(node))} - {node.settings.party}
    return [PUBLIC, *sorted(named)]


@dataclass(slots=True)
class KeptViews:
    """The comparison that was asked for last, kept until one of the two worlds is another. Beside the worlds that are kept for answering."""

    node: Node
    atlas: Atlas
    now: Callable[[], int]
    _worlds: KeptWorlds | None = None
    _last: Compared | None = None
    _lock: Lock = field(default_factory=Lock)

    def compared(self, ours: World, party: str) -> Compared:
        """Our world beside the same one, real or exercise, of a party."""
        with self._lock:
            if self._worlds is None or self._worlds.party != party:
                self._worlds, self._last = KeptWorlds(self.node, self.atlas, self.now, party), None
            theirs = self._worlds.world(exercise=ours.exercise)
            if self._last is None or self._last.ours is not ours or self._last.theirs is not theirs:
                self._last = compare(self.node, ours, theirs)
            return self._last


def compare(node: Node, ours: World, theirs: World) -> Compared:
    """Which of our records they see, and how much of each of our events."""
    mine, other = ours.catalogue.row, theirs.catalogue.row
    is_seen = np.isin(mine, other)
    seen, all_ = (np.bincount(ours.event_of[rows], minlength=len(ours.events)) for rows in (is_seen, slice(None)))
    state = np.where(seen == 0, HIDDEN, np.where(seen < all_, IN_PART, WHOLE)).astype(np.int8)
    labelled = labels_by_row(node.store, node.directory, mine)
    return Compared(ours, theirs, labelled, is_seen, state, np.flatnonzero(~np.isin(other, mine)))


def reasons_by_kind(found: Compared, looking: Looking) -> tuple[tuple[Reason, ...], ...]:
    """Why they do not see the reports of each kind, in the order of the kinds; empty for a kind of which they see every report."""
    hidden = set(np.unique(found.labelled.of[~found.is_seen]).tolist())
    return tuple(looking.why(kind) if number in hidden else () for number, kind in enumerate(found.labelled.kinds))


def rows_closed_by(found: Compared, reasons: tuple[tuple[Reason, ...], ...], rule: str) -> NDArray[np.bool_]:
    """Which of our reports (n,) they do not see for this rule, perhaps beside others."""
    of_kind = np.array([any(reason.rule == rule for reason in why) for why in reasons] + [False])
    closed: NDArray[np.bool_] = of_kind[found.labelled.of] & ~found.is_seen
    return closed


def events_holding(found: Compared, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of our events (m,) hold one of these rows of our catalogue."""
    holds = np.zeros(len(found.ours.events), bool)
    holds[found.ours.event_of[rows]] = True
    return holds


@dataclass(frozen=True, slots=True, eq=False)
class Warned:
    """The warnings that we and they read, by owner and name; where they read an earlier version, that one."""

    ours: Mapping[tuple[str, str], Chain]
    theirs: Mapping[tuple[str, str], Chain]

    @property
    def hidden(self) -> list[Chain]:
        """Those that they do not see at all, newest head first."""
        return [chain for name, chain in self.ours.items() if name not in self.theirs]

    @property
    def other(self) -> list[Chain]:
        """Those of which they read another version."""
        return [chain for name, chain in self.ours.items() if name in self.theirs and self.theirs[name].head.entry.version != chain.head.entry.version]


def warned(ours: tuple[Chain, ...], node: Node, looking: Looking, *, exercise: bool) -> Warned:
    """Our warnings beside those that they may read."""
    theirs = chains(log_of(node, looking.party, looking.now_us, exercise=exercise))
    return Warned(*({(chain.owner, chain.warning): chain for chain in found} for found in (ours, theirs)))


__all__ = ["HIDDEN", "IN_PART", "WHOLE", "Compared", "KeptViews", "Looking", "Warned", "compare", "looking_at", "parties_to_look_at", "warned"]
