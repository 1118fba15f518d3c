"""Jobs: what a node does by itself, each at its own pace, never twice at once; what became of each is remembered before and after it runs.

When a job is due is a pure function of what is remembered of it and the time, so that a restart gives the same answer.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from vigie.model.atlas import Atlas
from vigie.model.errors import VigieError
from vigie.model.times import SECOND_US, format_time
from vigie.node.addresses import safe_name
from vigie.node.locks import is_held, locked
from vigie.node.settings import Node
from vigie.store import change_count, list_notes, read_note, save_note

BOOK = "jobs"
LATE_AFTER_US = 120 * SECOND_US
"""A job is called late when it is due for longer than this (our own choice): until then it may only wait for its turn."""

Work = Callable[[Node, Atlas, int], str]
"""Told the node, the atlas and the time; gives back one sentence on what it did, empty where there was nothing to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is done every `every_s` seconds. One with `follows_news` is also due as soon as the store has changed since it last began."""

    name: str
    every_s: int
    run: Work
    follows_news: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What is remembered of a job. `began_us` and `succeeded_us` are when its last run, and its last good run, began.

    `is_under_way` without anybody who runs it means that the run was cut off. `late_us` is how long the last run had been due.
    `seen` is the store's counter of changes when it began, `every_s` the cadence that it ran at (0 = not known). `said` is the last sentence that
    said something, of the run that began at `said_us`.
    """

    began_us: int | None = None
    succeeded_us: int | None = None
    is_under_way: bool = False
    runs: int = 0
    failures: int = 0
    late_us: int = 0
    seen: int = -1
    every_s: int = 0
    said: str = ""
    said_us: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutcome:
    """What became of one run; `busy` means that another process is at it. `notes` say what was odd about when it ran."""

    name: str
    status: Literal["done", "failed", "busy"]
    sentence: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStanding:
    """A job as it stands at an instant. `due_us` is None for one that never ran; `late_us` is 0 for one that is not late."""

    name: str
    every_s: int
    state: JobState
    word: Literal["running", "well", "late", "failing", "cut off", "never run"]
    due_us: int | None
    late_us: int


def due_us(state: JobState, every_s: int) -> int | None:
    """When a job is to run next: at once (None) if it never ran, at its own begin if that run was cut off, else one cadence after it began."""
    if state.began_us is None or state.is_under_way:
        return state.began_us
    return state.began_us + every_s * SECOND_US


def is_due(state: JobState, every_s: int, now_us: int) -> bool:
    """Whether its time has come. A last run in the future means that the clock was set back; waiting for it could take years."""
    at_us = due_us(state, every_s)
    return at_us is None or at_us <= now_us or is_set_back(state, now_us)


def is_set_back(state: JobState, now_us: int) -> bool:
    """Whether the clock stands before the job's last run."""
    return state.began_us is not None and state.began_us > now_us


def late_us(state: JobState, every_s: int, now_us: int) -> int:
    """For how long it has been due, 0 where it is not or where it never ran."""
    at_us = due_us(state, every_s)
    return 0 if at_us is None else max(0, now_us - at_us)


def state_of(node: Node, name: str) -> JobState:
    """What is remembered of a job; nothing yet for one that never ran."""
    return _from_note(read_note(node.store, BOOK, name) or {})


def has_news(node: Node, job: Job, state: JobState) -> bool:
    """Whether the store has changed since the job, if it follows news, last began."""
    return job.follows_news and change_count(node.store) != state.seen


