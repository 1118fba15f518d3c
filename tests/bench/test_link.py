"""The benchmark of linking: it runs from end to end on few reports, and its picture can be drawn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from conftest import ROOT

BENCH = ROOT / "bench"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one step after the other says of 2,000 reports, with the kernels that are compiled already."""
    folder = tmp_path_factory.mktemp("link")
    return {step: _step(step, folder) for step in ("make", "start", "measure", "table")}


def _step(step: str, folder: Path) -> dict[str, Any]:
    order = ["--step", step, "--folder", str(folder), "--reports", "2000"]
    done = subprocess.run([sys.executable, str(BENCH / "link.py"), *order], check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def test_every_report_of_every_field_is_measured(said: dict[str, Any]) -> None:
    """All seven fields are linked and scored, and the whole lies between the best and the worst of them."""
    each = said["measure"]["fields"]
    assert len(each) == 7
    assert sum(one["reports"] for one in each.values()) == 2_000
    assert min(one["f1"] for one in each.values()) <= said["measure"]["f1"] <= max(one["f1"] for one in each.values())


def test_seconds_and_memory_are_stated_apart(said: dict[str, Any]) -> None:
    """Making, reading, starting and linking each have figures of their own."""
    assert set(said["make"]) == {"make_s", "read_s"}
    assert set(said["start"]) == {"import_s", "wall_s", "cpu_s"}
    assert said["measure"]["peak_gib"] >= said["measure"]["before_gib"] > 0


def test_the_growth_is_drawn_from_its_figures() -> None:
    """Any two sizes make a picture with a mark for each figure."""
    code = "import json, sys, link_growth; sys.stdout.write(link_growth.draw(json.load(sys.stdin)))"
    figures = [{"reports": number, "wall_s": number / 1e5, "cpu_s": number / 9e4, "peak_gib": 0.3} for number in (10_000, 1_000_000)]
    done = subprocess.run([sys.executable, "-c", code], check=True, input=json.dumps(figures).encode(), stdout=subprocess.PIPE, cwd=BENCH)
    names = [etree.QName(item).localname for item in etree.fromstring(done.stdout).iter()]
    assert names.count("circle") == 5  # one in the legend
    assert names.count("polyline") == 3


def test_a_day_added_to_a_linked_catalogue_gives_the_answer_of_all_at_once() -> None:
    """The benchmark of the warm state compares every cluster."""
    order = [sys.executable, str(BENCH / "link_day.py"), "--reports", "3000", "--day", "200"]
    done = subprocess.run(order, check=True, stdout=subprocess.PIPE)
    said = json.loads(done.stdout)
    assert said["same"]
    assert sum(one["new"] for one in said["fields"].values()) == 200
