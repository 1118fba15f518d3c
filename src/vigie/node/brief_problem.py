"""Where a warning problem stands, for the head of its brief."""

from __future__ import annotations

from collections import Counter

from vigie.model.entry import Log
from vigie.model.languages import LEVEL_WORDS, said, said_n
from vigie.model.rule import LEVELS
from vigie.node.brief_shape import Asked, Cited, Sentence
from vigie.node.outlook import make_outlook
from vigie.node.settings import Node


def problem_sentences(node: Node, asked: Asked, log: Log) -> tuple[Sentence, ...]:
    """The problem's level and its indicators' levels, with the events that they rest on; nothing for a brief that is on no problem."""
    problem = asked.subject.problem
    if problem is None:
        return ()
    outlook = make_outlook(node, asked.atlas, asked.world, log)
    state = next(item for item in outlook.problems if item.name == problem.name)
    rules = {item.name for item in state.indicators}
    events = dict.fromkeys(name for item in outlook.standings if item.rule in rules for name in item.events)
    counts = Counter(item.level for item in state.indicators)
    levels = ", ".join(f"{counts[level]} {said(asked.language, LEVEL_WORDS[level])}" for level in reversed(LEVELS) if counts[level])
    text = said_n(
        asked.language,
        "State of the problem: {level}; of {n} indicator: {levels}.",
        "State of the problem: {level}; of {n} indicators: {levels}.",
        len(state.indicators),
        level=said(asked.language, LEVEL_WORDS[state.level]),
        levels=levels,
    )
    cited = tuple(Cited(name, asked.page(f"/events/{name}")) for name in events)
    return (Sentence(text, cited or (Cited(said(asked.language, "asked: the problem's rules"), asked.page("/desk")),)),)
