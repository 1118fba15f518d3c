"""Linking on many machines gives the answer of one."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from harmonise.crowds import RULES, alike, crowd, settled
from vigie.harmonise import estimate_background, link
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.node.cluster_link import link_on_cluster

HAS_DASK = find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not HAS_DASK, reason="the extra vigie[cluster] is not installed")


@pytest.mark.skipif(HAS_DASK, reason="dask.distributed is installed")
def test_without_the_extra_one_sentence_says_what_to_install() -> None:
    """The operator is told the name of the extra."""
    with pytest.raises(BadSetting, match=r"vigie\[cluster\]"):
        link_on_cluster(crowd(1), RULES, "tcp://127.0.0.1:1")


@needs_dask
def test_two_workers_give_the_answer_of_one_machine() -> None:
    """To the last bit, decisions included."""
    from distributed import LocalCluster

    reports = crowd(8)
    background = estimate_background(reports, RULES)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        found = link_on_cluster(reports, RULES, cluster.scheduler_address, must_link=[(0, 7)], cannot_link=[(1, 2)], learned=settled(background))
    alike(found, link(reports, RULES, must_link=[(0, 7)], cannot_link=[(1, 2)], learned=settled(background)))


@needs_dask
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing hangs: the address is in the sentence."""
    monkeypatch.setattr("vigie.node.cluster_link._WAIT_S", "1s")
    with pytest.raises(PeerUnavailable, match=r"127\.0\.0\.1:1"):
        link_on_cluster(crowd(1), RULES, "tcp://127.0.0.1:1")
