"""What CAP 1.2 asks beyond its schema, each rule with its place in the standard, and what a sender most often gets wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from vigie.exchange.cap_message import CapArea, CapInfo, CapMessage, Ring, cap_instant
from vigie.model.errors import BadReport

Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_FORBIDDEN: Final = re.compile(r"[\s,<&]")
_ADDRESS: Final = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_LEAST_POINTS: Final = 4
_AGREED: Final = ("categories", "urgency", "severity", "certainty", "response_types", "event_codes", "effective", "onset", "expires")


def check_cap(message: CapMessage, bounds: Bounds | None = None) -> list[str]:
    """A sentence for every rule that the message breaks and the schema does not see; empty where it is well made.

    With the region's `bounds`, a point outside that would be inside with latitude and longitude exchanged is named too.
    """
    about_areas = (_area_faults(area, bounds) for info in message.infos for area in info.areas)
    about_infos = (_info_faults(info, message) for info in message.infos)
    return list(dict.fromkeys(chain(*(rule(message) for rule in _RULES), *about_infos, *about_areas)))


def _names(message: CapMessage) -> Iterator[str]:
    """Sections 3.2.1: identifier and sender must not hold spaces, commas or the characters < and &; so for the parts of references."""
    named = [("identifier", message.identifier), ("sender", message.sender)]
    for one in message.references:
        named += [("references: sender", one.sender), ("references: identifier", one.identifier), ("references: sent", one.sent)]
    for name, text in named:
        if not text:
            yield f"{name} is blank."
        elif _FORBIDDEN.search(text):
            yield f"{name} {text!r} holds a space, a comma, < or &."


def _sent(message: CapMessage) -> Iterator[str]:
    yield from _time_faults("sent", message.sent)


def _scope(message: CapMessage) -> Iterator[str]:
    """Section 3.2.1: restriction is for Restricted alone; Private needs addresses, which the other scopes may have."""
    if message.scope == "Restricted" and not message.restriction:
        yield "The scope is Restricted, but no restriction says to whom."
    if message.scope != "Restricted" and message.restriction:
        yield f"A restriction stands with the scope {message.scope}; it belongs to Restricted."
    if message.scope == "Private" and not message.addresses:
        yield "The scope is Private, but there are no addresses."


def _references(message: CapMessage) -> Iterator[str]:
    """Section 3.2.1, msgType: all but Alert speak of the messages in references."""
    if message.msg_type != "Alert" and not message.references:
        yield f"{message.msg_type} must name the messages that it speaks of in references."
    if any((one.sender, one.identifier) == (message.sender, message.identifier) for one in message.references):
        yield "The message refers to itself."


def _notes(message: CapMessage) -> Iterator[str]:
    """Section 3.2.1: an Error explains itself in note; so does an Exercise, which names the exercise there."""
    if message.msg_type == "Error" and not message.note:
        yield "Error must say in note why the message is refused."
    if message.status == "Exercise" and not message.note:
        yield "The status is Exercise, but note does not name the exercise."


def _status(message: CapMessage) -> Iterator[str]:
    if message.status == "Draft":
        yield "The status is Draft, which is never published."


def _addresses(message: CapMessage) -> Iterator[str]:
    """Section 3.2.1: the members of a list stand apart by spaces, those with spaces in double quotes; so a member holds none."""
    for name, words in (("addresses", message.addresses), ("incidents", message.incidents)):
        yield from (f"{name} holds {word!r}, which is blank or has a double quote." for word in words if not word.strip() or '"' in word)


def _infos(message: CapMessage) -> Iterator[str]:
    """Blocks in several languages say the same thing: what machines read must agree, only the texts differ."""
    if message.msg_type in ("Alert", "Update") and not message.infos:
        yield f"{message.msg_type} has no info block."
    first: dict[str, CapInfo] = {}
    for info in message.infos:
        first.setdefault(info.language.lower(), info)
    blocks = list(first.values())
    for name in _AGREED:
        if any(getattr(info, name) != getattr(blocks[0], name) for info in blocks):
            yield f"The languages disagree about {name.replace('_', ' ')}."


def _info_faults(info: CapInfo, message: CapMessage) -> Iterator[str]:
    where = f"info in {info.language or 'no language'}"
    if not _LANGUAGE.fullmatch(info.language):
        yield f"The language {info.language!r} is no language tag."
    if not info.categories:
        yield f"{where}: there is no category."
    if not info.event.strip():
        yield f"{where}: event is blank."
    if info.web and not _ADDRESS.fullmatch(info.web):
        yield f"{where}: web {info.web!r} is no full address."
    if any(not one.name for one in (*info.parameters, *info.event_codes)):
        yield f"{where}: a parameter or an eventCode has no name."
    yield from (fault for name in ("effective", "onset", "expires") for fault in _time_faults(f"{where}: {name}", getattr(info, name)))
    yield from _order_faults(where, info, message)


def _order_faults(where: str, info: CapInfo, message: CapMessage) -> Iterator[str]:
    """Section 3.2.2: effective is `sent` where it is not given; what expires before it begins was never valid."""
    effective, onset, expires = (_instant(text) for text in (info.effective or message.sent, info.onset, info.expires))
    if expires is not None and effective is not None and expires <= effective:
        yield f"{where}: it expires before it takes effect."
    if expires is not None and onset is not None and expires <= onset:
        yield f"{where}: it expires before its onset."


def _area_faults(area: CapArea, bounds: Bounds | None) -> Iterator[str]:
    where = f"area {area.description!r}"
    if not area.description.strip():
        yield "An area has no description."
    for ring in area.polygons:
        yield from _ring_faults(where, ring)
    if any(circle[2] < 0 for circle in area.circles):
        yield f"{where}: the radius of a circle is negative."
    if area.ceiling_ft is not None and (area.altitude_ft is None or area.ceiling_ft < area.altitude_ft):
        yield f"{where}: a ceiling needs an altitude below it."
    if any(not one.name for one in area.geocodes):
        yield f"{where}: a geocode has no name."
    yield from _place_faults(where, [*chain(*area.polygons), *((lon, lat) for lon, lat, _ in area.circles)], bounds)


def _ring_faults(where: str, ring: Ring) -> Iterator[str]:
    """Section 3.2.4: at least four pairs, the first and the last the same."""
    if len(ring) < _LEAST_POINTS:
        yield f"{where}: a polygon has {len(ring)} pairs of coordinates; it needs at least four."
    if ring[:1] != ring[-1:]:
        yield f"{where}: a polygon is not closed."


def _place_faults(where: str, points: list[tuple[float, float]], bounds: Bounds | None) -> Iterator[str]:
    for lon, lat in points:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - degrees
            yield f"{where}: latitude {lat} and longitude {lon} are no place on earth; CAP writes latitude first."
        elif bounds is not None and not _is_inside(lon, lat, bounds) and _is_inside(lat, lon, bounds):
            yield f"{where}: latitude {lat} and longitude {lon} look exchanged, the other way round they are in the region; CAP writes latitude first."


def _is_inside(lon: float, lat: float, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north


def _time_faults(name: str, text: str) -> Iterator[str]:
    """Section 3.3.2: no letter for a zone, and UTC is -00:00."""
    if not text and name != "sent":
        return
    if text[-1:] in ("Z", "z"):
        yield f"{name} {text!r} names its zone by a letter; CAP wants numbers, -00:00 for UTC."
    elif not _TIME.fullmatch(text) or _instant(text) is None:
        yield f"{name} {text!r} is no time of the form 2014-10-01T12:30:00+02:00."
    elif text.endswith("+00:00"):
        yield f"{name} {text!r} writes UTC as +00:00; CAP wants -00:00."


def _instant(text: str) -> int | None:
    try:
        return cap_instant(text) if text else None
    except BadReport:
        return None


_RULES: Final[tuple[Callable[[CapMessage], Iterator[str]], ...]] = (_names, _sent, _scope, _references, _notes, _status, _addresses, _infos)
