"""The way to a partner: one POST over a line on which only the partner's own certificate counts, within limits of size and of time."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import vigie
from vigie.exchange.page import MAX_PAGE_BYTES
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.node.addresses import shown
from vigie.node.line import Line
from vigie.node.peers import Peer, checked_address
from vigie.node.signed import HEADER

if TYPE_CHECKING:
    import httpx2

PATH = "/sync/pull"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """How patient a request is: to connect, without any progress, and in all; and the largest answer that is read."""

    connect_s: float = 15.0
    silent_s: float = 60.0
    total_s: float = 600.0
    max_bytes: int = MAX_PAGE_BYTES


def sender_to(peer: Peer, limits: SendLimits | None = None) -> Callable[[bytes, str], tuple[int, bytes, str]]:
    """Gives requests to the partner: a body and its signature, for the answer's status, body and signature.

    Raises `BadSetting` for a partner without an address; what is made raises `PeerUnavailable` with one sentence for every fault of the line.
    """
    if not peer.address:
        raise BadSetting("The partner's card names no address, so it can only ask", got=peer.party, todo="add a card that was made with --address")
    address, how = checked_address(peer.address) + PATH, limits or SendLimits()
    context = _pinned(peer) if address.startswith("https") else None

    def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
        return _sent(address, context, how, body, signature)

    return send


def _pinned(peer: Peer) -> ssl.SSLContext:
    """Believes the partner's own certificate and no other, whatever host it stands on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=peer.certificate)
    except (ssl.SSLError, ValueError) as fault:
        todo = "ask it for its card again"
        raise BadSetting("The partner's certificate cannot be used", source=peer.party, got=str(fault), todo=todo) from fault
    return context


def _sent(address: str, context: ssl.SSLContext | None, limits: SendLimits, body: bytes, signature: str) -> tuple[int, bytes, str]:
    import httpx2

    headers = {"Content-Type": "application/json", HEADER: signature, "User-Agent": f"vigie/{vigie.__version__}", "Accept-Encoding": "identity"}
    timeout = httpx2.Timeout(limits.silent_s, connect=limits.connect_s)
    with httpx2.Client(timeout=timeout, verify=context or False, trust_env=False, headers=headers) as client:
        line = Line(client)
        asked: dict[str, Any] = {"content": body, "extensions": {"trace": line.note_socket}}
        with _said(line, address, limits), line.cut_after(limits.total_s), client.stream("POST", address, **asked) as response:
            return response.status_code, _whole(response, limits, address), response.headers.get(HEADER, "")


def _whole(response: httpx2.Response, limits: SendLimits, address: str) -> bytes:
    """The body, if it is not too large: what lies beyond the limit is not read."""
    promised = response.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) > limits.max_bytes:
        raise _too_large(limits, address, promised)
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > limits.max_bytes:
            raise _too_large(limits, address, f"{len(body)} or more")
    return bytes(body)


def _too_large(limits: SendLimits, address: str, got: str) -> PeerUnavailable:
    expected = f"at most {limits.max_bytes:,} bytes"
    return PeerUnavailable("The partner's answer is too large", source=shown(address), got=f"{got[:40]} bytes", expected=expected, todo="tell the partner")


@contextmanager
def _said(line: Line, address: str, limits: SendLimits) -> Iterator[None]:
    """Every fault of the line in our words."""
    import httpx2

    where = shown(address)
    try:
        yield
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as fault:
        if line.is_cut:
            raise PeerUnavailable("The partner takes too long", source=where, got=f"no whole answer in {limits.total_s:g} s", todo="try later") from fault
        raise _fault(fault, where, limits) from fault


def _fault(fault: Exception, where: str, limits: SendLimits) -> PeerUnavailable:
    import httpx2

    if "CERTIFICATE_VERIFY_FAILED" in str(fault):
        todo = "nothing was sent; ask the partner for its card again, and compare fingerprints"
        return PeerUnavailable("Who answers does not show the partner's certificate", source=where, todo=todo)
    if isinstance(fault, httpx2.ConnectTimeout | httpx2.ConnectError):
        return PeerUnavailable("The partner cannot be reached", source=where, got=str(fault), todo="try later")
    if isinstance(fault, httpx2.TimeoutException):
        return PeerUnavailable("The partner does not answer in time", source=where, got=f"nothing in {limits.silent_s:g} s", todo="try later")
    return PeerUnavailable("What answers does not speak as a partner's node does", source=where, got=str(fault), todo="check the address in its card")
