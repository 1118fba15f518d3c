"""`vigie sync`: exchanging records with partners; why one was not sent; and referring a partner to an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, the_node
from vigie.cli.show import complain, say, say_json
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us
from vigie.node.defaults import Cadences

if TYPE_CHECKING:
    from vigie.node.settings import Node
    from vigie.node.sync_round import Exchanged

_COUNTS = ("taken", "withdrawn", "erased", "known", "refused", "unproved")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(sync)
    app.command()(refer)


def sync(
    parties: Annotated[list[str] | None, typer.Argument(help="The partners that are asked (else all that have an address).", metavar="[PARTY]...")] = None,
    node: NodeOption = None,
    every: Annotated[int, typer.Option(help="With --watch: seconds between two rounds.", min=1, max=86_400)] = Cadences().sync_s,
    why: Annotated[str, typer.Option(help="Ask no one: say why this own record (AGENCY/REF, TYPE/REF, record id) was not sent.", show_default=False)] = "",
    to: Annotated[str, typer.Option(help="With --why: to which partner.", show_default=False)] = "",
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until it is stopped.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask partners for what is new: records that they release, what they withdraw, what was erased."""
    opened = the_node(node)
    if why or to:
        _say_why(opened, why, to, as_json=as_json)
        return
    if watch:
        _watch(opened, parties or [], every)
        return
    from vigie.node.sync_round import sync_all

    found = sync_all(opened, parties or [], now_us())
    if as_json:
        say_json([_facts(one) for one in found])
    else:
        _say(found)
    if any(one.fault for one in found):
        raise typer.Exit(1)


def _facts(one: Exchanged) -> dict[str, Any]:
    return {"party": one.party, **{name: one.counts[name] for name in _COUNTS}, "restarted": one.restarted, "fault": one.fault}


def _say(found: list[Exchanged]) -> None:
    if not found:
        say("There is no partner to ask: add one with `vigie peers add CARD`.")
    for one in found:
        if one.fault:
            complain(f"{one.party}: {one.fault}")
            continue
        counts = [f"{one.counts[name]:,} {name}" for name in _COUNTS if one.counts[name]]
        say(f"{one.party}: {', '.join(counts) or 'nothing new'}{'; read anew from the beginning' if one.restarted else ''}.")
        if one.counts["unproved"]:
            say("  Unproved: passed on for others whose keys are not known here (add their cards with vigie peers add), or were revoked and not renewed yet.")


def _watch(node: Node, parties: list[str], every: int) -> None:
    """Rounds until it is stopped, as a job of the schedule, so that `vigie watch` and this one never ask at once."""
    from vigie.cli.watch import say_run, stopped
    from vigie.node.jobs import Job, run_job
    from vigie.node.peers import peer
    from vigie.node.sync_round import round_with

    for party in parties:
        peer(node, party)
    say(f"Exchanging for {node.settings.party} every {every} s. Stop with Ctrl-C; the page under way is taken in first.")
    job = Job("sync", every, round_with(parties))
    with stopped() as stop:
        while not stop.is_set():
            outcome = run_job(node, None, job, now_us())  # type: ignore[arg-type] # the job looks at no atlas
            if outcome.sentence or outcome.notes:
                say_run(outcome)
            stop.wait(every)


def _say_why(node: Node, name: str, party: str, *, as_json: bool) -> None:
    from vigie.node.sync_round import why_not_sent

    if not name or not party:
        raise BadSetting("Why a record was not sent needs its name and the partner", expected="--why NAME --to PARTY")
    found = why_not_sent(node, name, party, now_us())
    if as_json:
        say_json({"name": name, "to": party, "reasons": found})
        return
    for sentence in found:
        say(sentence)


def refer(
    event: Annotated[str, typer.Argument(help="The event's id, or AGENCY/REF of a report of it.")],
    to: Annotated[str, typer.Option(help="The partner that is to open it in its own world.")],
    node: NodeOption = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a reference by which a partner opens an event in its own world."""
    from vigie.node.answers import KeptWorlds
    from vigie.node.atlas import load_atlas
    from vigie.node.referring import number_named, reference_facts, reference_for

    opened = the_node(node)
    kept = KeptWorlds(opened, load_atlas(), now_us, opened.settings.party)
    world = kept.world(exercise=exercise)
    number = number_named(kept, world, event)
    if number is None:
        raise BadSetting("There is no such event", got=event, todo="see `vigie events`")
    facts = reference_facts(to, reference_for(kept, world, number, to))
    if as_json:
        say_json(facts)
    else:
        say(f"{facts['reference']}: {facts['said']}" if facts["reference"] else str(facts["said"]))
    if not facts["reference"]:
        raise typer.Exit(1)
