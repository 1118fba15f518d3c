"""The bundle: it verifies itself, refuses what was changed, and installs without a network."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from conftest import ROOT

NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_INDEX_URL": "", "http_proxy": "", "https_proxy": ""}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The program `tools/bundle`."""
    spec = spec_from_loader("bundle_tool", SourceFileLoader("bundle_tool", str(ROOT / "tools" / "bundle")))
    assert spec
    assert spec.loader
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def wheel(folder: Path, name: str, body: str, needs: str = "") -> Path:
    """A little wheel with one module, which is a program as well."""
    path, info = folder / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    needed = f"Requires-Dist: {needs}\n" if needs else ""
    members = {
        f"{name}.py": body,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needed}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    with zipfile.ZipFile(path, "w") as out:
        for member, text in members.items():
            out.writestr(member, text)
        out.writestr(f"{info}/RECORD", "".join(f"{member},,\n" for member in [*members, f"{info}/RECORD"]))
    return path


@pytest.fixture
def bundle(tool: ModuleType, tmp_path: Path) -> Path:
    """A bundle of two made-up wheels: one that is called vigie, one that it needs and that is locked."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    wheel(folder / "wheels", "vigie", "import needed_part\n\ndef main():\n    print(needed_part.WORD)\n", "needed-part")
    needed = wheel(folder / "wheels", "needed_part", "WORD = 'installed'\n\ndef main():\n    pass\n")
    tool.seal(folder, f"needed-part==1.0 \\\n    --hash=sha256:{hashlib.sha256(needed.read_bytes()).hexdigest()}\n", PYTHON)
    return folder


def install(bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the bundle's own program, with no index to ask."""
    return subprocess.run([sys.executable, str(bundle / "install.py"), *words], capture_output=True, text=True, check=False, env={**os.environ, **NO_NETWORK})


def test_a_bundle_installs_without_a_network(bundle: Path, tmp_path: Path) -> None:
    """Into a new folder, whose program runs; `sha256sum -c` agrees with the sums; a folder that is taken is refused."""
    done = install(bundle, str(tmp_path / "there"))
    assert done.returncode == 0, done.stderr
    said = subprocess.run([str(tmp_path / "there" / "bin" / "vigie")], capture_output=True, text=True, check=True, env=NO_NETWORK)
    assert said.stdout == "installed\n"
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=bundle, check=False).returncode == 0
    again = install(bundle, str(tmp_path / "there"))
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)


@pytest.mark.parametrize("name", ["wheels/vigie-1.0-py3-none-any.whl", "requirements.txt", "bundle.json", "INSTALL.txt", "install.py"])
def test_a_changed_file_is_refused(bundle: Path, tmp_path: Path, name: str) -> None:
    """It is named, and nothing is installed."""
    path = bundle / name
    path.write_bytes(path.read_bytes() + b"\n")
    done = install(bundle, str(tmp_path / "there"))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"{name} was changed.", "Nothing was installed."]
    assert not (tmp_path / "there").exists()


def test_a_file_that_is_gone_or_was_put_in_is_refused(bundle: Path) -> None:
    """Each is named; a whole bundle verifies."""
    assert install(bundle, "--verify").stdout == "Every file is what was packed.\n"
    (bundle / "INSTALL.txt").unlink()
    (bundle / "wheels" / "other-1.0-py3-none-any.whl").write_bytes(b"")
    assert install(bundle, "--verify").stderr.splitlines()[:2] == ["INSTALL.txt is gone.", "wheels/other-1.0-py3-none-any.whl was not in the bundle."]
    (bundle / "SHA256SUMS").write_text("no list")
    assert install(bundle, "--verify").stderr.startswith("The list of sums cannot be read")


def test_a_bundle_for_another_python_is_refused(tool: ModuleType, tmp_path: Path) -> None:
    """In one sentence, before anything is made."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    tool.seal(folder, "", "3.99")
    done = install(folder, str(tmp_path / "there"))
    assert done.stderr == f"The bundle is for Python 3.99; this is {PYTHON}. Nothing was installed.\n"


def test_a_wheel_that_the_lock_does_not_name_is_not_packed(tool: ModuleType, tmp_path: Path) -> None:
    """Neither one of another version, nor one with other bytes."""
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels", "needed_part", "")
    with pytest.raises(SystemExit, match=r"is not what constraints\.txt has locked"):
        tool.seal(tmp_path, f"needed-part==1.0 \\\n    --hash=sha256:{'0' * 64}\n", PYTHON)
    assert not (tmp_path / "SHA256SUMS").exists()


def test_the_lock_of_this_version_is_understood(tool: ModuleType) -> None:
    """Every pinned package has sums, and the conditions of the lock travel with its versions."""
    text = (ROOT / "constraints.txt").read_text()
    pinned = [line for line in text.splitlines() if re.match(r"\S+==", line)]
    assert len(tool.versions(text)) == len(pinned)
    assert all(tool.hashes(text)[f"{tool.plain(line.split('==')[0])}=={line.split('==')[1].split()[0]}"] for line in pinned)
    assert not any("hash" in line or line.endswith("\\") for line in tool.versions(text))


@pytest.mark.long
def test_the_bundle_of_this_version_is_made_and_installs(tmp_path: Path) -> None:
    """With a package index at hand: downloaded, verified, installed from the folder alone, and it makes a node."""
    made = subprocess.run([sys.executable, str(ROOT / "tools" / "bundle"), str(tmp_path / "bundle")], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    done = install(tmp_path / "bundle", str(tmp_path / "there"))
    assert done.returncode == 0, done.stderr
    vigie = str(tmp_path / "there" / "bin" / "vigie")
    subprocess.run([vigie, "init", "--party", "ME-NODE", "--node", str(tmp_path / "node")], check=True, env={"PATH": os.environ["PATH"]})
    assert subprocess.run([vigie, "check", "--node", str(tmp_path / "node")], check=False).returncode == 0
