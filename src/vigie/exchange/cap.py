"""A released warning as a CAP 1.2 message, and the messages that answer one.

Readers of CAP often show the first info block only, so the audience's language comes first. Likelihood and confidence do not fit into
`certainty`, which has five words; they go along as parameters, apart from each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from vigie.exchange.cap_message import (
    CapArea,
    CapInfo,
    CapMessage,
    CapValue,
    Category,
    Certainty,
    MsgType,
    Reference,
    ResponseType,
    Ring,
    Scope,
    Status,
    cap_time,
)
from vigie.exchange.cap_rules import check_cap
from vigie.model.canonical import number_text
from vigie.model.entry import Entry, entry_id
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Directory, may_read
from vigie.model.languages import EXERCISE, FORM, said
from vigie.model.times import SECOND_US, format_time
from vigie.model.warning import Content, Likelihood, Wording

ALMOST_NONE: Final = 0.05
"""Up to here a probability is CAP's "about 0": the band "almost no chance" of ICD 203 ends at 5 %."""

AT_MOST_POSSIBLE: Final = 0.5
"""CAP 1.2, section 3.2.2: likely is above about 50 %, possible is 50 % or less."""

_PLACES: Final = 5
"""Decimals of a degree that are written: about a metre."""

_MSG_TYPES: Final[Mapping[str, MsgType]] = {"issue": "Alert", "update": "Update", "cancel": "Cancel", "end": "Update"}
_PARAGRAPHS: Final = ("where", "when", "why", "changed", "alternative", "mind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How a warning leaves the node: who sends it, when, to whom, in which order of languages, and what the node alone knows.

    `references` are all earlier messages of the chain, so that a reader who lacks one still finds the others. With `restriction` the scope
    is Restricted, else with `addresses` Private, else Public. `events`, `sender_names` and `words` go by language, `area_names` by language
    and code, `polygons` by code. `words` are parameters in that language, such as the yardstick's name and its word. `contact` is the
    institution's, never a person's. `exercise` is the name of the exercise.
    """

    sender: str
    sent_us: int
    categories: tuple[Category, ...]
    identifier: str = ""
    references: tuple[Reference, ...] = ()
    addresses: tuple[str, ...] = ()
    restriction: str = ""
    languages: tuple[str, ...] = ()
    response_types: tuple[ResponseType, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    sender_names: Mapping[str, str] = field(default_factory=dict)
    area_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    polygons: Mapping[str, tuple[Ring, ...]] = field(default_factory=dict)
    geocode: str = "ISO 3166"
    words: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    note: str = ""
    exercise: str = ""
    web: str = ""
    contact: str = ""
    directory: Directory = field(default_factory=Directory)


def cap_of(entry: Entry, content: Content, release: Release) -> CapMessage:
    """The message of a released warning; its identifier is the entry's id unless the release names another.

    Raises `NotReleasable` for a public message of what the public may not read, `BadSetting` for an exercise without a name, and
    `BadReport` with the first rule of CAP that the message would break.
    """
    message = _message(entry, content, release)
    if message.scope == "Public" and not may_read(PUBLIC, entry.label, release.directory, release.sent_us):
        raise NotReleasable("A public CAP message needs a warning that everybody may read", record=message.identifier, todo="give a restriction or addresses")
    if faults := check_cap(message):
        raise BadReport("The warning makes no valid CAP message", record=message.identifier, got=faults[0])
    return message


def ack_of(message: CapMessage, *, sender: str, sent_us: int, identifier: str, note: str = "") -> CapMessage:
    """The message that says to the sender of another that it came; it stays in that message's world (Actual, Exercise, Test)."""
    return replace(_reply(message, sender, sent_us, note), msg_type="Ack", identifier=identifier)


def error_of(message: CapMessage, *, sender: str, sent_us: int, identifier: str, note: str) -> CapMessage:
    """The message that says to the sender of another why it is refused; `note` is the reason. Raises `BadReport` without one."""
    if not note.strip():
        raise BadReport("Who refuses a CAP message must say why", record=message.identifier, field="note")
    return replace(_reply(message, sender, sent_us, note), msg_type="Error", identifier=identifier)


def certainty_of(likelihood: Likelihood | None) -> Certainty:
    """CAP's word for a probability: by the middle of the interval; Observed only for what is certain, Unknown for none.

    >>> certainty_of(Likelihood(low=0.25, high=0.35))
    'Possible'
    """
    if likelihood is None:
        return "Unknown"
    if likelihood.low == 1:
        return "Observed"
    middle = (likelihood.low + likelihood.high) / 2
    if middle > AT_MOST_POSSIBLE:
        return "Likely"
    return "Possible" if middle > ALMOST_NONE else "Unlikely"


def _reply(message: CapMessage, sender: str, sent_us: int, note: str) -> CapMessage:
    """The message turned round: to its sender alone, about it, in its world; in an exercise its name is said again."""
    name = message.note if message.status == "Exercise" else ""
    said_back = "\n".join(filter(None, (name, note)))
    return replace(
        message,
        sender=sender,
        sent=cap_time(sent_us),
        scope="Private",
        source="",
        restriction="",
        addresses=(message.sender,),
        codes=(),
        note=said_back,
        references=(message.reference,),
        infos=(),
    )


def _message(entry: Entry, content: Content, release: Release) -> CapMessage:
    return CapMessage(
        identifier=release.identifier or entry_id(entry),
        sender=release.sender,
        sent=cap_time(release.sent_us),
        status=_status(entry, content),
        msg_type=_MSG_TYPES[content.act],
        scope=_scope(release),
        restriction=release.restriction,
        addresses=release.addresses,
        codes=release.codes,
        note=_note(entry, release),
        references=release.references,
        incidents=(content.warning,),
        infos=tuple(_info(entry, content, text, release) for text in _ordered(content.texts, release.languages)),
    )


def _status(entry: Entry, content: Content) -> Status:
    if entry.exercise:
        return "Exercise"
    return "Test" if content.test else "Actual"


def _scope(release: Release) -> Scope:
    if release.restriction:
        return "Restricted"
    return "Private" if release.addresses else "Public"


def _note(entry: Entry, release: Release) -> str:
    if entry.exercise and not release.exercise.strip():
        raise BadSetting("A CAP message of an exercise names the exercise", expected="the name of the exercise")
    return "\n".join(filter(None, (release.exercise if entry.exercise else "", release.note)))


def _ordered(texts: tuple[Wording, ...], languages: tuple[str, ...]) -> list[Wording]:
    """The texts in the audience's order; those in a language that it did not ask for come last, as they stood."""

    def rank(text: Wording) -> int:
        exact = [place for place, language in enumerate(languages) if language == text.language]
        kin = [place for place, language in enumerate(languages) if language.partition("-")[0] == text.language.partition("-")[0]]
        return min(exact or kin, default=len(languages))

    return sorted(texts, key=rank)


def _info(entry: Entry, content: Content, text: Wording, release: Release) -> CapInfo:
    is_over = content.act in ("cancel", "end")
    prefix = said(text.language, EXERCISE) + " " if entry.exercise else ""
    return CapInfo(
        language=text.language,
        categories=release.categories,
        event=release.events.get(text.language, content.event),
        response_types=("AllClear",) if content.act == "end" else release.response_types,
        urgency="Past" if content.act == "end" else content.urgency,
        severity=content.severity,
        certainty=certainty_of(content.likelihood),
        event_codes=(CapValue("vigie:field", content.field),),
        effective=cap_time(release.sent_us),
        onset=cap_time(content.onset_us),
        expires="" if is_over and content.expires_us < release.sent_us + SECOND_US else cap_time(content.expires_us),
        sender_name=release.sender_names.get(text.language, ""),
        headline=prefix + text.headline,
        description=_description(text),
        instruction=text.instruction,
        web=release.web,
        contact=release.contact,
        parameters=tuple(_parameters(content, text, release)),
        areas=tuple(_areas(content, text, release)),
    )


def _description(text: Wording) -> str:
    headed = [f"{said(text.language, FORM[name])}: {words}" for name in _PARAGRAPHS if (words := getattr(text, name))]
    return "\n\n".join(filter(None, (text.what, *headed)))


def _parameters(content: Content, text: Wording, release: Release) -> Iterator[CapValue]:
    """Likelihood and confidence for machines, the yardstick's words for people, and where this stands in its chain."""
    if content.likelihood is not None:
        ends = sorted({content.likelihood.low, content.likelihood.high})
        yield CapValue("vigie:likelihood", "-".join(map(number_text, ends)))
    yield CapValue("vigie:confidence", content.confidence)
    yield from (CapValue(name, value) for name, value in release.words.get(text.language, ()))
    yield CapValue("vigie:stage", content.stage)
    yield CapValue("vigie:act", content.act)
    if content.next_review_us is not None:
        yield CapValue("vigie:next-review", format_time(content.next_review_us))
    yield CapValue("vigie:text-reviewed", "yes" if text.reviewed else "no")


def _areas(content: Content, text: Wording, release: Release) -> Iterator[CapArea]:
    names = release.area_names.get(text.language, {})
    for code in content.areas:
        rings = tuple(map(_ring, release.polygons.get(code, ())))
        yield CapArea(description=names.get(code, code), polygons=rings, geocodes=(CapValue(release.geocode, code),))
    if content.circle is not None:
        lon, lat, radius_km = content.circle
        circle = (round(lon, _PLACES), round(lat, _PLACES), round(radius_km, 3))
        yield CapArea(description=text.where or release.events.get(text.language, content.event), circles=(circle,))


def _ring(ring: Ring) -> Ring:
    points = tuple((round(lon, _PLACES), round(lat, _PLACES)) for lon, lat in ring)
    return points if points[:1] == points[-1:] else (*points, points[0])
