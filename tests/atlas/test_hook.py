"""The build hook: when the atlas and the app are made, what they ask for, and that the wheel carries them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("hatchling", reason="the build backend is in the dependency group `build`")

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("the atlas", "the app")


@pytest.fixture
def hook() -> ModuleType:
    """The module hatch_build of the checkout, loaded as hatchling does it: without a name among the modules."""
    spec = importlib.util.spec_from_file_location("vigie_hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=NAMES)
def part(request: pytest.FixtureRequest, hook: ModuleType) -> Any:
    """Each thing that is made at build time."""
    return next(part for part in hook.PARTS if part.name == request.param)


@pytest.fixture
def checkout(tmp_path: Path, part: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a source of the part and a made file that is newer."""
    monkeypatch.delenv(part.skip, raising=False)
    for name, at_s in ((part.sources / "source.txt", 1_000), (part.made, 2_000)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at_s, at_s))
    return tmp_path


def test_a_file_newer_than_its_sources_is_left_alone(hook: ModuleType, part: Any, checkout: Path) -> None:
    """A second build asks for nothing and runs nothing."""
    assert not hook.is_wanted(part, checkout)


def test_a_changed_source_or_a_missing_file_makes_the_part(hook: ModuleType, part: Any, checkout: Path) -> None:
    """What was fetched does not count as a source."""
    fetched = checkout / part.sources / "node_modules" / "fetched.json"
    fetched.parent.mkdir()
    fetched.touch()
    assert not hook.is_wanted(part, checkout)
    os.utime(checkout / part.sources / "source.txt", (3_000, 3_000))
    assert hook.is_wanted(part, checkout)
    (checkout / part.made).unlink()
    assert hook.is_wanted(part, checkout)


def test_an_sdist_that_holds_the_file_runs_nothing(hook: ModuleType, part: Any, checkout: Path) -> None:
    """Unpacking may give any times; the archive's own list of facts tells an sdist."""
    os.utime(checkout / part.sources / "source.txt", (3_000, 3_000))
    (checkout / "PKG-INFO").touch()
    assert not hook.is_wanted(part, checkout)


def test_a_builder_may_skip_a_part(hook: ModuleType, part: Any, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variable is heard even where the file is missing."""
    (checkout / part.made).unlink()
    monkeypatch.setenv(part.skip, "1")
    assert not hook.is_wanted(part, checkout)


@pytest.mark.slow
def test_the_built_wheel_holds_the_atlas_and_the_app(hook: ModuleType, tmp_path: Path) -> None:
    """Only where both are fresh: a test fetches nothing."""
    if stale := [part.name for part in hook.PARTS if hook.is_wanted(part, ROOT)]:
        pytest.skip(f"{' and '.join(stale)} of this checkout must be made first: pip install --editable .")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    assert {"vigie/node/atlas/atlas.json.gz", "vigie/web/static/app/manifest.json", "vigie/web/static/app/NOTICES.txt"} <= held
    assert not [name for name in held if "node_modules" in name or name.startswith("ui/")]
