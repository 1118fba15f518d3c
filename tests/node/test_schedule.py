"""The watch: jobs at their cadence, never twice at once, through kills, stops and clocks that are set back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import NOW_US
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.label import Label
from vigie.model.times import DAY_US, SECOND_US
from vigie.node import schedule
from vigie.node.brief_orders import cancel_order, make_ordered, order_brief
from vigie.node.briefs import Order as BriefOrder
from vigie.node.intake import Order, ingest_file
from vigie.node.jobs import Job, JobState, due_us, is_due, late_us, run_job, standing, state_of
from vigie.node.schedule import Cadences, is_watched, jobs_as_run, jobs_of, run_round, standings, watch, watch_once
from vigie.node.settings import Node, open_node

MINUTE_US = 60 * SECOND_US
YEAR_US = 365 * DAY_US
ATLAS = Atlas(countries=(), units=(), places=())
"""None of these jobs looks at the map."""

Said = list[tuple[str, int]]


def noting(said: Said, name: str, every_s: int = 60, **how: bool) -> Job:
    """A job that writes down when it ran."""

    def run(_node: Node, _atlas: Atlas, now_us: int) -> str:
        said.append((name, now_us))
        return f"{name} ran."

    return Job(name, every_s, run, **how)


def at(now_us: int) -> Callable[[], int]:
    """A clock that stands."""
    return lambda: now_us


def round_at(node: Node, now_us: int, *jobs: Job) -> list[str]:
    """The names of the jobs that a round runs."""
    return [outcome.name for outcome in run_round(node, ATLAS, jobs, at(now_us))]


@given(began=st.integers(0, 2**52), every_s=st.integers(1, 10**7), now=st.integers(0, 2**52))
def test_a_job_is_due_one_cadence_after_it_began_or_when_the_clock_was_set_back(began: int, every_s: int, now: int) -> None:
    """And at once if it never ran, or was cut off."""
    state = JobState(began_us=began, succeeded_us=began, runs=1)
    assert due_us(state, every_s) == began + every_s * SECOND_US
    assert is_due(state, every_s, now) == (now < began or now >= began + every_s * SECOND_US)
    assert is_due(JobState(), every_s, now)
    assert is_due(replace(state, is_under_way=True), every_s, now)
    assert late_us(state, every_s, now) == max(0, now - began - every_s * SECOND_US)


def test_jobs_run_in_their_order_each_at_its_cadence(node: Node) -> None:
    """A round runs what is due and nothing else."""
    said: Said = []
    jobs = (noting(said, "sources", 60), noting(said, "rules", 300))
    assert round_at(node, NOW_US, *jobs) == ["sources", "rules"]
    assert round_at(node, NOW_US + 59 * SECOND_US, *jobs) == []
    assert round_at(node, NOW_US + MINUTE_US, *jobs) == ["sources"]
    assert round_at(node, NOW_US + 5 * MINUTE_US, *jobs) == ["sources", "rules"]
    assert [name for name, _ in said] == ["sources", "rules", "sources", "sources", "rules"]


def test_what_was_missed_is_run_once_and_not_as_often_as_it_was_missed(node: Node) -> None:
    """After a week's stop a job of every minute runs once, and its lateness is kept."""
    said: Said = []
    job = noting(said, "sources")
    round_at(node, NOW_US, job)
    later = NOW_US + 7 * DAY_US
    assert standing(node, job, later).word == "late"
    assert round_at(node, later, job) == ["sources"]
    assert round_at(node, later + SECOND_US, job) == []
    assert len(said) == 2
    assert state_of(node, "sources").late_us == 7 * DAY_US - MINUTE_US


