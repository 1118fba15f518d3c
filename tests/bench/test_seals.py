"""The benchmark of seals runs from end to end on few records."""

from __future__ import annotations

import json
import subprocess
import sys

from conftest import ROOT


def test_what_sealing_many_at_once_gains_is_measured() -> None:
    """Beside one signature for each record; every seal that was made is checked on the way."""
    order = [sys.executable, str(ROOT / "bench" / "seals.py"), "--records", "640", "--rounds", "1", "--json"]
    said = json.loads(subprocess.run(order, check=True, capture_output=True).stdout)
    assert list(said) == ["batches of 64", "batches of 8", "batches of 1", "a signature a record", "Ed25519 alone"]
    assert all(figure > 0 for figures in said.values() for figure in figures.values())
