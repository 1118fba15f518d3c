"""What a brief says of warnings, of the answers to them, and of the activities that answer them. Tests of the channel are left out.

Only answers that the reader may read are spoken of. That a party is silent is said to the issuer and to the party itself alone: others may not
know of its answer.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from vigie.model.activity import Activity, best_tag
from vigie.model.canonical import Json
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.label import Label
from vigie.model.languages import (
    ACTIVITY_WORDS,
    ANSWER_WORDS,
    CONFIDENCE_WORDS,
    SEVERITY_WORDS,
    STAGE_WORDS,
    STATUS_WORDS,
    day_text,
    number_text,
    said,
    said_n,
    spoken,
)
from vigie.model.likelihood import likelihood_words
from vigie.model.priorities import areas_of, fields_of
from vigie.model.said import MAX_HEADLINE, latest_of, said_in
from vigie.model.times import DAY_US, from_date
from vigie.model.warning import SEVERITIES, Content
from vigie.node.activity_standing import status_of
from vigie.node.brief_events import listed
from vigie.node.brief_shape import Asked, Cited, Section, Sentence, ended
from vigie.node.facts import area_name
from vigie.node.warning_facts import is_written_for, wording_for
from vigie.warn.answers import Recipient, Responses, all_responses
from vigie.warn.chain import Chain, chains

MOST_WARNINGS = 3
MOST_ACTIVITIES = 3
MOST_ANSWERS = 3
MOST_LETTERS = 90
"""How much of somebody's own words a sentence quotes."""

_HOUR_US = DAY_US // 24
_HOURS_FROM = 2


def answered_of(asked: Asked, log: Log) -> tuple[Responses, ...]:
    """The warnings on the subject that are live, or stopped being so within the period, with their answers; the live and severe ones first."""
    found = [chain for chain in chains(log) if _is_on_subject(asked, chain.head.content) and _is_timely(asked, chain)]
    ordered = sorted(
        found, key=lambda chain: (chain.status != "live", SEVERITIES.index(chain.head.content.severity), -chain.head.said_us, chain.owner, chain.warning)
    )
    return all_responses(ordered, log, {})


def _is_on_subject(asked: Asked, content: Content) -> bool:
    if content.test:
        return False
    problem = asked.subject.problem
    if problem is None:
        return asked.concerns(content.areas)
    return content.problem == problem.name or content.rule in (*problem.confirming, *problem.critical)


def _is_timely(asked: Asked, chain: Chain) -> bool:
    ends = (chain.head.said_us, chain.assessed_us or 0, chain.head.content.expires_us if chain.status == "expired" else 0)
    return chain.status == "live" or max(ends) >= asked.since_us


def lead_sentences(asked: Asked, answered: Sequence[Responses]) -> tuple[Sentence, ...]:
    """How many warnings are live, and how long the first answer took."""
    live = [item.chain for item in answered if item.chain.status == "live"]
    if not live:
        return (_no_warning(asked), *_answer_times(asked, answered))
    count = Sentence(said_n(asked.language, "{n} warning is live.", "{n} warnings are live.", len(live)), _cited_chains(asked, live))
    return (count, *_answer_times(asked, answered))


def _no_warning(asked: Asked) -> Sentence:
    return Sentence(said(asked.language, "No warning is live."), (_asked_warnings(asked),))


def _asked_warnings(asked: Asked) -> Cited:
    return Cited(said(asked.language, "asked: warnings"), asked.page("/warnings"))


def _cited_chains(asked: Asked, found: Sequence[Chain]) -> tuple[Cited, ...]:
    return tuple(asked.warning(chain.warning) for chain in found)


def _answer_times(asked: Asked, answered: Sequence[Responses]) -> Iterator[Sentence]:
    """The median time from the signal, where it is known, or else from the warning, to the first answer."""
    firsts = [(item.chain, min(times)) for item in answered if (times := [who.first_us for who in item.recipients if who.first_us is not None])]
    heard = [(chain, first - asked.heard[chain.first.content.signal]) for chain, first in firsts if chain.first.content.signal in asked.heard]
    spans = heard or [(chain, first - chain.first.said_us) for chain, first in firsts]
    if not spans:
        return
    shown = span_text(asked.language, statistics.median(span for _, span in spans))
    if heard:
        text = said_n(
            asked.language,
            "From signal to first answer: {time} ({n} warning).",
            "From signal to first answer: {time} (median of {n} warnings).",
            len(spans),
            time=shown,
        )
    else:
        text = said_n(
            asked.language,
            "From warning to first answer: {time} ({n} warning).",
            "From warning to first answer: {time} (median of {n} warnings).",
            len(spans),
            time=shown,
        )
    yield Sentence(text, _cited_chains(asked, [chain for chain, _ in spans]))


