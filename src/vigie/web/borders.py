"""The border of the face: what every answer bears, what no request may exceed, and how a fault becomes one sentence of JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadSetting, VigieError, sentence

MAX_QUERY_BYTES = 4_096
"""The longest query that is read."""

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer bears: nothing is loaded from elsewhere, nothing runs, nobody frames the page."""

PRIVATE: Mapping[str, str] = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
"""What an answer to somebody who is, or may be, signed in bears beside that: it is kept nowhere, and its forms say to this site alone where they come from."""

_PLAIN = {404: "There is nothing at this address."}
_METHODS = {True: "This address is for reading: use GET or HEAD.", False: "This address takes forms: use POST."}


@dataclass(frozen=True, slots=True)
class Borders:
    """ASGI: bounds the query, answers HEAD as GET without a body, and adds the security headers, an ETag and, where it matches, 304.

    A route that sets `request.state.private` has its answer kept nowhere; `request.state.content_policy` takes the place of the usual one.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope["query_string"]) > MAX_QUERY_BYTES:
            answer = fault_answer(414, f"The query is too long: at most {MAX_QUERY_BYTES} bytes are read.")
            await answer(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        known = Headers(scope=scope).get("if-none-match", "") if scope["method"] in {"GET", "HEAD"} else ""
        state = dict(scope.get("state", {}))
        held = _HeldAnswer(send, known, state, is_head=is_head)
        await self.app({**scope, "state": state} | ({"method": "GET"} if is_head else {}), receive, held.send)


@dataclass(slots=True)
class _HeldAnswer:
    """Holds an answer back until its body is whole, so that its ETag is the hash of what is said and of nothing else."""

    out: Send
    known: str
    state: Mapping[str, object]
    is_head: bool
    start: Message | None = None
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if not message.get("more_body") and self.start is not None:
            start, body = _finished(self.start, self.body, self.known, _borne(self.state))
            await self.out(start)
            await self.out({"type": "http.response.body", "body": b"" if self.is_head else body})


def _borne(state: Mapping[str, object]) -> Mapping[str, str]:
    """The headers that this answer bears: what all bear, a route's own content policy, and what private ones bear."""
    own = {"Content-Security-Policy": str(state["content_policy"])} if "content_policy" in state else {}
    return {**SECURITY, **own, **(PRIVATE if state.get("private") else {})}


def _finished(start: Message, body: bytes, known: str, borne: Mapping[str, str]) -> tuple[Message, bytes]:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers.update(borne)
    headers.setdefault("Cache-Control", "no-cache")
    status = start["status"]
    if status == 200:  # noqa: PLR2004 - only a whole answer has an ETag
        headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        if known.strip() == "*" or headers["ETag"] in [tag.strip() for tag in known.split(",")]:
            status, body = 304, b""
            del headers["Content-Length"], headers["Content-Type"]
    return {**start, "status": status, "headers": headers.raw}, body


def fault_answer(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """One sentence as `{"error": "..."}`."""
    return json_answer({"error": words}, status, headers)


def json_answer(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Canonical JSON: the same value, the same bytes."""
    return Response(canonical_bytes(value), status, {**SECURITY, **(headers or {})}, "application/json")


def catch_faults(app: FastAPI) -> None:
    """Every fault of this application becomes a sentence, never a traceback."""
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(VigieError, _our_fault)
    app.add_exception_handler(HTTPException, _plain_fault)
    app.add_exception_handler(Exception, _unforeseen)


def _bad_request(_request: Request, fault: Exception) -> Response:
    first = fault.errors()[0] if isinstance(fault, RequestValidationError) else {}
    name = str(first.get("loc", ("",))[-1])
    if first.get("type") == "extra_forbidden":
        return fault_answer(400, sentence(BadSetting("There is no such parameter", got=name, todo="see /openapi.json for those that this address takes")))
    said = str(first.get("msg", "something else")).removeprefix("Input ")
    return fault_answer(400, sentence(BadSetting("A parameter cannot be understood", field=name, got=str(first.get("input", "")), expected=said)))


def _our_fault(request: Request, fault: Exception) -> Response:
    """A question that cannot be understood names no source; a fault of the node does, and its words are for the operator alone."""
    if isinstance(fault, BadSetting) and not fault.source:
        return fault_answer(400, sentence(fault))
    return _unforeseen(request, fault)


def _plain_fault(_request: Request, fault: Exception) -> Response:
    if not isinstance(fault, HTTPException):
        return fault_answer(500, "This cannot be answered.")
    headers = dict(fault.headers or {})
    if fault.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return fault_answer(fault.status_code, _METHODS["GET" in headers.get("Allow", "GET")], headers)
    said = fault.detail if str(fault.detail).endswith(".") else "This cannot be answered."
    return fault_answer(fault.status_code, _PLAIN.get(fault.status_code, said), headers)


def _unforeseen(request: Request, fault: Exception) -> Response:
    structlog.get_logger().error("request failed", path=request.url.path, fault=type(fault).__name__, said=str(fault))
    return fault_answer(500, "The node could not answer; its log says why.")
