"""How a source is: one word, and the times that it rests on."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from vigie.model.times import DAY_US, SECOND_US, parse_time
from vigie.node.source_list import Entry

Word = Literal["fresh", "late", "silent", "failing", "never run", "needs account"]

TIMES_USUAL = 3
"""Silent: it answers, but brought nothing new for longer than three times its usual gap, or its cadence where that is longer (our own rule)."""
TIMES_LATE = 2
"""Late: it was last fetched longer ago than twice its cadence, so that nobody can say whether it is silent."""
FIRST_RETRY_US = 15 * 60 * SECOND_US
"""After a failure the next run waits a quarter of an hour, then twice as long each time, but no longer than the cadence or a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """A source and how it is. Times are µs; `newest_us` is the begin of its latest record, `new_us` when something new last came.

    `records` counts what its runs added; `due_us` is None for a source that nobody added: it runs only when it is told to.
    `usual_us` is the gap after which something new usually comes, None where too little came to tell.
    """

    entry: Entry
    word: Word
    tried_us: int | None = None
    succeeded_us: int | None = None
    new_us: int | None = None
    newest_us: int | None = None
    records: int = 0
    due_us: int | None = None
    fault: str = ""
    notes: tuple[str, ...] = ()
    usual_us: int | None = None


def health(entry: Entry, now_us: int, *, has_token: bool) -> SourceStatus:
    """How a source is at `now_us`."""
    state = entry.state
    news = [parse_time(str(text)) for text in _list(state.get("news"))]
    tried_us, succeeded_us = _time(state.get("tried")), _time(state.get("succeeded"))
    fault = str(state.get("fault", ""))
    needs_account = bool(entry.source.account) and not has_token
    return SourceStatus(
        entry=entry,
        word="needs account" if needs_account else _word(entry, (tried_us, succeeded_us), fault, news, now_us),
        tried_us=tried_us,
        succeeded_us=succeeded_us,
        new_us=news[-1] if news else None,
        newest_us=_time(state.get("newest")),
        records=int(str(state.get("records", 0))),
        due_us=_due_us(entry, tried_us, now_us) if entry.is_added else None,
        fault=fault,
        notes=tuple(map(str, _list(state.get("notes")))),
        usual_us=None if (usual := _usual_gap_us(news)) is None else int(usual),
    )


def _word(entry: Entry, times: tuple[int | None, int | None], fault: str, news: list[int], now_us: int) -> Word:
    tried_us, succeeded_us = times
    cadence_us = _cadence_us(entry)
    if tried_us is None:
        return "never run"
    if fault:
        return "failing"
    if succeeded_us is None or now_us - succeeded_us > TIMES_LATE * cadence_us:
        return "late"
    usual_us = max(cadence_us, _usual_gap_us(news) or 0)
    last_us = news[-1] if news else _time(entry.state.get("first_success")) or succeeded_us
    return "silent" if now_us - last_us > TIMES_USUAL * usual_us else "fresh"


def _usual_gap_us(news: list[int]) -> float | None:
    """The median gap between runs that brought something new; None where there were fewer than two."""
    gaps = [later - earlier for earlier, later in pairwise(news)]
    return statistics.median(gaps) if gaps else None


def _due_us(entry: Entry, tried_us: int | None, now_us: int) -> int:
    """When it is to run next."""
    if tried_us is None:
        return now_us
    failures = int(str(entry.state.get("failures", 0)))
    wait_us = _cadence_us(entry)
    if failures:
        wait_us = min(wait_us, FIRST_RETRY_US * 2 ** min(failures - 1, 10), DAY_US)
    return max(tried_us + wait_us, _time(entry.state.get("not_before")) or 0)


def _cadence_us(entry: Entry) -> int:
    return entry.source.cadence_minutes * 60 * SECOND_US


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(text: Any) -> int | None:
    return parse_time(text) if isinstance(text, str) and text else None
