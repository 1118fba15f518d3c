"""Released warnings as CAP messages and as a feed of them, for one reader: with names and outlines of areas, and with references to what that reader knows."""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import shapely

from vigie.exchange.atom import AtomEntry, atom_entry, atom_xml
from vigie.exchange.cap import Release, cap_of
from vigie.exchange.cap_message import CapMessage, Category, Reference, Ring, cap_time
from vigie.exchange.cap_write import cap_xml
from vigie.model.atlas import Area, Atlas, area_by_code
from vigie.model.errors import VigieError
from vigie.model.label import PUBLIC, may_read
from vigie.model.languages import EXERCISE, said
from vigie.model.likelihood import likelihood_words
from vigie.model.warning import Content
from vigie.node.facts import area_name
from vigie.node.settings import Node
from vigie.warn.chain import CLOSING, Chain, Version

SIMPLIFIED_DEG = 0.02
"""How far the outline in a message may lie from the atlas's: some two kilometres."""

LEAST_DEG2 = 0.004
"""Parts of an area that are smaller than this (some 40 km²) are left out of the outline, but for the largest."""

MOST_ENTRIES = 200
"""So many warnings are in the feed, the newest; a standing warning that is older is on the page."""

_UNFIT = re.compile(r"[\s,<&]+")


@dataclass(frozen=True, slots=True)
class CapDesk:
    """What the messages are written with: the node, the atlas, the reader's language."""

    node: Node
    atlas: Atlas
    language: str


def cap_message(desk: CapDesk, chain: Chain, version: Version) -> CapMessage | None:
    """The message of one version of a chain; None where it closes a warning of which the reader knows nothing.

    Who knows no earlier version is given an update as the first word. Raises `BadReport` where the warning makes no valid message.
    """
    earlier = chain.history[: chain.history.index(version)]
    content = version.content
    if not earlier and content.act in CLOSING:
        return None
    if not earlier:
        content = content.model_copy(update={"act": "issue"})
    return cap_of(version.entry, content, _release(desk, chain, version, earlier))


def cap_messages(desk: CapDesk, chains: Iterable[Chain]) -> list[tuple[Chain, CapMessage]]:
    """The head of every chain as a message, in the order of the chains; those that make none are left out, and logged where they are at fault."""
    found = [(chain, _message_or_none(desk, chain)) for chain in chains]
    return [(chain, message) for chain, message in found if message is not None]


def _message_or_none(desk: CapDesk, chain: Chain) -> CapMessage | None:
    try:
        message = cap_message(desk, chain, chain.head)
        if message is not None:
            cap_xml(message)  # a text may hold what XML cannot carry
    except VigieError as fault:
        import structlog

        structlog.get_logger().error("warning makes no CAP message", warning=chain.warning, version=chain.head.id, said=str(fault))
        return None
    return message


def cap_feed(desk: CapDesk, chains: Iterable[Chain], *, exercise: bool) -> bytes:
    """The Atom feed of the heads of the newest of these chains; tests stand in no feed. Addresses are paths of this node."""
    real = [chain for chain in chains if not chain.head.content.test]
    newest = sorted(real, key=lambda chain: (-chain.head.said_us, chain.owner, chain.warning))[:MOST_ENTRIES]
    entries = [_entry(chain, message, exercise=exercise) for chain, message in cap_messages(desk, newest)]
    party = desk.node.settings.party
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"vigie:{party}:{'exercise' if exercise else 'real'}")
    begun = f"{said(desk.language, EXERCISE)} " if exercise else ""
    newest_us = max((entry.updated_us for entry in entries), default=0)
    return atom_xml(f"{begun}{party}", name.urn, newest_us, entries, author=party, address="/warnings.atom" + ("?exercise=true" if exercise else ""))


def _entry(chain: Chain, message: CapMessage, *, exercise: bool) -> AtomEntry:
    return atom_entry(message, f"/warnings/{chain.warning}/cap.xml" + ("?exercise=true" if exercise else ""))


def _release(desk: CapDesk, chain: Chain, version: Version, earlier: tuple[Version, ...]) -> Release:
    content, directory = version.content, desk.node.directory
    languages = tuple(dict.fromkeys([desk.language, *(text.language for text in content.texts)]))
    is_public = may_read(PUBLIC, version.entry.label, directory, version.said_us)
    return Release(
        sender=_sender(desk.node, chain.owner),
        sent_us=version.said_us,
        categories=categories_of(content.field),
        references=tuple(_reference(desk.node, one) for one in earlier),
        addresses=() if is_public else tuple(sorted({chain.owner, *content.recipients} - {PUBLIC})),
        languages=languages,
        sender_names=dict.fromkeys(languages, chain.owner),
        area_names={language: _names(desk.atlas, content, language) for language in languages},
        polygons={code: outline(desk.atlas, code) for code in content.areas},
        words={language: _words(desk.node, content, language) for language in languages},
        exercise=f"{EXERCISE} ({desk.node.settings.party})" if version.entry.exercise else "",
        directory=directory,
    )


def _sender(node: Node, owner: str) -> str:
    name = node.settings.sender if owner == node.settings.party else ""
    return name or _UNFIT.sub("-", owner)


def _reference(node: Node, version: Version) -> Reference:
    return Reference(_sender(node, version.entry.owner), version.id, cap_time(version.said_us))


def _names(atlas: Atlas, content: Content, language: str) -> Mapping[str, str]:
    return {code: area_name(atlas, code, language) or code for code in content.areas}


def _words(node: Node, content: Content, language: str) -> tuple[tuple[str, str], ...]:
    if content.likelihood is None:
        return ()
    yardstick = node.settings.yardstick
    return (("vigie:likelihood-words", likelihood_words(content.likelihood, yardstick, language)), ("vigie:yardstick", yardstick))


@lru_cache(maxsize=1)
def _categories() -> dict[str, Any]:
    return tomllib.loads(resources.files("vigie.node").joinpath("cap_fields.toml").read_text(encoding="utf-8"))


def categories_of(field: str) -> tuple[Category, ...]:
    """CAP's categories of a field; Other for one that the table does not know."""
    return tuple(_categories().get(field, ("Other",)))


def outline(atlas: Atlas, code: str) -> tuple[Ring, ...]:
    """The outline of an area as rings lon, lat in degrees, simplified; none for a code that the atlas does not know."""
    area = area_by_code(atlas, code)
    return () if area is None else _rings(area)


@lru_cache(maxsize=1024)
def _rings(area: Area) -> tuple[Ring, ...]:
    parts = sorted(shapely.get_parts(area.outline), key=shapely.area, reverse=True)
    kept = [part for number, part in enumerate(parts) if number == 0 or shapely.area(part) >= LEAST_DEG2]
    simple = [shapely.get_exterior_ring(shapely.simplify(part, SIMPLIFIED_DEG)) for part in kept]
    return tuple(tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(ring)) for ring in simple)
