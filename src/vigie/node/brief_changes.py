"""What has changed since the last brief on the same subject for the same reader: what is new, what is gone, what is no longer the same.

An event bears another id as soon as a report joins or leaves it, so events are found again by their reports. What has only left the period is
not gone: it is no longer mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vigie.model.canonical import Json
from vigie.model.languages import day_text, said, said_n, to_say_n
from vigie.node.brief_shape import Asked, Cited, Section, Sentence
from vigie.node.settings import Node
from vigie.store import Audience, find_reports, readable_log

_KINDS = ("event", "warning", "activity")


def changes_section(node: Node, asked: Asked, shown: Mapping[str, Json], previous: Mapping[str, Any] | None) -> Section:
    """The changes against the note that the last brief left; `shown` is what this one would leave."""
    title = said(asked.language, "Since the last brief")
    if previous is None:
        first = said(asked.language, "This is the first brief on this subject for this reader.")
        return Section("changes", title, (Sentence(first, (Cited(said(asked.language, "asked: an earlier brief")),)),))
    made = day_text(asked.language, int(previous["made"]) * 1000)
    before: dict[str, Any] = previous["shown"]
    matched = _matched(shown, before)
    new = [key for key in shown if key not in matched]
    changed = [key for key, old in matched.items() if _digest(shown[key]) != _digest(before[old]) or key != old]
    gone = [old for old in before if old not in matched.values() and not _is_there(node, asked, old, before[old])]
    sentences = [*_new_sentences(asked, new), *_changed_sentences(asked, changed), *_gone_sentences(asked, gone)]
    none = Sentence(said(asked.language, "Nothing is new, changed or gone since the brief of {day}.", day=made), (asked.question(),))
    return Section("changes", f"{title} ({made})", tuple(sentences) or (none,))


def _matched(shown: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, str]:
    """What is shown now by what was shown then: the same key, or a report in common."""
    holder = {member: key for key, item in before.items() for member in item.get("members", ())}
    found = {}
    for key, item in shown.items():
        old = key if key in before else next((holder[member] for member in item.get("members", ()) if member in holder), None)
        if old is not None:
            found[key] = old
    return found


def _digest(item: Any) -> str:
    return str(item["digest"])


def _is_there(node: Node, asked: Asked, old: str, item: Mapping[str, Any]) -> bool:
    """Whether what was shown can still be read, though the brief speaks of it no more: any of its reports, or a warning that has run out."""
    if kind_of_key(old) == "warning":
        return any(
            entry.ref == old.partition(":")[2] for entry in readable_log(node.store, _audience(node, asked), exercise=asked.world.exercise).of("warning")
        )
    audience = _audience(node, asked)
    return any(find_reports(node.store, audience, str(name)) for name in item.get("members", ()))


def _audience(node: Node, asked: Asked) -> Audience:
    return node.audience(asked.world.party, asked.now_us)


def kind_of_key(key: str) -> str:
    """What a key of the note stands for: `event`, `warning` or `activity`."""
    return next((kind for kind in _KINDS if key.startswith(f"{kind}:")), "event")


def _new_sentences(asked: Asked, keys: Iterable[str]) -> list[Sentence]:
    texts = {
        "event": to_say_n("{n} event is new.", "{n} events are new."),
        "warning": to_say_n("{n} warning is new.", "{n} warnings are new."),
        "activity": to_say_n("{n} activity is new.", "{n} activities are new."),
    }
    return _counted(asked, keys, texts)


def _changed_sentences(asked: Asked, keys: Iterable[str]) -> list[Sentence]:
    texts = {
        "event": to_say_n("{n} event is reported differently.", "{n} events are reported differently."),
        "warning": to_say_n("{n} warning was updated.", "{n} warnings were updated."),
        "activity": to_say_n("{n} activity has changed.", "{n} activities have changed."),
    }
    return _counted(asked, keys, texts)


def _gone_sentences(asked: Asked, keys: Iterable[str]) -> list[Sentence]:
    texts = {
        "event": to_say_n("{n} event was withdrawn or can no longer be read.", "{n} events were withdrawn or can no longer be read."),
        "warning": to_say_n("{n} warning can no longer be read.", "{n} warnings can no longer be read."),
        "activity": to_say_n("{n} activity can no longer be read.", "{n} activities can no longer be read."),
    }
    return _counted(asked, keys, texts)


def _counted(asked: Asked, keys: Iterable[str], texts: Mapping[str, tuple[str, str]]) -> list[Sentence]:
    groups = {kind: [key for key in keys if kind_of_key(key) == kind] for kind in _KINDS}
    return [Sentence(said_n(asked.language, *texts[kind], len(found)), tuple(_cited(asked, key) for key in found)) for kind, found in groups.items() if found]


def _cited(asked: Asked, key: str) -> Cited:
    kind, name = kind_of_key(key), key.partition(":")[2]
    if kind == "warning":
        return asked.warning(name)
    return Cited(key, asked.page(f"/events/{key}")) if kind == "event" else Cited(name)
