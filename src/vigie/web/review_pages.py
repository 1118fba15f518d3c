"""The review of links at the desk: the queue, one question with both reports side by side, the log of decisions, and the forms that decide.

For every party that is signed in: its own world, and what its own analysts say of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import RedirectResponse, Response

from vigie.model.errors import BadReport, BadSetting
from vigie.model.languages import said_n
from vigie.node.review import Word, decide, merge, split, undo
from vigie.node.review_facts import decision_facts, link_facts_whole, place_of, queue_facts, queue_of
from vigie.node.review_value import Questions
from vigie.web.asking import ListQuery, check_once
from vigie.web.desk_forms import allow_at, done
from vigie.web.desk_pages import Asked, Named, desk_sheet
from vigie.web.paging import part_of
from vigie.web.review_api import reviewer_of
from vigie.web.said import said_rows
from vigie.web.seats import Member, Seat
from vigie.web.sessions import Form

_LAST = 5
"""How many decisions the page of the queue shows."""

_SHOWN_NAMES = 3

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@routes.get("/desk/review")
def queue_page(seat: Member, query: Annotated[ListQuery, Query()]) -> Response:
    """The questions, the one whose answer is worth most first, and the last decisions."""
    return queue_sheet(seat, query.page or 1)


def queue_sheet(seat: Seat, page: int = 1, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of the queue; after a fault with one sentence and what was typed."""
    seen, asked = reviewer_of(seat), queue_of(seat.world)
    part = part_of(range(len(asked)), page, lambda number: seat.path(f"/desk/review?page={number}"))
    log = [decision_line(seat, item) for item in decision_facts(seen)]
    shown = queue_facts(seen, asked, part.items)
    said = dict(sent or {})
    lists = {"questions": shown, "count": len(asked), "log": log[:_LAST], "decided": len(log), "pager": part}
    return desk_sheet("review.html", seat, "review", status=status, fault=fault, sent=said, **lists)


def decision_line(seat: Seat, item: Mapping[str, Any]) -> dict[str, Any]:
    """A decision as the log shows it: what it says in words, and whether this party can withdraw it."""
    groups = [_names(seat.tongue, group) for group in item["groups"]]
    word = item["was"] or item["verdict"]
    is_open = item["owner"] == seat.party and item["verdict"] != "withdrawn"
    return {**item, "about": groups, "word": {"same": "one event", "apart": "not one event"}.get(word, word), "is_open": is_open}


def _names(language: str, group: Sequence[str]) -> str:
    """The first names of a group, and how many more there are."""
    left = len(group) - _SHOWN_NAMES
    return " ".join([", ".join(group[:_SHOWN_NAMES]), *([said_n(language, "and {n} more", "and {n} more", left)] if left > 0 else [])])


@routes.get("/desk/review/decisions")
def log_page(seat: Member, query: Annotated[ListQuery, Query()]) -> Response:
    """Every decision that the party may read, the latest first."""
    return log_sheet(seat, query.page or 1)


def log_sheet(seat: Seat, page: int = 1, *, fault: str = "", status: int = 200) -> Response:
    """The page of the log; after a fault with one sentence."""
    found = decision_facts(reviewer_of(seat))
    part = part_of(found, page, lambda number: seat.path(f"/desk/review/decisions?page={number}"))
    lines = [decision_line(seat, item) for item in part.items]
    return desk_sheet("review-log.html", seat, "review", status=status, fault=fault, log=lines, count=len(found), pager=part)


@routes.get("/desk/review/{link}")
def question_page(seat: Member, link: Named, _query: Asked) -> Response:
    """One question; what is not asked any more leads to the queue."""
    return question_sheet(seat, link)


def question_sheet(seat: Seat, link: str, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of a question; after a fault with one sentence and what was typed."""
    asked = queue_of(seat.world)
    try:
        place = place_of(seat.world, asked, link)
    except BadSetting:
        return RedirectResponse(seat.path("/desk/review"), 303)
    item: dict[str, Any] = link_facts_whole(reviewer_of(seat), asked, place)
    rows = said_rows({"members": item["said"], "chosen": {}})
    following = next_link(seat, asked, place)
    return desk_sheet(
        "review-link.html", seat, "review", status=status, item=item, rows=rows, of=len(asked), following=following, fault=fault, sent=dict(sent or {})
    )


def next_link(seat: Seat, asked: Questions, place: int) -> str:
    """The name of the question that comes after this one and is about other events; empty at the end of the queue."""
    ends = {int(seat.world.event_of[row]) for row in (asked.links.first[place], asked.links.second[place])}
    for later in range(place + 1, len(asked)):
        if not ends & {int(seat.world.event_of[row]) for row in (asked.links.first[later], asked.links.second[later])}:
            return str(queue_facts(reviewer_of(seat), asked, [later])[0]["link"])
    return ""


@routes.post("/desk/review/merge")
def merge_sent(seat: Member, form: Form, _query: Asked) -> Response:
    """Merges whole events."""
    allow_at(seat, "decide")
    return _acted(seat, form, lambda word: merge(seat.at_draft, _words(form, "events"), word))


@routes.post("/desk/review/split")
def split_sent(seat: Member, form: Form, _query: Asked) -> Response:
    """Splits an event."""
    allow_at(seat, "decide")
    reports = [line.strip() for line in form.get("reports", "").split("\n") if line.strip()]
    return _acted(seat, form, lambda word: split(seat.at_draft, form.get("event", "").strip(), [reports] if reports else [], word))


def _acted(seat: Seat, form: Mapping[str, str], act: Any) -> Response:
    def acted() -> str:
        act(Word(reason=form.get("reason", "")))
        return "/desk/review/decisions"

    return done(seat, acted, lambda fault, status: queue_sheet(seat, fault=fault, sent=form, status=status))


def _words(form: Mapping[str, str], name: str) -> Sequence[str]:
    return form.get(name, "").replace(",", " ").split()


@routes.post("/desk/review/decisions/{ref}/undo")
def undo_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """Withdraws a decision of the party's own."""
    allow_at(seat, "decide")

    def act() -> str:
        undo(seat.at_desk, ref, form.get("reason", ""))
        return "/desk/review/decisions"

    return done(seat, act, lambda fault, status: log_sheet(seat, fault=fault, status=status))


@routes.post("/desk/review/{link}")
def answer_sent(seat: Member, form: Form, link: Named, _query: Asked) -> Response:
    """An answer; it leads on to the next question. A question that is not asked any more was answered by somebody else, or the world has moved on."""
    allow_at(seat, "decide")
    asked = queue_of(seat.world)

    def act() -> str:
        answer = form.get("answer", "")
        if answer not in ("same", "apart"):
            raise BadReport("A question is answered with same or apart", got=answer)
        place = place_of(seat.world, asked, link)
        between: Any = queue_facts(reviewer_of(seat), asked, [place])[0]["between"]
        decide(seat.at_draft, "same" if answer == "same" else "apart", between[0], between[1], Word(reason=form.get("reason", "")))
        return f"/desk/review/{next_link(seat, asked, place)}".removesuffix("/")

    return done(seat, act, lambda fault, status: question_sheet(seat, link, fault=fault, sent=form, status=status))
