"""The build hook: when the atlas is made, what it asks for, and that the wheel carries the file."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("hatchling", reason="the build backend is in the dependency group `build`")

ROOT = Path(__file__).resolve().parents[2]
MADE = Path("src") / "vigie" / "node" / "atlas" / "atlas.json.gz"


@pytest.fixture
def hook() -> ModuleType:
    """The module hatch_build of the checkout."""
    spec = importlib.util.spec_from_file_location("vigie_hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a table of the maker and a file that is newer."""
    monkeypatch.delenv("VIGIE_SKIP_ATLAS", raising=False)
    for name, at_s in ((Path("atlas") / "units.csv", 1_000), (MADE, 2_000)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at_s, at_s))
    return tmp_path


def test_a_file_newer_than_its_sources_is_left_alone(hook: ModuleType, checkout: Path) -> None:
    """A second build asks for nothing and runs nothing."""
    assert not hook.is_atlas_wanted(checkout)


def test_a_changed_table_or_a_missing_file_makes_the_atlas(hook: ModuleType, checkout: Path) -> None:
    """What was fetched does not count as a source."""
    fetched = checkout / "atlas" / "node_modules" / "datamaps.json"
    fetched.parent.mkdir()
    fetched.touch()
    assert not hook.is_atlas_wanted(checkout)
    os.utime(checkout / "atlas" / "units.csv", (3_000, 3_000))
    assert hook.is_atlas_wanted(checkout)
    (checkout / MADE).unlink()
    assert hook.is_atlas_wanted(checkout)


def test_an_sdist_that_holds_the_file_runs_nothing(hook: ModuleType, checkout: Path) -> None:
    """Unpacking may give any times; the archive's own list of facts tells an sdist."""
    os.utime(checkout / "atlas" / "units.csv", (3_000, 3_000))
    (checkout / "PKG-INFO").touch()
    assert not hook.is_atlas_wanted(checkout)


def test_a_builder_may_skip_the_atlas(hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VIGIE_SKIP_ATLAS=1 is heard even where the file is missing."""
    (checkout / MADE).unlink()
    monkeypatch.setenv("VIGIE_SKIP_ATLAS", "1")
    assert not hook.is_atlas_wanted(checkout)


@pytest.mark.slow
def test_the_built_wheel_holds_the_atlas(hook: ModuleType, tmp_path: Path) -> None:
    """Only where the file is fresh: a test fetches nothing."""
    if hook.is_atlas_wanted(ROOT) or not (ROOT / MADE).exists():
        pytest.skip("the atlas of this checkout is not made; run `python atlas/build.py`")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert "vigie/node/atlas/atlas.json.gz" in wheel.namelist()
