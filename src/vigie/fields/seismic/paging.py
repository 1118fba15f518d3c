"""Asks any FDSN-event server for a long period, window by window, so that no limit of the server loses an event.

No network here: the caller passes `get`. A server that refuses an answer as too large, or that may have cut it at a limit,
is asked for half the window; windows overlap a little, because servers differ on whether the edges belong to them, and an
event that comes twice is cut out the second time. The state after each page is a value: kept, it resumes there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from vigie.fields.seismic.answer import Item, found_items, without
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.times import SECOND_US, format_time

Get = Callable[[str], tuple[int, bytes]]
"""Address -> status, body. Raises `PeerUnavailable` where the server does not answer; retries are its own affair."""

OVERLAP_US: Final = SECOND_US
"""How far a window reaches back over the one before it: some servers drop the fraction of a second."""
SHORTEST_US: Final = SECOND_US
"""A window as short as this is not split any more."""
ROUND_COUNT: Final = 500
"""An answer of exactly a multiple of so many events is taken for one that the server cut without saying so."""

_OWN: Final = frozenset({"starttime", "endtime", "start", "end", "format", "limit", "offset", "nodata", "orderby"})
_TOO_LARGE: Final = re.compile(rb"exceed|too\s+(many|large|big|much)|fewer\s+events|reduce|narrow|split", re.IGNORECASE)
_NO_DATA: Final = re.compile(rb"no\s*(data|events?|match|results?|content)|nodata", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to ask. `address` is the service's base (it may carry standing parameters after `?`); times are µs, the period half-open."""

    address: str
    begin_us: int
    end_us: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    form: Literal["text", "xml"] = "text"
    limit: int = 10_000


@dataclass(frozen=True, slots=True)
class State:
    """How far the pages have come: all before `next_us` is there. `edge` holds the ids of recent windows, each with its window's end."""

    next_us: int
    edge: tuple[tuple[int, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One window's answer, its bytes as they came but for events that an earlier page had, how many events are new, and the state after it."""

    address: str
    content: bytes
    count: int
    state: State


def pages(query: Query, get: Get, state: State | None = None) -> Iterator[Page]:
    """Every event of the period, page by page from `state` on, none lost and none twice.

    Raises `PeerUnavailable` for a server that fails, answers something else, or is full in a window that cannot be split;
    `BadSetting` for a query that it refuses. What was yielded before stays good: resume from its last state.
    """
    _check(query)
    state = state or State(query.begin_us)
    windows = [(max(state.next_us, query.begin_us), query.end_us)]
    while windows:
        begin_us, end_us = windows.pop()
        if begin_us >= end_us:
            continue
        address = _address(query, begin_us, end_us)
        content, items = _asked(query, address, get)
        if items is None or _is_full(len(items), query.limit):
            windows += _halves(begin_us, end_us, address)
            continue
        page = _page(address, content, items, state, (begin_us, end_us))
        state = page.state
        yield page


def box_parameters(west: float, south: float, east: float, north: float) -> tuple[dict[str, str], ...]:
    """Query parameters of a box in degrees, lon then lat: one set, or two where it crosses the antimeridian (west > east)."""
    spans = ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))
    return tuple({"minlongitude": f"{left:g}", "minlatitude": f"{south:g}", "maxlongitude": f"{right:g}", "maxlatitude": f"{north:g}"} for left, right in spans)


def _check(query: Query) -> None:
    wrong = sorted(_OWN & {name.casefold() for name in query.parameters})
    if wrong:
        raise BadSetting("The query sets a parameter that paging needs for itself", source=query.address, got=wrong[0], todo="leave it out")
    if query.limit < 1:
        raise BadSetting("The limit is not a number of events", source=query.address, got=str(query.limit), expected="1 or more")


def _address(query: Query, begin_us: int, end_us: int) -> str:
    """The address of one window. It reaches back over its inner edge, never over the beginning of the period."""
    parts = urlsplit(query.address)
    start_us = max(query.begin_us, begin_us - OVERLAP_US)
    asked = {
        **dict(parse_qsl(parts.query)),
        **query.parameters,
        "starttime": format_time(start_us).removesuffix("Z"),
        "endtime": format_time(end_us).removesuffix("Z"),
        "format": query.form,
        "limit": str(query.limit),
        "orderby": "time-asc",
        "nodata": "204",
    }
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/query", query=urlencode(asked, safe=":"), fragment=""))


def _asked(query: Query, address: str, get: Get) -> tuple[bytes, list[Item] | None]:
    """The answer and its events; None for events where the server says that they are too many."""
    status, body = get(address)
    if status == 413 or (status == 400 and _TOO_LARGE.search(body[:2000])):  # noqa: PLR2004 - HTTP
        return b"", None
    if status == 204 or (status == 404 and (not body.strip() or _NO_DATA.search(body[:2000]))):  # noqa: PLR2004
        return b"", []
    if status == 200:  # noqa: PLR2004
        return body, found_items(query.form, body, address)
    got = f"{status} {body[:200].decode('utf-8', 'replace').strip()}"
    if status in (400, 401, 403, 404, 405, 414):
        raise BadSetting("The server refuses the query", source=address, got=got, todo="check the address and the parameters of this source")
    raise PeerUnavailable("The server does not answer as it should", source=address, got=got, expected="200 or 204", todo="try later")


def _is_full(count: int, limit: int) -> bool:
    return count >= limit or (count > 0 and count % ROUND_COUNT == 0)


def _halves(begin_us: int, end_us: int, address: str) -> list[tuple[int, int]]:
    """The two halves of a window, the later first (they are taken from the end); they meet at a whole second where they can."""
    if end_us - begin_us <= SHORTEST_US:
        raise PeerUnavailable("The server has more events in one second than it gives", source=address, todo="ask for a smaller area or larger magnitudes")
    middle_us = (begin_us + end_us) // 2
    whole_us = middle_us // SECOND_US * SECOND_US
    middle_us = whole_us if begin_us < whole_us < end_us else middle_us
    return [(middle_us, end_us), (begin_us, middle_us)]


def _page(address: str, content: bytes, items: list[Item], state: State, window: tuple[int, int]) -> Page:
    seen: set[str] = set()
    doubles: list[Item] = []
    before = {ref for _, refs in state.edge for ref in refs}
    for item in items:
        if item.ref in before or item.ref in seen:
            doubles.append(item)
        elif item.ref:
            seen.add(item.ref)
    kept = tuple((end_us, refs) for end_us, refs in state.edge if end_us >= window[1] - 2 * OVERLAP_US)
    after = State(window[1], (*kept, (window[1], tuple(sorted(seen)))) if seen else kept)
    return Page(address, without(content, doubles), len(items) - len(doubles), after)
