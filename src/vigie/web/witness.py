"""The witness at the door: each request of who is signed in, by page or by token, is a row of the audit log before its answer goes out.

It is put where it waits for the log, which takes microseconds whoever writes; what waits is written into the log after the answer has gone out, if nobody else
writes just then. A request whose row cannot be put down is not answered. Who reads as PUBLIC is not written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.model.canonical import Json
from vigie.model.errors import VigieError
from vigie.node.accounts import Session
from vigie.node.audit import drain, note_down
from vigie.node.settings import Node
from vigie.store import AuditRow
from vigie.web.borders import fault_answer
from vigie.web.desk import Desk

MAX_PATH = 300
"""How much of an address is written down."""

_KEPT = frozenset(
    ("field", "kind", "country", "agency", "since", "until", "bbox", "min_severity", "min_agencies", "exercise", "limit", "after", "format", "period"),
) | frozenset(
    ("resolution", "days", "language", "problem", "page", "standing", "at", "by", "against", "year", "before", "account", "act", "party", "peer", "side")
)
"""The parameters that are written down with what they say; of any other, nothing is."""


@dataclass(frozen=True, slots=True)
class Witness:
    """ASGI: passes requests on, and writes those of who is signed in down."""

    app: ASGIApp
    desk: Desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = _Seen(self.desk, scope, receive, send)
        await self.app(scope, receive, seen.send)
        if seen.is_noted:
            await run_in_threadpool(_drained, self.desk.node)


def _drained(node: Node) -> None:
    """Writes what waits into the log. What cannot be written now waits on; the log of the server says why."""
    try:
        drain(node)
    except (VigieError, OSError) as fault:
        structlog.get_logger().error("audit log waits", said=str(fault))


@dataclass(slots=True)
class _Seen:
    """An answer that is noted down as it begins; one that cannot be is held back."""

    desk: Desk
    scope: Scope
    receive: Receive
    out: Send
    is_noted: bool = False
    is_refused: bool = False

    async def send(self, message: Message) -> None:
        session = self.scope.get("state", {}).get("reader")
        if message["type"] == "http.response.start" and isinstance(session, Session):
            await self._note(session, message["status"])
        if not self.is_refused:
            await self.out(message)

    async def _note(self, session: Session, status: int) -> None:
        try:
            note_down(self.desk.node, _row(self.scope, session, status, self.desk.now()))
            self.is_noted = True
        except OSError as fault:
            structlog.get_logger().error("audit log cannot be written", said=str(fault))
            self.is_refused = True
            await fault_answer(503, "The node cannot write its audit log, so it does not answer; its operator must look.")(self.scope, self.receive, self.out)


def _row(scope: Scope, session: Session, status: int, now_us: int) -> AuditRow:
    facts: dict[str, Json] = {"status": status} | ({"token": session.token} if session.token else {})
    act = "see" if scope["method"] == "GET" else "send"
    return AuditRow(now_us, session.account, session.party, act, _address(scope), facts)


def _address(scope: Scope) -> str:
    """The path, and of the query what is known to be a choice."""
    asked = [(name, value) for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name in _KEPT]
    return f"{quote(scope['path'], errors='replace')}?{urlencode(asked, errors='replace')}".removesuffix("?")[:MAX_PATH]
