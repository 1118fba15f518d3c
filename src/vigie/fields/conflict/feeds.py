"""Fetching GDELT's 15-minute files, and UCDP's interface page by page.

GDELT names its newest file in `lastupdate.txt`, with size and MD5. Only the time in that name is used: addresses are made from the
source's own. The newest file comes first, because a warning desk needs now before yesterday; then the gap back to the last run,
newest first, at most `MOST_FILES` a run, and what is left of it with the next runs. A gap reaches back `CATCH_UP_DAYS` at most, unless
a first day was asked for: then all of it comes in one run. A file that GDELT does not have (it happens) is asked for in `MOST_TRIES` runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from vigie.model.canonical import Json
from vigie.model.errors import PeerUnavailable
from vigie.model.feed import Ask, Errand, Feed, Haul, Request
from vigie.model.times import DAY_US, SECOND_US, from_datetime

STEP_US: Final = 15 * 60 * SECOND_US
MOST_FILES: Final = 96
"""Files a run: a day of them."""
CATCH_UP_DAYS: Final = 7
MOST_TRIES: Final = 4

_NEWEST: Final = re.compile(r"^(\d+)\s+([0-9a-fA-F]{32})\s+\S*?(\d{14})\.export\.CSV\.zip\s*$", re.MULTILINE)
_STAMP: Final = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class Gdelt:
    """What was taken (up to `newest_us`), what is still to come (`gaps`: first and last file, both included) and what was not there (file -> tries)."""

    newest_us: int | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    missing: Mapping[int, int] = field(default_factory=dict)


def fetch_gdelt(errand: Errand, ask: Ask) -> Generator[Haul, bool, None]:
    """GDELT's newest file, then what was missed. Raises `PeerUnavailable` where `lastupdate.txt` is something else."""
    newest = _newest(errand, ask)
    state, note = _with_gap(errand, _gdelt_of(errand.state), newest)
    if note:
        yield Haul(state=_gdelt_state(state), note=note)
    again = dict(state.missing)
    if state.newest_us is None or newest.us > state.newest_us:
        state = yield from _slot(errand, ask, replace(state, newest_us=newest.us), newest)
    for count, (stamp_us, left) in enumerate(_slots(state, again)):
        if count >= MOST_FILES and errand.since_us is None:
            return
        state = yield from _slot(errand, ask, replace(state, gaps=left), _File(stamp_us))


@dataclass(frozen=True, slots=True)
class _File:
    us: int
    size: int | None = None
    md5: str = ""

    @property
    def name(self) -> str:
        return f"{_stamp(self.us)}.export.CSV.zip"


def _newest(errand: Errand, ask: Ask) -> _File:
    answer = ask(Request(address=errand.source.address, name="lastupdate.txt"))
    text = answer.path.read_text("utf-8", "replace")[:10_000] if answer.path else ""
    found = _NEWEST.search(text)
    if found is None:
        expected = "a line with size, MD5 and the name of the newest export"
        raise PeerUnavailable("The list of GDELT's newest files is something else", source=errand.source.address, got=text[:60], expected=expected)
    size, md5, stamp = found.groups()
    stamp_us = _stamp_us(stamp)
    if stamp_us > errand.now_us + DAY_US:
        raise PeerUnavailable("GDELT's newest file is of the future", source=errand.source.address, got=stamp, todo="check this machine's clock")
    return _File(stamp_us, int(size), md5)


