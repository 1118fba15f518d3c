"""The line to one server: an HTTP client that can be cut when the time is up, whatever the server is doing."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any

import vigie
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.node.addresses import shown

if TYPE_CHECKING:
    import httpx2
    from stamina import RetryingCaller

_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How patient a fetch is and how much it takes. `max_bytes` counts the answer as it comes and as it is unpacked.

    A server that gives less than `min_bytes_per_s`, measured over `pace_s`, is cut off; a `Retry-After` beyond `longest_wait_s` is not waited for.
    """

    connect_s: float = 15.0
    read_s: float = 60.0
    total_s: float = 3600.0
    pace_s: float = 60.0
    min_bytes_per_s: float = 256.0
    max_bytes: int = 4 * 1024**3
    redirects: int = 5
    attempts: int = 4
    wait_s: float = 1.0
    longest_wait_s: float = 120.0


@dataclass(slots=True)
class Line:
    """An open client and the sockets it uses. `is_cut` says that the time was up."""

    client: httpx2.Client
    sockets: list[socket.socket] = field(default_factory=list)
    is_cut: bool = False

    def note_socket(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by the client of each step; remembers what it connects."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            self.sockets = [known for known in self.sockets if known.fileno() >= 0] + ([found] if found is not None else [])

    def cut(self) -> None:
        """Ends every connection, so that a read that waits returns at once."""
        self.is_cut = True
        for known in self.sockets:
            with suppress(OSError):
                known.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Within it the line is cut once the time is up."""
        self.is_cut = False
        timer = Timer(max(seconds, 0.001), self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def open_line(address: str, limits: FetchLimits) -> Iterator[Line]:
    """A line for an address. The environment's proxies are honoured, but never for this machine itself.

    Raises `BadSetting` for an address that is not one of http or https.
    """
    import httpx2

    url = parsed_address(address)
    timeout = httpx2.Timeout(limits.read_s, connect=limits.connect_s)
    headers = {"User-Agent": f"vigie/{vigie.__version__}", "Accept": "*/*", "Accept-Encoding": "gzip"}
    with httpx2.Client(timeout=timeout, headers=headers, trust_env=not is_loopback(url.host)) as client:
        yield Line(client)


def trying_again(attempts: int, total_s: float, wait_s: float, longest_wait_s: float) -> RetryingCaller:
    """Calls a function in as many attempts as are allowed. A retry is not printed: what becomes of the call is said by its outcome."""
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())
    return stamina.RetryingCaller(attempts, total_s, wait_s, longest_wait_s, wait_s)


def parsed_address(address: str) -> httpx2.URL:
    """The address in its parts. Raises `BadSetting` where it is not one of http or https with a host, or carries a password."""
    import httpx2

    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as fault:
        raise BadSetting("The address cannot be understood", got=shown(address), expected="http:// or https://") from fault
    if url.scheme not in ("http", "https") or not url.host:
        raise BadSetting("The address is not one of the web", got=shown(address), expected="http:// or https:// and a host")
    if url.userinfo:
        raise BadSetting("The address carries a name or a password", got=shown(address), todo="keep it out of the address; a token has a place of its own")
    return url


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@contextmanager
def answered(line: Line, address: str, headers: Mapping[str, str], limits: FetchLimits) -> Iterator[httpx2.Response]:
    """The answer to a GET, its body still to come. Redirects are followed on the same server, or from http to its https; nowhere else.

    Raises `PeerUnavailable` for a redirect to another server or too many of them, and what httpx2 raises for a fault of the network.
    """
    url = parsed_address(address)
    for _ in range(limits.redirects + 1):
        with line.client.stream("GET", url, headers=headers, extensions={"trace": line.note_socket}) as response:
            if response.status_code not in _MOVED or "location" not in response.headers:
                yield response
                return
            url = _next_url(url, response.headers["location"])
    raise PeerUnavailable("The server redirects without end", source=shown(address), expected=f"at most {limits.redirects} redirects", todo="check the address")


def _next_url(url: httpx2.URL, location: str) -> httpx2.URL:
    import httpx2

    try:
        target = url.join(location)
    except httpx2.InvalidURL as fault:
        raise PeerUnavailable("The server redirects to what is no address", source=shown(str(url)), got=location, todo="check the address") from fault
    is_same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
    is_upgrade = target.host == url.host and (url.scheme, target.scheme) == ("http", "https")
    if is_same or is_upgrade:
        return target
    todo = "nothing was fetched from there; if it is meant, make that the address of the source"
    raise PeerUnavailable("The server redirects to another server", source=shown(str(url)), got=shown(str(target)), todo=todo)


@dataclass(slots=True)
class Pace:
    """Watches how fast bytes come. A stopwatch, not a clock: it tells no time of day and decides no result."""

    limits: FetchLimits
    since_s: float = field(default_factory=monotonic)
    count: int = 0

    def add(self, count: int) -> float | None:
        """Counts bytes; the pace in bytes per second where it was too slow, else None."""
        self.count += count
        took_s = monotonic() - self.since_s
        if took_s < self.limits.pace_s:
            return None
        pace = self.count / took_s
        self.since_s, self.count = monotonic(), 0
        return pace if pace < self.limits.min_bytes_per_s else None
