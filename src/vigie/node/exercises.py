"""Exercises as files: made for all fields that make up events, and scored against their truth."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.node.atlas import load_atlas
from vigie.node.packs import packs


def make_exercise_files(folder: Path, reports: int, seed: int, step: Callable[[int], object]) -> list[Path]:
    """Writes an exercise into `folder`, whole or not at all; the files of the agencies. `step` is told how many reports are done.

    A folder that holds an exercise already is written anew; one that holds anything else is refused.
    """
    from vigie.exercise.tables import write_exercise

    if folder.exists() and any(folder.iterdir()) and not (folder / "truth.csv").exists():
        raise BadSetting("The folder is not empty and holds no exercise", source=str(folder), todo="name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        made = Path(unfinished) / "exercise"
        write_exercise(tuple(packs().values()), load_atlas(), reports, seed, made, step=step)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    return sorted(folder.glob("reports-*.csv"))


def score_exercise(folder: Path, links: Path) -> dict[str, Json]:
    """Precision, recall and F1 of links against the truth in the folder."""
    from vigie.exercise.score import score_files

    return dict(asdict(score_files(folder, links)))
