"""Entering a report, as the page's program does it: what can be chosen, places, the time as it is understood, and the report itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.said import read_body
from vigie.node.accounts import may
from vigie.node.answers import events_of_report
from vigie.node.field_reports import MAX_SUMMARY, FieldReport, Written, kind_words, kinds_known, masked_text, sizes_of, write_report
from vigie.node.label_choices import label_asked, label_choices, parties, readers, texts
from vigie.node.packs import packs
from vigie.node.place_search import place_at, places_like
from vigie.node.said_when import SaidWhen, when_said
from vigie.web.asking import PlaceQuery, TongueQuery, WhenQuery, check_once
from vigie.web.bodies import Acting, SentJson, answered
from vigie.web.borders import json_answer
from vigie.web.desk_forms import allow_at
from vigie.web.desk_lists import is_own
from vigie.web.seats import Reader, Seat
from vigie.web.source_data import check_own_data

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

Asked = Annotated[TongueQuery, Query()]


@routes.get("/data/places")
def places(seat: Reader, query: Annotated[PlaceQuery, Query()]) -> Response:
    """Towns, units and countries whose names begin as what was typed; or, of a point, the unit and the country that hold it."""
    atlas = seat.desk.atlas
    if query.lon is not None and query.lat is not None:
        return json_answer({"places": [], "here": place_at(atlas, query.lon, query.lat, seat.tongue)})
    found: Sequence[Json] = places_like(atlas, query.q or "", seat.tongue)
    return json_answer({"places": found})


@routes.get("/data/report")
def choices(seat: Reader, _query: Asked) -> Response:
    """What the form offers to who is signed in: kinds with the words that mean them, measures, labels with their readers; or why there is no form."""
    if seat.session is None:
        return json_answer({"may": False, "why": "signed out"})
    if not is_own(seat):
        return json_answer({"may": False, "why": "other party"})
    if not may(seat.session.role, "draft"):
        return json_answer({"may": False, "why": "role"})
    desk, words = seat.at_desk, kind_words(seat.tongue)
    kinds: list[Json] = [
        {"name": name, "title": kind.title, "field": kind.field, "words": list[Json](words.get(name, []))} for name, kind in kinds_known().items()
    ]
    said: dict[str, Json] = {
        "may": True,
        "agency": seat.party,
        "kinds": kinds,
        "fields": [{"name": name, "title": found.title, "sizes": list[Json](sizes_of(name))} for name, found in packs().items()],
        "labels": label_choices(desk),
        "parties": list[Json](parties(desk)),
        "four_eyes": seat.desk.node.settings.four_eyes,
        "max_summary": MAX_SUMMARY,
    }
    return json_answer(said)


@routes.get("/data/report/when")
def when(seat: Reader, query: Annotated[WhenQuery, Query()]) -> Response:
    """A time that was said, as begin and end in UTC and as the clocks of the place show them."""
    asked = {name: value for name, value in query.model_dump(exclude_none=True).items() if name not in ("exercise", "language")}
    return answered(lambda: when_said(read_body(SaidWhen, asked | {"about": query.about == "true"}), seat.now_us).to_json())


@routes.post("/data/report/words")
def words(seat: Acting, sent: SentJson, _query: Asked) -> Response:
    """A text as it would be kept: with what looks like a person's name masked."""
    check_own_data(seat)
    text = sent.get("text")

    def act() -> Json:
        if not isinstance(text, str) or len(text) > MAX_SUMMARY:
            raise BadReport("This is no text that is taken", field="text", expected=f"at most {MAX_SUMMARY:,} characters")
        shown, count = masked_text(text)
        return {"text": shown, "masked": count}

    return answered(act)


@routes.post("/data/report/readers")
def who_reads(seat: Acting, sent: SentJson, _query: Asked) -> Response:
    """Who would read what bears a label."""
    check_own_data(seat)

    def act() -> Json:
        label = label_asked(seat.at_desk, _level(sent), texts(sent.get("rel_to", []), "rel_to"))
        return {"readers": list[Json](readers(seat.at_desk, label))}

    return answered(act)


@routes.post("/data/report")
def report(seat: Acting, sent: SentJson, _query: Asked) -> Response:
    """Takes a report in; sent twice it is one. Answers its name, the event that it belongs to, and what waits for a second person."""
    check_own_data(seat)
    allow_at(seat, "draft")

    def act() -> Json:
        desk = seat.at_desk
        label = label_asked(desk, _level(sent), texts(sent.get("rel_to", []), "rel_to"))
        body = {name: value for name, value in sent.items() if name not in ("tlp", "rel_to")}
        return _written(seat, write_report(desk, read_body(FieldReport, body), label, seat.desk.atlas))

    return answered(act)


def _level(sent: dict[str, Any]) -> str:
    level = sent.get("tlp", "")
    if not isinstance(level, str):
        raise BadReport("The level is no text", field="tlp")
    return level


def _written(seat: Seat, done: Written) -> dict[str, Json]:
    kept = seat.desk.worlds_of(seat.party)
    world = kept.world(exercise=seat.exercise)
    found = events_of_report(kept, world, done.name)
    event = world.events.id[found[0]] if found else None
    return {
        "name": done.name,
        "event": event,
        "href": f"/events/{event}" if event else None,
        "reports": len(world.events.members[found[0]]) if found else 0,
        "status": "known" if done.outcome.status == "known" else "taken in",
        "masked": done.masked,
        "waits": done.proposal is not None and done.proposal.said.state == "open",
    }
