"""What is shown of a warning to one reader, in one language, as JSON: the form that the pages, the command line and the briefs share.

Nothing enters but the chain and the answers that the reader may read, the atlas, and the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vigie.model.activity import Activity, best_tag, said_best
from vigie.model.atlas import Atlas, area_by_code, footnotes
from vigie.model.canonical import Json
from vigie.model.entry import Entry, Log
from vigie.model.label import Label, parts_of
from vigie.model.languages import (
    ACTIVITY_WORDS,
    ANSWER_WORDS,
    OUTCOME_WORDS,
    SEVERITY_WORDS,
    STAGE_WORDS,
    STATUS_WORDS,
    day_text,
    is_read_by,
    moment_text,
    said,
    said_n,
    spoken,
    to_say,
)
from vigie.model.likelihood import confidence_words, likelihood_number, likelihood_words
from vigie.model.times import DAY_US, format_time, from_date
from vigie.model.warning import SEVERITIES, Content, Wording
from vigie.node.activity_standing import status_of
from vigie.node.facts import area_name
from vigie.node.packs import packs
from vigie.warn.answers import Responses, Said
from vigie.warn.chain import Chain, Version

URGENCY_WORDS: Mapping[str, str] = {
    "Immediate": to_say("act at once"),
    "Expected": to_say("act soon"),
    "Future": to_say("act in the near future"),
    "Past": to_say("no longer urgent"),
    "Unknown": to_say("urgency not known"),
}
ACT_WORDS: Mapping[str, str] = {"issue": to_say("issued"), "update": to_say("updated"), "cancel": to_say("called back"), "end": to_say("declared over")}
TEXT_PARTS = ("what", "where", "when", "why", "changed", "alternative", "mind", "instruction")
"""The parts of a wording, in the order in which they are read."""

_HOURS = 3 * 24
_HOUR_US = DAY_US // 24


@dataclass(frozen=True, slots=True)
class Shown:
    """For whom it is shown: the atlas, the language, the yardstick of probability, the reader's log, and the party whose node it is."""

    atlas: Atlas
    language: str
    yardstick: str
    log: Log
    own: str = ""

    def say(self, text: str) -> str:
        """The text in the reader's language."""
        return said(self.language, text)

    def day(self, day: date | None) -> dict[str, Json] | None:
        """A calendar day for machines and for people."""
        return (
            None if day is None else {"iso": day.isoformat(), "text": day_text(self.language, from_date(day)), "day": day_text(self.language, from_date(day))}
        )

    def moment(self, time_us: int | None) -> dict[str, Json] | None:
        """An instant for machines and for people."""
        return None if time_us is None else {"iso": format_time(time_us), "text": moment_text(self.language, time_us), "day": day_text(self.language, time_us)}


def chain_facts(chain: Chain, answered: Responses, shown: Shown) -> dict[str, Json]:
    """All that the reader sees of a warning: its head in full, its history, what was answered and done, and what became of it."""
    facts = content_facts(chain.head.content, shown)
    return facts | {
        "id": chain.warning,
        "issuer": chain.owner,
        "status": chain.status,
        "status_words": shown.say(STATUS_WORDS.get(chain.status, to_say("assessed"))),
        "is_live": chain.status == "live",
        "issued": shown.moment(chain.first.said_us),
        "said": shown.moment(chain.head.said_us),
        "label": label_words(chain.head.entry.label),
        "left": _left(chain, shown),
        "gap": _has_gap(chain, shown),
        "history": [_version(version, shown) for version in reversed(chain.history)],
        "answers": [_answer(word, shown) for word in _words_of(answered)],
        "activities": [_activity(entry, activity, shown) for entry, activity in answered.activities],
        "assessment": _assessment(chain, shown),
        "exercise": chain.exercise,
        "notes": list[Json](notes_of(chain.head.content.areas, shown.atlas)),
    }


def _has_gap(chain: Chain, shown: Shown) -> bool:
    """Whether a message of the chain has not come. Of the node's own warnings nothing can be missing but what the reader may not know of."""
    return shown.own == shown.log.party != chain.owner and (bool(chain.missing) or chain.is_orphan)


def content_facts(content: Content, shown: Shown) -> dict[str, Json]:
    """What a content says, in the reader's language where it is written in it."""
    text = wording_for(content, shown.language)
    known = packs().get(content.field)
    return {
        "warning": content.warning,
        "act": content.act,
        "act_words": shown.say(ACT_WORDS[content.act]),
        "stage": content.stage,
        "stage_words": shown.say(STAGE_WORDS[content.stage]),
        "event": content.event,
        "field": content.field,
        "field_title": shown.say(known.title) if known else content.field,
        "severity": content.severity,
        "severity_words": shown.say(SEVERITY_WORDS[content.severity]),
        "severity_rank": SEVERITIES.index(content.severity),
        "urgency_words": shown.say(URGENCY_WORDS[content.urgency]),
        "headline": text.headline,
        "text": {name: getattr(text, name) for name in TEXT_PARTS if getattr(text, name)},
        "text_language": text.language,
        "is_own_language": is_written_for(text.language, shown.language),
        "reviewed": text.reviewed,
        "languages": [item.language for item in content.texts],
        "likelihood": _likelihood(content, shown),
        "confidence": content.confidence,
        "confidence_words": confidence_words(content.confidence, shown.language),
        "confidence_why": content.confidence_why,
        "areas": [{"code": code, "name": area_name(shown.atlas, code, shown.language) or code} for code in content.areas],
        "circle": list[Json](content.circle) if content.circle else None,
        "onset": shown.moment(content.onset_us),
        "expires": shown.moment(content.expires_us),
        "next_review": shown.moment(content.next_review_us),
        "options": [{"action": option.action, "owner": option.owner} for option in content.options],
        "recipients": list[Json](content.recipients),
        "evidence": [{"event": item.event, "reports": list[Json](item.reports), "words": item.words} for item in content.evidence],
        "rule": content.rule,
        "replay": content.replay,
        "problem": content.problem,
        "signal": content.signal,
        "test": content.test,
    }


