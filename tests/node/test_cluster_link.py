"""Linking on many machines gives the answer of one, whoever dies on the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from harmonise.crowds import RULES, alike, crowd, settled
from vigie.harmonise import estimate_background, link
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.node import cluster_link
from vigie.node.cluster_link import LEAST_IN_SLAB, linking_on

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra vigie[cluster] is not installed")
SEVERAL_SLABS = 4 * LEAST_IN_SLAB


@contextmanager
def network(workers: int, **options: Any) -> Iterator[Any]:
    """A dask network of this machine, with so many workers."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=60, **options) as made:
        yield made


def dying(marker: Path | None) -> Any:
    """What makes a worker die as it begins to work: the first of all, once, or each, always."""
    from distributed import WorkerPlugin

    class Dies(WorkerPlugin):  # type: ignore[misc]
        def transition(self, key: str, _: str, finish: str, **__: object) -> None:
            if finish == "executing" and key.startswith("work") and not (marker and marker.exists()):
                if marker:
                    marker.touch()
                os._exit(1)

    return Dies()


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator is told the name of the extra."""
    monkeypatch.setattr(cluster_link, "find_spec", lambda _: None)
    with pytest.raises(BadSetting, match=r"vigie\[cluster\]"), linking_on(workers=1):
        pass


@needs_dask
def test_two_workers_give_the_answer_of_one_machine() -> None:
    """To the last bit, decisions included."""
    reports = crowd(8, SEVERAL_SLABS)
    asked: dict[str, Any] = {"must_link": [(0, 7)], "cannot_link": [(1, 2)], "learned": settled(estimate_background(reports, RULES))}
    with linking_on(workers=2) as linker:
        assert linker is not None
        alike(linker(reports, RULES, **asked), link(reports, RULES, **asked))


@needs_dask
@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_one_report_are_linked_by_workers_too(count: int) -> None:
    """One slab, with nothing in it."""
    with linking_on(workers=1) as linker:
        assert linker is not None
        alike(linker(crowd(1).take(range(count)), RULES), link(crowd(1).take(range(count)), RULES))


@pytest.mark.long
@needs_dask
def test_a_worker_that_dies_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """What it had is given to another."""
    from distributed import Client

    reports, marker = crowd(9, SEVERAL_SLABS), tmp_path / "died"
    with network(2) as made, Client(made) as client:
        client.register_plugin(dying(marker))
        with linking_on(made.scheduler_address) as linker:
            assert linker is not None
            alike(linker(reports, RULES), link(reports, RULES))
    assert marker.exists()


@pytest.mark.long
@needs_dask
def test_workers_that_always_die_are_given_up_in_one_sentence() -> None:
    """Nothing is tried for ever."""
    from distributed import Client

    with network(1) as made, Client(made) as client:
        client.register_plugin(dying(None))
        with pytest.raises(PeerUnavailable, match="The workers were lost before all was linked"), linking_on(made.scheduler_address) as linker:
            assert linker is not None
            linker(crowd(3), RULES)


@needs_dask
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "nonsense://here", "tls://127.0.0.1:1", "no such place"])
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Nothing hangs: the address is in the sentence."""
    monkeypatch.setattr(cluster_link, "_WAIT_S", 1)
    with pytest.raises(PeerUnavailable, match=address), linking_on(address):
        pass


@pytest.mark.long
@needs_dask
def test_a_scheduler_without_workers_is_named() -> None:
    """So that nobody waits for workers that were never started."""
    with network(0) as made, pytest.raises(PeerUnavailable, match="has no workers"), linking_on(made.scheduler_address):
        pass


@pytest.mark.long
@needs_dask
def test_a_worker_with_other_software_is_refused(tmp_path: Path) -> None:
    """Its answer might differ in the last digits."""
    from distributed import Client

    told = tmp_path / "vigie-0.0.1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: vigie\nVersion: 0.0.1\n")
    with network(1) as made, Client(made) as client:
        client.run(lambda: sys.path.insert(0, str(tmp_path)))
        with pytest.raises(BadSetting, match=r"A worker has not the vigie of this machine .*: got '0\.0\.1', expected"), linking_on(made.scheduler_address):
            pass


@pytest.mark.long
@needs_dask
def test_workers_of_this_machine_stop_in_any_case() -> None:
    """Also where linking fails: no process of them is left."""
    found: list[int] = []

    def fail() -> None:
        with linking_on(workers=2) as linker:
            assert linker is not None
            found.extend(linker.args[0].client.run(os.getpid).values())  # type: ignore[attr-defined]
            raise ValueError("anything")

    with pytest.raises(ValueError, match="anything"):
        fail()
    assert len(found) == 2
    for pid in found:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
