"""`vigie watch`: the schedule."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import JsonOption, NodeOption, shown_day, the_node
from vigie.cli.show import complain, say, say_json, say_table
from vigie.cli.worlds import check_port, start_server
from vigie.model.times import SECOND_US, format_time
from vigie.node.clock import now_us
from vigie.node.defaults import Cadences

if TYPE_CHECKING:
    from vigie.node.jobs import Job, JobOutcome, JobStanding
    from vigie.node.settings import Node

DEFAULT = Cadences()


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(watch)


def _every(what: str) -> Any:
    return typer.Option(help=f"Seconds between two looks at {what}.", min=1, max=31 * 86_400)


def watch(
    node: NodeOption = None,
    sources_every: Annotated[int, _every("the sources")] = DEFAULT.sources_s,
    sync_every: Annotated[int, _every("the partners")] = DEFAULT.sync_s,
    link_every: Annotated[int, _every("links")] = DEFAULT.link_s,
    rules_every: Annotated[int, _every("the rules")] = DEFAULT.rules_s,
    timers_every: Annotated[int, _every("unanswered warnings, silences and checks")] = DEFAULT.timers_s,
    notices_every: Annotated[int, _every("notices to send")] = DEFAULT.notices_s,
    briefs_every: Annotated[int, _every("briefs that were asked for")] = DEFAULT.briefs_s,
    sweep_every: Annotated[int, _every("what is to be forgotten")] = DEFAULT.sweep_s,
    port: Annotated[int, typer.Option(help="The port of the page, with --serve.", min=1, max=65535)] = 8321,
    *,
    once: Annotated[bool, typer.Option("--once", help="Run what is due and stop, for those who use cron.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Run nothing: show each job, when it last ran, what is late.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the page from the same process.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run sources, partners, linking, rules, timers, silences, checks, notices and briefs, each at its cadence, until it is stopped."""
    from vigie.node.schedule import jobs_as_run, jobs_of

    cadences = Cadences(
        sources_s=sources_every,
        sync_s=sync_every,
        link_s=link_every,
        rules_s=rules_every,
        timers_s=timers_every,
        notices_s=notices_every,
        briefs_s=briefs_every,
        sweep_s=sweep_every,
    )
    opened, jobs = the_node(node), jobs_of(cadences)
    if status:
        raise typer.Exit(_say_status(opened, jobs_as_run(opened), as_json=as_json))
    if once:
        raise typer.Exit(_run_once(opened, jobs, as_json=as_json))
    _run(opened, jobs, cadences.round_s, port if serve else None, as_json=as_json)


def _run_once(node: Node, jobs: Sequence[Job], *, as_json: bool) -> int:
    from vigie.node.atlas import load_atlas
    from vigie.node.schedule import watch_once

    with stopped() as stop:
        outcomes = watch_once(node, load_atlas(), jobs, now_us, stop=stop, heard=None if as_json else say_run)
    if as_json:
        say_json([_outcome_json(outcome) for outcome in outcomes])
    elif not outcomes:
        say("No job is due.")
    return 1 if any(outcome.status == "failed" for outcome in outcomes) else 0


def _run(node: Node, jobs: Sequence[Job], round_s: int, port: int | None, *, as_json: bool) -> None:
    from vigie.node.atlas import load_atlas
    from vigie.node.schedule import watching

    if port is not None:
        check_port("127.0.0.1", port)
    atlas = load_atlas()

    def heard(outcome: JobOutcome) -> None:
        if as_json:
            say(json.dumps(_outcome_json(outcome), ensure_ascii=False))
        elif outcome.sentence or outcome.notes:
            say_run(outcome)

    with stopped() as stop, watching(node, atlas, jobs, now_us, stop, round_s=round_s, heard=heard):
        if not as_json:
            say(f"Watching for {node.settings.party}. Stop with Ctrl-C; the job under way ends first.")
        if port is None:
            stop.wait()
        else:
            start_server(node, atlas, port)


@contextmanager
def stopped() -> Iterator[Event]:
    """An event that is set when the process is told to end."""
    stop = Event()

    def told(*_: object) -> None:
        Thread(target=stop.set).start()  # not here: the main thread may be within the event's own lock

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with suppress(KeyboardInterrupt):
            yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say_run(outcome: JobOutcome) -> None:
    """What became of a run, in one line with the time."""
    line = f"{shown_day(now_us())} {outcome.name}: {outcome.sentence or 'nothing to do.'}"
    (complain if outcome.status == "failed" else say)(" ".join([line, *outcome.notes]))


def _outcome_json(outcome: JobOutcome) -> dict[str, object]:
    return {"job": outcome.name, "status": outcome.status, "sentence": outcome.sentence, "notes": list(outcome.notes)}


def _say_status(node: Node, jobs: Sequence[Job], *, as_json: bool) -> int:
    """Shows how each job is; 1 where one is not well."""
    from vigie.node.schedule import is_watched, standings

    found, is_running = standings(node, jobs, now_us()), is_watched(node)
    if as_json:
        say_json({"watched": is_running, "jobs": [_standing_json(item) for item in found]})
    else:
        say_table("Jobs", ["job", "is", "last run", "last good run", "next", "late by", "runs", "said"], [_standing_row(item) for item in found])
        say("The node is being watched." if is_running else "Nobody watches this node: start vigie watch, or run vigie watch --once by cron.")
    return 1 if any(item.word in ("late", "failing", "cut off") for item in found) else 0


def _standing_json(item: JobStanding) -> dict[str, object]:
    state = item.state
    times = {"last_run": state.began_us, "last_good_run": state.succeeded_us, "next": item.due_us}
    facts = {"job": item.name, "is": item.word, "every_s": item.every_s, "late_s": item.late_us // SECOND_US, "runs": state.runs}
    shown = {name: None if at_us is None else format_time(at_us) for name, at_us in times.items()}
    return facts | shown | {"last_late_s": state.late_us // SECOND_US, "said": state.said, "fault": state.fault}


def _standing_row(item: JobStanding) -> tuple[object, ...]:
    state = item.state
    times = ["" if at_us is None else shown_day(at_us) for at_us in (state.began_us, state.succeeded_us, item.due_us)]
    late = f"{item.late_us // (60 * SECOND_US)} min" if item.late_us else ""
    return (item.name, item.word, *times, late, state.runs, state.fault or state.said)
