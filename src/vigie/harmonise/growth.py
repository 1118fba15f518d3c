"""Growing the clusters of one component: unite the two that fit best, judge what they touch again, and so on.

Fused estimates are judged, not pairs of reports: that breaks chains (a like b, b like c, but a unlike c). At the end no
two clusters remain that a pair ties and whose score reaches the threshold. A cluster that touches very many others is
*lazy*: what it touches is judged only when its turn comes, so that 50,000 reports of one thing take no longer than others.
"""

from __future__ import annotations

import math
from typing import Any

from vigie.harmonise.fuse import MOST_COMPARED, fuse_members, fuse_two
from vigie.harmonise.heap import drop_first, push
from vigie.harmonise.kernel import leaf
from vigie.harmonise.score import Codes, Numbers, are_in_reach, score_parts
from vigie.harmonise.space import (
    AGENT,
    APART,
    BEST,
    EXACT_AGENCIES,
    FIRST,
    JUDGED,
    LAZY,
    LISTED,
    MEMBER,
    NEAR,
    RING,
    ROOT,
    ROW,
    SECOND,
    STAMP,
    START,
    VAIN,
    VAIN_SEEN,
    VERSION,
    falling,
)
from vigie.harmonise.testimony import AGENCIES, AGENCY, COUNT

_MOST_LOOKED_AT, _MOST_NEAR = 4096, 256


@leaf
def top_of(who: Any, number: int) -> int:
    """The first report of a report's cluster; the way there is shortened."""
    while who[number, ROOT] != number:
        who[number, ROOT] = who[who[number, ROOT], ROOT]
        number = who[number, ROOT]
    return number


@leaf
def weigh(numbers: Numbers, codes: Codes, who: Any, reasons: Any, count: int, a: int, b: int, rules: Any) -> float:
    """The score between clusters a < b in nats, its parts written to `reasons`."""
    reasons[0], reasons[1], reasons[2], reasons[3], reasons[4] = score_parts(numbers, codes, count + a, count + b, rules)
    reasons[5] = 0.0
    if codes[count + a, AGENCIES] & codes[count + b, AGENCIES] != 0:
        reasons[5] = _repeats(codes, who, count, a, b, rules)
    return float(reasons[0] + reasons[1] + reasons[2] + reasons[3] + reasons[4] + reasons[5])


@leaf
def _repeats(codes: Codes, who: Any, count: int, a: int, b: int, rules: Any) -> float:
    """The penalty for each member of the smaller cluster whose agency is in the other one too."""
    if codes[count + b, COUNT] > codes[count + a, COUNT]:
        a, b = b, a
    total, member = 0.0, b
    while True:
        if codes[count + a, AGENCIES] & codes[member, AGENCIES] != 0 and _has_agency(who, a, who[member, AGENT]):
            total += -rules.repeat_nats[codes[member, AGENCY]]
        member = who[member, RING]
        if member == b:
            return total


@leaf
def _has_agency(who: Any, a: int, agent: int) -> bool:
    """Whether cluster a, which has the bit of this agency, holds a report of it."""
    if agent < EXACT_AGENCIES:
        return True
    member = a
    while who[member, AGENT] != agent:
        member = who[member, RING]
        if member == a:
            return False
    return True


@leaf
def may_unite(numbers: Numbers, codes: Codes, who: Any, apart: Any, count: int, a: int, b: int, rules: Any) -> bool:
    """Whether clusters a and b are within reach of each other and no cannot-link runs between them."""
    return are_in_reach(numbers, count + a, count + b, rules) and (len(apart) == 0 or not _are_apart(codes, who, apart, count, a, b))


@leaf
def _are_apart(codes: Codes, who: Any, apart: Any, count: int, a: int, b: int) -> bool:
    if codes[count + a, COUNT] > codes[count + b, COUNT]:
        a, b = b, a
    member = a
    while True:
        for position in range(who[member, APART], who[member + 1, APART]):
            if top_of(who, apart[position]) == b:
                return True
        member = who[member, RING]
        if member == a:
            return False


@leaf
def unite(numbers: Numbers, codes: Codes, who: Any, count: int, a: int, b: int) -> None:
    """Make one cluster of a < b; its estimate depends on its members alone while they are few."""
    who[b, ROOT] = a
    who[a, RING], who[b, RING] = who[b, RING], who[a, RING]
    who[a, VERSION] += who[b, VERSION] + 1
    who[a, LAZY] |= who[b, LAZY]
    if codes[count + a, COUNT] + codes[count + b, COUNT] <= MOST_COMPARED:
        fuse_members(numbers, codes, who, members_of(who, a, -1), count + a)
    else:
        fuse_two(numbers, codes, count + a, count + b)