def run_job(node: Node, atlas: Atlas, job: Job, now_us: int) -> JobOutcome:
    """Runs a job if nobody else is running it. Whatever goes wrong in it is remembered as one sentence, and is no reason to stop."""
    with locked(lock_of(node, job.name)) as is_ours:
        if not is_ours:
            return JobOutcome(name=job.name, status="busy", sentence="It is being run by another process.")
        before = state_of(node, job.name)
        late = 0 if is_set_back(before, now_us) else late_us(before, job.every_s, now_us)
        begun = replace(before, began_us=now_us, is_under_way=True, runs=before.runs + 1, late_us=late)
        begun = replace(begun, seen=change_count(node.store), every_s=job.every_s)
        _save(node, job.name, begun)
        after, said = _after(node, atlas, job, begun)
        _save(node, job.name, after)
        status: Literal["done", "failed"] = "failed" if after.fault else "done"
        return JobOutcome(name=job.name, status=status, sentence=after.fault or said, notes=_oddities(before, now_us))


def _after(node: Node, atlas: Atlas, job: Job, begun: JobState) -> tuple[JobState, str]:
    """The state after the run, and what the run said: a run that had nothing to say leaves the last sentence where it is."""
    now_us = begun.began_us or 0
    try:
        said = job.run(node, atlas, now_us)
    except VigieError as fault:
        return replace(begun, is_under_way=False, failures=begun.failures + 1, fault=str(fault)), ""
    except Exception as fault:  # noqa: BLE001 - one job that breaks must not stop the watch
        import structlog

        structlog.get_logger().error("job failed", job=job.name, fault=type(fault).__name__, said=str(fault)[:200], where=_where(fault))
        sentence = f"The job {job.name} broke ({type(fault).__name__}); what the watch wrote to its log says where."
        return replace(begun, is_under_way=False, failures=begun.failures + 1, fault=sentence), ""
    after = replace(begun, is_under_way=False, succeeded_us=now_us, failures=0, fault="")
    return (replace(after, said=said, said_us=now_us) if said else after), said


def counted(count: int, one: str, many: str) -> str:
    """How many of what, for the sentence of a job.

    >>> counted(1, "source", "sources"), counted(1200, "report", "reports")
    ('1 source', '1,200 reports')
    """
    return f"{count:,} {one if count == 1 else many}"


def _where(fault: Exception) -> str:
    """The last places in the program that a fault came through, innermost first: never the values there, which may be secrets."""
    frames = traceback.extract_tb(fault.__traceback__)[:-4:-1]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def _oddities(before: JobState, now_us: int) -> tuple[str, ...]:
    began = format_time(before.began_us) if before.began_us is not None else ""
    notes = []
    if before.is_under_way:
        notes.append(f"The run that began {began} was cut off.")
    if is_set_back(before, now_us):
        notes.append(f"The clock was set back: the last run was at {began}.")
    return tuple(notes)


def standing(node: Node, job: Job, now_us: int) -> JobStanding:
    """How a job is at `now_us`."""
    state = state_of(node, job.name)
    late = 0 if is_set_back(state, now_us) else late_us(state, job.every_s, now_us)
    late = late if late > LATE_AFTER_US else 0
    return JobStanding(
        name=job.name,
        every_s=job.every_s,
        state=state,
        word="running" if state.is_under_way and is_held(lock_of(node, job.name)) else _word(state, late),
        due_us=due_us(state, job.every_s),
        late_us=late,
    )


def _word(state: JobState, late: int) -> Literal["well", "late", "failing", "cut off", "never run"]:
    if state.began_us is None:
        return "never run"
    if state.is_under_way:
        return "cut off"
    if state.fault:
        return "failing"
    return "late" if late else "well"


def lock_of(node: Node, name: str) -> Path:
    """The file whose lock a run of the job holds."""
    return node.folder / "jobs" / f"{safe_name(name)}.lock"


def remembered(node: Node) -> dict[str, JobState]:
    """What is remembered of every job that ever ran, by name."""
    return {name: _from_note(note) for name, note in list_notes(node.store, BOOK).items()}


def _save(node: Node, name: str, state: JobState) -> None:
    save_note(node.store, BOOK, name, asdict(state))


def _from_note(note: Mapping[str, Any]) -> JobState:
    """The state that a note holds; what another version of the program wrote besides is left out."""
    return JobState(**{key: value for key, value in note.items() if key in JobState.__slots__})
