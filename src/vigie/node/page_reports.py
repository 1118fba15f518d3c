"""The report that an accepted draft becomes: the best of what was read, with the reviewer's corrections, checked as every report is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes
from vigie.model.entry import Entry
from vigie.model.errors import BadReport
from vigie.model.reading import Edit, Found, Part, Reading
from vigie.model.report import Report, TimeMeaning
from vigie.model.said import check_tag
from vigie.model.times import parse_interval
from vigie.model.vocabulary import country_code
from vigie.node.atlas import load_atlas
from vigie.node.page_places import Spot, country_of, spot_typed
from vigie.node.page_proposals import kinds, themes

ONE: tuple[Part, ...] = ("title", "language", "updated", "date", "place", "kind")
MANY: tuple[Part, ...] = ("country", "institution", "theme")
EDITABLE: tuple[Part, ...] = (*ONE, *MANY)
"""What a reviewer may correct: parts of which a report has one, and parts of which it may have several."""

_REF_DIGITS = 16
"""How many digits of the page's SHA-256 name its report."""

Values = Mapping[Part, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _When:
    begin_us: int
    end_us: int
    meaning: TimeMeaning


def values_of(reading: Reading, edits: Sequence[Edit] = ()) -> dict[Part, tuple[str, ...]]:
    """The values that a report would have, by part: what is sure enough to be proposed, with `edits` applied in order."""
    from vigie.ingest.page.reading import best

    surest = best(reading)
    values: dict[Part, tuple[str, ...]] = {part: tuple(dict.fromkeys(item.value for item in surest.get(part, ()))) for part in EDITABLE}
    values["title"] = values["title"] or ((reading.title,) if reading.title else ())
    values["language"] = (reading.language,)
    for edit in edits:
        values[edit.part] = _edited(values[edit.part], edit, is_one=edit.part in ONE)
    return values


def _edited(known: tuple[str, ...], edit: Edit, *, is_one: bool) -> tuple[str, ...]:
    if is_one:
        return (edit.after,) if edit.after else ()
    kept = tuple(value for value in known if value != edit.before or edit.before == edit.after)
    return tuple(dict.fromkeys((*kept, *((edit.after,) if edit.after else ()))))


def canonical_value(part: Part, text: str, known: Sequence[str] = ()) -> str:
    """A typed value as a draft has it; one that was read stays as it is. Raises `BadReport` with what would do instead."""
    value = " ".join(text.split())
    if value in known:
        return value
    if part in ("date", "updated"):
        when_of(part, value)
    elif part == "kind" and value not in kinds():
        raise BadReport("There is no such kind", field="kind", got=value, expected=f"one of {', '.join(kinds())}")
    elif part == "country":
        return _country(value)
    elif part == "theme" and value not in themes():
        raise BadReport("There is no such theme", field="theme", got=value, expected=f"one of {', '.join(themes())}")
    elif part == "language":
        _check_language(value)
    elif part == "place":
        spot_typed(load_atlas(), value)
    elif part == "title":
        return nameless(value)
    elif part == "institution":
        _check_no_person(value)
    return value


def _country(value: str) -> str:
    code = country_code(value)
    if not code:
        raise BadReport("There is no such country", field="country", got=value, expected="a name, or two letters such as ME (XK for Kosovo)")
    return code


def _check_language(value: str) -> None:
    try:
        check_tag(value)
    except ValueError as fault:
        raise BadReport("The language cannot be understood", field="language", got=value, expected="a BCP 47 tag such as fr or sr-Cyrl") from fault


def _check_no_person(value: str) -> None:
    if not any(letter.isalpha() for letter in nameless(value)) and any(letter.isalpha() for letter in value):
        raise BadReport("The institution seems to be a person", field="institution", expected="institutions and posts alone")


def when_of(part: Part, value: str) -> _When:
    """Begin and end in µs UTC of a day, a month, or a run `2016-03-01/2016-03-02` whose last day is part of it.

    One day is when it took place at some hour; several days are how long it lasted. Raises `BadReport` for anything else.
    """
    first, _, last = value.partition("/")
    try:
        begin, end = parse_interval(first), parse_interval(last or first)
    except ValueError as fault:
        expected = "a day such as 2016-03-01, or a run of days such as 2016-03-01/2016-03-02"
        raise BadReport("The date cannot be understood", field=part, got=value, expected=expected) from fault
    if end[1] < begin[0] or end[0] < begin[0]:
        raise BadReport("It ends before it begins", field=part, got=value)
    return _When(begin[0], end[1], "lasted" if last and last != first else "uncertain")


def report_of(atlas: Atlas, entry: Entry, reading: Reading, edits: Sequence[Edit], account: str) -> Report:
    """The report that the draft becomes with these corrections, reviewed by a post. Raises `BadReport` where it lacks a kind or a date."""
    values = values_of(reading, edits)
    kind, dated = _needed(values, "kind"), _needed(values, "date")
    when, spot = when_of("date", dated), _spot(atlas, reading, values)
    scene = country_of(atlas, spot.lon, spot.lat) if spot else ""
    countries = values["country"]
    updated = values["updated"]
    return Report(
        agency=reading.agency or entry.owner,
        agency_ref=reading.page[:_REF_DIGITS],
        field=_field_of(kind),
        kind=kind,
        begin_us=when.begin_us,
        end_us=when.end_us,
        time_meaning=when.meaning,
        issued_us=when_of("updated", updated[0]).begin_us if updated else None,
        lon=spot.lon if spot else None,
        lat=spot.lat if spot else None,
        radius_km=spot.radius_km if spot else None,
        place=spot.name if spot else None,
        country=scene or (countries[0] if len(countries) == 1 else None),
        actors=values["institution"],
        summary=nameless(values["title"][0]) if values["title"] else None,
        language=values["language"][0],
        exercise=entry.exercise,
        details=_details(reading, values, edits, account),
        payload=_payload(reading, values, edits),
    )


def _needed(values: Values, part: Part) -> str:
    if not values[part]:
        expected = f"one of {', '.join(kinds())}" if part == "kind" else "a day such as 2016-03-01, or a run of days such as 2016-03-01/2016-03-02"
        raise BadReport(f"The draft has no {part}", field=part, expected=expected)
    return values[part][0]


def _field_of(kind: str) -> str:
    known = kinds()
    if kind not in known:
        raise BadReport("There is no such kind", field="kind", got=kind, expected=f"one of {', '.join(known)}")
    return known[kind]


def _spot(atlas: Atlas, reading: Reading, values: Values) -> Spot | None:
    """Where it was: as it was read, or as the reviewer typed it."""
    if not values["place"]:
        return None
    name = values["place"][0]
    read = next((item for item in reading.of("place") if item.value == name and item.lon is not None and item.lat is not None), None)
    if read is None or read.lon is None or read.lat is None:
        return spot_typed(atlas, name, values["country"])
    return Spot(name, read.lon, read.lat, read.radius_km or 0.0)


def _details(reading: Reading, values: Values, edits: Sequence[Edit], account: str) -> dict[str, Json]:
    """What the report keeps of how it was read: by which rules, at which characters of the page, and what was corrected by which post."""
    said: dict[str, Json] = {
        "countries": list[Json](values["country"]),
        "themes": list[Json](values["theme"]),
        "page": reading.page,
        "source": reading.source,
        "read": [_read(item) for item in reading.found if item.part != "role" and item.value in values.get(item.part, ())],
        "corrected": list[Json](dict.fromkeys(edit.part for edit in edits if edit.before != edit.after)),
        "reviewed_by": account,
    }
    return {name: value for name, value in said.items() if value}


def _read(item: Found) -> dict[str, Json]:
    return {
        "part": item.part,
        "value": item.value,
        "rule": item.rule,
        "confidence": item.confidence,
        "spans": [[span.begin, span.end] for span in item.spans],
        **({"by": item.by} if item.by != "rules" else {}),
    }


def _payload(reading: Reading, values: Values, edits: Sequence[Edit]) -> bytes:
    """The draft as it was accepted, in canonical JSON: no text of the page but its title, and no person."""
    said: dict[str, Json] = {part: list[Json](found) for part, found in values.items() if part != "title"}
    changed: list[Json] = [{"part": edit.part, "before": edit.before, "after": edit.after} for edit in edits if edit.part != "title"]
    title = nameless(values["title"][0]) if values["title"] else ""
    return canonical_bytes({"page": reading.page, "source": reading.source, "agency": reading.agency, "title": title, "values": said, "edits": changed})


def nameless(text: str) -> str:
    """The text with what looks like a person's name masked, letter for letter."""
    from vigie.ingest.page.persons import without_persons

    return without_persons(text)[0]
