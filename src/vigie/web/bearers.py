"""Programs that ask the API with a token: `Authorization: Bearer ...`, on the addresses under /api alone and never in an address.

A token that is wrong, has run out or was revoked is answered with one sentence, the same for all of them. Wrong ones are counted by where they come from:
after five in a row that place must wait, after each further one twice as long.
"""

from __future__ import annotations

import ipaddress

from fastapi import Request
from starlette.exceptions import HTTPException

from vigie.node.accounts import Session
from vigie.node.api_tokens import allows, session_with, token_of
from vigie.node.audit import note_down
from vigie.store import AuditRow
from vigie.web.desk import Desk, desk_of

_WRONG = "The token is wrong, has run out or was revoked."
_API, _READING = "/api/", frozenset({"GET", "HEAD"})
_NETWORK_BITS = {4: 32, 6: 64}
"""What one place is: an IPv4 address, or the network of an IPv6 one, since each of its users has 2**64 addresses."""


def has_bearer(request: Request) -> bool:
    """Whether a program asks the API with a token. What a proxy or a browser sends for itself (Basic and its like) is no token."""
    return request.url.path.startswith(_API) and any(_is_bearer(said) for said in request.headers.getlist("authorization"))


def _is_bearer(said: str) -> bool:
    return said.strip().partition(" ")[0].lower() == "bearer"


def bearer_session(request: Request) -> Session:
    """For whom the program asks. Raises 401 where the token is no good, 429 where its place must wait, 403 where its scopes do not allow this."""
    desk, place = desk_of(request), _place(request)
    if left_s := desk.refusals.left_s(place, desk.now()):
        raise HTTPException(429, f"There were too many wrong tokens from this address: wait {left_s} seconds.", {"Retry-After": str(left_s)})
    found = _found(desk, place, request.headers.getlist("authorization"))
    request.state.reader = found
    if not allows(found, writes=request.method not in _READING):
        raise HTTPException(403, f"The scope of this token, {', '.join(found.scopes)}, does not allow this.")
    return found


def _found(desk: Desk, place: str, said: list[str]) -> Session:
    now_us = desk.now()
    token = token_of(desk.node, said[0].strip().partition(" ")[2].strip()) if len(said) == 1 else None
    session = session_with(desk.node, token, now_us) if token else None
    if token is None and (count := desk.refusals.count(place, now_us)):
        note_down(desk.node, AuditRow(now_us, "", "", "token-refused", "", {"count": count}))
    if session is None:
        raise HTTPException(401, _WRONG, {"WWW-Authenticate": "Bearer"})
    desk.refusals.forget(place)
    return session


def _place(request: Request) -> str:
    """Where the request comes from, as the server or the proxy before it says."""
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{_NETWORK_BITS[address.version]}", strict=False))
