"""The exchange as JSON for its screen: partners, the log of pages, what a partner would see, labels that wait, and the audit log.

For the node's own party alone; everybody else gets one plain sentence, the same whatever is held here. The audit log is for its operators.
"""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic
from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.times import format_time
from vigie.node.accounts import may
from vigie.node.answers import event_number
from vigie.node.audit import ACTS
from vigie.node.exchange_log import COUNTS, LogChoice, audit_facts, chain_facts, log_facts
from vigie.node.packs import packs
from vigie.node.partner_view import Warned, looking_at, parties_to_look_at, warned
from vigie.node.partner_view_facts import (
    ALL_RULES,
    Side,
    View,
    by_field,
    by_label,
    by_reason,
    event_view,
    hidden_warnings,
    lines_of,
    notes_beside,
    rows_of_side,
    totals,
    view_of,
)
from vigie.node.peer_facts import RECENT_DAYS, card_facts, peer_list, round_facts, waiting_labels
from vigie.node.peers import known_peer
from vigie.node.sync_round import told_to
from vigie.store import AuditChoice
from vigie.web.asking import FieldName, Limit, Number, Since, TongueQuery, Until, bounds_of, check_once
from vigie.web.borders import json_answer
from vigie.web.desk_lists import is_own
from vigie.web.seats import Reader, Seat

PER_PAGE = 50
"""How many rows a list shows unless told, and at most `MOST_PER_PAGE`."""

MOST_PER_PAGE = 200

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

_Said = pydantic.BeforeValidator(lambda value: None if value == "" else value)
_Text = Annotated[Annotated[str, pydantic.Field(max_length=200)] | None, _Said]
_Row = Annotated[Annotated[int, pydantic.Field(ge=1, le=2**53)] | None, _Said]


class LogQuery(TongueQuery):
    """Which pages of the exchange."""

    peer: _Text = None
    direction: Annotated[Literal["in", "out"] | None, _Said] = None
    kind: _Text = None
    since: Since = None
    until: Until = None
    before: _Row = None
    limit: Limit = None


class ViewQuery(TongueQuery):
    """Who is looked at."""

    party: Annotated[str, pydantic.Field(min_length=1, max_length=200)]


class ViewListQuery(ViewQuery):
    """Which side of the comparison, narrowed, and which page of it."""

    side: Annotated[Side | None, _Said] = None
    field: FieldName = None
    kind: _Text = None
    page: Number = None


class AuditDataQuery(TongueQuery):
    """Which rows of the audit log; with `check` all of it is proved, however long it is."""

    account: _Text = None
    act: _Text = None
    since: Since = None
    until: Until = None
    before: _Row = None
    limit: Limit = None
    check: Annotated[Literal["true", "false"] | None, _Said] = None


def own_seat(seat: Reader) -> Seat:
    """The seat of somebody of the node's own party. Raises 403 with one sentence for everybody else."""
    if not is_own(seat):
        raise HTTPException(403, "The exchange is shown to this node's own party only; sign in with an account of it.")
    return seat


Own = Annotated[Seat, Depends(own_seat)]


@routes.get("/data/exchange")
def exchange_data(seat: Own, _query: Annotated[TongueQuery, Query()]) -> Response:
    """This node's card, how rounds go, every partner, the parties that one can look as, and the labels that wait."""
    node, role = seat.desk.node, seat.session.role if seat.session else ""
    return json_answer(
        {
            "as_of": format_time(seat.now_us),
            "exercise": seat.exercise,
            "card": card_facts(node),
            "round": round_facts(node, seat.now_us),
            "recent_days": RECENT_DAYS,
            "peers": [*peer_list(node, seat.now_us)],
            "look_as": [*parties_to_look_at(node)],
            "labels": [*waiting_labels(seat.at_desk)],
            "kinds": [*COUNTS],
            "may": {"release": may(role, "release"), "audit": may(role, "accounts")},
        }
    )


@routes.get("/data/exchange/log")
def log_data(seat: Own, query: Annotated[LogQuery, Query()]) -> Response:
    """The pages that went out and came in, the latest first."""
    if query.kind and query.kind not in COUNTS:
        raise BadSetting("There is no such kind", field="kind", got=query.kind, expected=", ".join(COUNTS))
    since_us, until_us = bounds_of(query.since, query.until)
    choice = LogChoice(query.peer or "", query.direction, query.kind or "", since_us, until_us, query.before, min(query.limit or PER_PAGE, MOST_PER_PAGE))
    return json_answer(log_facts(seat.desk.node, choice))


