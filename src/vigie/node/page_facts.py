"""What is shown of a draft that was read out of a page, as JSON: the form that the pages of the desk, the command line and --explain share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from vigie.model.canonical import Json
from vigie.model.entry import Entry
from vigie.model.reading import Found, Reading
from vigie.model.times import format_time
from vigie.node.page_reports import values_of
from vigie.node.page_review import Standing

PARTS = ("updated", "date", "place", "country", "institution", "theme", "kind", "field", "role", "title", "language")
"""The order in which the parts of a draft are told."""

_SURE = ((0.85, "very sure"), (0.65, "rather sure"), (0.4, "not sure"), (0.0, "a guess"))


def reading_facts(reading: Reading) -> dict[str, Json]:
    """All that a draft says: what was found for each part, with the quote in its context, and the values that its report would have."""
    pairs = [(item, context or "") for item, context in zip_longest(reading.found, reading.contexts[: len(reading.found)])]
    ordered = sorted(pairs, key=lambda pair: (PARTS.index(pair[0].part), -pair[0].confidence))
    return {
        "page": reading.page,
        "source": reading.source,
        "agency": reading.agency,
        "language": reading.language,
        "title": reading.title,
        "state": reading.state,
        "reason": reading.reason,
        "report": reading.report,
        "found": [found_facts(item, context) for item, context in ordered],
        "values": {part: list[Json](values) for part, values in values_of(reading, reading.edits).items()},
        "edits": [edit.model_dump(mode="json") for edit in reading.edits],
        "faults": list[Json](reading.faults),
    }


def found_facts(item: Found, context: str) -> dict[str, Json]:
    """One part that was read: its value, the words that it was read from where they stand, the rule and how sure it is."""
    before, quote, after = in_context(item, context)
    said: dict[str, Json] = {
        "part": item.part,
        "value": item.value,
        "words": item.words,
        "rule": item.rule,
        "by": item.by,
        "confidence": item.confidence,
        "sure": sure_words(item.confidence),
        "spans": [{"begin": span.begin, "end": span.end, "quote": span.quote} for span in item.spans],
        "context": {"before": before, "quote": quote, "after": after},
    }
    if item.lon is not None and item.lat is not None:
        said |= {"lon": item.lon, "lat": item.lat, "radius_km": item.radius_km}
    return said


def in_context(item: Found, context: str) -> tuple[str, str, str]:
    """What stands before the quote, the quote, and what stands after it; the quote alone where its context is not kept."""
    quote = " ".join(item.spans[0].quote.split()) if item.spans else ""
    before, found, after = context.partition(quote) if quote else (context, "", "")
    return (before, found, after) if found else ("", quote, "")


def sure_words(confidence: float) -> str:
    """How sure a reading is, in words.

    >>> sure_words(0.95), sure_words(0.3)
    ('very sure', 'a guess')
    """
    return next(words for least, words in _SURE if confidence >= least)


def standing_facts(standing: Standing) -> dict[str, Json]:
    """A reading as it stands in the queue: when it came, what it says in short, and what became of it."""
    entry, reading = standing
    values = values_of(reading, reading.edits)
    sure = [max((item.confidence for item in reading.of(part)), default=0.0) for part in ("date", "place", "kind")]
    return {
        "ref": entry.ref,
        "version": entry.version,
        "said": format_time(entry.said_us),
        "by": entry.by,
        "label": entry.label.tlp,
        "state": reading.state,
        "title": reading.title or reading.source,
        "source": reading.source,
        "language": reading.language,
        "date": (values["date"] or ("",))[0],
        "place": (values["place"] or ("",))[0],
        "kind": (values["kind"] or ("",))[0],
        "confidence": round(min(sure), 2),
        "report": reading.report,
        "reason": reading.reason,
    }


def whole_facts(entry: Entry, reading: Reading) -> dict[str, Json]:
    """A reading in full, with its place in the log."""
    return reading_facts(reading) | {"ref": entry.ref, "version": entry.version, "said": format_time(entry.said_us), "by": entry.by, "label": entry.label.tlp}


def reading_lines(facts: dict[str, Any]) -> list[str]:
    """A draft in sentences that can be read aloud, from its `reading_facts`."""
    lines = [f"Title: {facts['title'] or 'none was found'}", f"Language: {facts['language']}. Published by: {facts['agency'] or 'not said'}."]
    for item in facts["found"]:
        if item["part"] not in ("title", "language"):
            lines += _found_lines(item)
    lines += [f"Corrected {edit['part']}: {edit['before'] or 'nothing'} became {edit['after'] or 'nothing'}." for edit in facts["edits"]]
    lines += [f"Not read: {fault}" for fault in facts["faults"]]
    missing = [part for part in ("date", "place", "kind") if not facts["values"][part]]
    return [*lines, *([f"Missing: {', '.join(missing)}."] if missing else [])]


def _found_lines(item: dict[str, Any]) -> list[str]:
    said = f"{item['value']} ({item['words']})" if item["words"] and item["words"] != item["value"] else item["value"]
    point = f", at {item['lon']:.3f}, {item['lat']:.3f} within {item['radius_km'] or 0:g} km" if "lon" in item else ""
    whose = " proposed by the endpoint," if item["by"] != "rules" else ""
    head = f"  {item['part']}: {said}{point};{whose} {item['sure']} ({item['confidence']:.2f}), rule {item['rule']}."
    context = item["context"]
    text = " ".join(f"{context['before']}[{context['quote']}]{context['after']}".split())
    return [head, f"      characters {_places(item['spans'])}: {text}"] if item["spans"] else [head]


def _places(spans: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{span['begin']}-{span['end']}" for span in spans)
