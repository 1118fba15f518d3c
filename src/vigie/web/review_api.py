"""The review for programs: doubtful links, decisions, and, for who is signed in, the one way to decide over HTTP beside the desk's forms."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, NotReleasable, Overtaken
from vigie.node.accounts import Session
from vigie.node.review import Word, decide, merge, split, undo
from vigie.node.review_facts import Reviewer, decision_facts, link_facts_whole, place_of, queue_answer, queue_of
from vigie.web.api import BY_TOKEN, DEFAULT_LIMIT
from vigie.web.asking import ReviewQuery, WorldQuery, check_once
from vigie.web.borders import json_answer
from vigie.web.desk import At, address
from vigie.web.seats import Reader, Seat, seat_for
from vigie.web.sessions import checked_form, maybe_signed_in
from vigie.web.shapes import Decisions, Fault, Review, WholeQuestion, Written

_STATUS = {BadReport: 400, BadSetting: 400, NotReleasable: 403}
_ACTS = ("same", "apart", "withdraw", "merge", "split")

routes = APIRouter(dependencies=[Depends(check_once)], tags=["review"])


def _answers(model: Any, words: str, **more: str) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI description says of a route's answers; `more` are further faults, each named `_` and its status."""
    said: dict[int | str, dict[str, Any]] = {
        200: {"description": words, "model": model},
        304: {"description": "Not changed since the answer whose ETag was named."},
        400: {"model": Fault, "description": "Something that cannot be understood."},
        414: {"model": Fault, "description": "The query is too long."},
        "default": {"model": Fault, "description": "The node could not answer."},
    }
    said |= {status: {"model": Fault, "description": told} for status, told in BY_TOKEN.items()}
    return said | {int(status[1:]): {"model": Fault, "description": text} for status, text in more.items()}


def reviewer_of(seat: Seat) -> Reviewer:
    """Who looks, at the world as it is now."""
    return Reviewer(seat.desk.node, seat.desk.node.audience(seat.party, seat.now_us), seat.world)


@routes.get("/api/review", summary="Doubtful links", responses=_answers(Review, "A page of the queue."))
def list_questions(seat: Reader, query: Annotated[ReviewQuery, Query()]) -> Response:
    """The links that wait for an analyst, the one whose answer is worth most first: as PUBLIC, or as the party of who is signed in, sees them."""
    asked = queue_of(seat.world)
    places = _page(seat, query, len(asked))
    answer = queue_answer(reviewer_of(seat), asked, places)
    return json_answer(answer | {"links": _links("/api/review", query, places, len(asked))})


@routes.get(
    "/api/review/{link}",
    summary="One doubtful link",
    responses=_answers(WholeQuestion, "Both reports side by side.", _404="There is none that this audience may see."),
)
def one_question(seat: Reader, link: Annotated[str, Path(description="The link's name.", max_length=100)], _query: Annotated[WorldQuery, Query()]) -> Response:
    """One doubtful link with both reports in full, what they do not agree on, the evidence, and what an answer would change."""
    asked = queue_of(seat.world)
    try:
        place = place_of(seat.world, asked, link)
    except BadSetting:
        raise HTTPException(404) from None
    return json_answer(link_facts_whole(reviewer_of(seat), asked, place))


@routes.get("/api/decisions", summary="Decisions", responses=_answers(Decisions, "A page of decisions."))
def list_decisions(seat: Reader, query: Annotated[ReviewQuery, Query()]) -> Response:
    """What analysts decided, the latest first, as far as the reader may read it; and whether each decision is obeyed."""
    found = decision_facts(reviewer_of(seat))
    places = _page(seat, query, len(found))
    head: dict[str, Json] = {"audience": seat.party, "exercise": seat.exercise, "form_key": (seat.session and seat.session.form_key) or None}
    counts: dict[str, Json] = {"numberMatched": len(found), "numberReturned": len(places), "links": _links("/api/decisions", query, places, len(found))}
    return json_answer(head | counts | {"decisions": [found[place] for place in places]})


def _page(seat: Seat, query: ReviewQuery, count: int) -> range:
    limit = min(query.limit or DEFAULT_LIMIT, seat.desk.node.settings.max_page)
    start = min(((query.page or 1) - 1) * limit, count)
    return range(start, min(start + limit, count))