def span_text(language: str, span_us: float) -> str:
    """A span of time in minutes, from two hours on in hours.

    >>> span_text("en", 90 * 60e6), span_text("en", 12 * 3600e6)
    ('90 min', '12.0 h')
    """
    hours = span_us / _HOUR_US
    if hours < _HOURS_FROM:
        return said(language, "{minutes} min", minutes=number_text(language, 60 * hours))
    return said(language, "{hours} h", hours=number_text(language, hours, 1))


def warnings_section(asked: Asked, answered: Sequence[Responses]) -> Section:
    """Each warning in two or three sentences: its headline, what it says of itself, and what was answered."""
    title = said(asked.language, "Warnings and answers")
    sentences = [sentence for item in answered[:MOST_WARNINGS] for sentence in _warning_sentences(asked, item)]
    if left := answered[MOST_WARNINGS:]:
        rest = said_n(asked.language, "{n} more warning is not shown.", "{n} more warnings are not shown.", len(left))
        sentences.append(Sentence(rest, _cited_chains(asked, [item.chain for item in left])))
    return Section("warnings", title, tuple(sentences) or (_no_warning(asked),))


def _warning_sentences(asked: Asked, item: Responses) -> Iterator[Sentence]:
    head, cited = item.chain.head.content, _cited_chains(asked, [item.chain])
    text = wording_for(head, asked.language)
    own = "" if is_written_for(text.language, asked.language) else text.language
    yield Sentence(quoted(asked.language, text.headline, MAX_HEADLINE), (*cited, *_evidence(asked, head)), own, is_headline=True)
    yield Sentence(_status_text(asked, item.chain), cited)
    yield from _answer_sentences(asked, item, cited)


def _evidence(asked: Asked, content: Content) -> tuple[Cited, ...]:
    found = []
    for item in content.evidence:
        path = asked.page(f"/events/{item.event}") if item.event else ""
        found += [Cited(name, path) for name in (*((item.event,) if item.event else ()), *item.reports)]
    return tuple(found)


def _status_text(asked: Asked, chain: Chain) -> str:
    content, language = chain.head.content, asked.language
    areas = [area_name(asked.atlas, code, language) or code for code in content.areas]
    parts = [
        _word(language, STAGE_WORDS, content.stage),
        _word(language, SEVERITY_WORDS, content.severity),
        listed(language, areas),
        likelihood_text(asked, content),
        _word(language, CONFIDENCE_WORDS, content.confidence),
        said(language, "issued {day}", day=day_text(language, chain.first.said_us, "medium")),
        _end_text(asked, chain),
    ]
    line = ", ".join(part for part in parts if part)
    return ended(f"{line[:1].upper()}{line[1:]}")


def _word(language: str, words: Any, name: str) -> str:
    return said(language, words[name]) if name in words else name


def likelihood_text(asked: Asked, content: Content) -> str:
    """The probability that a warning states, in word and number; nothing where it states none."""
    return likelihood_words(content.likelihood, asked.yardstick, asked.language) if content.likelihood else ""


def _end_text(asked: Asked, chain: Chain) -> str:
    day = day_text(asked.language, chain.head.content.expires_us, "medium")
    if chain.status == "live":
        return said(asked.language, "live until {day}", day=day)
    if chain.assessment is not None:
        return said(asked.language, "closed and assessed")
    return _word(asked.language, STATUS_WORDS, chain.status)


def _answer_sentences(asked: Asked, item: Responses, cited: tuple[Cited, ...]) -> Iterator[Sentence]:
    answered = [who for who in item.recipients if who.word]
    silent = [who.party for who in item.recipients if not who.word and asked.world.party in (item.chain.owner, who.party)]
    if answered:
        text = "; ".join(_answer_text(asked, who) for who in answered[:MOST_ANSWERS])
        left = len(answered) - MOST_ANSWERS
        more = said_n(asked.language, "; {n} more answer", "; {n} more answers", left) if left > 0 else ""
        yield Sentence(f"{text}{more}.", (*cited, *(Cited(word.id[:16], cited[0].path) for who in answered for word in who.said[-1:])))
    if silent:
        yield Sentence(said(asked.language, "No answer yet from {names}.", names=listed(asked.language, silent)), cited)
    if not answered and not silent:
        yield Sentence(said(asked.language, "No answer is known to this reader."), cited)


def _answer_text(asked: Asked, who: Recipient) -> str:
    """The party, its last word, and what it says beside it; an argument stays though a later word gives none."""
    argued = next((word.text for word in reversed(who.said) if word.text), "")
    why = f" ({quoted(asked.language, argued)})" if argued else ""
    return f"{who.party}: {_word(asked.language, ANSWER_WORDS, who.word)}{why}"


def quoted(language: str, text: str, most: int = MOST_LETTERS) -> str:
    """Somebody else's words in quotation marks, shortened."""
    return said(language, "“{words}”", words=shortened(text, most))


