"""The benchmark of the page's data runs from end to end on a small world."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from conftest import ROOT


@pytest.mark.long
def test_every_address_of_the_picture_is_timed() -> None:
    """Cold and warm, with the size of its answer; a map of five thousand events comes as cells and as marks."""
    order = [sys.executable, str(ROOT / "bench" / "desk.py"), "--events", "5000", "--times", "1", "--json"]
    said = json.loads(subprocess.run(order, check=True, capture_output=True).stdout)
    assert said["events"] == 5000
    assert len(said["asked"]) >= 17
    assert all(figures["first_s"] > 0 and figures["warm_s"] > 0 and figures["kB"] >= 0 for figures in said["asked"].values())
    assert said["asked"]["land"]["gzip_kB"] <= 30
