"""The rule engine a second time: slow, plain, straight from the definitions, for tests to compare with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from scipy import stats
from tests.warn.pasts import Said, at

from vigie.model.rule import Rule
from vigie.model.times import DAY_US

YEAR_US = 365 * DAY_US + DAY_US // 4


def words_at(said: Sequence[Said], now_us: int) -> list[Said]:
    """What each report said then: its version of the greatest (revision, known)."""
    newest: dict[object, tuple[tuple[int, int], Said]] = {}
    for number, word in enumerate(said):
        known_us = at(word.day if word.known is None else word.known)
        report = ("own", number) if word.report is None else ("of", word.report)
        if known_us <= now_us and (report not in newest or newest[report][0] < (word.revision, known_us)):
            newest[report] = ((word.revision, known_us), word)
    return [word for _, word in newest.values()]


def is_riot(word: Said) -> bool:
    """Whether the word counts for the rule of these tests."""
    return word.kind == "unrest.riot" and word.counts


def begins_at(said: Sequence[Said], now_us: int, need: int) -> dict[tuple[str, int], int]:
    """Area and begin of every event that counts then, by unit."""
    by_event: dict[int, list[Said]] = defaultdict(list)
    for word in words_at(said, now_us):
        if is_riot(word):
            by_event[word.event].append(word)
    found: dict[tuple[str, int], int] = {}
    for event, words in by_event.items():
        votes = Counter(unit for unit, _ in {(word.unit, word.agency) for word in words if "-" in word.unit})
        if len({word.agency for word in words}) >= need and votes:
            unit = min(votes, key=lambda name: (-votes[name], name))
            found[unit, event] = min(at(word.day) for word in words if word.unit == unit)
    return found


def count_at(said: Sequence[Said], rule: Rule, area: str, now_us: int, back_us: int = 0, *, as_then: bool = False) -> int:
    """Events of an area in the window that ends `back_us` before now."""
    known = begins_at(said, now_us - back_us if as_then else now_us, rule.query.agencies)
    end_us, window_us = now_us - back_us, round(rule.window_days * DAY_US)
    return sum(unit == area and end_us - window_us < begin_us <= end_us for (unit, _), begin_us in known.items())


def chance_at(said: Sequence[Said], rule: Rule, area: str, now_us: int, years: Sequence[int]) -> tuple[float, float]:
    """Expected count and tail chance of the least unusual of three comparisons, from SciPy's own negative binomial."""
    count, window_us, answers = count_at(said, rule, area, now_us), round(rule.window_days * DAY_US), []
    for shift in (0.0, -0.5, 0.5):
        then = [count_at(said, rule, area, now_us, year * YEAR_US - round(shift * window_us), as_then=rule.direction == "down") for year in years]
        windows, mean = len(then), (sum(then) + 0.5) / len(then)
        plain = sum(then) / windows
        pearson = sum((number - plain) ** 2 for number in then) / plain / (windows - 1) if plain and windows > 1 else 0.0
        variance = max(1.0, pearson) * (mean + mean / windows)
        predicted = stats.nbinom(mean**2 / (variance - mean), mean / variance)
        answers.append((predicted.sf(count - 1) if rule.direction == "up" else predicted.cdf(count), mean))
    chance, expected = max(answers, key=lambda answer: answer[0])
    return float(expected), float(chance)
