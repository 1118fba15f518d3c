"""The review of pages at the desk: the queue of drafts, one draft with the words that it was read from, and what a reviewer says of it.

For the node's own party: what waits here is in no world yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.errors import BadReport, BadSetting
from vigie.model.reading import Edit, Part, Reading
from vigie.node.facts import area_name
from vigie.node.packs import packs
from vigie.node.page_facts import standing_facts, whole_facts
from vigie.node.page_proposals import themes
from vigie.node.page_reports import EDITABLE, MANY, values_of
from vigie.node.page_review import Standing, accept, edits_between, reading_named, readings, reject, suggestions
from vigie.web.asking import ListQuery, check_once
from vigie.web.desk_forms import allow_at, done
from vigie.web.desk_pages import Asked, Named, check_own, desk_sheet
from vigie.web.paging import part_of
from vigie.web.seats import Member, Seat
from vigie.web.sessions import Form

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@routes.get("/desk/pages")
def queue_page(seat: Member, query: Annotated[ListQuery, Query()]) -> Response:
    """The drafts that wait, oldest first, then those that are done."""
    check_own(seat)
    known = readings(seat.log)
    part = part_of(known, query.page or 1, lambda number: seat.path(f"/desk/pages?page={number}"))
    lines = [standing_facts(item) for item in part.items]
    return desk_sheet(
        "readings.html",
        seat,
        "pages",
        waiting=[line for line in lines if line["state"] == "open"],
        finished=[line for line in lines if line["state"] != "open"],
        count=sum(reading.state == "open" for _, reading in known),
        suggested=suggestions(seat.log),
        pager=part,
    )


@routes.get("/desk/pages/{ref}")
def reading_page(seat: Member, ref: Named, _query: Asked) -> Response:
    """A draft: each part with its words in their context, and the form that corrects it."""
    return reading_sheet(seat, ref)


def reading_sheet(seat: Seat, ref: str, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of a draft; after a fault with one sentence and what was typed."""
    check_own(seat)
    entry, reading = standing_named(seat, ref)
    values = values_of(reading, reading.edits)
    return desk_sheet(
        "reading.html",
        seat,
        "pages",
        status=status,
        item=whole_facts(entry, reading),
        values={part: "\n".join(found) for part, found in values.items()} | dict(sent or {}),
        countries=_countries(seat, (*values["country"], *(sent or {}).get("country", "").split("\n"))),
        kinds=[(found.title, [(kind.name, kind.title) for kind in found.terms.kinds.values()]) for found in packs().values()],
        themes=list((themes() | {name: name for name in values["theme"] if name not in themes()}).items()),
        fault=fault,
        sent=dict(sent or {}),
    )


def standing_named(seat: Seat, ref: str) -> Standing:
    """The reading of that name; 404 where the party has none."""
    try:
        return reading_named(seat.log, ref)
    except BadSetting:
        raise HTTPException(404) from None


def _countries(seat: Seat, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """The countries that a form offers: those of the draft, those of the region."""
    codes = [code for code in dict.fromkeys((*chosen, *sorted(seat.desk.atlas.region))) if code]
    return [(code, area_name(seat.desk.atlas, code, seat.tongue) or code) for code in codes]


@routes.post("/desk/pages/{ref}/acceptance")
def acceptance_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """Accepts a draft, with what the form corrects."""
    allow_at(seat, "draft")
    check_own(seat)
    _, reading = standing_named(seat, ref)

    def act() -> str:
        accept(seat.at_desk, ref, _version(form), edits_of_form(reading, form))
        return f"/desk/pages/{ref}"

    return done(seat, act, lambda fault, status: reading_sheet(seat, ref, fault=fault, sent=form, status=status))


@routes.post("/desk/pages/{ref}/rejection")
def rejection_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """Rejects a draft with a reason."""
    allow_at(seat, "draft")
    check_own(seat)
    standing_named(seat, ref)

    def act() -> str:
        reject(seat.at_desk, ref, _version(form), form.get("reason", ""))
        return "/desk/pages"

    return done(seat, act, lambda fault, status: reading_sheet(seat, ref, fault=fault, sent=form, status=status))


def edits_of_form(reading: Reading, form: Mapping[str, str]) -> tuple[Edit, ...]:
    """What the form corrects. Parts of which there may be several come one a line; further countries by name or code. Raises `BadReport`."""
    wanted: dict[Part, list[str]] = {}
    for part in EDITABLE:
        typed = form.get(part, "")
        texts = typed.split("\n") if part in MANY else [typed]
        if part == "country":
            texts += form.get("more_countries", "").replace(";", ",").split(",")
        wanted[part] = texts
    quotes: dict[Part, str] = {part: text for part in EDITABLE if (text := form.get(f"quote_{part}", "").strip())}
    return edits_between(reading, wanted, quotes)


def _version(form: Mapping[str, str]) -> int:
    text: Any = form.get("version", "")
    if not str(text).isascii() or not str(text).isdecimal() or len(text) > 9:  # noqa: PLR2004 - the digits of a number that a store can hold
        raise BadReport("The form does not say which version of the draft it shows", got=str(text), todo="open its page again")
    return int(text)
