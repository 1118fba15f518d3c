"""A draft as the fields of a form, and back: what the page shows is what was saved, and what was typed is kept when it cannot be.

A field that comes several times (areas, recipients) is one text with a line for each. What a person did not touch stays as it was, to the microsecond.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.label import PUBLIC, TLP_ORDER
from vigie.model.said import body_of, read_body
from vigie.model.times import format_time, parse_time
from vigie.model.warning import Content, Draft, Likelihood, Wording
from vigie.node.warning_facts import TEXT_PARTS

MAX_TEXTS = 8
MAX_OPTIONS = 12
"""How many languages and options a form can hold."""

TEXT_LANGUAGES = ("en", "fr", "sq", "bs", "bs-Cyrl", "hr", "cnr", "cnr-Cyrl", "sr-Latn", "sr-Cyrl", "mk")
"""The languages of the region and of its partners, as BCP 47 tags."""

_OPEN = ("CLEAR", "GREEN")
"""Colours that open a record without a list, unless the form asks for one; with the others only those who are named may read it."""

_MINUTE = len("YYYY-MM-DDThh:mm")
_SPARE_OPTIONS = 1
_PER_CENT = 100


def values_of(draft: Draft) -> dict[str, str]:
    """The draft as the fields of its form."""
    content = draft.content
    plain = {name: str(getattr(content, name)) for name in ("stage", "event", "field", "severity", "urgency", "confidence", "confidence_why")}
    times = {name: minute_text(getattr(content, name)) for name in ("onset_us", "expires_us", "next_review_us")}
    lists = {"areas": content.areas, "recipients": content.recipients, "keep": tuple(str(place) for place in range(len(content.evidence)))}
    return {
        **plain,
        **times,
        **{name: "\n".join(items) for name, items in lists.items()},
        **_odds(content.likelihood),
        **{name: value for place, text in enumerate(content.texts, 1) for name, value in _text_values(text, place)},
        **{
            name: value
            for place, option in enumerate(content.options, 1)
            for name, value in ((f"option_{place}", option.action), (f"owner_{place}", option.owner))
        },
        "tlp": draft.tlp,
        "listed": "yes" if draft.rel_to is not None and draft.tlp in _OPEN else "",
        "test": "yes" if content.test else "",
        "note": draft.note,
    }


def _text_values(text: Wording, place: int) -> Iterator[tuple[str, str]]:
    yield f"language_{place}", text.language
    yield f"headline_{place}", text.headline
    yield f"reviewed_{place}", "yes" if text.reviewed else ""
    yield from ((f"{name}_{place}", getattr(text, name)) for name in TEXT_PARTS)


def _odds(likelihood: Likelihood | None) -> dict[str, str]:
    if likelihood is None:
        return {"low": "", "high": ""}
    return {"low": percent_text(likelihood.low), "high": percent_text(likelihood.high)}


def percent_text(share: float) -> str:
    """A share as a percentage without needless digits.

    >>> percent_text(0.25), percent_text(0.125)
    ('25', '12.5')
    """
    return f"{share * _PER_CENT:.4f}".rstrip("0").rstrip(".")


def minute_text(time_us: int | None) -> str:
    """An instant as a form's field holds it, to the minute, UTC; nothing for none."""
    return "" if time_us is None else format_time(time_us)[:_MINUTE]


def text_places(values: Mapping[str, str]) -> list[int]:
    """The numbers of the texts that the form shows: those that are there, and one to begin another language."""
    there = sum(1 for place in range(1, MAX_TEXTS + 1) if values.get(f"language_{place}") and values.get(f"headline_{place}"))
    return list(range(1, min(max(there + 1, 2), MAX_TEXTS) + 1))


def option_places(values: Mapping[str, str]) -> list[int]:
    """The numbers of the options that the form shows: those that are there and an empty one."""
    last = max((place for place in range(1, MAX_OPTIONS + 1) if values.get(f"option_{place}")), default=0)
    return list(range(1, min(max(last + _SPARE_OPTIONS, 2), MAX_OPTIONS) + 1))


