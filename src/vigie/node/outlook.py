"""How things stand for one party: its rules asked of its world, the signals that fired, the problems that they speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.entry import Log
from vigie.model.errors import BadReport, BadSetting
from vigie.model.history import History, Region
from vigie.model.label import PUBLIC
from vigie.model.rule import Onset, Rule, RuleBook, Signal, Standing, rule_digest, rule_name
from vigie.model.said import latest_of, said_in
from vigie.model.times import DAY_US, format_time, parse_time
from vigie.model.warning import Judgement, Review, Triage
from vigie.node.defaults import REPLAYED_DAYS
from vigie.node.histories import history_of, region_of
from vigie.node.kept import kept_world
from vigie.node.rules import rule_book
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import add_note, list_notes, read_note, remove_note, save_note
from vigie.warn.problems import ProblemState, problem_states
from vigie.warn.replay import Replay, onsets, replay
from vigie.warn.standing import watch

SHOWN_DAYS = 60
"""Signals older than this are shown by a replay, not in the inbox."""

TICK_US = 300_000_000
"""Standings are computed again after five minutes at the latest."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the rules say to one party of one of its worlds at an instant."""

    party: str
    exercise: bool
    now_us: int
    world: World
    book: RuleBook
    standings: tuple[Standing, ...]
    signals: tuple[Signal, ...]
    problems: tuple[ProblemState, ...]
    onsets: tuple[Onset, ...] = ()
    """What the rules warn of has begun, each since its rule was switched on: whoever scores the warnings finds the misses in it."""

    def signal(self, name: str) -> Signal | None:
        """The signal of that id, or None."""
        return next((item for item in self.signals if item.id == name), None)


def judgements_of(log: Log) -> tuple[Judgement, ...]:
    """What the party's own analysts have judged: the last word on each indicator and area, whatever the clock said."""
    return tuple(noun for entry, noun in latest_of(said_in(log, "judgement", Judgement)) if entry.owner == log.party)


def reviews_of(log: Log) -> dict[str, int]:
    """When each problem was last reviewed, µs UTC."""
    return {noun.problem: entry.said_us for entry, noun in latest_of(said_in(log, "review", Review)) if entry.owner == log.party}


def enabled_rules(node: Node, book: RuleBook, *, exercise: bool) -> dict[str, Rule]:
    """The rules that were switched on for this world in the wording that they have now; a rule that was changed since is off again."""
    on = list_notes(node.store, "rules")
    return {name: rule for name, rule in book.rules.items() if on.get(_note_name(name, exercise=exercise), {}).get("digest") == rule_digest(rule)}


def _note_name(rule: str, *, exercise: bool) -> str:
    """Rules are replayed and switched on for the real and the exercise world apart: an exercise says nothing of how a rule does."""
    return f"{rule} (exercise)" if exercise else rule


def asked_by(node: Node, rules: Mapping[str, Rule], party: str) -> tuple[dict[str, Rule], dict[str, Rule]]:
    """The rules whose signals a party hears: those that are asked of its own world, and those that are asked of what everybody may read."""
    own = node.settings.party
    heard = {name: rule for name, rule in rules.items() if party in (rule.tells or (own,))}
    private = {name: rule for name, rule in heard.items() if (rule.reads or own) == party}
    return private, {name: rule for name, rule in heard.items() if rule.reads == PUBLIC and party != PUBLIC}


def make_outlook(node: Node, atlas: Atlas, world: World, log: Log, history: History | None = None) -> Outlook:
    """The outlook of the world's party as of the log's instant."""
    book = rule_book(node)
    private, public = asked_by(node, enabled_rules(node, book, exercise=world.exercise), world.party)
    seen = history if history is not None else history_of(node, node.audience(world.party, log.now_us), world, atlas)
    told = _asked(private, seen, atlas, log) + (_asked(public, _public_history(node, atlas, log), atlas, log) if public else [])
    stands = tuple(item for _, found in told for item in found)
    fired = [item for found, _ in told for item in found if item.raised_us >= log.now_us - SHOWN_DAYS * DAY_US]
    ordered = tuple(sorted(fired, key=lambda item: (-item.raised_us, item.id)))
    states = problem_states(book, stands, log.now_us, reviews_of(log))
    begun = _onsets(node, book, private, seen, region_of(atlas), log)
    return Outlook(world.party, world.exercise, log.now_us, world, book, stands, ordered, states, begun)


def _onsets(node: Node, book: RuleBook, rules: Mapping[str, Rule], seen: History, region: Region, log: Log) -> tuple[Onset, ...]:
    """What each rule warns of and has begun since it was switched on."""
    notes = list_notes(node.store, "rules")
    on_us = {name: parse_time(notes[_note_name(name, exercise=log.exercise)]["enabled"]) for name in rules}
    return tuple(item for name, rule in rules.items() for item in onsets(rule, seen, region, on_us[name], log.now_us, problem_of(book, name)))


def problem_of(book: RuleBook, rule: str) -> str:
    """The first problem that the rule speaks for; empty where there is none."""
    return next((name for name, problem in book.problems.items() if rule in (*problem.confirming, *problem.critical)), "")


def _asked(rules: Mapping[str, Rule], seen: History, atlas: Atlas, log: Log) -> list[tuple[tuple[Signal, ...], tuple[Standing, ...]]]:
    region, judged = region_of(atlas), judgements_of(log)
    return [watch(rule, seen, region, log.now_us, judged) for rule in rules.values()]


