"""Sheets: the HTML that all pages are written on, one environment of templates for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from starlette.responses import Response

import vigie
from vigie.model.languages import is_language_reviewed
from vigie.node.packs import packs
from vigie.web.desk import Desk
from vigie.web.warning_words import words
from vigie.web.ways import Masthead
from vigie.web.wording import WORDING

_TONES = 8

_SHEETS = jinja2.Environment(loader=jinja2.PackageLoader("vigie.web"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_SHEETS.globals.update(WORDING)


def tone_of(field: str) -> int:
    """The number of a field's colour."""
    return [*packs(), field].index(field) % _TONES


def sheet(name: str, desk: Desk, *, audience: str, exercise: bool, status: int = 200, headers: Mapping[str, str] | None = None, **parts: Any) -> Response:
    """A page written from the template of that name.

    `tongue` is the language of its words, `session` who is signed in, `here` the part of the node that it is of, `style` its second sheet of styles;
    `place` its address without world and language, where it can be had in another language.
    """
    tongue = parts.get("tongue", "en")
    head = Masthead(parts.get("place", ""), tongue, desk.usual_language, exercise, parts.get("session") is not None)
    common: dict[str, Any] = {
        "party": desk.node.settings.party,
        "audience": audience,
        "exercise": exercise,
        "fields": [(field, found.title, tone_of(field)) for field, found in packs().items()],
        "tone_of": tone_of,
        "language": desk.language,
        "tongue": tongue,
        "is_read": is_language_reviewed(tongue),
        "said_tongue": tongue if tongue != desk.usual_language else "",
        **head.parts(),
        "sources": desk.atlas.sources,
        "version": vigie.__version__,
        "session": None,
        "here": "",
        "style": "",
        "notes": (),
        "credits": (),
    }
    common["w"] = words(tongue)
    common["whose"] = common["w"]["view_of"].format(audience=audience, party=desk.node.settings.party)
    return Response(_SHEETS.get_template(name).render(common | parts), status, dict(headers or {}), "text/html")


def written(name: str, **parts: Any) -> str:
    """The text that a template makes, without what every page bears."""
    return _SHEETS.get_template(name).render(parts)
