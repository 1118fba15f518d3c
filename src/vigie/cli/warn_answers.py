"""`vigie warn show`, `answer`, `assess`, `score` and `receive`: a warning once it is released, and those of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, instant, known_party, the_node
from vigie.cli.show import say, say_json
from vigie.cli.warn import AsOption, PartyOption, _desk, _world_and_outlook
from vigie.model.languages import LANGUAGES, PARTIAL
from vigie.node.clock import now_us


def register(app: typer.Typer) -> None:
    """Adds the commands of this file to `vigie warn`."""
    app.command()(show)
    app.command("answer")(answer_)
    app.command("assess")(assess_)
    app.command()(score)
    app.command()(receive)


def show(
    warning: Annotated[str, typer.Argument(help="The warning.")],
    node: NodeOption = None,
    party: PartyOption = "",
    language: Annotated[str, typer.Option(help=f"One of {', '.join((*LANGUAGES, *PARTIAL))}.")] = "en",
    cap: Annotated[Path | None, typer.Option(help="Write it as CAP 1.2 to this file.", show_default=False)] = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show a warning with its answers, as a party may see it; --cap writes it as CAP 1.2."""
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import log_of
    from vigie.node.desk_facts import cap_bytes, warning_facts, warning_text

    opened, atlas = the_node(node), load_atlas()
    log = log_of(opened, known_party(opened, party), now_us(), exercise=exercise)
    if cap is not None:
        cap.write_bytes(cap_bytes(opened, atlas, log, warning))
        say(f"Written to {cap}.")
        return
    facts = warning_facts(opened, atlas, log, warning, language)
    say_json(facts) if as_json else say(warning_text(facts))


def answer_(
    warning: Annotated[str, typer.Argument(help="The warning.")],
    word: Annotated[str, typer.Argument(help="received, read, accepted, contested, action or none.")],
    text: Annotated[str, typer.Option(help="The counter-argument, the action or the reason.")] = "",
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Answer a warning for the account's party."""
    from vigie.node.desk import answer

    desk = _desk(the_node(node), account, exercise=exercise)
    answer(desk, warning, word, text)
    say(f"{desk.actor.party} has answered: {word}.")


def assess_(
    warning: Annotated[str, typer.Argument(help="The warning.")],
    outcome: Annotated[str, typer.Argument(help="hit, miss, 'false alarm', averted or 'cannot tell'.")],
    text: Annotated[str, typer.Option(help="Why.")] = "",
    began: Annotated[str, typer.Option(help="When what was warned of began.", show_default=False)] = "",
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Close a warning with what became of it."""
    from vigie.node.desk import assess

    assess(_desk(the_node(node), account, exercise=exercise), warning, outcome, text, instant(began, "--began"))
    say(f"Warning {warning} is assessed: {outcome}.")


def score(node: NodeOption = None, party: PartyOption = "", *, exercise: ExerciseOption = False) -> None:
    """Print the scoreboard as CSV: all, each party, problem, rule and own account, each figure with its n."""
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import log_of
    from vigie.node.desk_facts import scoreboard_lines

    opened, atlas = the_node(node), load_atlas()
    outlook = _world_and_outlook(opened, atlas, party, exercise=exercise)
    for line in scoreboard_lines(opened, atlas, outlook, log_of(opened, outlook.party, outlook.now_us, exercise=exercise)):
        typer.echo(line)


def receive(
    files: Annotated[list[Path], typer.Argument(help="CAP 1.2 messages of others.", exists=True)],
    node: NodeOption = None,
    tlp: Annotated[str, typer.Option(help="The label under which they are kept.")] = "AMBER",
) -> None:
    """Take in CAP alerts of others; updates and cancels may come in any order, the same one twice changes nothing."""
    from vigie.node.received import receive_alert

    opened = the_node(node)
    for path in files:
        say(f"{path.name}: {receive_alert(opened, path, tlp, now_us())}")
