"""Figures for Prometheus: what PUBLIC may see, and the process. Nothing here depends on a record that PUBLIC may not read."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator
from time import process_time

import vigie
from vigie.node.worlds import World
from vigie.picture import count_by

_HEAD = "# HELP {name} {words}\n# TYPE {name} {type}\n"


def metrics_text(worlds: Iterable[World]) -> str:
    """The figures in Prometheus' text format 0.0.4."""
    kept = list(worlds)
    process = {
        "process_cpu_seconds_total": ("counter", "Processor time of this process.", process_time()),
        "process_resident_memory_peak_bytes": ("gauge", "The most memory that this process held.", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024),
    }
    return "".join(
        [
            _HEAD.format(name="vigie_info", words="The version that runs.", type="gauge") + f'vigie_info{{version="{vigie.__version__}"}} 1\n',
            _HEAD.format(name="vigie_events", words="Events that PUBLIC may see.", type="gauge") + "".join(_by_field("vigie_events", kept)),
            _HEAD.format(name="vigie_reports", words="Reports that PUBLIC may read.", type="gauge") + "".join(_reports(kept)),
            *(f"{_HEAD.format(name=name, words=words, type=kind)}{name} {value}\n" for name, (kind, words, value) in process.items()),
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
