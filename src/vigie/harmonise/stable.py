"""Stable events: reports of several agencies are put together so that no two would both rather stand with each other.

Each agency has at most one report in an event, and every two members may meet. Two candidates that stand in different
events are *unstable* if each has a worse partner of the other's agency, or none; they are merely *left* if both have
none. With more than two agencies no arrangement need be without any pair left (a1 with b1 and a2 with c1 leave b1 and c1,
for joining them would put two reports of agency a into one event), but there always is one without an unstable pair:
where every report stands alone, all pairs are left. `stable_events` starts from the closest pairs, moves reports as
long as fewer pairs are unstable or left, and takes out the worse partner of an unstable pair where no move helps.
Each step has an end: the first lowers a count, the second raises the number of events. Each set of reports that
candidate pairs connect is arranged by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Group = tuple[int, ...]
SETTLED, LEFT, UNSTABLE = 0, 1, 2
MOST_FOR_MOVES = 24
"""The largest component, in reports, in which reports are moved for the sake of pairs that are merely left: a crowd has too many of them."""
MOST_FOR_DETOURS = 6
"""How many pairs left there may be where moves are tried that help only together with others."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Who may stand with whom.

    `pairs` are the candidates (a, b), the closest first, all of different agencies; `apart[a][b]` says for each reading
    of a (most have one) how unlike the two are at least and at most, by the readings of b, in whole numbers; `may_meet`
    whether two reports may be in one event at all.
    """

    agency: Sequence[int]
    pairs: Sequence[tuple[int, int]]
    apart: Sequence[Mapping[int, tuple[tuple[int, int], ...]]]
    may_meet: Callable[[int, int], bool]


class Standing:
    """Which event each report stands in, while they are moved about."""

    def __init__(self, contest: Contest) -> None:
        self.contest = contest
        self.event = list(range(len(contest.agency)))
        self.seats: dict[int, dict[int, int]] = {report: {contest.agency[report]: report} for report in self.event}
        """Of each event, agency to report."""

    def fellows(self, report: int) -> Group:
        """The members of the report's event, itself among them."""
        return tuple(self.seats[self.event[report]].values())

    def partner(self, report: int, agency: int) -> int | None:
        """The report of another agency in the report's event."""
        return self.seats[self.event[report]].get(agency)

    def state(self, first: int, second: int) -> int:
        """Whether a candidate pair is settled, left or unstable."""
        if self.event[first] == self.event[second]:
            return SETTLED
        agency = self.contest.agency
        one, two = self.partner(first, agency[second]), self.partner(second, agency[first])
        if one is None and two is None:
            return LEFT
        return UNSTABLE if self._prefers(first, second, one) and self._prefers(second, first, two) else SETTLED

    def _prefers(self, report: int, other: int, partner: int | None) -> bool:
        """Whether the other is better than the partner under any reading of the three."""
        known = self.contest.apart[report]
        if partner is None or partner not in known:
            return True
        return any(best < worst for (best, _), (_, worst) in zip(known[other], known[partner], strict=True))

    def trouble(self, reports: Group) -> tuple[int, int, int]:
        """Of the candidate pairs that touch `reports`: how many are unstable, how many are left, and how alike those together are (less is more)."""
        counts, unlike = [0, 0, 0], 0
        apart, chosen = self.contest.apart, set(reports)
        for report in reports:
            for other, distance in apart[report].items():
                if other in chosen and other < report:
                    continue
                counts[self.state(report, other)] += 1
                unlike += min(distance)[0] if self.event[report] == self.event[other] else 0
        return counts[UNSTABLE], counts[LEFT], unlike

    def regroup(self, groups: Iterable[Group]) -> None:
        """Puts the reports of whole events into these groups instead."""
        made = [group for group in groups if group]
        for label in {self.event[report] for group in made for report in group}:
            del self.seats[label]
        for group in made:
            name = min(group)
            self.seats[name] = {self.contest.agency[report]: report for report in sorted(group)}
            for report in group:
                self.event[report] = name

    def fits(self, members: Group, others: Group) -> bool:
        """Whether two groups may be one event: no agency twice, and each may meet each."""
        known, may_meet = self.contest.agency, self.contest.may_meet
        return all(known[one] != known[other] and may_meet(one, other) for one in members for other in others)

    def connected(self, group: Group) -> list[Group]:
        """The group in parts that hang together by candidate pairs."""
        parts, rest = [], list(group)
        while rest:
            part = [rest.pop(0)]
            for report in part:
                near = [other for other in rest if other in self.contest.apart[report]]
                rest = [other for other in rest if other not in near]
                part += near
            parts.append(tuple(sorted(part)))
        return parts


def stable_events(contest: Contest) -> list[int]:
    """The event of each report (n,), named by its smallest member: no pair is unstable under any reading, and no move leaves fewer pairs."""
    event = list(range(len(contest.agency)))
    for reports, part in _components(contest):
        for place, name in enumerate(_stable_part(part)):
            event[reports[place]] = reports[name]
    return event