def _with_gap(errand: Errand, state: Gdelt, newest: _File) -> tuple[Gdelt, str]:
    """The state with the gap between the last run and the newest file, and a sentence where a part of it is too old."""
    before_us, oldest_us = newest.us - STEP_US, newest.us - CATCH_UP_DAYS * DAY_US
    first_us = newest.us if state.newest_us is None else state.newest_us + STEP_US
    gaps = [*state.gaps, (max(first_us, oldest_us), before_us)]
    if errand.since_us is not None:
        last_us = before_us if errand.until_us is None else min(errand.until_us - 1, before_us)
        gaps.append((-(-errand.since_us // STEP_US) * STEP_US, last_us // STEP_US * STEP_US))
    lost = (oldest_us - first_us) // STEP_US if errand.since_us is None else 0
    note = f"{lost} files of GDELT are older than {CATCH_UP_DAYS} days and were left out; name the first day to have them" if lost > 0 else ""
    return replace(state, gaps=_merged(gaps)), note


def _merged(gaps: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The gaps without empty ones, earliest first, those that touch as one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(gap for gap in gaps if gap[0] <= gap[1]):
        if merged and first <= merged[-1][1] + STEP_US:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _slots(state: Gdelt, again: Mapping[int, int]) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """Every file that is still to come, newest first, with the gaps that are left after it; then those that were not there before."""
    gaps = list(state.gaps)
    while gaps:
        first, last = gaps.pop()
        if first <= last - STEP_US:
            gaps.append((first, last - STEP_US))
        yield last, tuple(gaps)
    for stamp_us in sorted(again, reverse=True):
        yield stamp_us, ()


def _slot(errand: Errand, ask: Ask, after: Gdelt, file: _File) -> Generator[Haul, bool, Gdelt]:
    """Takes in one file; the state after it, in which a file that was not there or was refused is missing."""
    answer = ask(_request(errand, file))
    if answer.status == 200:  # noqa: PLR2004 - HTTP
        taken = replace(after, missing={stamp: tries for stamp, tries in after.missing.items() if stamp != file.us})
        if (yield Haul(state=_gdelt_state(taken), name=file.name, content=answer.path)):
            return taken
    tries = after.missing.get(file.us, 0) + 1
    rest = {stamp: count for stamp, count in after.missing.items() if stamp != file.us}
    missing = replace(after, missing=rest | ({file.us: tries} if tries < MOST_TRIES else {}))
    what = f"GDELT's file {file.name} is not there or cannot be read; " + (f"it is given up after {tries} runs" if tries >= MOST_TRIES else "it is tried again")
    yield Haul(state=_gdelt_state(missing), note=what)
    return missing


def _request(errand: Errand, file: _File) -> Request:
    address = urljoin(errand.source.address, file.name)
    return Request(address=address, name=file.name, size=file.size, md5=file.md5, passes=frozenset({404}))


def _stamp(stamp_us: int) -> str:
    return datetime.fromtimestamp(stamp_us // SECOND_US, UTC).strftime(_STAMP)


def _stamp_us(stamp: str) -> int:
    try:
        return from_datetime(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC))
    except ValueError:
        raise PeerUnavailable("The name of GDELT's newest file holds no time", got=stamp, expected="YYYYMMDDhhmmss") from None


def _gdelt_state(state: Gdelt) -> dict[str, Json]:
    newest: dict[str, Json] = {} if state.newest_us is None else {"newest": _stamp(state.newest_us)}
    gaps: list[Json] = [[_stamp(first), _stamp(last)] for first, last in state.gaps]
    return newest | {"gaps": gaps, "missing": {_stamp(stamp): tries for stamp, tries in state.missing.items()}}


def _gdelt_of(kept: Mapping[str, Any]) -> Gdelt:
    newest = kept.get("newest")
    gaps = tuple((_stamp_us(first), _stamp_us(last)) for first, last in kept.get("gaps", ()))
    return Gdelt(_stamp_us(newest) if newest else None, gaps, {_stamp_us(stamp): int(tries) for stamp, tries in kept.get("missing", {}).items()})


def fetch_ucdp(errand: Errand, ask: Ask) -> Generator[Haul, bool, None]:
    """Every page of UCDP's interface, from the one at which the last run was cut off. The address holds version and page size."""
    release = urlsplit(errand.source.address).path.rstrip("/").rpartition("/")[2]
    number = int(str(errand.state.get("next_page", 0))) if errand.state.get("release") == release else 0
    count = number + 1
    while number < count:
        name = f"ged-v{release}-page-{number}.json"
        answer = ask(Request(address=_page_address(errand.source.address, number), name=name))
        content = answer.path.read_bytes() if answer.path else b""
        count, number = _page_count(content, errand.source.address), number + 1
        after: dict[str, Json] = {"release": release, "next_page": number if number < count else 0}
        if not (yield Haul(state=after, name=name, content=answer.path)):
            return


def _page_address(address: str, number: int) -> str:
    """The address of one page: made here, never taken from the answer."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | {"page": str(number)})))


def _page_count(content: bytes, address: str) -> int:
    try:
        return int(json.loads(content)["TotalPages"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        got = content[:60].decode("utf-8", "replace")
        raise PeerUnavailable("UCDP's interface answers something else", source=address, got=got, expected="JSON with TotalPages") from None


FEEDS: Final[Mapping[str, Feed]] = {
    "gdelt": Feed(fetch=fetch_gdelt),
    "ucdp-api": Feed(fetch=fetch_ucdp, token_header="x-ucdp-access-token: {token}"),  # noqa: S106 - the shape of a header
}
