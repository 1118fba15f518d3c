"""What partner nodes ask: `POST /sync/pull` for what is new, and `GET /sync/card` for the node's card. No account is needed: the request is signed."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from vigie.exchange.page import MAX_REQUEST_BYTES
from vigie.node.peers import own_card
from vigie.node.signed import HEADER
from vigie.node.sync import answer
from vigie.web.desk import At

PATIENCE_S = 30.0
"""How long a request may take to come in."""

routes = APIRouter(include_in_schema=False)


@routes.post("/sync/pull")
async def pull(request: Request, desk: At) -> Response:
    """The next page of what the partner may be told; else one sentence. What is too large is not read to its end."""
    request.state.private = True
    try:
        async with asyncio.timeout(PATIENCE_S):
            body = await _bounded_body(request)
    except TimeoutError:
        return PlainTextResponse("The request comes too slowly.", HTTPStatus.REQUEST_TIMEOUT, {"Connection": "close"})
    if body is None:
        return PlainTextResponse("The request is too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"Connection": "close"})
    said = await run_in_threadpool(answer, desk.node, body, request.headers.get(HEADER, ""), desk.now())
    if said.status != HTTPStatus.OK:
        return PlainTextResponse(said.body, said.status)
    return Response(said.body, media_type="application/json", headers={HEADER: said.signature})


async def _bounded_body(request: Request) -> bytes | None:
    """The body, or None where it is too large."""
    promised = request.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) > MAX_REQUEST_BYTES:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_REQUEST_BYTES:
            return None
    return bytes(body)


@routes.get("/sync/card")
def card(desk: At) -> Response:
    """The node's card without an address: whoever has the full one can see whether the keys are still the same."""
    return Response(own_card(desk.node), media_type="application/json")
