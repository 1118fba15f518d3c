"""Linking on many machines: the slabs of `vigie.harmonise` sent out by dask.distributed (the extra `cluster`).

The answer is that of one machine to the last bit, however many workers there are and whichever takes which slab, also
where workers die on the way. Whoever reaches a dask scheduler can run programs there: the network has to be one's own.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module, metadata
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from vigie.harmonise import LinkState, Sameness, clusters_of, cut, join, unlinked, work
from vigie.model.catalogue import Catalogue
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.event import Clusters

if TYPE_CHECKING:
    from vigie.harmonise import Learned

Linker = Callable[..., Clusters]
"""Something called as `vigie.harmonise.link` is."""

SLABS_PER_WORKER = 4
LEAST_IN_SLAB = 500
"""Fewer reports than this are not worth a slab of their own."""
_AT_ONCE = 2
"""So many slabs wait on a worker or are being worked on: enough to keep it busy, and few to lose with it."""
_MOST_TRIES = 4
_WAIT_S, _FETCH_S = 20, 600
_ALIKE = ("vigie", "numpy", "numba")
"""Packages whose versions can change the last digits of an answer, or what a slab is."""
_LOGS = ("distributed", "distributed.client", "tornado.application", "asyncio")
_CUT = (OSError, RuntimeError, CancelledError)
"""What dask raises where a machine went away."""


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """A dask scheduler that was reached: its address, and dask's own client; `given_up` once nobody was left, so that nobody waits again."""

    address: str
    client: Any
    given_up: threading.Event = field(default_factory=threading.Event)


@contextmanager
def linking_on(scheduler: str | None = None, workers: int | None = None) -> Iterator[Linker | None]:
    """`link` as the workers of a scheduler do it, or so many of this machine, which stop at the end; None where neither is named.

    Raises `BadSetting` where both are named, no worker is asked for, the extra `cluster` is not installed, or workers
    run other software, and `PeerUnavailable` where nobody works.
    """
    if scheduler is None and workers is None:
        yield None
        return
    _check(scheduler, workers)
    reached = _started(workers or 0) if scheduler is None else _reached(scheduler)
    with _quiet_logs(), reached as cluster:
        yield partial(link_on_cluster, cluster)


def _check(scheduler: str | None, workers: int | None) -> None:
    if scheduler is not None and workers is not None:
        raise BadSetting("Linking runs on a dask network or on workers of this machine, not on both", field="--workers", todo="leave out one of the two")
    if workers is not None and workers < 1:
        raise BadSetting("Nobody would work", field="--workers", got=str(workers), expected="1 or more")
    if scheduler is not None and not scheduler.strip():
        raise BadSetting("The address of the scheduler is blank", field="--scheduler", expected="one like tcp://10.0.0.1:8786")
    if find_spec("distributed") is None:
        raise BadSetting("Linking on many machines needs dask.distributed", todo="install vigie[cluster]")


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """Keeps to itself what dask logs of workers that come and go: what matters is said in an error."""
    import_module("distributed")  # which sets the levels of its own
    loggers = [logging.getLogger(name) for name in _LOGS]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _client_of(scheduler: Any) -> Any:
    """A client of the scheduler. On a machine too busy to start its thread within ten seconds dask fails in an assertion: then it is tried once more."""
    import distributed

    dask: Any = distributed
    try:
        return dask.Client(scheduler, timeout=_WAIT_S)
    except AssertionError:
        return dask.Client(scheduler, timeout=_WAIT_S)


@contextmanager
def _reached(scheduler: str) -> Iterator[Cluster]:
    """The scheduler at an address, say `tcp://10.0.0.1:8786`; an address with tls:// takes its certificates from dask's own configuration."""
    try:
        client = _client_of(scheduler)
    except (OSError, ValueError, TypeError, RuntimeError) as fault:
        raise PeerUnavailable("No dask scheduler answers", source=scheduler, todo="start one, or check its address and certificates") from fault
    with client:
        cluster = Cluster(scheduler, client)
        _check_workers(cluster)
        yield cluster


def _check_workers(cluster: Cluster) -> None:
    """Raises where there are no workers, or one has not the software that would give the same answer."""
    if not cluster.client.nthreads():
        raise PeerUnavailable("The dask scheduler has no workers", source=cluster.address, todo="start dask workers for it")
    for package in _ALIKE:
        wanted = metadata.version(package)
        for worker, found in _told(cluster, package).items():
            if found != wanted:
                got = found if isinstance(found, str) else "none"
                raise BadSetting(f"A worker has not the {package} of this machine", source=worker, got=got, expected=wanted, todo="install the same version")


