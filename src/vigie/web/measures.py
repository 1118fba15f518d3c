"""Figures for Prometheus: what PUBLIC may see. Nothing here depends on a record that PUBLIC may not read.

So the process's own time and memory are not among them: they would tell that something hidden was taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import vigie
from vigie.node.worlds import World
from vigie.picture import count_by

_HEAD = "# HELP {name} {words}\n# TYPE {name} {type}\n"


def metrics_text(worlds: Iterable[World]) -> str:
    """The figures in Prometheus' text format 0.0.4."""
    kept = list(worlds)
    return "".join(
        [
            _HEAD.format(name="vigie_info", words="The version that runs.", type="gauge") + f'vigie_info{{version="{vigie.__version__}"}} 1\n',
            _HEAD.format(name="vigie_events", words="Events that PUBLIC may see.", type="gauge") + "".join(_by_field("vigie_events", kept)),
            _HEAD.format(name="vigie_reports", words="Reports that PUBLIC may read.", type="gauge") + "".join(_reports(kept)),
        ]
    )


def _by_field(name: str, worlds: Iterable[World]) -> Iterator[str]:
    for world in worlds:
        for field, count in sorted(count_by(world.events.field).items()):
            yield f'{name}{{exercise="{_word(exercise=world.exercise)}",field="{field}"}} {count}\n'


def _reports(worlds: Iterable[World]) -> Iterator[str]:
    for world in worlds:
        yield f'vigie_reports{{exercise="{_word(exercise=world.exercise)}"}} {len(world.catalogue)}\n'


def _word(*, exercise: bool) -> str:
    return "true" if exercise else "false"
