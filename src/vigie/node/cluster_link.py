"""Linking on many machines: the slabs of `vigie.harmonise` sent out by dask.distributed (the extra `cluster`).

The answer is that of one machine to the last bit, however many workers there are and whichever takes which slab.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from vigie.harmonise import LinkState, Sameness, clusters_of, cut, join, unlinked, work
from vigie.model.catalogue import Catalogue
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.event import Clusters

if TYPE_CHECKING:
    from vigie.harmonise import Learned

SLABS_PER_WORKER = 4
_WAIT_S = "20s"


def link_on_cluster(
    catalogue: Catalogue,
    sameness: Sameness,
    scheduler: str,
    *,
    must_link: Sequence[tuple[int, int]] = (),
    cannot_link: Sequence[tuple[int, int]] = (),
    learned: Learned | None = None,
    most_doubtful: int = 1000,
) -> Clusters:
    """The clusters of a catalogue, as `link` gives them, worked out by the workers of a dask scheduler, say `tcp://10.0.0.1:8786`.

    Raises `BadSetting` where the extra `cluster` is not installed, and as `link` does, and `PeerUnavailable` where no
    scheduler answers or it has no workers.
    """
    if find_spec("distributed") is None:
        raise BadSetting("Linking on many machines needs dask.distributed", todo="install vigie[cluster]")
    state = unlinked(catalogue, sameness, must_link=must_link, cannot_link=cannot_link, learned=learned)
    return clusters_of(_linked(state, scheduler), most_doubtful=most_doubtful)


def _linked(state: LinkState, scheduler: str) -> LinkState:
    import distributed

    dask: Any = distributed
    try:
        client = dask.Client(scheduler, timeout=_WAIT_S)
    except (OSError, TimeoutError, ValueError) as fault:
        raise PeerUnavailable("No dask scheduler answers", source=scheduler, todo="start one, or check its address") from fault
    with client:
        workers = len(client.scheduler_info()["workers"])
        if not workers:
            raise PeerUnavailable("The dask scheduler has no workers", source=scheduler, todo="start dask workers for it")
        return join(state, _worked(client, state, workers * SLABS_PER_WORKER))


def _worked(client: Any, state: LinkState, most: int) -> list[Any]:
    basis, names = client.scatter([state.basis, state.names], broadcast=True)
    slabs = client.scatter(cut(state, most))
    return list(client.gather(client.map(work, slabs, basis=basis, names=names, pure=False)))
