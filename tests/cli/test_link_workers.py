"""`vigie link` on workers: the file of one machine, and one sentence for what cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from vigie.cli import links
from vigie.model.errors import BadSetting, PeerUnavailable, VigieError
from vigie.node import cluster_link
from vigie.node.exercises import make_exercise_files

Run = Callable[..., str]
needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra vigie[cluster] is not installed")


@pytest.fixture
def run() -> Run:
    """Runs `vigie link`; gives what it prints, and raises what it raises."""
    app = typer.Typer()
    links.register(app)

    def act(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        if isinstance(done.exception, VigieError):
            raise done.exception
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    return act


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up world, large enough that fields learn and are cut into several slabs."""
    folder = tmp_path_factory.mktemp("exercise")
    make_exercise_files(folder, 8_000, 5, int)
    return folder


@pytest.mark.long
@needs_dask
def test_workers_write_the_file_of_one_machine(run: Run, exercise: Path, tmp_path: Path) -> None:
    """The same bytes by this process, by two workers that the command starts, and by those of a running scheduler; learning included."""
    from distributed import LocalCluster

    plain, own, far = (tmp_path / name for name in ("plain.csv", "own.csv", "far.csv"))
    said = [run(exercise, "--out", plain), run(exercise, "--out", own, "--workers", 2)]
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address="127.0.0.1:0", silence_logs=60) as network:
        said.append(run(exercise, "--out", far, "--scheduler", network.scheduler_address))
    assert plain.read_bytes() == own.read_bytes() == far.read_bytes()
    assert len({text.partition("Written")[0] for text in said}) == 1
    learned = run(exercise, "--explain-model", "--json", "--workers", 1)
    assert learned == run(exercise, "--explain-model", "--json")
    assert not any("Nothing was learned" in json.loads(learned)[field]["sentences"][0] for field in ("conflict", "seismic"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--scheduler", "tcp://127.0.0.1:1", "--workers", "2"), "not on both, field --workers; leave out one of the two"),
        (("--workers", "0"), "Nobody would work, field --workers: got '0', expected 1 or more"),
        (("--workers", "-3"), "Nobody would work"),
        (("--scheduler", " "), "The address of the scheduler is blank"),
        (("--compatible", "meltt", "--workers", "2"), "does not go with --compatible, which links on this machine alone, field --workers; leave it out"),
        (("--compatible", "meltt", "--scheduler", "tcp://127.0.0.1:1"), "does not go with --compatible.*field --scheduler"),
    ],
)
def test_options_that_cannot_be_used_are_refused_in_one_sentence(run: Run, exercise: Path, words: tuple[str, ...], sentence: str) -> None:
    """The sentence names the option."""
    with pytest.raises(BadSetting, match=sentence):
        run(exercise, *words)


@pytest.mark.parametrize("words", [("--workers", "2"), ("--scheduler", "tcp://127.0.0.1:1")])
def test_a_node_is_linked_where_it_is(run: Run, words: tuple[str, ...]) -> None:
    """Its reports bear labels, and do not go to other machines."""
    with pytest.raises(BadSetting, match=f"This option is for files, and none is given, field {words[0]}"):
        run(*words)


@needs_dask
def test_a_scheduler_that_does_not_answer_is_named(run: Run, exercise: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read."""
    monkeypatch.setattr(cluster_link, "_WAIT_S", 1)
    with pytest.raises(PeerUnavailable, match=r"No dask scheduler answers \(tcp://127\.0\.0\.1:1\)"):
        run(exercise, "--scheduler", "tcp://127.0.0.1:1")


@pytest.mark.parametrize("words", [("--workers", "2"), ("--scheduler", "tcp://127.0.0.1:1")])
def test_without_the_extra_one_sentence_says_what_to_install(run: Run, exercise: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """The operator is told the name of the extra."""
    monkeypatch.setattr(cluster_link, "find_spec", lambda _: None)
    with pytest.raises(BadSetting, match=r"needs dask\.distributed; install vigie\[cluster\]"):
        run(exercise, *words)
