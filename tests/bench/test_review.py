"""The benchmark of review runs from end to end on few reports."""

from __future__ import annotations

import json
import subprocess
import sys

from conftest import ROOT


def test_what_answers_are_worth_is_measured_for_every_way_of_asking() -> None:
    """Answers from the truth, asked for by their worth, make the events of a small exercise better."""
    order = [sys.executable, str(ROOT / "bench" / "review.py"), "--reports", "1000", "--seeds", "1"]
    done = subprocess.run(order, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = json.loads(done.stdout)["mean"]
    assert {f"{way}, {rounds}" for way in ("worth", "random", "nearest") for rounds in ("at once", "in rounds")} <= set(said)
    assert said["before"] < said["worth, at once"] <= 1
