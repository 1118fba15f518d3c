"""Sending webhooks: one POST of JSON, signed as the Standard Webhooks specification says (webhook-id, webhook-timestamp, webhook-signature).

The same notice bears the same `webhook-id` at every attempt, so that who receives it twice can tell. Redirects are not followed, proxies are not
used, and an address that leads into a private network is refused at the moment of connecting, unless the operator has allowed it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import vigie
from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.times import SECOND_US
from vigie.node.addresses import shown
from vigie.node.line import Line, parsed_address, trying_again
from vigie.node.settings import Node

PATIENCE_S = 15.0
ATTEMPTS = 3
WAIT_S = 0.5
_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96")))
_OWN_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
"""For translation within a network (RFC 8215)."""

_LAST_32 = 0xFFFF_FFFF
_TAKEN = range(200, 300)
_GONE = 410
_PASSING = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A webhook: where to, under which name, what. `may_be_private` allows addresses of private networks, and http."""

    name: str
    address: str
    body: Mapping[str, Json]
    secret: str
    may_be_private: bool = False


class _Passing(PeerUnavailable):
    """A fault that may be over in a moment."""


def secret_of(node: Node, name: str, created_us: int) -> str:
    """The secret that a subscription's webhooks are signed with, as `whsec_` and base64. It is made from the node's key, and lies nowhere."""
    seed = node.sign(b"vigie webhook secret\0" + canonical_bytes([name, created_us]))
    return f"whsec_{base64.b64encode(hashlib.sha256(seed).digest()).decode()}"


def signature(secret: str, name: str, sent_s: int, body: bytes) -> str:
    """The signature of a webhook: HMAC-SHA256 of id, timestamp and body, joined by points (Standard Webhooks 1.0, Signature scheme)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = hmac.new(key, b".".join([name.encode(), str(sent_s).encode(), body]), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(said).decode()}"


def checked_webhook(address: str, *, may_be_private: bool = False) -> str:
    """The address. Raises `BadSetting` where it is not one of https, or leads into a private network without leave."""
    url = parsed_address(address)
    if may_be_private:
        return address
    if url.scheme != "https":
        raise BadSetting("Warnings are not sent over an open line", got=shown(address), expected="https://")
    with suppress(ValueError):
        _check_public(url.host.strip("[]"), address)
    return address


def send_post(post: Post, now_us: int) -> None:
    """Gives a webhook to its server. Raises `PeerUnavailable` where it may take it later, `BadSetting` where it never will."""
    checked_webhook(post.address, may_be_private=post.may_be_private)
    body = canonical_bytes(post.body)
    sent_s = now_us // SECOND_US
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"vigie/{vigie.__version__}",
        "webhook-id": post.name,
        "webhook-timestamp": str(sent_s),
        "webhook-signature": signature(post.secret, post.name, sent_s, body),
    }
    again = trying_again(ATTEMPTS, PATIENCE_S, WAIT_S, PATIENCE_S)
    again(_Passing, _attempt, post, body, headers)


def _attempt(post: Post, body: bytes, headers: Mapping[str, str]) -> None:
    import httpx2

    where = shown(post.address)
    try:
        with httpx2.Client(timeout=PATIENCE_S, trust_env=False, headers={"Accept-Encoding": "identity"}) as client:
            line = Line(client)
            extensions = {"trace": lambda event, info: _connected(line, post, event, info)}
            with line.cut_after(PATIENCE_S), client.stream("POST", post.address, content=body, headers=headers, extensions=extensions) as response:
                status = response.status_code
    except httpx2.HTTPError as fault:
        raise _Passing("The webhook's server cannot be reached", source=where, got=type(fault).__name__, todo="it is tried again") from fault
    _judge(status, where)


def _connected(line: Line, post: Post, event: str, info: Mapping[str, Any]) -> None:
    """Told by the client of each step: who is really at the other end is known before a word is sent."""
    line.note_socket(event, info)
    if post.may_be_private or not event.endswith("connect_tcp.complete"):
        return
    found: socket.socket | None = info["return_value"].get_extra_info("socket")
    if found is None:
        raise BadSetting("It cannot be told where the webhook leads", source=shown(post.address))
    try:
        _check_public(str(found.getpeername()[0]), post.address)
    except BadSetting:
        found.close()  # the client does not know of it yet
        raise


def _check_public(host: str, address: str) -> None:
    """Raises `BadSetting` for an address of a private network, `ValueError` for what is no address but a name."""
    found = ipaddress.ip_address(host.partition("%")[0])
    carried = _carried(found) if isinstance(found, ipaddress.IPv6Address) else None
    if not _is_open(carried or found):
        todo = "if that is meant, add the subscription with --allow-private"
        raise BadSetting("The webhook leads into a private network", source=shown(address), todo=todo)


def _carried(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped or compatible (RFC 4291, 2.5.5), 6to4 (RFC 3056), NAT64 (RFC 6052); None for any other."""
    if any(found in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(found) & _LAST_32)
    return found.sixtofour


def _is_open(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    is_local = isinstance(found, ipaddress.IPv6Address) and (found.is_site_local or found in _OWN_NAT64)
    return found.is_global and not found.is_multicast and not is_local


def _judge(status: int, where: str) -> None:
    if status in _TAKEN:
        return
    if status in _PASSING:
        raise _Passing("The webhook's server is busy or out of order", source=where, got=str(status), todo="it is tried again")
    what = "The webhook's server wants no more of them" if status == _GONE else "The webhook's server does not take it"
    raise BadSetting(what, source=where, got=str(status), todo="check the address, or remove the subscription")
