"""Reports that somebody of the node's own party writes: understood, made nameless, and taken in as a file of one, like everything else.

The reference comes with the draft: what is sent twice is one report, and what is sent again with a change is its next word.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pydantic

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadReport, BadSetting
from vigie.model.label import Label
from vigie.model.lexicon import family
from vigie.model.said import Name, Noun, Short, Tag
from vigie.model.terms import Kind
from vigie.model.times import SECOND_US, format_time, parse_time
from vigie.node.desk import Desk, check_may
from vigie.node.intake import Order, Outcome, ingest_file
from vigie.node.label_choices import is_opened, own_eyes
from vigie.node.packs import packs
from vigie.node.page_places import country_of, place_named
from vigie.node.page_reports import nameless
from vigie.node.pages_in import pack_lexicons
from vigie.node.relabel import Proposal, check_at_home, proposals, propose, report_named
from vigie.node.said_when import SaidWhen, When, when_said

MAX_SUMMARY = 2_000
AHEAD_US = 900 * SECOND_US
"""How far the clock of a field officer may be ahead of the node's."""

SIZES = ("deaths", "casualties", "ML", "Mw", "systems", "MW", "clients", "area_m2")
"""What a person can say of how bad it was, as far as a field weighs it. MW are megawatts, where a field knows no magnitude of that name."""

_READER = "vigie"


class FieldReport(Noun):
    """What somebody saw or heard, as it was filled in. `written` is when it was sent off, however long it was under way."""

    ref: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    kind: Name
    when: SaidWhen
    written: Annotated[str, pydantic.Field(max_length=40)]
    lon: Annotated[float, pydantic.Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, pydantic.Field(ge=-90, le=90)] | None = None
    radius_km: Annotated[float, pydantic.Field(gt=0, le=3_000)] | None = None
    place: Short = ""
    country: Annotated[str, pydantic.Field(pattern=r"^([A-Z]{2})?$")] = ""
    grade: Annotated[str, pydantic.Field(pattern=r"^([A-F][1-6])?$")] = ""
    size: Annotated[float, pydantic.Field(ge=-5, le=1e10)] | None = None
    scale: Annotated[str, pydantic.Field(max_length=40)] = ""
    summary: Annotated[str, pydantic.Field(max_length=MAX_SUMMARY)] = ""
    language: Tag = "en"


@dataclass(frozen=True, slots=True)
class Written:
    """A report that is in the store: its name, whether it was there before, how many letters were masked, and the label that waits for a second person."""

    name: str
    outcome: Outcome
    masked: int
    label: Label
    proposal: Proposal | None


def kinds_known() -> dict[str, Kind]:
    """Every kind of every field by its name."""
    return {name: kind for known in packs().values() for name, kind in known.terms.kinds.items()}


def kind_words(language: str) -> dict[str, list[str]]:
    """By kind the words of pages that mean it, in a language and in English: what a search for a kind looks through."""
    wanted = {family(language), "en"}
    found: dict[str, list[str]] = {}
    for lexicon in pack_lexicons():
        for word in lexicon.words:
            if word.language in wanted and word.value in kinds_known():
                found.setdefault(word.value, []).append(word.text.strip("*^!").replace("* ", " "))
    return found


def sizes_of(field: str) -> tuple[str, ...]:
    """What can be said of how bad something of a field was."""
    known = packs().get(field)
    weighed = known.terms.severity if known else {}
    return tuple(scale for scale in SIZES if scale in weighed and not (scale == "MW" and "Mw" in weighed))


def masked_text(text: str) -> tuple[str, int]:
    """The text with what looks like a person's name, an address of mail or a telephone number masked, and how many characters that were."""
    shown = nameless(text)
    return shown, sum(before != after for before, after in zip(text, shown, strict=True))


def row_of(desk: Desk, said: FieldReport, atlas: Atlas) -> dict[str, Json]:
    """The report as a row of the node's own table. Raises `BadReport` for an unknown kind, half a place, a size that the field does not have, the future."""
    kind = kinds_known().get(said.kind)
    if kind is None:
        raise BadReport("There is no such kind", field="kind", got=said.kind, todo="choose one of those that are offered")
    when = _past(desk, when_said(said.when, desk.now_us))
    row: dict[str, Json] = {
        "agency_ref": said.ref,
        "agency": desk.actor.party,
        "field": kind.field,
        "kind": kind.name,
        **_time(when),
        "issued": format_time(min(_written_us(said), desk.now_us)),
        **_place(said, atlas),
        **_size(said, kind.field),
        "grade": said.grade,
        "summary": masked_text(" ".join(said.summary.split()))[0],
        "language": said.language if said.summary.strip() else "",
        "exercise": desk.exercise,
        "post": desk.actor.account,
        "said_when": _said(said.when),
    }
    return {name: value for name, value in row.items() if value not in ("", None)}


