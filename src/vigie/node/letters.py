"""The words of a notice: a warning as plain text, in the reader's language, in the order of the text form; and several of them as one digest."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from vigie.model.entry import Entry
from vigie.model.languages import EXERCISE, FORM, NOT_REAL, said, to_say
from vigie.model.warning import Content
from vigie.node.warning_facts import ACT_WORDS, Shown, content_facts, label_words, notes_of

WIDTH = 100
TEST = to_say("TEST")
EXPIRED = to_say("Its time ran out; nobody has said that the thing itself is over.")
WARNINGS = to_say("Warnings")
_RULE = "-" * 60


def digest_subject(count: int, language: str, *, exercise: bool) -> str:
    """The subject of a mail that holds several warnings."""
    return " ".join([*([said(language, EXERCISE)] if exercise else []), f"Vigie: {said(language, WARNINGS)} ({count})"])


def digest_text(notices: Sequence[tuple[Entry, Content]], shown: Shown) -> str:
    """Several warnings in one text: a list of headlines, then each in full."""
    heads = "\n".join(f"- {_headline(content, shown)}" for _, content in notices)
    return f"\n\n{_RULE}\n\n".join([heads, *(warning_text(entry, content, shown) for entry, content in notices)])


def warning_text(entry: Entry, content: Content, shown: Shown) -> str:
    """One version of a warning as plain text."""
    marks = _marks(content, shown.language, exercise=entry.exercise)
    opening = [*([" ".join([*marks, shown.say(NOT_REAL) if entry.exercise else ""]).strip()] if marks else []), _headline(content, shown)]
    parts = [f"{shown.say(FORM[name])}: {words}" for name, words in _parts(entry, content, shown) if words]
    notes = list(notes_of(content.areas, shown.atlas))
    if content.expires_us <= shown.log.now_us and content.act in ("issue", "update"):
        opening.append(shown.say(EXPIRED))
    return "\n\n".join(_wrapped(paragraph) for paragraph in [*opening, *parts, *notes])


def _headline(content: Content, shown: Shown) -> str:
    facts = content_facts(content, shown)
    return f"{facts['stage_words']}, {shown.say(ACT_WORDS[content.act])}, {facts['severity_words']}: {facts['headline']}"


def _marks(content: Content, language: str, *, exercise: bool) -> list[str]:
    return [said(language, EXERCISE)] * exercise + [said(language, TEST)] * content.test


def _parts(entry: Entry, content: Content, shown: Shown) -> Iterator[tuple[str, str]]:
    facts: dict[str, Any] = content_facts(content, shown)
    text, likely = facts["text"], facts["likelihood"]
    places = ", ".join(area["name"] for area in facts["areas"])
    made = {
        "where": " ".join(filter(None, [places, text.get("where", "")])),
        "when": text.get("when", "") or facts["onset"]["text"],
        "likelihood": f"{likely['words']} ({likely['number']})" if likely and likely["number"] not in likely["words"] else (likely["words"] if likely else ""),
        "confidence": ". ".join(filter(None, [facts["confidence_words"], facts["confidence_why"]])),
        "options": "; ".join(" - ".join(filter(None, [option["action"], option["owner"]])) for option in facts["options"]),
        "next_review": facts["next_review"]["text"] if facts["next_review"] else "",
        "expires": facts["expires"]["text"],
        "recipients": ", ".join(facts["recipients"]),
        "replay": facts["replay"],
        "label": label_words(entry.label),
    }
    return ((name, made.get(name, text.get(name, ""))) for name in FORM)


def _wrapped(paragraph: str) -> str:
    return "\n".join(textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in paragraph.splitlines())
