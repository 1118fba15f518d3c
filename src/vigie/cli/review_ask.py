"""`vigie review --ask`: question after question, one key an answer.

The questions come in rounds: none of a round is about an event of another, so that an answer makes no other idle. After a round the reports are linked
again under the answers, and the next questions are chosen from what is doubtful then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.keys import pressed_keys
from vigie.cli.review_show import NATS, say_question
from vigie.cli.show import linking, say, world_word
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.desk import Desk
    from vigie.node.review_facts import Reviewer
    from vigie.node.review_value import Questions
    from vigie.node.worlds import World

ROUND = 20
"""How many answers are given before the reports are linked again."""

KEYS = {"y": "same", "n": "apart", "s": "skip", "u": "undo", "q": "quit"}
_INTERRUPTED = ("\x03", "\x04", "")


@dataclass(slots=True)
class Session:
    """Where keys come from, what was answered and skipped so far, and how many events there were before."""

    press: Callable[[], str]
    given: list[Entry] = field(default_factory=list)
    skipped: set[str] = field(default_factory=set)
    events: int = 0


def ask(desk: Desk) -> None:
    """Asks until nothing is doubtful or the analyst quits; says what has changed."""
    from vigie.node.desk import check_may

    check_may(desk, "decide")
    with pressed_keys() as press:
        ask_on(desk, Session(press))


def ask_on(desk: Desk, session: Session) -> None:
    """Asks with the keys of one terminal."""
    seen = linked(desk)
    session.events = len(seen.world.events)
    say(f"{world_word(exercise=desk.exercise)}, in the view of {desk.actor.party}. {NATS}")
    say("y the same event, n not the same, s skip, u undo the last answer, q quit")
    while ask_round(replace(desk, seen=seen.world), seen, session):
        seen = linked(desk)
    events = len(linked(desk).world.events)
    count = len(session.given)
    say(f"{count} answer{'' if count == 1 else 's'} given, {len(session.skipped)} skipped; {session.events:,} events before, {events:,} now.")


def linked(desk: Desk) -> Reviewer:
    """The world as it is now, made with a spinner."""
    from vigie.node.atlas import load_atlas
    from vigie.node.kept import kept_world
    from vigie.node.review_facts import Reviewer

    audience = desk.node.audience(desk.actor.party, now_us())
    with linking() as watch:
        return Reviewer(desk.node, audience, kept_world(desk.node, audience, load_atlas(), exercise=desk.exercise, watch=watch))


def ask_round(desk: Desk, seen: Reviewer, session: Session) -> bool:
    """Asks the questions of one round; whether there is another one to come."""
    from vigie.node.review import Word, decide
    from vigie.node.review_facts import queue_facts, queue_of

    asked, answered, shown = queue_of(seen.world), 0, 0
    for place in fresh(seen.world, asked, session.skipped):
        item: dict[str, Any] = queue_facts(seen, asked, [place])[0]
        shown += 1
        say_question(item, len(asked))
        answer = key(session, len(asked))
        while answer == "undo":
            take_back(desk, session)
            answer = key(session, len(asked))
        if answer == "quit":
            return False
        if answer == "skip":
            session.skipped.add(item["link"])
            continue
        verdict: Any = answer
        session.given.append(decide(replace(desk, now_us=now_us()), verdict, item["between"][0], item["between"][1], Word()))
        answered += 1
        if answered == ROUND:
            return True
    if not shown:
        say("Nothing is left to ask.")
    return shown > 0


def fresh(world: World, asked: Questions, skipped: set[str]) -> Iterator[int]:
    """The places of questions that were not skipped and are about no event of an earlier one."""
    from vigie.node.review_facts import link_name

    touched: set[int] = set()
    for place in range(len(asked)):
        ends = (int(asked.links.first[place]), int(asked.links.second[place]))
        events = {int(world.event_of[row]) for row in ends}
        if not events & touched and link_name(world, *ends) not in skipped:
            touched |= events
            yield place


def key(session: Session, waiting: int) -> str:
    """The answer that a key stands for; other keys are passed over."""
    typer.echo(f"  {len(session.given)} answered, {len(session.skipped)} skipped, {waiting:,} in the queue. Same event? [y/n/s/u/q] ", nl=False)
    while True:
        if found := KEYS.get(_typed(session.press).lower()):
            typer.echo(found)
            return found


def _typed(press: Callable[[], str]) -> str:
    """The next key; q where the analyst stops the program or the terminal goes away. Raises `BadSetting` where there is no terminal."""
    try:
        typed = press()
    except (KeyboardInterrupt, EOFError):
        return "q"
    except OSError as fault:
        raise BadSetting("Questions are asked on a terminal", todo="answer with `vigie review same` and `vigie review apart`") from fault
    return "q" if typed in _INTERRUPTED else typed


def take_back(desk: Desk, session: Session) -> None:
    """Withdraws the last answer of the session."""
    from vigie.node.review import undo

    if not session.given:
        say("  Nothing to undo.")
        return
    last = session.given.pop()
    undo(replace(desk, now_us=now_us()), last.ref)
    say(f"  Decision {last.ref} is withdrawn.")