def _links(path: str, query: ReviewQuery, places: range, count: int) -> list[Json]:
    here: Json = {"rel": "self", "href": address(path, query)}
    return [here, {"rel": "next", "href": address(path, query, page=str((query.page or 1) + 1))}] if places and places.stop < count else [here]


def api_session(request: Request) -> Session:
    """Who is signed in. Raises 401 where nobody is: a program is told so, and led nowhere."""
    found = maybe_signed_in(request)
    if found is None:
        raise HTTPException(401, "Sign in first, at /sign-in.")
    return found


async def api_form(request: Request, session: Annotated[Session, Depends(api_session)]) -> dict[str, str]:
    """The form that was sent; see `checked_form`."""
    return await checked_form(request, session)


def _field(words: str) -> dict[str, str]:
    return {"type": "string", "description": words}


_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["act"],
                    "properties": {
                        "form_key": _field("The key of this session, as /api/decisions gives it; not needed with a token."),
                        "act": {"type": "string", "enum": list(_ACTS)},
                        "first": _field("Of same and apart: a report, by AGENCY/REF or its id."),
                        "second": _field("Of same and apart: the other report."),
                        "event": _field("Of split: the event's id. Of merge: the ids of two events or more, in as many fields."),
                        "report": _field("Of split: the reports that are another event, in as many fields; none = cut at the weakest link."),
                        "knew": _field(
                            "Of same and apart: how the pair stood when it was asked: `open`, or a decision's NAME/VERSION. Without, any word is overruled."
                        ),
                        "decision": _field("Of withdraw: the decision's name."),
                        "version": _field("Of withdraw: the version that is meant; a later one is left as it is."),
                        "reason": _field("Why."),
                        "tlp": _field("Whom it is opened to: CLEAR, GREEN ...; without, the party's own eyes, or as it was."),
                        "to": _field("With tlp: who may read it, in as many fields."),
                    },
                }
            }
        },
    }
}


@routes.post(
    "/api/decisions",
    summary="Decide",
    openapi_extra=_SENT,
    responses=_answers(
        Written,
        "It is written down, or was before.",
        _401="Nobody is signed in, or the token is wrong, has run out or was revoked.",
        _403="The role, the token's scope, the release rules or the form's key do not allow it.",
        _409="The party has said otherwise since what `knew` or `version` name; nothing was written.",
        _413="The form is too large.",
        _415="It is no form.",
    ),
)
def decide_sent(
    request: Request,
    desk: At,
    session: Annotated[Session, Depends(api_session)],
    form: Annotated[dict[str, str], Depends(api_form)],
    _query: Annotated[WorldQuery, Query()],
) -> Response:
    """Writes a decision of the account's party down. The same word again changes nothing; nothing is ever deleted."""
    seat = seat_for(request, desk, session)
    try:
        entry = _done(seat, form)
    except Overtaken as fault:
        return json_answer({"error": str(fault), "by": fault.by, "verdict": fault.word}, status=409)
    except (BadReport, BadSetting, NotReleasable) as fault:
        raise HTTPException(_STATUS[type(fault)], str(fault)) from fault
    verdict: Json = entry.body["verdict"]
    return json_answer({"decision": entry.ref, "version": entry.version, "verdict": verdict, "tlp": entry.label.tlp})


def _done(seat: Seat, form: dict[str, str]) -> Entry:
    act, lists = form.get("act", ""), {name: [line for line in form.get(name, "").split("\n") if line] for name in ("event", "report", "to")}
    word = Word(reason=form.get("reason", ""), tlp=form.get("tlp", ""), rel_to=tuple(lists["to"]) or None, knew=form.get("knew"))
    if act in ("same", "apart"):
        return decide(seat.at_draft, "same" if act == "same" else "apart", form.get("first", ""), form.get("second", ""), word)
    if act == "merge":
        return merge(seat.at_draft, lists["event"], word)
    if act == "split":
        return split(seat.at_draft, form.get("event", ""), [lists["report"]] if lists["report"] else [], word)
    if act == "withdraw":
        return undo(seat.at_desk, form.get("decision", ""), word.reason, _version(form))
    raise BadReport("There is no such act", field="act", got=act, expected=", ".join(_ACTS))


def _version(form: dict[str, str]) -> int | None:
    """The version that a withdrawal means, where it names one."""
    text = form.get("version", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004 - no decision has a thousand million versions
        raise BadReport("This is no version", field="version", got=text, expected="a whole number")
    return int(text) if text else None
