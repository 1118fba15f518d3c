"""What IATI has no place for, in elements of our own at the end of an activity, each in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from vigie.exchange.iati import SPACE, day_of, own
from vigie.exchange.iati_parts import cut
from vigie.model.activity import Activity, Visibility
from vigie.model.said import MAX_TEXT
from vigie.model.warning import Evidence

_LISTS: Final = {"fields": "field", "areas": "area", "answers": "answers", "risks": "risk"}
_WORDS: Final = {"mechanism": "mechanism", "provenance": "provenance"}


def own_elements(activity: Activity) -> list[etree._Element]:
    """The elements of ours that tell the rest of an activity."""
    words = [_made(tag, getattr(activity, field)) for field, tag in _WORDS.items() if getattr(activity, field)]
    lists = [_made(tag, text) for field, tag in _LISTS.items() for text in getattr(activity, field)]
    return [*words, *lists, *map(_visibility, activity.visibility), *map(_event, activity.events)]


def own_facts(activity: etree._Element) -> dict[str, Any]:
    """The fields of an activity that our elements tell. Raises `BadReport` for a day that is none, `ValueError` for what does not fit."""
    facts: dict[str, Any] = {field: _texts(activity, tag) for field, tag in _LISTS.items()}
    facts |= {field: "".join(_texts(activity, tag)[:1]) for field, tag in _WORDS.items()}
    facts["provenance"] = cut(facts["provenance"], MAX_TEXT)
    facts["mechanism"] = cut(facts["mechanism"])
    facts["visibility"] = tuple(map(_visibility_of, activity.findall(own("visibility"))))
    facts["events"] = tuple(map(_event_of, activity.findall(own("event"))))
    return facts


def is_own(element: etree._Element) -> bool:
    """Whether the element is one that `own_facts` reads."""
    return str(element.tag) in _TAGS


def _made(tag: str, text: str = "", attributes: Mapping[str, str] | None = None) -> etree._Element:
    element = etree.Element(own(tag), dict(attributes or {}), nsmap={"vigie": SPACE})
    element.text = text or None
    return element


def _texts(element: etree._Element, tag: str) -> tuple[str, ...]:
    return tuple(child.text or "" for child in element.findall(own(tag)))


def _visibility(step: Visibility) -> etree._Element:
    said = {"audience": step.audience, "channel": step.channel, "language": step.language, "done": "yes" if step.done else "no"}
    known = {"day": step.day.isoformat() if step.day else "", "reach": "" if step.reach is None else str(step.reach)}
    return _made("visibility", attributes=said | {name: value for name, value in known.items() if value})


def _visibility_of(element: etree._Element) -> Visibility:
    said: dict[str, Any] = {name: element.get(name, "") for name in ("audience", "channel", "language")}
    reach = element.get("reach")
    return Visibility(**said, day=day_of(element, "day"), done=element.get("done") == "yes", reach=None if reach is None else int(reach))


def _event(evidence: Evidence) -> etree._Element:
    element = _made("event", attributes={"id": evidence.event, "words": evidence.words})
    element.extend(_made("report", name) for name in evidence.reports)
    return element


def _event_of(element: etree._Element) -> Evidence:
    return Evidence(event=cut(element.get("id", "")), words=cut(element.get("words", ""), MAX_TEXT), reports=_texts(element, "report"))


_TAGS: Final = frozenset(map(own, (*_LISTS.values(), *_WORDS.values(), "visibility", "event")))