def _told(cluster: Cluster, package: str) -> dict[str, Any]:
    """The version of a package that each worker has, or what it raises where it has none."""
    try:
        return dict(cluster.client.run(metadata.version, package, on_error="return"))
    except _CUT as fault:
        raise _lost(cluster) from fault


@contextmanager
def _started(workers: int) -> Iterator[Cluster]:
    """So many processes of this machine; nobody else on it can speak to them, for they ask for a certificate made for this run."""
    import distributed

    dask: Any = distributed
    options = {"threads_per_worker": 1, "processes": True, "memory_limit": 0, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL + 1}
    with TemporaryDirectory(prefix="vigie-workers-") as folder:
        try:
            with _deaf():
                cluster = dask.LocalCluster(n_workers=workers, security=True, local_directory=folder, **options)
        except (OSError, RuntimeError) as fault:
            raise PeerUnavailable("The workers could not be started", source="this machine", todo="ask for fewer, or link without --workers") from fault
        with cluster, _client_of(cluster) as client:
            yield Cluster("workers of this machine", client)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are started inside do not hear Ctrl-C: this program does, and stops them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def link_on_cluster(
    cluster: Cluster,
    catalogue: Catalogue,
    sameness: Sameness,
    *,
    must_link: Sequence[tuple[int, int]] = (),
    cannot_link: Sequence[tuple[int, int]] = (),
    learned: Learned | None = None,
    most_doubtful: int = 1000,
) -> Clusters:
    """The clusters of a catalogue, as `link` gives them, worked out by the workers of a cluster.

    Raises `BadSetting` as `link` does, and `PeerUnavailable` where the workers are lost and none comes back.
    """
    state = unlinked(catalogue, sameness, must_link=must_link, cannot_link=cannot_link, learned=learned)
    return clusters_of(join(state, _worked(cluster, state)), most_doubtful=most_doubtful)


def _worked(cluster: Cluster, state: LinkState) -> list[Any]:
    """What becomes of the state's slabs, in the order in which they are done; what is lost with a worker is given to another."""
    hands = _hands(cluster)
    slabs = cut(state, max(1, min(hands * SLABS_PER_WORKER, len(state) // LEAST_IN_SLAB)))
    waiting, running, done = [(slab, 1) for slab in reversed(slabs)], dict[Any, tuple[Any, int]](), list[Any]()
    rules = state.rules()
    while waiting or running:
        while waiting and len(running) < hands * _AT_ONCE:
            slab, tries = waiting.pop()
            running[_given(cluster, slab, state.basis.sameness, rules)] = slab, tries
        for future in _ready(cluster, list(running)):
            slab, tries = running.pop(future)
            result = _result(future)
            if result is not None:
                done.append(result)
            elif tries < _MOST_TRIES:
                waiting.append((slab, tries + 1))
            else:
                raise _lost(cluster)
    return done


def _hands(cluster: Cluster) -> int:
    """How many workers there are, after a while for the first to come back; raises where none does, or nobody could say."""
    client = cluster.client
    try:
        if client.status == "running" and not cluster.given_up.is_set():
            client.wait_for_workers(1, timeout=_WAIT_S)
            return len(client.nthreads()) or 1
    except (*_CUT, AttributeError) as fault:  # as it closes, the client forgets its scheduler
        raise _lost(cluster) from fault
    raise _lost(cluster)


def _given(cluster: Cluster, slab: Any, sameness: Sameness, rules: Any) -> Any:
    """The future of a slab. It is sent to one worker alone, and to another if that one dies, so that no machine holds what it does not need."""
    try:
        sent = cluster.client.scatter(slab, hash=False, timeout=_WAIT_S)
        return cluster.client.submit(work, sent, sameness, rules, pure=False)
    except (*_CUT, AttributeError) as fault:
        raise _lost(cluster) from fault


def _ready(cluster: Cluster, running: Sequence[Any]) -> list[Any]:
    """The futures that are no longer pending, after a wait for the first; raises where nobody is left to work on them."""
    import distributed

    dask: Any = distributed
    try:
        with cluster.client.as_current():
            dask.wait(running, timeout=_WAIT_S, return_when="FIRST_COMPLETED")
    except CancelledError:
        pass  # what was cancelled is among the futures
    except TimeoutError:
        _hands(cluster)
    return [future for future in running if future.status != "pending"]


def _result(future: Any) -> Any:
    """What became of a slab, or None where it was lost with its worker."""
    from distributed import KilledWorker

    try:
        return future.result(timeout=_FETCH_S)
    except (*_CUT, KilledWorker, MemoryError):
        return None


def _lost(cluster: Cluster) -> PeerUnavailable:
    cluster.given_up.set()
    return PeerUnavailable("The workers were lost before all was linked", source=cluster.address, todo="give them more memory, or link on this machine")