def _components(contest: Contest) -> Iterator[tuple[list[int], Contest]]:
    """Each set of reports that candidate pairs connect, smaller reports first, as a contest of its own."""
    part_of: dict[int, list[int]] = {}
    for first, second in contest.pairs:
        one, two = part_of.setdefault(first, [first]), part_of.setdefault(second, [second])
        if one is not two:
            one, two = (one, two) if len(one) >= len(two) else (two, one)
            one.extend(two)
            part_of.update(dict.fromkeys(two, one))
    pairs: dict[int, list[tuple[int, int]]] = {}
    for pair in contest.pairs:
        pairs.setdefault(id(part_of[pair[0]]), []).append(pair)
    for part in {id(part): part for part in part_of.values()}.values():
        yield _component(contest, sorted(part), pairs[id(part)])


def _component(contest: Contest, reports: list[int], pairs: list[tuple[int, int]]) -> tuple[list[int], Contest]:
    place = {report: position for position, report in enumerate(reports)}
    apart = [{place[other]: distance for other, distance in contest.apart[report].items()} for report in reports]
    moved = [(place[first], place[second]) for first, second in pairs]
    return reports, Contest([contest.agency[report] for report in reports], moved, apart, lambda one, two: contest.may_meet(reports[one], reports[two]))


def _stable_part(contest: Contest) -> list[int]:
    standing = Standing(contest)
    for first, second in contest.pairs:
        whole = standing.fellows(first), standing.fellows(second)
        if standing.event[first] != standing.event[second] and standing.fits(*whole):
            standing.regroup([whole[0] + whole[1]])
    is_small = len(contest.agency) <= MOST_FOR_MOVES
    _settle(standing, LEFT if is_small else UNSTABLE)
    while unstable := pairs_in_state(standing, UNSTABLE):
        for pair in unstable:
            _take_out(standing, *pair)
    if is_small:
        _settle(standing, LEFT)
        while (better := _detour(standing)) is not None:
            standing = better
    return standing.event


def standing_of(contest: Contest, event: Sequence[int]) -> Standing:
    """A given arrangement, to be judged: `event` (n,) names the event of each report in any way."""
    groups: dict[int, Group] = {}
    for report, name in enumerate(event):
        groups[name] = (*groups.get(name, ()), report)
    standing = Standing(contest)
    standing.regroup(groups.values())
    return standing


def pairs_in_state(standing: Standing, state: int) -> list[tuple[int, int]]:
    """The candidate pairs that are unstable, or left, the closest first."""
    return [pair for pair in standing.contest.pairs if standing.state(*pair) == state]


def _settle(standing: Standing, state: int) -> None:
    """Moves reports of pairs in this state, or a worse one, until no move lowers the count of unstable pairs, or at the same count that of pairs left."""
    moved = True
    while moved:
        moved = False
        for pair in standing.contest.pairs:
            moved |= standing.state(*pair) >= state and _move(standing, *pair)


def _move(standing: Standing, first: int, second: int) -> bool:
    """Makes the best move that would bring two reports together, if it lowers a count."""
    old = list(dict.fromkeys([standing.fellows(first), standing.fellows(second)]))
    touched = tuple(report for group in old for report in group)
    before, best = standing.trouble(touched), old
    least = before
    for groups in _proposals(standing, first, second):
        parts = [part for group in groups for part in standing.connected(group)]
        standing.regroup(parts)
        after = standing.trouble(touched)
        if after[:2] < before[:2] and after < least:
            least, best = after, parts
        standing.regroup(old)
    standing.regroup(best)
    return best is not old


def _detour(standing: Standing) -> Standing | None:
    """A standing with less trouble, reached by a move that helps only together with others; None where there is none, or too many pairs are left to try."""
    everyone = tuple(range(len(standing.event)))
    before = standing.trouble(everyone)[:2]
    if before[1] > MOST_FOR_DETOURS:
        return None
    for pair in pairs_in_state(standing, LEFT):
        for groups in _proposals(standing, *pair):
            tried = standing_of(standing.contest, standing.event)
            tried.regroup([part for group in groups for part in tried.connected(group)])
            _settle(tried, LEFT)
            if tried.trouble(everyone)[:2] < before:
                return tried
    return None


def _proposals(standing: Standing, first: int, second: int) -> Iterator[list[Group]]:
    """Ways to bring two reports together: their events as one, either in the other's event, or both on their own."""
    one, two = standing.fellows(first), standing.fellows(second)
    if standing.fits(one, two):
        yield [one + two]
    for mover, home, host in ((first, one, two), (second, two, one)):
        stays = tuple(report for report in host if standing.fits((mover,), (report,)))
        out = tuple(report for report in host if report not in stays)
        rest = _without(home, mover)
        yield [(*stays, mover), rest, *((report,) for report in out)]
        if out and standing.fits(rest, out):
            yield [(*stays, mover), rest + out]
    yield [(first, second), _without(one, first), _without(two, second)]


def _take_out(standing: Standing, first: int, second: int) -> None:
    """Parts the worse partners of an unstable pair from it; nothing where the pair has become settled."""
    agency = standing.contest.agency
    if standing.state(first, second) != UNSTABLE:
        return
    for report, other in ((first, second), (second, first)):
        partner = standing.partner(report, agency[other])
        if partner is not None:
            rest = _without(standing.fellows(report), partner)
            standing.regroup([(partner,), *standing.connected(rest)])


def _without(group: Group, report: int) -> Group:
    return tuple(member for member in group if member != report)
