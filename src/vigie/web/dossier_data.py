"""What the page reads of one event and of the review: the dossier, where reports are now, the queue, one question, and the log of decisions.

For the page alone, for whoever reads: as PUBLIC, or as the party of who is signed in. What decides is `POST /api/decisions`.
"""

from __future__ import annotations

from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.times import format_day
from vigie.node.accounts import may
from vigie.node.answers import event_number, events_of_report, row_of_id
from vigie.node.dossier import Looker, after_decisions, brief, dossier, whereabouts
from vigie.node.review_facts import decision_facts, link_facts_whole, place_of, queue_facts, queue_of, standing_of
from vigie.node.sides import table
from vigie.store import held_reports
from vigie.web.asking import Exercise, ListQuery, Tongue, TongueQuery, check_once
from vigie.web.borders import json_answer
from vigie.web.desk_pages import check_own
from vigie.web.review_api import reviewer_of
from vigie.web.seats import Member, Reader, Seat

ON_PAGE = 50
"""How many questions, or decisions, one answer holds."""

MOST_REPORTS = 100
"""After how many reports may be asked at once."""

EventId = Annotated[str, Path(max_length=100)]
ReportId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Asked = Annotated[TongueQuery, Query()]


class WhereQuery(pydantic.BaseModel):
    """Which reports, by their ids with commas between; or which event that is no more."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    reports: Annotated[str, pydantic.Field(max_length=33 * MOST_REPORTS, pattern="^([0-9a-f]{32}(,[0-9a-f]{32})*)?$")] = ""
    event: Annotated[str, pydantic.Field(max_length=100)] = ""
    exercise: Exercise = None
    language: Tongue = None


routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def looker_of(seat: Seat) -> Looker:
    """Who looks, at the world and at the words as they are now."""
    return Looker(seat.desk.worlds_of(seat.party), seat.world, seat.read, seat.tongue)


def _head(seat: Seat) -> dict[str, Json]:
    """For whom an answer is made, and what may be done with it."""
    session = seat.session
    can = bool(session and may(session.role, "decide"))
    head: dict[str, Json] = {"audience": seat.party, "exercise": seat.exercise, "own": seat.party == seat.desk.node.settings.party}
    return head | {"may_decide": can, "role": session.role if session else None, "form_key": (session.form_key or None) if session else None}


def _decision(seat: Seat, item: dict[str, Json]) -> dict[str, Json]:
    """A decision with whether who is signed in may withdraw it."""
    return item | {"may_undo": bool(_head(seat)["may_decide"]) and item["owner"] == seat.party and item["verdict"] != "withdrawn"}


@routes.get("/data/events/by-report/{ref:path}")
def dossier_of_report(seat: Reader, ref: Annotated[str, Path(max_length=400)], _query: Asked) -> Response:
    """The dossier of the event that this report is in: AGENCY/REF, REF alone, or its id."""
    found = events_of_report(seat.desk.worlds_of(seat.party), seat.world, ref)
    if len(found) > 1:
        raise BadSetting("Several agencies use this reference", got=ref, expected="AGENCY/REF")
    return _dossier(seat, found[0] if found else None)


@routes.get("/data/events/{event_id}")
def dossier_of(seat: Reader, event_id: EventId, _query: Asked) -> Response:
    """The dossier of one event."""
    return _dossier(seat, event_number(seat.world, event_id))


def _dossier(seat: Seat, number: int | None) -> Response:
    if number is None:
        raise HTTPException(404)
    found: dict[str, Any] = dossier(looker_of(seat), number)
    return json_answer(_head(seat) | found | {"decisions": [_decision(seat, item) for item in found["decisions"]]})


@routes.get("/data/whereabouts")
def whereabouts_of(seat: Reader, query: Annotated[WhereQuery, Query()]) -> Response:
    """In which events these reports are now; and where an event went that was merged or split, as far as a decision says so."""
    seen, asked = looker_of(seat), [name for name in query.reports.split(",") if name]
    if len(asked) > MOST_REPORTS:
        raise BadSetting("Too many reports are asked after at once", got=str(len(asked)), expected=f"at most {MOST_REPORTS}")
    return json_answer({"found": whereabouts(seen, asked), "after": after_decisions(seen, query.event) if query.event else []})


@routes.get("/data/payloads/{report}")
def payload_of(seat: Member, report: ReportId, _query: Asked) -> Response:
    """The bytes that the agency sent for this report, as they are kept: for the node's own party, to be saved and not to be shown."""
    check_own(seat)
    rows = row_of_id(seat.world, report)
    audience = seat.desk.node.audience(seat.party, seat.now_us)
    held = held_reports(seat.desk.node.store, audience, [int(seat.world.catalogue.row[row]) for row in rows], payloads=True)
    if not held or not held[0].report.payload:
        raise HTTPException(404)
    name = f'attachment; filename="{report}.bin"'
    return Response(held[0].report.payload, 200, {"Content-Disposition": name}, "application/octet-stream")


@routes.get("/data/review")
def queue_data(seat: Reader, query: Annotated[ListQuery, Query()]) -> Response:
    """A page of the queue, how many questions there are, and how many the party has answered today."""
    seen, asked = reviewer_of(seat), queue_of(seat.world)
    start = min(((query.page or 1) - 1) * ON_PAGE, len(asked))
    shown = queue_facts(seen, asked, range(start, min(start + ON_PAGE, len(asked))))
    today = format_day(seat.now_us)
    answered = [item for item in decision_facts(seen) if item["owner"] == seat.party and str(item["said"]).startswith(today) and item["verdict"] != "withdrawn"]
    return json_answer(_head(seat) | {"waiting": len(asked), "answered_today": len(answered), "page": query.page or 1, "questions": list[Json](shown)})


@routes.get("/data/review/decisions")
def decisions_data(seat: Reader, query: Annotated[ListQuery, Query()]) -> Response:
    """A page of the log of decisions that the reader may read, the latest first."""
    found = decision_facts(reviewer_of(seat))
    start = ((query.page or 1) - 1) * ON_PAGE
    lines: list[Json] = [_decision(seat, item) for item in found[start : start + ON_PAGE]]
    return json_answer(_head(seat) | {"count": len(found), "page": query.page or 1, "decisions": lines})


@routes.get("/data/review/{link}")
def question_data(seat: Reader, link: Annotated[str, Path(max_length=100)], _query: Asked) -> Response:
    """One question: both reports side by side, the evidence, and the events that an answer would change. 404 where it is not asked any more."""
    asked = queue_of(seat.world)
    try:
        place = place_of(seat.world, asked, link)
    except BadSetting:
        raise HTTPException(404) from None
    found: dict[str, Any] = link_facts_whole(reviewer_of(seat), asked, place)
    world, seen = seat.world, looker_of(seat)
    numbers = dict.fromkeys(int(world.event_of[row]) for row in (asked.links.first[place], asked.links.second[place]))
    sides: list[Json] = asked.sides[place].tolist()
    parts = {"rows": table(found["said"], {}), "events": [brief(seen, number) for number in numbers], "sides": sides, "waiting": len(asked)}
    standing = standing_of(reviewer_of(seat), (found["first"]["name"], found["second"]["name"]))
    return json_answer(_head(seat) | found | parts | {"standing": standing})