@leaf
def members_of(who: Any, a: int, but: int) -> int:
    """Write the members of a's cluster but one to `MEMBER`, in order; how many they are."""
    found, member = 0, a
    while True:
        if member != but:
            place = found
            while place > 0 and who[place - 1, MEMBER] > member:
                who[place, MEMBER] = who[place - 1, MEMBER]
                place -= 1
            who[place, MEMBER] = member
            found += 1
        member = who[member, RING]
        if member == a:
            return found


@leaf
def force(space: Any, count: int, wanted: int, out: Any, at: int, rules: Any) -> int:
    """Unite along the first `wanted` must-links; how many unions that took. They are written to `out` from `at` on."""
    numbers, codes, who, must, reasons = space.numbers, space.codes, space.who, space.must, space.reasons
    made = 0
    for position in range(wanted):
        i, j = top_of(who, must[position, 0]), top_of(who, must[position, 1])
        if i != j:
            weigh(numbers, codes, who, reasons, count, min(i, j), max(i, j), rules)
            _note(who, reasons, out, at + made, must[position, 0], must[position, 1])
            unite(numbers, codes, who, count, min(i, j), max(i, j))
            made += 1
    return made


@leaf
def _note(who: Any, reasons: Any, out: Any, at: int, i: int, j: int) -> None:
    """Write down a link between reports i and j."""
    out[0][at, 0], out[0][at, 1] = who[i, ROW], who[j, ROW]
    for part in range(6):
        out[1][at, part] = reasons[part]


@leaf
def grow(space: Any, count: int, pairs: int, queue: Any, out: Any, at: int, rules: Any) -> int:
    """Unite while any two clusters that a pair ties reach the threshold, the best first; how many unions that took."""
    numbers, codes, who, ties, score, _, apart, _, reasons = space
    listed, next_, size, made, is_any_lazy = falling(ties, score, pairs, rules.threshold), 0, 0, 0, False
    for number in range(count):
        if codes[count + number, COUNT] > 1 and who[number, ROOT] == number:
            size = _judge_near(space, count, number, queue, size, rules)
    while next_ < listed or size > 0:
        from_list = next_ < listed and (size == 0 or score[ties[next_, LISTED]] >= queue.score[0])
        pair, seen = (ties[next_, LISTED], 0) if from_list else (queue.pair[0], queue.seen[0])
        if from_list:
            next_ += 1
        else:
            drop_first(queue, size)
            size -= 1
        i, j = top_of(who, ties[pair, FIRST]), top_of(who, ties[pair, SECOND])
        is_stale, is_lazy = who[i, VERSION] + who[j, VERSION] != seen, (who[i, LAZY] | who[j, LAZY]) > 0
        if i == j or (is_stale and (not is_lazy or _was_in_vain(who, i, j))) or (from_list and len(apart) > 0 and _are_apart(codes, who, apart, count, i, j)):
            continue
        nats = weigh(numbers, codes, who, reasons, count, min(i, j), max(i, j), rules)
        if is_stale and (nats < rules.threshold or not may_unite(numbers, codes, who, apart, count, i, j, rules)):
            _note_vain(who, i, j)
            continue
        _note(who, reasons, out, at + made, ties[pair, FIRST], ties[pair, SECOND])
        made += 1
        unite(numbers, codes, who, count, min(i, j), max(i, j))
        size = _judge_near(space, count, min(i, j), queue, size, rules) if count > 2 else size  # noqa: PLR2004
        is_any_lazy = is_any_lazy or who[min(i, j), LAZY] > 0
    return made + _sweep(space, count, pairs, out, at + made, rules) if is_any_lazy else made


@leaf
def _judge_near(space: Any, count: int, a: int, queue: Any, size: int, rules: Any) -> int:
    """Queue every cluster that a pair ties to cluster a and that fits it; the queue's size. Or make it lazy."""
    numbers, codes, who, ties, score, touching, apart, _, reasons = space
    found = list_near(who, ties, score, touching, a) if who[a, LAZY] == 0 else -1
    if found < 0:
        who[a, LAZY] = 1
        return size
    if size + found > len(queue.score):
        size = _weed(who, ties, queue, size)
    for position in range(found):
        near = who[position, NEAR]
        low, high = min(a, near), max(a, near)
        nats = weigh(numbers, codes, who, reasons, count, low, high, rules)
        if nats >= rules.threshold and may_unite(numbers, codes, who, apart, count, low, high, rules):
            push(queue, size, nats, who[near, BEST], who[a, VERSION] + who[near, VERSION])
            size += 1
    return size


@leaf
def _weed(who: Any, ties: Any, queue: Any, size: int) -> int:
    """Keep only what was judged since its clusters last grew, which is at most an entry a pair; the queue's size."""
    kept = 0
    for place in range(size):
        score, pair, seen = queue.score[place], queue.pair[place], queue.seen[place]
        i, j = top_of(who, ties[pair, FIRST]), top_of(who, ties[pair, SECOND])
        if i != j and who[i, VERSION] + who[j, VERSION] == seen:
            push(queue, kept, score, pair, seen)
            kept += 1
    return kept