@routes.get("/data/exchange/view")
def view_data(seat: Own, query: Annotated[ViewQuery, Query()]) -> Response:
    """What a party would see of this node now beside what its own party sees: sums by field, by reason and by label, and the warnings that differ."""
    view, warnings = _view(seat, query), _warned(seat, query)
    node = seat.desk.node
    partner = query.party != PUBLIC and known_peer(node, query.party) is not None
    known = node.directory.parties.get(query.party)
    return json_answer(
        {
            "party": query.party,
            "org": known.org if known else "",
            "in_directory": known is not None,
            "is_partner": partner,
            "exercise": seat.exercise,
            "as_of": format_time(seat.now_us),
            "totals": totals(view, warnings),
            "fields": by_field(view, warnings),
            "reasons": by_reason(view, warnings),
            "labels": by_label(view),
            "warnings": hidden_warnings(view, warnings),
            "told": _told(seat, query.party) if partner else None,
        }
    )


def _view(seat: Seat, query: ViewQuery) -> View:
    looking = looking_at(seat.desk.node, query.party, seat.now_us)
    return view_of(seat.desk.views().compared(seat.world, query.party), looking, seat.desk.atlas, seat.tongue)


def _warned(seat: Seat, query: ViewQuery) -> Warned:
    return warned(seat.chains, seat.desk.node, looking_at(seat.desk.node, query.party, seat.now_us), exercise=seat.exercise)


def _told(seat: Seat, party: str) -> dict[str, Json]:
    """How many records the partner's own node is told in all, versions and words included, of both worlds: by field or type."""
    sums: dict[tuple[str, str], int] = {}
    for share in told_to(seat.desk.node, party, seat.now_us):
        sums[share.stream, share.what] = sums.get((share.stream, share.what), 0) + share.records
    known = packs()
    lines: list[Json] = [
        {"of": stream, "what": what, "title": known[what].title if stream == "report" and what in known else what, "records": count}
        for (stream, what), count in sums.items()
    ]
    return {"records": sum(sums.values()), "lines": lines}


@routes.get("/data/exchange/view/events")
def view_list_data(seat: Own, query: Annotated[ViewListQuery, Query()]) -> Response:
    """One page of our events, by how much of them the party sees and why not more; or of the party's events as it sees them."""
    if query.field and query.field not in packs():
        raise BadSetting("There is no such field", field="field", got=query.field, expected=", ".join(packs()))
    if query.kind and query.kind not in ALL_RULES:
        raise BadSetting("There is no such reason", field="kind", got=query.kind, expected=", ".join(ALL_RULES))
    view, side = _view(seat, query), query.side or "ours"
    rows = rows_of_side(view, side, query.field or "", query.kind or "")
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(query.page or 1, pages)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE].tolist()
    return json_answer(
        {"side": side, "total": len(rows), "page": page, "pages": pages, "items": lines_of(view, side, shown), "notes": notes_beside(view, side, shown)}
    )


@routes.get("/data/exchange/view/events/{event_id}")
def view_event_data(seat: Own, event_id: Annotated[str, Path(max_length=100)], query: Annotated[ViewQuery, Query()]) -> Response:
    """One event of ours, report by report: which of them the party sees, why not the others, and what it makes of them."""
    view = _view(seat, query)
    number = event_number(seat.world, event_id)
    if number is None:
        raise HTTPException(404)
    return json_answer({"party": query.party} | event_view(view, seat.desk.worlds_of(seat.party), number))


@routes.get("/data/exchange/audit")
def audit_data(seat: Own, query: Annotated[AuditDataQuery, Query()]) -> Response:
    """Who saw, changed and released what, the latest first; and whether the log's chain holds. For operators."""
    if seat.session is None or not may(seat.session.role, "accounts"):
        raise HTTPException(403, "The audit log is shown to operators of this node's own party only.")
    if query.act and query.act not in ACTS:
        raise BadSetting("There is no such act", field="act", got=query.act, expected=", ".join(ACTS))
    since_us, until_us = bounds_of(query.since, query.until)
    account = None if not query.account else "" if query.account == "-" else query.account
    choice = AuditChoice(since_us, until_us, account, query.act or "", query.before, min(query.limit or PER_PAGE, MOST_PER_PAGE) + 1)
    node = seat.desk.node
    found = audit_facts(node, choice) | {"chain": chain_facts(node, is_asked=query.check == "true"), "acts": [*ACTS]}
    return json_answer(found)
