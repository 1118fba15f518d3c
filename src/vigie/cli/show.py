"""How the command line prints: tables and bars for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from vigie.model.label import TLP_ORDER, Directory, Label
from vigie.model.times import format_time

if TYPE_CHECKING:
    from vigie.node.intake import Outcome, Watch

UNSEEN_WIDTH = 160
"""How wide a line is where no terminal says so: in a file, a pipe, a test."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else UNSEEN_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str = "") -> None:
    """One line for a person."""
    out.print(text, markup=False)


def world_word(*, exercise: bool) -> str:
    """Which of the two worlds is shown, as the first words of an output say it."""
    return "EXERCISE (nothing of this happened)" if exercise else "REAL"


def complain(text: str) -> None:
    """One sentence on what went wrong."""
    err.print(text, markup=False, style="red")


def note(text: str) -> None:
    """One line for a person beside an output that a program may take: it goes to the error stream."""
    err.print(text, markup=False)


def say_json(value: Any) -> None:
    """JSON for a program."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - the command line is where printing is done


def say_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; numbers stand right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        is_number = bool(rows) and all(isinstance(row[number], int | float | None) for row in rows)
        table.add_column(column, justify="right" if is_number else "left", style=None, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)


@contextmanager
def progress_bar(total_bytes: int, title: str) -> Iterator[Watch]:
    """A bar over the bytes of a file that is read; the count beside it is of records."""
    shown = (TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.fields[records]:,} records"), TimeElapsedColumn())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), *shown)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(title, total=max(total_bytes, 1), records=0)
        yield lambda records, at_byte: progress.update(task, completed=at_byte, records=records)


@contextmanager
def fetching() -> Iterator[Any]:
    """A spinner that names what is fetched and how much has come: called with a word, the bytes or records so far, and how many there are in all (or None)."""
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Fetching", total=None)
        yield lambda name, done, total: progress.update(task, description=f"{name}: {done:,}" + (f" of {total:,}" if total else ""))


@contextmanager
def steps(title: str) -> Iterator[Any]:
    """A spinner that names the step at work: called with a word and a number."""
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda name, count: progress.update(task, description=f"{title}: {name}, {count:,} reports")


@contextmanager
def linking() -> Iterator[Any]:
    """A spinner as `steps` gives, for linking; where the engine has to be compiled first it says so."""
    with steps("Linking") as watch:

        def tell(name: str, count: int) -> None:
            from vigie.harmonise import is_compiled

            watch(name if is_compiled() else f"{name} (first start: the engine is compiled for this machine, about a minute, once)", count)

        yield tell


@contextmanager
def counting(title: str, total: int) -> Iterator[Any]:
    """A bar over a known number of things: called with how many more are done."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as progress:
        task = progress.add_task(title, total=max(total, 1))
        yield lambda done: progress.advance(task, done)


def say_outcome(outcome: Outcome) -> None:
    """What became of one file, in one or two lines."""
    if outcome.status == "refused":
        complain(f"{outcome.name}: {outcome.sentence}")
        return
    tally, how = outcome.tally, ", ".join(outcome.readers)
    if outcome.status == "known":
        say(f"{outcome.name}: taken in before; nothing changed ({tally.unchanged:,} reports, {tally.rejects:,} rejects).")
        return
    say(f"{outcome.name}: {tally.reports:,} new reports, {tally.unchanged:,} unchanged, {tally.rejects:,} rejects (reader {how}).")
    if tally.tied:
        later = "that has no later revision or time of issue; their content decided which counts"
        say(f"  {tally.tied:,} reports differ from an earlier word of their agency {later}.")
    if tally.relabelled:
        say(f"  {tally.relabelled:,} of them were held under another label, which counts no more: who could read them by it alone no longer can.")
    if tally.closed:
        todo = "open them one by one (vigie labels propose), or take the file in again with --approved-by"
        say(f"  {tally.closed:,} of them are held under a stricter label and keep it, as this file's label opens more: {todo}.")
    if outcome.restricted:
        say("  The source's terms forbid passing it on: readable by you only, never exported.")


def release_sentence(outcome: Outcome, directory: Directory) -> str:
    """Who may read what was just taken in, in plain words; nothing where a source's terms have decided it."""
    label = outcome.label
    if label is None or outcome.restricted:
        return ""
    return f"TLP:{label.tlp}: readable by {_readers_of(label, directory)}."


def _readers_of(label: Label, directory: Directory) -> str:
    """Everybody whom the label's TLP level or list means, and what else it asks of them."""
    whom = {"CLEAR": "everybody", "GREEN": "the community"}.get(label.tlp, "") if label.rel_to is None else ", ".join(sorted(label.rel_to))
    levels = directory.levels.get(label.policy, ())
    if not whom or label.level not in levels or label.tlp not in TLP_ORDER:
        return "you only"
    asked = [f"cleared for {label.policy} {label.level}"] if label.level != levels[0] else []
    asked += [f"who hold {' and '.join(sorted(label.caveats))}"] if label.caveats else []
    asked += [f"except {', '.join(sorted(label.not_to))}"] if label.not_to else []
    asked += [f"from {format_time(label.embargo_us)} on"] if label.embargo_us is not None else []
    return ", ".join([whom, *asked]) + ("; always by you" if asked else "")


def say_counts(title: str, counts: Mapping[str, int], most: int = 12) -> None:
    """A short table of counts; what is cut off is said."""
    rows = [(name or "(none)", count) for name, count in list(counts.items())[:most]]
    rest = list(counts.values())[most:]
    say_table(title, ["", "events"], [*rows, *([(f"and {len(rest)} more", sum(rest))] if rest else [])])
