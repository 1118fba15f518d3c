"""The watch: sources, partners, linking, rules, timers, silences, checks, notices, briefs and sweeping, one after the other, each at its cadence.

A round goes through the jobs in their order, so that what a source brings is linked, judged and sent within one round. What was due while
the watch stood still is run once at its start, however often it was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting, VigieError
from vigie.model.label import PUBLIC
from vigie.model.times import SECOND_US, from_datetime
from vigie.node import clock
from vigie.node.defaults import Cadences
from vigie.node.incoming import sweep
from vigie.node.jobs import Job, JobOutcome, JobStanding, counted, has_news, is_due, remembered, run_job, standing, state_of
from vigie.node.kept import kept_world
from vigie.node.locks import is_held, locked
from vigie.node.settings import Node
from vigie.node.source_runs import run_due

Heard = Callable[[JobOutcome], None]
"""Told of every run as it ends."""

_ROUND = "round"

Clock = Callable[[], int]
"""Gives µs since 1970, UTC."""


def jobs_of(cadences: Cadences) -> tuple[Job, ...]:
    """The jobs of a node, in the order of a round."""
    return (
        Job("sources", cadences.sources_s, run_sources),
        Job("sync", cadences.sync_s, ask_partners),
        Job("link", cadences.link_s, make_worlds, follows_news=True),
        Job("rules", cadences.rules_s, watch_rules, follows_news=True),
        Job("timers", cadences.timers_s, tell_overdue, follows_news=True),
        Job("silences", cadences.timers_s, tell_silences, follows_news=True),
        Job("checks", cadences.timers_s, tell_unanswered, follows_news=True),
        Job("notices", cadences.notices_s, send_notices, follows_news=True),
        Job("briefs", cadences.briefs_s, make_briefs),
        Job("sweep", cadences.sweep_s, sweep_up),
    )


def jobs_as_run(node: Node) -> tuple[Job, ...]:
    """The jobs of a node, each at the cadence that its last run had, whoever watched; at its usual one where it never ran."""
    known = remembered(node)
    return tuple(replace(job, every_s=known[job.name].every_s or job.every_s) if job.name in known else job for job in jobs_of(Cadences()))


def run_sources(node: Node, _atlas: Atlas, now_us: int) -> str:
    """What the sources brought whose time has come, in one sentence. One that fails says so among the sources, and stops nothing."""
    outcomes = run_due(node, now_us)
    if not outcomes:
        return ""
    failed = [outcome.name for outcome in outcomes if outcome.status == "failed"]
    reports = sum(outcome.reports for outcome in outcomes)
    brought = f"{counted(len(outcomes), 'source', 'sources')} run, {counted(reports, 'new report', 'new reports')}"
    return brought + (f"; failed: {', '.join(failed)}." if failed else ".")


def ask_partners(node: Node, atlas: Atlas, now_us: int) -> str:
    """What the partners brought, in one sentence. One that fails says so among the partners, and stops nothing."""
    from vigie.node.sync_round import sync_partners

    return sync_partners(node, atlas, now_us)


def make_worlds(node: Node, atlas: Atlas, now_us: int) -> str:
    """How many events the own party and PUBLIC see, in one sentence; the worlds are kept for who asks next."""
    said = []
    for exercise in (False, True):
        counts = [len(kept_world(node, node.audience(party, now_us), atlas, exercise=exercise).events) for party in (node.settings.party, PUBLIC)]
        kind = "exercise " if exercise else ""
        said.append(f"{counted(counts[0], f'{kind}event', f'{kind}events')}, {counts[1]:,} of them public")
    return f"{said[0]}; {said[1]}."


def watch_rules(node: Node, atlas: Atlas, now_us: int) -> str:
    """What the rules that are on found, in one sentence."""
    from vigie.node import outlook

    return outlook.watch_rules(node, atlas, now_us)


def tell_overdue(node: Node, _atlas: Atlas, now_us: int) -> str:
    """Who has not answered in time, and whom that was told, in one sentence."""
    from vigie.node import desk

    return desk.tell_overdue(node, now_us)


def tell_silences(node: Node, atlas: Atlas, now_us: int) -> str:
    """Which silences have ended, agreed, noted or broken, each told once, in one sentence."""
    from vigie.node import silences

    return silences.tell_silences(node, atlas, now_us)


def tell_unanswered(node: Node, atlas: Atlas, now_us: int) -> str:
    """Which communication checks were not answered in time, and that their deputies are asked, in one sentence."""
    from vigie.node import contacts

    return contacts.tell_unanswered(node, atlas, now_us)


def send_notices(node: Node, atlas: Atlas, now_us: int) -> str:
    """How many messages went out to subscribers, and how many asked deputies for an answer. What cannot be sent of the one does not stop the other."""
    from vigie.node import deputies, notify

    said, faults = [], []
    for send in (notify.send_due, deputies.tell_deputies):
        try:
            said.append(send(node, atlas, now_us))
        except VigieError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return " ".join(filter(None, said))


def make_briefs(node: Node, atlas: Atlas, now_us: int) -> str:
    """How many of the briefs that were asked for were made, in one sentence."""
    from vigie.node import brief_orders

    return brief_orders.make_ordered(node, atlas, now_us)


def sweep_up(node: Node, _atlas: Atlas, now_us: int) -> str:
    """Nothing to say: what has lain long enough in the quarantine and among the fetched files is forgotten."""
    sweep(node, now_us)
    return ""


def run_round(node: Node, atlas: Atlas, jobs: Sequence[Job], now: Clock, *, stop: Event | None = None, heard: Heard | None = None) -> list[JobOutcome]:
    """What became of every job that was due, one after the other. A stop lets the job under way end and begins no other."""
    outcomes = []
    for job in jobs:
        if stop is not None and stop.is_set():
            break
        at_us, state = now(), state_of(node, job.name)
        if not is_due(state, job.every_s, at_us) and not has_news(node, job, state):
            continue
        outcomes.append(run_job(node, atlas, job, at_us))
        if heard:
            heard(outcomes[-1])
    return outcomes


def watch_once(node: Node, atlas: Atlas, jobs: Sequence[Job], now: Clock, *, stop: Event | None = None, heard: Heard | None = None) -> list[JobOutcome]:
    """One round, for those who have a clock of their own, such as cron. Raises `BadSetting` where the node is being watched already."""
    with alone(node):
        return run_round(node, atlas, jobs, now, stop=stop, heard=heard)


def watch(node: Node, atlas: Atlas, jobs: Sequence[Job], now: Clock, stop: Event, *, round_s: int = 60, heard: Heard | None = None) -> None:
    """Watches until `stop` is set; the job under way ends first. Raises `BadSetting` where the node is being watched already."""
    with watching(node, atlas, jobs, now, stop, round_s=round_s, heard=heard):
        stop.wait()


@contextmanager
def watching(node: Node, atlas: Atlas, jobs: Sequence[Job], now: Clock, stop: Event, *, round_s: int = 60, heard: Heard | None = None) -> Iterator[None]:
    """Watches beside what the block does. At its end `stop` is set and the job under way is waited for."""
    with alone(node):
        scheduler = _scheduler()
        scheduler.add_job(_round, "interval", (node, atlas, jobs, now, stop, heard), seconds=round_s, id=_ROUND, next_run_time=_at_once())
        scheduler.start()
        keeper = Thread(target=_keep_time, args=(scheduler, stop, round_s), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            stop.set()
            keeper.join()
            scheduler.shutdown(wait=True)


def _round(node: Node, atlas: Atlas, jobs: Sequence[Job], now: Clock, stop: Event, heard: Heard | None) -> None:
    """A round of the scheduler; one that cannot even remember its jobs (a full disk, a store that is away) is tried again with the next."""
    try:
        run_round(node, atlas, jobs, now, stop=stop, heard=heard)
    except Exception as fault:  # noqa: BLE001 - the watch goes on
        import structlog

        structlog.get_logger().error("round failed", fault=type(fault).__name__, said=str(fault))


def _keep_time(scheduler: Any, stop: Event, round_s: int) -> None:
    """Brings a round forward that lies further off than rounds are apart: the machine's clock was set back meanwhile."""
    while not stop.wait(round_s):
        next_us = from_datetime(scheduler.get_job(_ROUND).next_run_time)
        if next_us > clock.now_us() + 2 * round_s * SECOND_US:
            scheduler.modify_job(_ROUND, next_run_time=_at_once())


def _at_once() -> datetime:
    return datetime.fromtimestamp(clock.now_us() / SECOND_US, UTC)


def _scheduler() -> Any:
    """A scheduler with one round at a time; rounds that were missed are one round, however late."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a round that waits for a long one is nothing to tell
    how = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    return BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, job_defaults=how, timezone=UTC)


@contextmanager
def alone(node: Node) -> Iterator[None]:
    """Within it nobody else watches this node. Raises `BadSetting` where somebody does already."""
    with locked(_lock(node)) as is_ours:
        if not is_ours:
            raise BadSetting("The node is being watched already", source=str(node.folder), todo="let the other `vigie watch` do it, or stop that one first")
        yield


def is_watched(node: Node) -> bool:
    """Whether a `vigie watch` is running on this node."""
    return is_held(_lock(node))


def standings(node: Node, jobs: Sequence[Job], now_us: int) -> list[JobStanding]:
    """How each job is at `now_us`, in the order of a round."""
    return [standing(node, job, now_us) for job in jobs]


def _lock(node: Node) -> Path:
    return node.folder / "jobs" / "watch.lock"
