"""A first draft from a signal: what the rule saw, in the text form of a warning, for an analyst to finish."""

from __future__ import annotations

from vigie.model.atlas import Atlas
from vigie.model.rule import Rule, Signal
from vigie.model.said import MAX_HEADLINE
from vigie.model.times import DAY_US, SECOND_US, format_day
from vigie.model.warning import Content, Draft, Evidence, Likelihood, Wording
from vigie.node.desk import new_name
from vigie.node.facts import area_name
from vigie.node.outlook import Outlook, problem_of, replay_of
from vigie.node.settings import Node
from vigie.store import held_reports
from vigie.warn.brier import FEW
from vigie.warn.replay import Replay

REVIEW_DAYS = 7
_DEFAULT_DAYS = 14


def draft_from_signal(node: Node, atlas: Atlas, outlook: Outlook, signal: Signal) -> Draft:
    """The draft that a signal proposes: area, time, likelihood from the rule's own replay, evidence; nothing that the records do not say."""
    rule = outlook.book.rules[signal.rule]
    is_own = outlook.party == node.settings.party
    seen = replay_of(node, rule, exercise=outlook.exercise) if is_own else None
    begin_us = outlook.now_us // SECOND_US * SECOND_US
    days = rule.outcome.horizon_days if rule.outcome else _DEFAULT_DAYS
    content = Content(
        warning=new_name("w"),
        event=rule.title[:MAX_HEADLINE],
        field=rule.field,
        severity=rule.severity,
        likelihood=_likelihood(seen),
        confidence_why=seen.sentence if seen else "The rule has no replay that scores it.",
        areas=(signal.area,) if signal.area else tuple(atlas.region),
        onset_us=begin_us,
        expires_us=begin_us + days * DAY_US,
        next_review_us=begin_us + min(days, REVIEW_DAYS) * DAY_US,
        texts=(_wording(atlas, rule, signal, node.settings.language),),
        evidence=_evidence(node, outlook, signal),
        problem=problem_of(outlook.book, signal.rule) if is_own else "",
        rule=signal.rule,
        signal=signal.id,
        replay=seen.sentence if seen else "",
        figures=True,
    )
    return Draft(content=content)


def _likelihood(seen: Replay | None) -> Likelihood | None:
    """The interval in which the rule's precision lies on the archive: how often what it warns of came; None where too few signals were settled."""
    if seen is None or seen.settled < FEW or seen.precision.low is None or seen.precision.high is None:
        return None
    return Likelihood(low=round(seen.precision.low, 2), high=round(seen.precision.high, 2))


def _wording(atlas: Atlas, rule: Rule, signal: Signal, language: str) -> Wording:
    """The text in English, as the rule words it; not reviewed before an analyst has read it."""
    place = area_name(atlas, signal.area, language) or "the region"
    return Wording(
        language="en",
        headline=f"{rule.title}: {place}"[:MAX_HEADLINE],
        what=rule.title,
        where=place,
        when=f"Seen from {format_day(signal.since_us)} to {format_day(signal.raised_us)}",
        why=" ".join(filter(None, (signal.why, rule.why))),
    )


def _evidence(node: Node, outlook: Outlook, signal: Signal) -> tuple[Evidence, ...]:
    """All events that the signal counted, each with the names of its reports: the label of the warning is joined from every one of them."""
    numbers = {name: number for number, name in enumerate(outlook.world.events.id)}
    audience = node.audience(outlook.party, outlook.now_us)
    found: list[Evidence] = []
    for name in signal.events:
        rows = [int(outlook.world.catalogue.row[row]) for row in outlook.world.events.members[numbers[name]]] if name in numbers else []
        held = held_reports(node.store, audience, rows)
        found.append(Evidence(event=name, reports=tuple(f"{item.report.agency}/{item.report.agency_ref}" for item in held if item.report.agency_ref)))
    return tuple(found)
