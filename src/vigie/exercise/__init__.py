"""Exercises: a made-up world with known truth, the reports that made-up agencies send of it, and how well a linking found the truth.

Everything is made up but the geography; every report says that it is an exercise, and no agency bears a real one's name.
"""

from __future__ import annotations

from vigie.exercise.agencies import AGENCIES
from vigie.exercise.score import Score, score_files, score_links
from vigie.exercise.tables import COLUMNS, Shape, Slab, Written, make_exercise, write_exercise
from vigie.exercise.world import default_period

__all__ = ["AGENCIES", "COLUMNS", "Score", "Shape", "Slab", "Written", "default_period", "make_exercise", "score_files", "score_links", "write_exercise"]