def test_news_of_a_source_is_judged_in_the_same_round(node: Node, tmp_path: Path) -> None:
    """What follows news runs as soon as the store has changed, though its own time has not come; and then not again."""
    table = tmp_path / "one.csv"
    table.write_text("report_id,agency,field,kind,begin,lon,lat,magnitude,scale\na1,MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.1,42.0,4.5,Mw\n")
    is_new = [False]

    def deliver(here: Node, _atlas: Atlas, now_us: int) -> str:
        if is_new[0]:
            ingest_file(here, table, Order(label=Label("ME-NODE")), now_us)
        return ""

    said: Said = []
    jobs = (Job("sources", 60, deliver), noting(said, "rules", 86_400, follows_news=True), noting(said, "sweep", 86_400))
    assert round_at(node, NOW_US, *jobs) == ["sources", "rules", "sweep"]
    assert round_at(node, NOW_US + MINUTE_US, *jobs) == ["sources"]
    is_new[0] = True
    assert round_at(node, NOW_US + 2 * MINUTE_US, *jobs) == ["sources", "rules"]
    assert round_at(node, NOW_US + 3 * MINUTE_US, *jobs) == ["sources"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [(PeerUnavailable("The server sleeps", source="emsc"), "The server sleeps (emsc)."), (KeyError("x"), "The job sources broke (KeyError)")],
)
def test_a_job_that_fails_is_remembered_and_stops_no_other(node: Node, fault: Exception, sentence: str) -> None:
    """With one sentence, until it succeeds again; a fault that nobody expected as well."""

    def fail(*_: object) -> str:
        raise fault

    said: Said = []
    jobs = (Job("sources", 60, fail), noting(said, "rules"))
    outcomes = run_round(node, ATLAS, jobs, at(NOW_US))
    assert [outcome.status for outcome in outcomes] == ["failed", "done"]
    assert outcomes[0].sentence.startswith(sentence)
    found = standings(node, jobs, NOW_US)
    assert [item.word for item in found] == ["failing", "well"]
    assert (found[0].state.failures, found[0].state.succeeded_us, found[0].state.fault) == (1, None, outcomes[0].sentence)
    run_job(node, ATLAS, noting(said, "sources"), NOW_US + MINUTE_US)
    assert (state_of(node, "sources").fault, state_of(node, "sources").failures) == ("", 0)


def test_a_run_that_has_nothing_to_say_leaves_the_last_sentence(node: Node) -> None:
    """With the time of the run that said it; the run itself is told as one that said nothing."""
    said: Said = []
    run_job(node, ATLAS, noting(said, "sources"), NOW_US)
    outcome = run_job(node, ATLAS, Job("sources", 60, lambda *_: ""), NOW_US + MINUTE_US)
    state = state_of(node, "sources")
    assert outcome.sentence == ""
    assert (state.said, state.said_us, state.began_us) == ("sources ran.", NOW_US, NOW_US + MINUTE_US)


def test_jobs_are_shown_at_the_cadence_that_they_were_run_at(node: Node) -> None:
    """Whoever asks need not know how the watch was started; a job that never ran has its usual one."""
    usual = {job.name: job.every_s for job in jobs_of(Cadences())}
    assert {job.name: job.every_s for job in jobs_as_run(node)} == usual
    run_job(node, ATLAS, noting([], "rules", 7), NOW_US)
    assert {job.name: job.every_s for job in jobs_as_run(node)} == usual | {"rules": 7}


def test_no_job_runs_twice_at_once(node: Node) -> None:
    """Who comes second is told so and changes nothing; another node's handle on the same folder is no way around it."""
    inner: list[str] = []

    def meanwhile(_node: Node, atlas: Atlas, now_us: int) -> str:
        again = open_node(node.folder)
        job = noting([], "sources")
        assert standing(again, job, now_us).word == "running"
        inner.append(run_job(again, atlas, job, now_us).status)
        again.store.close()
        return ""

    assert run_job(node, ATLAS, Job("sources", 60, meanwhile), NOW_US).status == "done"
    assert inner == ["busy"]
    assert state_of(node, "sources").runs == 1


@pytest.mark.parametrize("back_us", [SECOND_US, YEAR_US, 20 * YEAR_US])
def test_a_clock_that_was_set_back_makes_jobs_due_and_is_said(node: Node, back_us: int) -> None:
    """Else a job would wait until the clock is where it was; afterwards all goes its usual way."""
    said: Said = []
    job = noting(said, "sources")
    run_job(node, ATLAS, job, NOW_US)
    (outcome,) = run_round(node, ATLAS, [job], at(NOW_US - back_us))
    assert "set back" in outcome.notes[0]
    assert state_of(node, "sources").late_us == 0
    assert round_at(node, NOW_US - back_us + SECOND_US, job) == []
    assert round_at(node, NOW_US - back_us + MINUTE_US, job) == ["sources"]


def test_a_stop_lets_the_job_under_way_end_and_begins_no_other(node: Node) -> None:
    """The second job is left for the next start."""
    stop, said = Event(), Said()

    def stopped(*_: object) -> str:
        stop.set()
        return "ended"

    outcomes = run_round(node, ATLAS, [Job("sources", 60, stopped), noting(said, "rules")], at(NOW_US), stop=stop)
    assert [(outcome.name, outcome.sentence) for outcome in outcomes] == [("sources", "ended")]
    assert said == []