def _past(desk: Desk, when: When) -> When:
    if when.begin_us > desk.now_us + AHEAD_US and not desk.exercise:
        raise BadReport("It lies in the future", field="when", got=format_time(when.begin_us), expected="something that has happened")
    return when


def _written_us(said: FieldReport) -> int:
    try:
        return parse_time(said.written)
    except (ValueError, OverflowError) as fault:
        raise BadReport("The time of writing cannot be understood", field="written", got=said.written, expected="an instant of ISO 8601") from fault


def _time(when: When) -> dict[str, Json]:
    known = {"begin": format_time(when.begin_us), "end": format_time(when.end_us), "time_meaning": when.meaning}
    return {**known, "sigma_s": when.sigma_s}


def _said(when: SaidWhen) -> str:
    """How the time was said, for whoever looks at the report later: `part morning 2026-11-23, Europe/Podgorica`."""
    words = [when.how, when.part, "about" if when.about else "", when.day, when.clock, "to" if when.until_clock else "", when.until_day, when.until_clock]
    return f"{' '.join(filter(None, words))}, {when.zone}"


def _place(said: FieldReport, atlas: Atlas) -> dict[str, Json]:
    if (said.lon is None) != (said.lat is None):
        raise BadReport("Half of the coordinates is missing", field="lon, lat", expected="both or none")
    country = country_of(atlas, said.lon, said.lat) or said.country
    radius_km = said.radius_km if said.lon is not None else None
    return {"lon": said.lon, "lat": said.lat, "radius_km": radius_km, "place": _named(said.place.strip(), atlas), "country": country}


def _named(place: str, atlas: Atlas) -> str:
    """The name of the place: one that the atlas knows stays, though it may be that of a saint or a king; of any other what looks like a person is masked."""
    return place if place_named(atlas, place) else masked_text(place)[0]


def _size(said: FieldReport, field: str) -> dict[str, Json]:
    if said.size is None:
        return {}
    if said.scale not in sizes_of(field):
        raise BadReport("The field has no such measure", field="scale", got=said.scale, expected=", ".join(sizes_of(field)) or "none")
    return {"magnitude": said.size, "scale": said.scale}


def write_report(desk: Desk, said: FieldReport, label: Label, atlas: Atlas) -> Written:
    """Takes the report in, for the party's own eyes where the label opens more: that is proposed, and waits for a second person where four eyes are asked for.

    Raises `NotReleasable` where the role may not write or open it, `BadReport` where it makes no report, `BadSetting` where it was erased here.
    """
    check_at_home(desk)
    check_may(desk, "draft")
    opened = is_opened(desk, label)
    if opened and not desk.node.settings.four_eyes:
        check_may(desk, "release")
    row = row_of(desk, said, atlas)
    outcome = _taken_in(desk, said.ref, row, own_eyes(desk) if opened else label)
    if outcome.tally.rejects:
        raise BadSetting("The report was refused: it was erased here, or makes no sense", record=said.ref, todo="write another one")
    name = f"{desk.actor.party}/{said.ref}"
    proposal = _opened(desk, name, label) if opened else None
    return Written(name, outcome, masked_text(" ".join(said.summary.split()))[1], label, proposal)


def _taken_in(desk: Desk, ref: str, row: Mapping[str, Json], label: Label) -> Outcome:
    incoming = desk.node.folder / "incoming"
    incoming.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=incoming) as folder:
        path = Path(folder) / f"report-{ref}.json"
        path.write_bytes(canonical_bytes([row]))
        return ingest_file(desk.node, path, Order(label=label, reader=_READER, exercise=desk.exercise), desk.now_us)


def _opened(desk: Desk, name: str, label: Label) -> Proposal | None:
    """The proposal that opens the report, once: None where it bears the label already."""
    if report_named(desk, name).label == label:
        return None
    waiting = [item for item in proposals(desk) if item.said.name == name and item.said.state == "open"]
    return waiting[-1] if waiting else propose(desk, name, label, "written for these readers")
