"""What each agency and each source sent, as the page's program asks for it: counts, runs, silences, what could not be read, and trying again.

Of agencies every audience is told what its own world tells. Sources, files and rejects are told to the node's own party alone.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.node.accounts import may
from vigie.node.retry import retry_file
from vigie.node.source_facts import agency_delays, agency_facts, newest_delays, rejected_files, source_facts, unfollowed
from vigie.node.table_help import outcome_facts
from vigie.store import list_files
from vigie.store.reject_pages import reject_page
from vigie.web.asking import RejectQuery, TongueQuery, check_once
from vigie.web.bodies import Acting, SentJson, answered
from vigie.web.borders import json_answer
from vigie.web.desk_forms import allow_at
from vigie.web.desk_lists import is_own
from vigie.web.seats import Reader, Seat

PER_PAGE = 50
"""How many rejects a page lists."""

TRIED_AT_ONCE = 20
"""How many files of a source are tried again at once, oldest first."""

BY_HAND = "-"
"""Names, in an address, what was taken in by hand."""

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@routes.get("/data/sources")
def sources(seat: Reader, _query: Annotated[TongueQuery, Query()]) -> Response:
    """What each agency said, and for the node's own party what each source brought."""
    if not is_own(seat):
        return json_answer({"own": False, "agencies": agency_facts(seat.world, seat.now_us)})
    node, exercise = seat.desk.node, seat.exercise
    late = newest_delays(node, exercise=exercise)
    said: dict[str, Json] = {
        "own": True,
        "agencies": agency_facts(seat.world, seat.now_us, agency_delays(late)),
        "sources": source_facts(node, late, seat.now_us, exercise=exercise),
        "unfollowed": unfollowed(node),
        "rejected": rejected_files(node, exercise=exercise),
        "may_act": may_act(seat),
    }
    return json_answer(said)


def may_act(seat: Seat) -> bool:
    """Whether who is signed in may try files again and take tables in."""
    return seat.session is not None and may(seat.session.role, "draft")


def check_own_data(seat: Seat) -> None:
    """Raises 403 where who asks is not of the node's own party."""
    if not is_own(seat):
        raise HTTPException(403, "This is for the node's own party.")


@routes.get("/data/sources/rejects")
def rejects(seat: Reader, query: Annotated[RejectQuery, Query()]) -> Response:
    """A page of what could not be read. What was got is shown to the operator alone, and is gone when the quarantine forgets it."""
    check_own_data(seat)
    node = seat.desk.node
    is_operator = seat.session is not None and may(seat.session.role, "accounts")
    source = None if query.source is None else "" if query.source == BY_HAND else query.source
    where: dict[str, Any] = {"exercise": seat.exercise, "source": source, "file_id": query.file, "page": query.page or 1, "size": PER_PAGE}
    found, total = reject_page(node.store, node.keyring if is_operator else None, **where)
    items: list[Json] = [
        {"file": item.file_id, "name": item.file, "place": item.place, "what": item.what, "field": item.field, "expected": item.expected, "got": item.got}
        for item in found
    ]
    return json_answer({"items": items, "total": total, "page": query.page or 1, "per_page": PER_PAGE, "is_operator": is_operator})


@routes.post("/data/sources/retry")
def retry(seat: Acting, sent: SentJson, _query: Annotated[TongueQuery, Query()]) -> Response:
    """Reads again, from the quarantine, the files that had rejects: one by its number, or those of a source; what was read before is found unchanged."""
    check_own_data(seat)
    allow_at(seat, "draft")
    node, number, source = seat.desk.node, sent.get("file"), sent.get("source")
    wanted = "" if source == BY_HAND else source

    def act() -> Json:
        known = [entry for entry in list_files(node.store) if entry.rejects and entry.exercise == seat.exercise]
        meant = [entry for entry in known if (number == entry.id if number is not None else wanted == entry.source)]
        return {"outcomes": [outcome_facts(retry_file(node, entry, seat.now_us)) | {"file": entry.id} for entry in meant[:TRIED_AT_ONCE]]}

    return answered(act)