def test_the_watch_runs_at_once_and_again_until_it_is_stopped(node: Node) -> None:
    """Rounds come by themselves; at the end nobody watches any more."""
    stop, twice, said = Event(), Event(), Said()
    clock = [NOW_US]

    def tick() -> int:
        clock[0] += MINUTE_US
        return clock[0]

    def heard(_: object) -> None:
        if len(said) >= 2:
            twice.set()

    thread = Thread(target=watch, args=(node, ATLAS, [noting(said, "sources")], tick, stop), kwargs={"round_s": 1, "heard": heard})
    thread.start()
    assert twice.wait(30)
    assert is_watched(node)
    with pytest.raises(BadSetting, match="being watched already"):
        watch_once(node, ATLAS, [], tick)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert not is_watched(node)


DIES = """
import sys, time
from pathlib import Path
from vigie.model.atlas import Atlas
from vigie.node.jobs import Job
from vigie.node.schedule import watch_once
from vigie.node.settings import open_node
def hang(*_):
    print("begun", flush=True)
    time.sleep(600)
watch_once(open_node(Path(sys.argv[1])), Atlas((), (), ()), [Job("sources", 3600, hang)], lambda: int(sys.argv[2]))
"""


def test_a_watch_that_is_killed_within_a_job_starts_again_with_that_job(node: Node) -> None:
    """After kill -9 the locks are open, the cut is said, and the job does not wait for its cadence."""
    process = subprocess.Popen([sys.executable, "-c", DIES, str(node.folder), str(NOW_US)], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    said: Said = []
    job = noting(said, "sources", 3600)
    assert is_watched(node)
    assert standing(node, job, NOW_US).word == "running"
    with pytest.raises(BadSetting, match="being watched already"):
        watch_once(node, ATLAS, [job], at(NOW_US))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert standing(node, job, NOW_US + SECOND_US).word == "cut off"
    (outcome,) = watch_once(node, ATLAS, [job], at(NOW_US + SECOND_US))
    assert "was cut off" in outcome.notes[0]
    assert said == [("sources", NOW_US + SECOND_US)]
    assert standing(node, job, NOW_US + SECOND_US).word == "well"


def test_the_jobs_of_a_node_all_run_on_an_empty_one(node: Node, atlas: Atlas) -> None:
    """In the order in which news travels; the round is as long as the shortest cadence."""
    cadences = Cadences(rules_s=7)
    outcomes = run_round(node, atlas, jobs_of(cadences), at(NOW_US))
    assert [outcome.name for outcome in outcomes] == ["sources", "sync", "link", "rules", "timers", "silences", "checks", "notices", "briefs", "sweep"]
    assert [outcome.sentence for outcome in outcomes if outcome.status == "failed"] == []
    assert cadences.round_s == 7


def test_a_round_that_cannot_remember_its_jobs_does_not_end_the_watch(node: Node) -> None:
    """A store that is away for a while is a line in the log, and the next round tries again."""
    stop, tried = Event(), Event()
    count = [0]

    def clock() -> int:
        count[0] += 1
        if count[0] == 1:
            raise OSError(28, "No space left on device")
        tried.set()
        return NOW_US

    thread = Thread(target=watch, args=(node, ATLAS, [noting([], "sources")], clock, stop), kwargs={"round_s": 1})
    thread.start()
    assert tried.wait(30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_a_clock_that_is_set_back_under_a_running_watch_does_not_stop_its_rounds() -> None:
    """A round that lies a year off is brought forward."""
    came, stop = Event(), Event()
    scheduler = schedule._scheduler()
    scheduler.add_job(came.set, "interval", seconds=1, id="round", next_run_time=datetime.now(UTC) + timedelta(days=365))
    scheduler.start()
    thread = Thread(target=schedule._keep_time, args=(scheduler, stop, 1))
    thread.start()
    assert came.wait(30)
    stop.set()
    thread.join(30)
    scheduler.shutdown()


def test_a_brief_that_was_ordered_is_made_once_in_its_period(node: Node, atlas: Atlas) -> None:
    """Into the node's folder; a restart makes no second one, the next period does, and so does a clock that was set back."""
    order_brief(node, atlas, "weekly", BriefOrder(party="ME-NODE", country="ME"))
    assert make_ordered(node, atlas, NOW_US) == "1 brief made."
    page = node.folder / "briefs" / "weekly.html"
    assert "Montenegro" in page.read_text()
    assert make_ordered(node, atlas, NOW_US + 6 * DAY_US) == ""
    assert make_ordered(node, atlas, NOW_US + 7 * DAY_US) == "1 brief made."
    assert make_ordered(node, atlas, NOW_US - YEAR_US) == "1 brief made."
    with pytest.raises(BadSetting, match="no such country"):
        order_brief(node, atlas, "nowhere", BriefOrder(party="ME-NODE", country="QQ"))
    assert cancel_order(node, "weekly")
    assert make_ordered(node, atlas, NOW_US + YEAR_US) == ""