def _public_history(node: Node, atlas: Atlas, log: Log) -> History:
    """What everybody may read: a rule that reads PUBLIC counts nothing else, whoever hears of it."""
    audience = node.audience(PUBLIC, log.now_us)
    return history_of(node, audience, kept_world(node, audience, atlas, exercise=log.exercise), atlas)


@dataclass(slots=True)
class KeptOutlooks:
    """The outlooks of several parties, each computed again when its world, its rules or judgements move on, or the tick does."""

    node: Node
    atlas: Atlas
    _kept: dict[tuple[str, bool], tuple[tuple[object, ...], Outlook]] = field(default_factory=dict)
    _locks: dict[tuple[str, bool], Lock] = field(default_factory=dict)

    def outlook(self, world: World, log: Log) -> Outlook:
        """The outlook of this world and log. One thread computes it; others who ask for the same wait, others do not."""
        key = (world.party, world.exercise)
        mark = (world, log.now_us // TICK_US, len(log.of("judgement", "review")), repr(sorted(list_notes(self.node.store, "rules").items())))
        with self._locks.setdefault(key, Lock()):
            known = self._kept.get(key)
            if known is None or known[0][0] is not world or known[0][1:] != mark[1:]:
                known = self._kept[key] = (mark, make_outlook(self.node, self.atlas, world, log))
            return known[1]


def open_signals(outlook: Outlook, log: Log) -> tuple[Signal, ...]:
    """The signals that nobody has dealt with: those dismissed or promoted are gone, those snoozed come back at their time."""
    words = {noun.signal: noun for entry, noun in latest_of(said_in(log, "triage", Triage)) if entry.owner == log.party}
    return tuple(item for item in outlook.signals if (said := words.get(item.id)) is None or _is_back(said, outlook.now_us))


def _is_back(said: Triage, now_us: int) -> bool:
    return said.word == "snoozed" and said.until_us is not None and said.until_us <= now_us


def replay_rule(node: Node, atlas: Atlas, world: World, name: str, now_us: int, *, days: int = REPLAYED_DAYS) -> Replay:
    """Runs a rule over the archive as it was known at each date, and keeps the result beside the rule."""
    rule = known_rule(node, name)
    history = history_of(node, node.audience(world.party, now_us), world, atlas)
    if not history.field.is_in(rule.query.fields or (rule.field,)).any():
        raise BadSetting("There is no archive to replay the rule over", record=name, expected=f"reports of {', '.join(rule.query.fields or (rule.field,))}")
    found = replay(rule, history, region_of(atlas), now_us - days * DAY_US, now_us)
    note: dict[str, Json] = {"made": format_time(now_us), "replay": found.to_json()}
    save_note(node.store, "replays", _note_name(name, exercise=world.exercise), note)
    return found


def known_rule(node: Node, name: str) -> Rule:
    """The rule of that full name. Raises `BadSetting` where there is none."""
    rules = rule_book(node).rules
    if name not in rules:
        raise BadSetting("There is no such rule", got=name, expected=", ".join(sorted(rules)))
    return rules[name]


def replay_of(node: Node, rule: Rule, *, exercise: bool) -> Replay | None:
    """The kept replay of a rule over this world's archive, in the wording that it has now; None where another version of Vigie has written it."""
    note = read_note(node.store, "replays", _note_name(rule_name(rule), exercise=exercise))
    try:
        found = Replay.from_json(note["replay"]) if note else None
    except BadReport:
        return None
    return found if found and found.holds_for(rule) else None


def enable_rule(node: Node, name: str, now_us: int, *, exercise: bool) -> None:
    """Switches a rule on for one world. Raises `BadSetting` where it was not replayed there in the wording that it has now."""
    rule = known_rule(node, name)
    if rule.how != "judged" and replay_of(node, rule, exercise=exercise) is None:
        todo = f"run `vigie warn replay {name}{' --exercise' if exercise else ''}` and look at the result"
        raise BadSetting("The rule was not replayed in the wording that it has now", record=name, todo=todo)
    save_note(node.store, "rules", _note_name(name, exercise=exercise), {"digest": rule_digest(rule), "enabled": format_time(now_us)})


def disable_rule(node: Node, name: str, *, exercise: bool) -> None:
    """Switches a rule off for one world."""
    known_rule(node, name)
    remove_note(node.store, "rules", _note_name(name, exercise=exercise))


def watch_rules(node: Node, atlas: Atlas, now_us: int) -> str:
    """Asks all rules that are on, of the real and the exercise world of the node's own party, and remembers when each signal was first heard."""
    said = [_heard(node, _outlook_now(node, atlas, now_us, exercise=exercise)) for exercise in (False, True)]
    book = rule_book(node)
    asked = [len(enabled_rules(node, book, exercise=exercise)) for exercise in (False, True)]
    words = [f"{_many(count, 'rule')} asked and {_many(new, 'new signal')}" for count, new in zip(asked, said, strict=True)]
    return f"{words[0]}; in the exercise {words[1]}." if any(asked) else ""


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _outlook_now(node: Node, atlas: Atlas, now_us: int, *, exercise: bool) -> Outlook:
    from vigie.node.desk import log_of

    party = node.settings.party
    world = kept_world(node, node.audience(party, now_us), atlas, exercise=exercise)
    return make_outlook(node, atlas, world, log_of(node, party, now_us, exercise=exercise))


def _heard(node: Node, outlook: Outlook) -> int:
    return sum(add_note(node.store, "signals", item.id, {"heard": format_time(outlook.now_us), "rule": item.rule}) for item in outlook.signals)
