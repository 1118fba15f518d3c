"""The read API: each route reads its parameters, asks the node and writes the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request
from numpy.typing import NDArray
from starlette.exceptions import HTTPException
from starlette.responses import Response

import vigie
from vigie.exchange import MEDIA_TYPE, csv_lines, feature
from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadSetting
from vigie.node.answers import (
    KeptWorlds,
    check_period,
    chosen_reports,
    event_answer,
    event_number,
    events_of_report,
    page_of,
    page_of_reports,
    report_answers,
    vocabulary,
)
from vigie.node.facts import COLUMNS, attributions, event_facts
from vigie.node.finding import found_by
from vigie.node.pictures import check_choice, chosen_events, notes_on, picture_facts
from vigie.node.referring import reference_facts, reference_for
from vigie.node.worlds import World
from vigie.web.asking import EventQuery, PictureQuery, ReferQuery, ReportQuery, WiderEventQuery, WorldQuery, check_none, check_once, choice_of, is_exercise
from vigie.web.bearers import has_bearer
from vigie.web.borders import json_answer
from vigie.web.desk import At, Desk, address, question
from vigie.web.measures import metrics_text
from vigie.web.sessions import maybe_signed_in
from vigie.web.shapes import Event, Fault, Health, Picture, Reference, Reports, Vocabulary

DEFAULT_LIMIT = 100

BY_TOKEN: Mapping[int | str, str] = {
    401: "The token is wrong, has run out or was revoked.",
    403: "The token's scope does not allow this.",
    429: "Too many wrong tokens came from this address.",
}
"""What a program that shows a token may be told."""

_TEXT, _CSV = ({kind: {"schema": {"type": "string"}}} for kind in ("text/plain", "text/csv"))

routes = APIRouter(dependencies=[Depends(check_once)])


def kept_worlds(request: Request, desk: At) -> KeptWorlds:
    """The worlds that are asked: those of the party whose token is shown, else those of PUBLIC, whoever is signed in."""
    session = maybe_signed_in(request) if has_bearer(request) else None
    return desk.worlds_of(session.party) if session else desk.worlds


Kept = Annotated[KeptWorlds, Depends(kept_worlds)]


def _answers(
    model: Any, words: str, kinds: Mapping[str, Any] | None = None, *, may_miss: bool = False, by_token: bool = True
) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI description says of a route's answers."""
    missed: dict[int | str, dict[str, Any]] = {404: {"model": Fault, "description": "There is none that this audience may see."}} if may_miss else {}
    content: dict[str, Any] = {"content": kinds} if kinds else {}
    refused: dict[int | str, dict[str, Any]] = {status: {"model": Fault, "description": told} for status, told in BY_TOKEN.items()} if by_token else {}
    said: dict[int | str, dict[str, Any]] = {
        200: {"description": words, **({"model": model} if model else {}), **content},
        304: {"description": "Not changed since the answer whose ETag was named."},
        400: {"model": Fault, "description": "An unknown parameter, or a value that cannot be understood."},
        414: {"model": Fault, "description": "The query is too long."},
        "default": {"model": Fault, "description": "The node could not answer."},
    }
    return said | refused | missed


@routes.get("/health", summary="Is the node there?", responses=_answers(Health, "It is.", by_token=False), dependencies=[Depends(check_none)], tags=["node"])
def health(desk: At) -> Response:
    """Status and version; nothing that depends on a record."""
    return json_answer({"status": "ok", "version": vigie.__version__, "party": desk.node.settings.party, "audience": desk.worlds.party})


@routes.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses=_answers(None, "Prometheus text format 0.0.4.", _TEXT, by_token=False),
    dependencies=[Depends(check_none)],
    tags=["node"],
)
def metrics(desk: At) -> Response:
    """Counts of what PUBLIC may see, and figures of the process."""
    return Response(metrics_text([desk.worlds.world(exercise=exercise) for exercise in (False, True)]), media_type="text/plain; version=0.0.4")