def shortened(text: str, most: int = MOST_LETTERS) -> str:
    """A text of one line and at most so many letters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def activities_section(asked: Asked, answered: Sequence[Responses], log: Log) -> Section:
    """The activities that answer the warnings or concern the subject's areas."""
    title, found = said(asked.language, "Activities"), activities_of(asked, answered, log)
    headlines = {item.chain.warning: wording_for(item.chain.head.content, asked.language).headline for item in answered}
    sentences = [_activity_sentence(asked, entry, activity, headlines, log) for entry, activity in found[:MOST_ACTIVITIES]]
    if left := found[MOST_ACTIVITIES:]:
        rest = said_n(asked.language, "{n} more activity is not shown.", "{n} more activities are not shown.", len(left))
        sentences.append(Sentence(rest, tuple(_cited_activity(asked, entry) for entry, _ in left)))
    none = Sentence(said(asked.language, "No activity is known to this reader that answers these risks."), (_asked_warnings(asked),))
    return Section("activities", title, tuple(sentences) or (none,))


def activities_of(asked: Asked, answered: Sequence[Responses], log: Log) -> list[tuple[Entry, Activity]]:
    """The activities that the brief speaks of, the newest first."""
    shown, tests = {item.chain.warning for item in answered}, _tests(log)
    latest = [(entry, activity) for entry, activity in latest_of(said_in(log, "activity", Activity)) if _is_current(asked, activity)]
    real = [pair for pair in latest if not pair[1].answers or set(pair[1].answers) - tests]
    found = [pair for pair in real if shown & set(pair[1].answers) or _is_activity_on_subject(asked, pair[1])]
    return sorted(found, key=lambda pair: (-pair[0].said_us, pair[0].owner, pair[0].ref))


def _tests(log: Log) -> set[str]:
    """The warnings of which every readable version is a test of the channel."""
    said = [(str(entry.body.get("warning")), bool(entry.body.get("test"))) for entry in log.of("warning")]
    return {name for name, _ in said} - {name for name, is_test in said if not is_test}


def _is_activity_on_subject(asked: Asked, activity: Activity) -> bool:
    """Whether its areas and its field are those of the subject; one that names no area concerns the whole region alone."""
    if asked.subject.fields and not fields_of(activity) & asked.subject.fields:
        return False
    areas = areas_of(activity)
    return asked.concerns(areas) if areas else not asked.subject.areas


def _is_current(asked: Asked, activity: Activity) -> bool:
    if activity.status in ("planned", "running", "finalising"):
        return True
    end = activity.end or activity.planned_end
    return activity.status == "closed" and end is not None and from_date(end) >= asked.since_us


def _activity_sentence(asked: Asked, entry: Entry, activity: Activity, headlines: Mapping[str, str], log: Log) -> Sentence:
    """An activity; of the warnings that it answers those are called by their headlines that the brief is on."""
    language = asked.language
    tag = best_tag(activity.titles, language)
    parts = [
        _word(language, ACTIVITY_WORDS, status_of(entry, activity.status, log)),
        listed(language, [partner.name or partner.ref for partner in activity.partners] or [entry.owner]),
    ]
    text = f"{quoted(language, activity.titles[tag])}: {', '.join(part for part in parts if part)}"
    if named := [quoted(language, headlines[name]) for name in activity.answers if name in headlines]:
        text += said(language, "; it answers {names}", names=listed(language, named, 2))
    own = "" if spoken(tag) == language else tag
    return Sentence(f"{text}.", (_cited_activity(asked, entry), *map(asked.warning, activity.answers)), own)


def _cited_activity(asked: Asked, entry: Entry) -> Cited:
    return Cited(entry.ref, asked.page(f"/activities/{quote(entry.owner, safe='')}/{quote(entry.ref, safe='')}"))


def shown_entries(asked: Asked, answered: Sequence[Responses], log: Log) -> dict[str, Json]:
    """What a later brief compares warnings and activities with, by key."""
    found: dict[str, Json] = {f"warning:{item.chain.warning}": {"digest": f"{item.chain.head.id[:16]} {item.chain.status}"} for item in answered}
    for entry, _ in activities_of(asked, answered, log):
        found[f"activity:{entry.ref}"] = {"digest": entry_id(entry)[:16]}
    return found


def entry_labels(asked: Asked, answered: Sequence[Responses], log: Log) -> list[Label]:
    """The labels of every entry that the brief speaks of or counts."""
    warnings = {item.chain.warning for item in answered}
    spoken_of = [entry for entry in log.of("warning", "answer", "assessment") if entry.body.get("warning") in warnings]
    return [entry.label for entry in (*spoken_of, *(entry for entry, _ in activities_of(asked, answered, log)))]
