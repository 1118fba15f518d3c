"""A decision: an analyst's word that reports are, or are not, one event. It is an entry of the log, changed and undone by new versions only.

One decision may speak of many reports: `groups` are two reports, the events that were merged, or the parts of an event that was split.
Two parties, or two days, may contradict each other; `consistent` says which words can hold together, so that no contradiction stops a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Annotated, Literal, NamedTuple, Self

import pydantic

from vigie.model.entry import Entry, Log, entry_id
from vigie.model.said import Name, Noun, Short, Text, latest_of, said_in

Verdict = Literal["same", "apart", "withdrawn"]

MAX_NAMED = 1_000
"""How many reports one decision may name: parting 500 from 500 others is a quarter of a million pairs."""

Tie = tuple[int, int, bool]
"""Two rows of a catalogue, and whether they are one event."""

Groups = Sequence[Sequence[int]]
"""The reports of a decision as rows of a catalogue; those that are not in it are left out."""


class Settled(NamedTuple):
    """What of a decision holds, and what contradicts a weightier one."""

    obeyed: tuple[Tie, ...]
    contradicts: tuple[Tie, ...]


class ReportName(Noun):
    """A report by its agency and the agency's reference, or, where the agency gives none, by its witness: 32 hexadecimal digits, the same on every node."""

    agency: Name
    ref: Annotated[str, pydantic.Field(max_length=1_000)] | None = None
    witness: Annotated[str, pydantic.Field(pattern=r"^([0-9a-f]{32})?$")] = ""

    @pydantic.model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.ref is None) == (not self.witness):
            msg = "a report is named by its agency's reference or by its witness, by one of them"
            raise ValueError(msg)
        return self

    @property
    def text(self) -> str:
        """As people write it: AGENCY/REF, or the witness."""
        return self.witness if self.ref is None else f"{self.agency}/{self.ref}"


Group = Annotated[tuple[ReportName, ...], pydantic.Field(min_length=1)]


class Decision(Noun):
    """`same`: all reports of all groups are one event. `apart`: no report of one group is one event with a report of another. `withdrawn`: neither is said."""

    verdict: Verdict
    groups: Annotated[tuple[Group, ...], pydantic.Field(min_length=2)]
    reason: Text = ""
    events: tuple[Short, ...] = ()
    """The ids that the merged events, or the event that was split, had when it was decided."""

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        named = [name.text for group in self.groups for name in group]
        if len(set(named)) != len(named):
            msg = "a decision names a report twice"
            raise ValueError(msg)
        if len(named) > MAX_NAMED:
            msg = f"a decision names {len(named):,} reports; at most {MAX_NAMED:,} can be decided at once"
            raise ValueError(msg)
        return self

    def is_about(self, groups: Sequence[Sequence[ReportName]]) -> bool:
        """Whether it speaks of just these groups, in whatever order."""
        return _as_sets(self.groups) == _as_sets(groups)

    def speaks_of(self, pair: Sequence[str]) -> bool:
        """Whether it says that two reports (as `ReportName.text` has them) are, or are not, one event; what is withdrawn says nothing."""
        sides = [{name.text for name in group} for group in self.groups]
        at = [number for name in pair for number, side in enumerate(sides) if name in side]
        return self.verdict != "withdrawn" and len(at) == len(pair) and (self.verdict == "same" or len(set(at)) > 1)


def _as_sets(groups: Iterable[Iterable[ReportName]]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(name.text for name in group) for group in groups)


def decisions_of(log: Log) -> tuple[tuple[Entry, Decision], ...]:
    """Of each decision in the log the version that counts: the latest that the reader may read; oldest first."""
    return latest_of(said_in(log, "decision", Decision))


def by_weight(said: Iterable[tuple[Entry, Decision]], own: str) -> list[tuple[Entry, Decision]]:
    """Decisions in the order in which they count: those of the party `own` first, then the latest, then by content; the same wherever they came from."""
    return sorted(said, key=lambda pair: (pair[0].owner != own, -pair[0].said_us, entry_id(pair[0])))


def word_on(said: Iterable[tuple[Entry, Decision]], own: str, pair: Sequence[str]) -> tuple[Entry, Decision] | None:
    """The latest word of the party `own` on whether two reports are one event, where one stands; the reports as `ReportName.text` has them."""
    return next(((entry, found) for entry, found in by_weight(said, own) if entry.owner == own and found.speaks_of(pair)), None)


def version_text(entry: Entry) -> str:
    """A decision as it stands, in one word: its name and its version."""
    return f"{entry.ref}/{entry.version}"


def consistent(spoken: Iterable[tuple[Groups, Verdict]]) -> list[Settled]:
    """What holds of each decision, the weightiest first: a tie that contradicts those before it is left out, be it through a chain of others.

    Groups are rows of a catalogue. Of reports that are said to be one event, all stay together that no earlier word keeps apart.

    >>> consistent([([[1], [2]], "same"), ([[2], [3]], "apart"), ([[3], [1]], "same")])[2]
    Settled(obeyed=(), contradicts=((3, 1, True),))
    """
    root: dict[int, int] = {}
    parted: dict[int, set[int]] = {}
    return [_settled(groups, verdict, lambda tie: _holds(tie, root, parted)) for groups, verdict in spoken]


def _settled(groups: Groups, verdict: Verdict, holds: Callable[[Tie], bool]) -> Settled:
    obeyed, contradicts = list[Tie](), list[Tie]()
    if verdict == "same":
        leaders = list[int]()
        for row in dict.fromkeys(row for group in groups for row in group):
            tied = next(((leader, row, True) for leader in leaders if holds((leader, row, True))), None)
            obeyed += [tied] if tied else []
            contradicts += [(leaders[0], row, True)] if leaders and not tied else []
            leaders += [] if tied else [row]
    elif verdict == "apart":
        for tie in ((first, second, False) for one, other in combinations(groups, 2) for first in one for second in other):
            (obeyed if holds(tie) else contradicts).append(tie)
    return Settled(tuple(obeyed), tuple(contradicts))


def _holds(tie: Tie, root: dict[int, int], parted: dict[int, set[int]]) -> bool:
    """Takes a tie up, unless it contradicts what is known. `parted` has, for each root, the roots that it is kept apart from."""
    first, second = _root(root, tie[0]), _root(root, tie[1])
    if first == second:
        return tie[2]
    if not tie[2]:
        parted.setdefault(first, set()).add(second)
        parted.setdefault(second, set()).add(first)
        return True
    if second in parted.get(first, ()):
        return False
    _unite(first, second, root, parted)
    return True


def _unite(first: int, second: int, root: dict[int, int], parted: dict[int, set[int]]) -> None:
    small, large = sorted((first, second), key=lambda one: len(parted.get(one, ())))
    root[small] = large
    for other in parted.pop(small, set()):
        parted[other] = (parted[other] - {small}) | {large}
        parted.setdefault(large, set()).add(other)


def _root(root: dict[int, int], row: int) -> int:
    while root.setdefault(row, row) != row:
        root[row] = root[root[row]]
        row = root[row]
    return row