@leaf
def list_near(who: Any, ties: Any, score: Any, touching: Any, a: int) -> int:
    """Write to `NEAR` the clusters tied to a, and to `BEST` the best pair to each; how many, or -1 where they are too many."""
    found, looked_at, member = 0, 0, a
    while True:
        for position in range(who[member, START], who[member + 1, START]):
            pair = touching[position]
            near = top_of(who, ties[pair, SECOND] if ties[pair, FIRST] == member else ties[pair, FIRST])
            if near == a:
                continue
            place, best = who[near, STAMP], who[near, BEST]
            if not (0 <= place < found and who[place, NEAR] == near):  # a list that is checked against itself needs no wiping
                who[near, STAMP], who[found, NEAR], who[near, BEST] = found, near, pair
                found += 1
            elif score[pair] > score[best] or (score[pair] == score[best] and pair < best):
                who[near, BEST] = pair
        looked_at += who[member + 1, START] - who[member, START]
        if (looked_at > _MOST_LOOKED_AT or found > _MOST_NEAR) and who[a, RING] != a:
            return -1
        member = who[member, RING]
        if member == a:
            return found


@leaf
def _sweep(space: Any, count: int, pairs: int, out: Any, at: int, rules: Any) -> int:
    """Unite what lazy clusters left, in passes over the pairs; one is judged again only after one of its clusters grew."""
    numbers, codes, who, ties, _, _, apart, _, reasons = space
    for pair in range(pairs):
        ties[pair, JUDGED] = -1
    made, before = 0, -1
    while made != before:
        before = made
        for pair in range(pairs):
            i, j = top_of(who, ties[pair, FIRST]), top_of(who, ties[pair, SECOND])
            seen = who[i, VERSION] + who[j, VERSION]
            if i == j or ties[pair, JUDGED] == seen or (who[i, LAZY] | who[j, LAZY]) == 0 or _was_in_vain(who, i, j):
                continue
            ties[pair, JUDGED] = seen
            nats = weigh(numbers, codes, who, reasons, count, min(i, j), max(i, j), rules)
            if nats >= rules.threshold and may_unite(numbers, codes, who, apart, count, i, j, rules):
                _note(who, reasons, out, at + made, ties[pair, FIRST], ties[pair, SECOND])
                made += 1
                unite(numbers, codes, who, count, min(i, j), max(i, j))
            else:
                _note_vain(who, i, j)
    return made


@leaf
def _was_in_vain(who: Any, i: int, j: int) -> bool:
    """Whether clusters i and j are known not to unite as they are: thousands of pairs may tie the same two."""
    seen = who[i, VERSION] + who[j, VERSION]
    return bool((who[i, VAIN] == j and who[i, VAIN_SEEN] == seen) or (who[j, VAIN] == i and who[j, VAIN_SEEN] == seen))


@leaf
def _note_vain(who: Any, i: int, j: int) -> None:
    who[i, VAIN], who[j, VAIN] = j, i
    who[i, VAIN_SEEN] = who[j, VAIN_SEEN] = who[i, VERSION] + who[j, VERSION]


@leaf
def note_close(space: Any, count: int, out: Any, at: int, rules: Any) -> int:
    """Note the best pair between any two clusters whose score lies within `doubt` of the threshold; how many.

    Of two clusters the first one notes, but a lazy one leaves that to the other.
    """
    numbers, codes, who, ties, score, touching, apart, _, reasons = space
    noted = 0
    for a in range(count):
        found = list_near(who, ties, score, touching, a) if who[a, ROOT] == a and who[a, LAZY] == 0 else 0
        for position in range(found):
            b = who[position, NEAR]
            if b < a and who[b, LAZY] == 0:
                continue
            beyond = weigh(numbers, codes, who, reasons, count, min(a, b), max(a, b), rules) - rules.threshold
            if abs(beyond) <= rules.doubt and may_unite(numbers, codes, who, apart, count, min(a, b), max(a, b), rules):
                _note(who, reasons, out, at + noted, ties[who[b, BEST], FIRST], ties[who[b, BEST], SECOND])
                noted += 1
    return noted


@leaf
def leave_one_out(numbers: Numbers, codes: Codes, who: Any, count: int, number: int, rules: Any) -> float:
    """The score of a report against all other members of its cluster; infinity where it stands alone.

    In a cluster too large to compare, against all members.
    """
    top = who[number, ROOT]
    size = codes[count + top, COUNT]
    if size == 1:
        return math.inf
    other, repeats = count + top, 0.0
    if size <= MOST_COMPARED:
        other = 2 * count
        left = members_of(who, top, number)
        fuse_members(numbers, codes, who, left, other)
        for position in range(left):
            if who[who[position, MEMBER], AGENT] == who[number, AGENT]:
                repeats = -rules.repeat_nats[codes[number, AGENCY]]
    time, place, size_nats, kind, density = score_parts(numbers, codes, number, other, rules)
    return time + place + size_nats + kind + density + repeats