def draft_of_form(form: Mapping[str, str], before: Draft) -> Draft:
    """The draft that a form means, with what the form does not hold as it was before. Raises `BadReport` with one sentence."""
    content = read_body(Content, body_of(before.content) | _said(form, before.content))
    recipients = tuple(name for name in content.recipients if name != PUBLIC)
    tlp = form.get("tlp", before.tlp)
    if tlp not in TLP_ORDER:
        raise BadReport("There is no such TLP colour", got=tlp, expected=", ".join(TLP_ORDER))
    listed = tuple(sorted(recipients)) if form.get("listed") or tlp not in _OPEN else None
    return read_body(Draft, {"content": body_of(content), "tlp": tlp, "rel_to": None if listed is None else list(listed), "note": form.get("note", "").strip()})


def _said(form: Mapping[str, str], before: Content) -> dict[str, Json]:
    plain: dict[str, Json] = {name: form[name].strip() for name in ("stage", "event", "severity", "urgency", "confidence", "confidence_why") if name in form}
    field: dict[str, Json] = {"field": form["field"]} if form.get("field") else {}
    return {
        **plain,
        **field,
        **_times(form, before),
        "likelihood": _likelihood(form, before.likelihood),
        "texts": [*_texts(form)],
        "options": [*_options(form)],
        "areas": list[Json](lines(form, "areas")),
        "recipients": list[Json](lines(form, "recipients")),
        "evidence": [*_evidence(form, before)],
        "test": bool(form.get("test")),
    }


def lines(form: Mapping[str, str], name: str) -> list[str]:
    """The lines of a field, each once, without blank ones."""
    return list(dict.fromkeys(line.strip() for line in form.get(name, "").split("\n") if line.strip()))


def _times(form: Mapping[str, str], before: Content) -> dict[str, Json]:
    return {name: time_of(form.get(name, ""), getattr(before, name), name.removesuffix("_us")) for name in ("onset_us", "expires_us", "next_review_us")}


def time_of(text: str, before_us: int | None, name: str) -> int | None:
    """The instant that a field holds; what it was before where the field shows the same minute. Raises `BadReport` for what is no time."""
    said = text.strip().removesuffix("Z")
    if said == minute_text(before_us):
        return before_us
    if not said:
        return None
    try:
        return parse_time(said)
    except (ValueError, OverflowError) as fault:
        raise BadReport("A time cannot be understood", field=name, got=text, expected="such as 2026-10-01T12:00, in UTC") from fault


def _likelihood(form: Mapping[str, str], before: Likelihood | None) -> Json:
    low, high = (form.get(name, "").strip().replace(",", ".").removesuffix("%").strip() for name in ("low", "high"))
    if {"low": low, "high": high} == _odds(before):
        return None if before is None else {"low": before.low, "high": before.high}
    if not low and not high:
        return None
    try:
        first, last = (float(text or other) / _PER_CENT for text, other in ((low, high), (high, low)))
    except ValueError as fault:
        raise BadReport("The likelihood is no number", got=f"{low} to {high}", expected="per cent, such as 25 to 35") from fault
    return {"low": round(first, 6), "high": round(last, 6)}


def _texts(form: Mapping[str, str]) -> Iterator[Json]:
    for place in range(1, MAX_TEXTS + 1):
        parts: dict[str, Json] = {name: form.get(f"{name}_{place}", "").strip() for name in ("headline", *TEXT_PARTS)}
        if any(parts.values()):
            yield {
                "language": form.get(f"language_{place}", ""),
                "reviewed": bool(form.get(f"reviewed_{place}")),
                **{key: said for key, said in parts.items() if said},
            }


def _options(form: Mapping[str, str]) -> Iterator[Json]:
    for place in range(1, MAX_OPTIONS + 1):
        action, owner = (form.get(f"{name}_{place}", "").strip() for name in ("option", "owner"))
        if action or owner:
            yield {"action": action, "owner": owner}


def _evidence(form: Mapping[str, str], before: Content) -> Iterator[Json]:
    """The records that were kept, and those that were added by name."""
    kept = lines(form, "keep")
    yield from (body_of(item) for place, item in enumerate(before.evidence) if str(place) in kept)
    known = {name for item in before.evidence for name in item.reports}
    yield from ({"reports": [name]} for name in lines(form, "records") if name not in known)