@routes.get(
    "/api/events",
    summary="Events as GeoJSON or CSV",
    response_class=Response,
    responses=_answers(None, "A page of events.", {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Events"}}, **_CSV}),
    tags=["events"],
)
def list_events(desk: At, kept: Kept, query: Annotated[WiderEventQuery, Query()]) -> Response:
    """The events that meet all conditions, newest first, paged by key."""
    world = kept.world(exercise=is_exercise(query))
    rows = chosen_events(world, check_choice(choice_of(query), desk.atlas))
    rows = rows[found_by(kept, world, query.q)[rows]] if query.q else rows
    page, following = page_of(world, rows, query.after or "", _limit(desk, query.limit))
    links = _links("/api/events", query, following)
    facts = [event_facts(world, int(number), desk.atlas, desk.language) for number in page]
    if query.format == "csv":
        headers = {"Link": f'<{links[1]["href"]}>; rel="next"'} if following else {}
        return Response("".join(csv_lines(facts, COLUMNS)), 200, headers, "text/csv")
    head = _head(desk, world, page) | _numbers(len(rows), len(page), links)
    return Response(canonical_bytes({"type": "FeatureCollection", **head, "features": [feature(item) for item in facts]}), media_type=MEDIA_TYPE)


_ONE_EVENT = _answers(Event, "The event with who said what.", may_miss=True)


@routes.get("/api/events/by-report/{ref:path}", summary="The event of a report", responses=_ONE_EVENT, tags=["events"])
def find_event(
    desk: At,
    kept: Kept,
    ref: Annotated[str, Path(description="AGENCY/REF, REF alone, or the id of a report in our answers.", max_length=400)],
    query: Annotated[WorldQuery, Query()],
) -> Response:
    """The event that this report is part of, found by any of its members."""
    world = kept.world(exercise=is_exercise(query))
    found = events_of_report(kept, world, ref)
    if len(found) > 1:
        raise BadSetting("Several agencies use this reference", got=ref, expected="AGENCY/REF")
    return _event(desk, kept, world, found[0] if found else None)


@routes.get("/api/events/{event_id}", summary="One event", responses=_ONE_EVENT, tags=["events"])
def one_event(
    desk: At,
    kept: Kept,
    event_id: Annotated[str, Path(description="The event's id in this audience's world.", max_length=100)],
    query: Annotated[WorldQuery, Query()],
) -> Response:
    """One event: its preferred values and who gave them, every report in full, and why they are held to be one event."""
    world = kept.world(exercise=is_exercise(query))
    return _event(desk, kept, world, event_number(world, event_id))


@routes.get(
    "/api/events/{event_id}/reference",
    summary="A reference that a partner opens in its own world",
    responses=_answers(Reference, "AGENCY/REF of a report that the partner may read, or the one sentence that there is none.", may_miss=True),
    tags=["events"],
)
def refer(
    kept: Kept,
    event_id: Annotated[str, Path(description="The event's id in this audience's world.", max_length=100)],
    query: Annotated[ReferQuery, Query()],
) -> Response:
    """A reference to the event for a partner: for programs of the node's own party alone, since it tells what the partner may read."""
    if kept.party != kept.node.settings.party:
        raise HTTPException(403, "References are given to programs of the node's own party alone: send a token.")
    world = kept.world(exercise=is_exercise(query))
    number = event_number(world, event_id)
    if number is None:
        raise HTTPException(404)
    return json_answer(reference_facts(query.to, reference_for(kept, world, number, query.to)))


@routes.get("/api/reports", summary="Reports", responses=_answers(Reports, "A page of reports."), tags=["reports"])
def list_reports(desk: At, kept: Kept, query: Annotated[ReportQuery, Query()]) -> Response:
    """The reports that meet all conditions, newest first, paged by key; each in full, with the event that it is part of."""
    world = kept.world(exercise=is_exercise(query))
    rows = chosen_reports(world, check_choice(choice_of(query), desk.atlas))
    page, following = page_of_reports(world, rows, query.after or "", _limit(desk, query.limit))
    reports = report_answers(kept, world, page.tolist())
    head: dict[str, Json] = {"audience": world.party, "exercise": world.exercise}
    return json_answer(head | _numbers(len(rows), len(reports), _links("/api/reports", query, following)) | {"reports": reports})


@routes.get("/api/picture", summary="Counts, timeline, cells, silences", responses=_answers(Picture, "What the events add up to."), tags=["events"])
def picture(desk: At, kept: Kept, query: Annotated[PictureQuery, Query()]) -> Response:
    """What the events that meet all conditions add up to. The timeline counts begins; silent agencies are those of the whole world."""
    world = kept.world(exercise=is_exercise(query))
    rows, period = chosen_events(world, check_choice(choice_of(query), desk.atlas)), query.period or "month"
    check_period(world, rows, period)
    now_us = desk.now()

    def make() -> Response:
        said = picture_facts(world, rows, desk.atlas, now_us, period=period, resolution=query.resolution or 4, language=desk.language)
        return json_answer(_head(desk, world, rows) | said)

    return desk.memory.answer(f"{world.party} {question('/api/picture', query, now_us)}", world, make)


@routes.get(
    "/api/vocabulary",
    summary="Fields and kinds",
    responses=_answers(Vocabulary, "All that this node knows."),
    dependencies=[Depends(check_none), Depends(kept_worlds)],
    tags=["node"],
)
def list_vocabulary() -> Response:
    """The fields and kinds that this node knows, with their titles."""
    return json_answer(vocabulary())


def _limit(desk: Desk, asked: int | None) -> int:
    return min(asked or DEFAULT_LIMIT, desk.node.settings.max_page)


def _links(path: str, query: EventQuery | ReportQuery, following: str) -> list[dict[str, Json]]:
    here: dict[str, Json] = {"rel": "self", "href": address(path, query)}
    return [here, {"rel": "next", "href": address(path, query, after=following)}] if following else [here]


def _numbers(matched: int, returned: int, links: Iterable[Json]) -> dict[str, Json]:
    return {"numberMatched": matched, "numberReturned": returned, "links": list(links)}


def _head(desk: Desk, world: World, rows: NDArray[np.int64]) -> dict[str, Json]:
    owed = attributions(world.catalogue.agency.names)
    return {"audience": world.party, "exercise": world.exercise, "notes": notes_on(world.country[rows], desk.atlas), "attribution": list[Json](owed)}


def _event(desk: Desk, kept: KeptWorlds, world: World, number: int | None) -> Response:
    if number is None:
        raise HTTPException(404)
    answer = event_answer(kept, world, number, desk.language)
    return json_answer(answer | {"notes": notes_on(world.country[[number]], desk.atlas)})
