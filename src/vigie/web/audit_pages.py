"""The audit log at the desk: who saw, changed and released what. For operators of the node's own party."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from vigie.model.errors import BadSetting
from vigie.model.languages import said, said_n
from vigie.model.times import format_time
from vigie.node.audit import ACTS, audit_rows, waiting_count
from vigie.store import AuditChoice, AuditRow, audit_head
from vigie.web.asking import AuditQuery, bounds_of, check_once
from vigie.web.desk import address
from vigie.web.desk_pages import check_own, desk_sheet
from vigie.web.seats import Member, Seat
from vigie.web.sessions import allow

PER_PAGE = 100

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@routes.get("/desk/audit")
def audit_page(seat: Member, query: Annotated[AuditQuery, Query()]) -> Response:
    """The log, the latest first, as far as it was asked for."""
    check_own(seat)
    if seat.session:
        allow(seat.session, "accounts")
    node = seat.desk.node
    found = audit_rows(node, _choice(query))
    number, chain = audit_head(node.store)
    older = address("/desk/audit", query, before=str(found[PER_PAGE - 1].number)) if len(found) > PER_PAGE else ""
    rows = [_line(row, seat.tongue) for row in found[:PER_PAGE]]
    asked = {name: value or "" for name, value in query.model_dump().items()}
    return desk_sheet("audit.html", seat, "audit", rows=rows, older=older, asked=asked, acts=ACTS, head=f"{number} {chain.hex()}", waiting=_waiting(seat))


def _waiting(seat: Seat) -> str:
    count = waiting_count(seat.desk.node)
    if not count:
        return ""
    return said_n(seat.tongue, "{n} more row waits until another program has written.", "{n} more rows wait until another program has written.", count)


def _choice(query: AuditQuery) -> AuditChoice:
    """One row more than the page shows, which tells whether there is another page."""
    since_us, until_us = bounds_of(query.since, query.until)
    if query.act and query.act not in ACTS:
        raise BadSetting("There is no such act", field="act", got=query.act, expected=", ".join(ACTS))
    account = None if not query.account else "" if query.account == "-" else query.account
    return AuditChoice(since_us, until_us, account, query.act or "", query.before, PER_PAGE + 1)


def _line(row: AuditRow, language: str) -> dict[str, Any]:
    more = "; ".join(f"{name} {_word(value, language)}" for name, value in sorted(row.facts.items()))
    at = format_time(row.at_us).replace("T", " ").removesuffix("Z")[:19]
    return {"number": row.number, "at": at, "account": row.account, "party": row.party, "act": row.act, "subject": row.subject, "said": more}


def _word(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return said(language, "yes") if value else said(language, "no")
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
