"""Fetching from an FDSN-event server: a period in pages (`paging`), and each time the last days again, because solutions come late and are revised.

A run sweeps a period. The sweep is part of the state after each page, so that a run that was cut off goes on in the middle of it.
Where neither the option `box` nor the address says otherwise, the node's region is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from vigie.fields.seismic.paging import Page, Query, State, box_parameters, pages
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.feed import Ask, Errand, Feed, Haul, Request
from vigie.model.times import DAY_US, format_time, parse_time

FIRST_DAYS: Final = 30
"""How far back the first run goes where the operator named no day: our choice."""
LOOKBACK_DAYS: Final = 3
"""How many days each run asks again: agencies revise most solutions within days (our choice; the option `lookback_days` changes it)."""
LIMITS: Final[Mapping[str, int]] = {"text": 10_000, "xml": 1_500}
"""Events a page: a QuakeML event with all its origins is some ten kilobytes, and a page is held in memory."""

PARAMETERS: Final[Mapping[str, str]] = {
    "minmagnitude": "the smallest magnitude to ask for",
    "mindepth": "the least depth in km",
    "maxdepth": "the greatest depth in km",
    "catalog": "one of the server's catalogues",
    "contributor": "one of the server's contributors",
    "eventtype": "event types of QuakeML, with commas between them",
}
"""Options that go to the server as they are."""
_ANSWERS: Final = frozenset({204, 400, 404, 413, 414})
_AREA: Final = frozenset({"minlatitude", "minlat", "minlongitude", "minlon", "latitude", "lat", "maxradius", "maxradiuskm"})
OPTIONS: Final[Mapping[str, str]] = {
    "box": "west,south,east,north in degrees, or world",
    "lookback_days": f"how many days each run asks again ({LOOKBACK_DAYS})",
    "limit": f"events a page ({LIMITS['text']} as text, {LIMITS['xml']} as QuakeML)",
}
_BOX_SIDES: Final = 4


@dataclass(frozen=True, slots=True)
class Sweep:
    """A period to ask for (µs, half-open), and how far it has come: which area, and in it which page."""

    begin_us: int
    end_us: int
    area: int = 0
    state: State | None = None


def fetch_events(errand: Errand, ask: Ask) -> Generator[Haul, bool, None]:
    """The events of the period, page by page. Raises `BadSetting` for an option that cannot be understood."""
    areas = _areas(errand)
    reached_us = _time(errand.state.get("reached"))
    asked = (errand.since_us, errand.until_us)
    unfinished = _sweep_of(errand.state.get("sweep")) if asked == (None, None) else None
    if unfinished is not None:
        reached_us = yield from _swept(errand, ask, areas, unfinished, reached_us)
        if reached_us is None:
            return
    yield from _swept(errand, ask, areas, _next_sweep(errand, reached_us), reached_us)


def _next_sweep(errand: Errand, reached_us: int | None) -> Sweep:
    end_us = errand.now_us if errand.until_us is None else errand.until_us
    if errand.since_us is not None:
        return Sweep(errand.since_us, end_us)
    if reached_us is None:
        return Sweep(end_us - FIRST_DAYS * DAY_US, end_us)
    return Sweep(min(reached_us, end_us) - _whole(errand, "lookback_days", LOOKBACK_DAYS, 0) * DAY_US, end_us)


def _swept(errand: Errand, ask: Ask, areas: tuple[dict[str, str], ...], sweep: Sweep, reached_us: int | None) -> Generator[Haul, bool, int | None]:
    """Takes in a sweep; until when all is there then, or None where a page was refused."""
    for number in range(sweep.area, len(areas)):
        begun = sweep.state if number == sweep.area else None
        for page in pages(_query(errand, sweep, areas[number]), _getter(errand, ask), begun):
            after = Sweep(sweep.begin_us, sweep.end_us, number, page.state)
            if not (yield _haul(errand, page, _state(reached_us, after))):
                return None
    if reached_us is None or sweep.begin_us <= reached_us:  # a later period leaves a hole before it, which the next run fills
        reached_us = max(sweep.end_us, reached_us or sweep.end_us)
    yield Haul(state=_state(reached_us, None))
    return reached_us


def _query(errand: Errand, sweep: Sweep, area: dict[str, str]) -> Query:
    form = _form(errand)
    limit = _whole(errand, "limit", LIMITS[form], 1)
    chosen = {name: value for name, value in errand.options.items() if name in PARAMETERS}
    return Query(address=errand.source.address, begin_us=sweep.begin_us, end_us=sweep.end_us, parameters=area | chosen, form=form, limit=limit)


def _form(errand: Errand) -> Literal["text", "xml"]:
    return "text" if errand.source.reader == "fdsn-text" else "xml"


def _getter(errand: Errand, ask: Ask) -> Any:
    """`paging.Get`: an address becomes a status and a body."""

    def get(address: str) -> tuple[int, bytes]:
        answer = ask(Request(address=address, name=f"{errand.source.name}.page", passes=_ANSWERS))
        return answer.status, answer.path.read_bytes() if answer.path else b""

    return get


def _haul(errand: Errand, page: Page, state: Mapping[str, Json]) -> Haul:
    ending = "txt" if _form(errand) == "text" else "xml"
    until = format_time(page.state.next_us).replace(":", "").replace("-", "")
    return Haul(state=state, name=f"{errand.source.name}-until-{until}.{ending}", content=page.content if page.count else None)


def _areas(errand: Errand) -> tuple[dict[str, str], ...]:
    """Query parameters of the area: none where the address or the option `world` says so, two sets across the antimeridian."""
    box = errand.options.get("box", "")
    in_address = _AREA & {name.casefold() for name, _ in parse_qsl(urlsplit(errand.source.address).query)}
    if box == "world" or (not box and in_address):
        return ({},)
    return box_parameters(*(_box(errand, box) if box else errand.bounds))


def _box(errand: Errand, text: str) -> tuple[float, float, float, float]:
    try:
        sides = [float(side) for side in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) != _BOX_SIDES or not (all(abs(side) <= 180 for side in sides[::2]) and -90 <= sides[1] < sides[3] <= 90):  # noqa: PLR2004 - degrees
        raise BadSetting("The box cannot be understood", source=errand.source.name, field="box", got=text, expected=OPTIONS["box"])
    return (sides[0], sides[1], sides[2], sides[3])


def _whole(errand: Errand, name: str, otherwise: int, least: int) -> int:
    text = errand.options.get(name, str(otherwise))
    if not text.isdigit() or int(text) < least:
        raise BadSetting("An option is not a whole number", source=errand.source.name, field=name, got=text, expected=f"{least} or more")
    return int(text)


def _state(reached_us: int | None, sweep: Sweep | None) -> dict[str, Json]:
    reached: dict[str, Json] = {} if reached_us is None else {"reached": format_time(reached_us)}
    if sweep is None or sweep.state is None:
        return reached
    page: dict[str, Json] = {"next": format_time(sweep.state.next_us), "edge": [[format_time(end_us), list[Json](refs)] for end_us, refs in sweep.state.edge]}
    return reached | {"sweep": {"begin": format_time(sweep.begin_us), "end": format_time(sweep.end_us), "area": sweep.area, **page}}


def _sweep_of(kept: Any) -> Sweep | None:
    if kept is None:
        return None
    edge = tuple((parse_time(end), tuple(map(str, refs))) for end, refs in kept["edge"])
    return Sweep(parse_time(kept["begin"]), parse_time(kept["end"]), int(kept["area"]), State(parse_time(kept["next"]), edge))


def _time(text: Any) -> int | None:
    return parse_time(text) if isinstance(text, str) else None


FEEDS: Final[Mapping[str, Feed]] = {"fdsn-event": Feed(fetch=fetch_events, options={**OPTIONS, **PARAMETERS})}
