"""The ways through a node: its main navigation, in one order for the plain pages and the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from vigie.model.languages import LANGUAGE_NAMES, PARTIAL, PARTIAL_NAMES, said, to_say

REAL, EXERCISE_WORLD = to_say("Real"), to_say("Exercise")


@dataclass(frozen=True, slots=True)
class Way:
    """A part of the node: its name, its address, what it is called; `open_path` is where it leads who is not signed in."""

    name: str
    path: str
    words: str
    open_path: str = ""


WAYS: tuple[Way, ...] = (
    Way("picture", "/", to_say("Picture")),
    Way("risks", "/risks", to_say("Risks")),
    Way("watch", "/desk", to_say("Watch"), "/warnings"),
    Way("activities", "/activities", to_say("Activities")),
    Way("review", "/review", to_say("Review")),
    Way("sources", "/sources", to_say("Sources")),
    Way("exchange", "/exchange", to_say("Exchange")),
    Way("report", "/report", to_say("Report")),
    Way("public", "/public", to_say("Public page")),
)
"""All of them, in the order in which they stand. The watch of who is not signed in is the warnings."""


def ways_for(language: str, *, is_signed_in: bool) -> list[tuple[str, str, str]]:
    """The name, the address and the words of every way, in this language."""
    return [(way.name, way.path if is_signed_in or not way.open_path else way.open_path, said(language, way.words)) for way in WAYS]


_PARTLY = ("/public", "/warnings", "/brief")
"""The begin of the addresses whose pages come in the languages of `PARTIAL` too."""


def is_partly_translated(place: str) -> bool:
    """Whether the page of this address comes in the languages that have a part of the texts."""
    return place.startswith(_PARTLY)


def in_place(place: str, usual: str, language: str = "", *, exercise: bool = False) -> str:
    """An address without world and language, as one in this language and world; the usual language goes unsaid, and one that the page does not come in.

    >>> in_place("/warnings?page=2", "en", "fr", exercise=True), in_place("/", "en", "en"), in_place("/desk", "en", "bg")
    ('/warnings?page=2&language=fr&exercise=true', '/', '/desk')
    """
    is_spoken = language not in PARTIAL or is_partly_translated(place)
    asked = [f"language={language}"] if language not in ("", usual) and is_spoken else []
    asked += ["exercise=true"] if exercise else []
    return place + ("&" if "?" in place else "?") + "&".join(asked) if asked else place


_LISTS = {"/plain/events/": "/plain", "/warnings/": "/warnings", "/activities/": "/activities", "/desk/drafts/": "/desk", "/desk/signals/": "/desk"}
_DESK_LISTS = ("/desk/warnings", "/desk/activities", "/desk/pages", "/desk/contacts", "/desk/review")
_OF_ONE_WORLD = frozenset({"after", "before", "page", "edit", "answers"})


def other_place(place: str) -> str:
    """Where the other world is looked at from this address: the same list from its begin on; of one record the list that it stands in.

    >>> [other_place(text) for text in ("/warnings?page=2", "/plain?field=seismic&after=x", "/plain/events/ev-1", "/desk/rules")]
    ['/warnings', '/plain?field=seismic', '/plain', '/desk/rules']
    """
    path, _, query = place.partition("?")
    known = {**_LISTS, **{f"{name}/": name for name in _DESK_LISTS}}
    section = next((there for begin, there in known.items() if path.startswith(begin)), path)
    kept = [] if section != path else [(name, value) for name, value in parse_qsl(query) if name not in _OF_ONE_WORLD]
    return f"{section}?{urlencode(kept)}" if kept else section


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the head of a page depends on: the address of the page without world and language, both of them, the node's own language, who is signed in."""

    place: str
    tongue: str
    usual: str
    exercise: bool
    is_signed_in: bool

    def at(self, place: str, tongue: str = "") -> str:
        """An address in the same world, and in the same language or another."""
        return in_place(place, self.usual, tongue or self.tongue, exercise=self.exercise)

    def parts(self) -> dict[str, Any]:
        """What the template of the head is filled in with."""
        there = other_place(self.place or "/")
        worlds = ((REAL, False), (EXERCISE_WORLD, True))
        return {
            "first": self.at("/"),
            "main_ways": [(name, self.at(path), words) for name, path, words in ways_for(self.tongue, is_signed_in=self.is_signed_in)],
            "worlds": [(said(self.tongue, words), in_place(there, self.usual, self.tongue, exercise=world), world == self.exercise) for words, world in worlds],
            "tongues": [(tag, name, in_place(self.place, "", tag, exercise=self.exercise)) for tag, name in self._offered().items()],
            "tongue_name": {**LANGUAGE_NAMES, **PARTIAL_NAMES}[self.tongue],
            "path": self.at,
        }

    def _offered(self) -> dict[str, str]:
        """The languages that the page comes in, each by its own name; none for a page without an address."""
        if not self.place:
            return {}
        return {**LANGUAGE_NAMES, **(PARTIAL_NAMES if is_partly_translated(self.place) else {})}