def wording_for(content: Content, language: str) -> Wording:
    """The text in this language, else in its closest kin, else in English, else the first."""
    exact = [text for text in content.texts if text.language == language]
    kin = sorted((text for text in content.texts if is_written_for(text.language, language)), key=lambda text: spoken(text.language) != spoken(language))
    english = [text for text in content.texts if is_written_for(text.language, "en")]
    return next(iter((*exact, *kin, *english, *content.texts)))


def is_written_for(tag: str, language: str) -> bool:
    """Whether a text of this language is one for readers of that: Vigie speaks English to all whose language it does not speak, but they are not all English.

    >>> is_written_for("bs-Cyrl", "sr-Cyrl"), is_written_for("en-GB", "en"), is_written_for("de", "en")
    (True, True, False)
    """
    return is_read_by(tag, language) and (spoken(tag) != "en" or tag.partition("-")[0].lower() == "en")


def live_first(chains: Iterable[Chain]) -> list[Chain]:
    """The live warnings, the most severe first and of these the newest; then the others, newest first."""
    return sorted(chains, key=lambda chain: (chain.status != "live", _rank(chain) if chain.status == "live" else 0, -chain.head.said_us, chain.warning))


def _rank(chain: Chain) -> int:
    return SEVERITIES.index(chain.head.content.severity)


def notes_of(areas: Iterable[str], atlas: Atlas) -> tuple[str, ...]:
    """The notes that must stand beside the names of these areas."""
    found = [area for code in areas if (area := area_by_code(atlas, code))]
    lands = [land for area in found if area.level and (land := area_by_code(atlas, area.country))]
    return footnotes([*found, *lands])


def label_words(label: Label) -> str:
    """The release rules in a few words: the strictest TLP colour and, where there is a list, who is on it.

    >>> label_words(Label("ME-NODE", tlp="AMBER", rel_to=frozenset({"RS-NODE"})))
    'TLP:AMBER, only to RS-NODE'
    """
    lists = [part.rel_to for part in parts_of(label) if part.rel_to is not None]
    named = ", ".join(sorted(frozenset.intersection(*lists))) or "its owner" if lists else ""
    return f"TLP:{label.tlp}" + (f", only to {named}" if lists else "")


def _likelihood(content: Content, shown: Shown) -> dict[str, Json] | None:
    found = content.likelihood
    if found is None:
        return None
    return {
        "low": found.low,
        "high": found.high,
        "words": likelihood_words(found, shown.yardstick, shown.language),
        "number": likelihood_number(found, shown.language),
        "yardstick": shown.yardstick,
    }


def _left(chain: Chain, shown: Shown) -> str:
    """How long a live warning still holds, in whole days or hours."""
    left_us = chain.head.content.expires_us - shown.log.now_us
    if chain.status != "live":
        return ""
    hours = left_us // _HOUR_US
    if hours < 1:
        return shown.say(to_say("less than an hour"))
    return said_n(shown.language, "{n} hour", "{n} hours", hours) if hours < _HOURS else said_n(shown.language, "{n} day", "{n} days", hours // 24)


def _version(version: Version, shown: Shown) -> dict[str, Json]:
    text = wording_for(version.content, shown.language)
    return {
        "id": version.id,
        "said": shown.moment(version.said_us),
        "act_words": shown.say(ACT_WORDS[version.content.act]),
        "stage_words": shown.say(STAGE_WORDS[version.content.stage]),
        "severity_words": shown.say(SEVERITY_WORDS[version.content.severity]),
        "headline": text.headline,
        "changed": text.changed,
        "text_language": text.language,
        "likelihood": _likelihood(version.content, shown),
    }


def _words_of(answered: Responses) -> Sequence[Said]:
    words = [*(word for recipient in answered.recipients for word in recipient.said), *answered.apart]
    return sorted(words, key=lambda word: (-word.said_us, word.party, word.id))


def _answer(word: Said, shown: Shown) -> dict[str, Json]:
    return {
        "party": word.party,
        "word": word.word,
        "words": shown.say(ANSWER_WORDS[word.word]),
        "text": word.text,
        "said": shown.moment(word.said_us),
        "activity": word.activity,
        "entry": word.answered,
    }


def _activity(entry: Entry, activity: Activity, shown: Shown) -> dict[str, Json]:
    status = status_of(entry, activity.status, shown.log)
    return {
        "id": entry.ref,
        "party": entry.owner,
        "title": activity.title(shown.language),
        "title_language": best_tag(activity.titles, shown.language),
        "status": status,
        "status_words": shown.say(ACTIVITY_WORDS[status]),
        "institutions": [partner.name for partner in activity.partners],
        "begin": shown.day(activity.begin or activity.planned_begin),
        "end": shown.day(activity.end or activity.planned_end),
        "text": said_best(activity.abstracts, shown.language),
    }


def _assessment(chain: Chain, shown: Shown) -> dict[str, Json] | None:
    if chain.assessment is None:
        return None
    word = chain.assessment
    return {
        "outcome": word.outcome,
        "words": shown.say(OUTCOME_WORDS[word.outcome]),
        "text": word.text,
        "began": shown.moment(word.began_us),
        "said": shown.moment(chain.assessed_us),
        "events": list[Json](word.events),
    }
