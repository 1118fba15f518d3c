"""The nouns of the warning desk: what entries of each type say. All are frozen; times are int64 µs UTC; areas are codes of the atlas.

`body_of` writes one as an entry's body, `read_body` reads it again and refuses what does not fit, in one sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

import pydantic

from vigie.model.canonical import Json
from vigie.model.errors import BadReport

MAX_HEADLINE = 160
MAX_TEXT = 4_000

Stage = Literal["heads-up", "warning", "alert"]
"""A heads-up is light and needs no review; a warning is approved by a second person; an alert is a warning released as CAP."""

Act = Literal["issue", "update", "cancel", "end"]
"""An update replaces its predecessor; a cancel says that it should not have been issued; an end says that the thing is over."""

Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
SEVERITIES: tuple[Severity, ...] = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
"""The gravest first; CAP's Unknown is below all others, so that a floor of Minor leaves it out."""

Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Confidence = Literal["low", "moderate", "high"]
Word = Literal["received", "read", "accepted", "contested", "action", "none"]
"""What a recipient answers; `none` is no action, with a reason."""

Outcome = Literal["hit", "miss", "false alarm", "averted", "cannot tell"]

_Text = Annotated[str, pydantic.Field(max_length=MAX_TEXT)]
_Short = Annotated[str, pydantic.Field(max_length=MAX_HEADLINE)]
_Name = Annotated[str, pydantic.Field(min_length=1, max_length=200)]
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_Share = Annotated[float, pydantic.Field(ge=0, le=1)]


class _Said(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Likelihood(_Said):
    """A probability as an interval, 0 to 1; `low` equals `high` where it is one number."""

    low: _Share
    high: _Share

    @pydantic.model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            msg = "the lower end of a likelihood is above its upper end"
            raise ValueError(msg)
        return self


_UNSEEN = ("Cc", "Zl", "Zp")
"""Unicode's control characters and separators of lines and paragraphs."""

_TURNING = ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")
"""Characters that turn the direction of what follows them, so that a line reads as it is not written."""


class Wording(_Said):
    """The text of a warning in one language (BCP 47). `reviewed` says that a speaker of the language has read it."""

    language: _Name
    headline: Annotated[_Short, pydantic.Field(min_length=1)]
    what: _Text = ""
    where: _Text = ""
    when: _Text = ""
    why: _Text = ""
    changed: _Text = ""
    alternative: _Text = ""
    mind: _Text = ""
    instruction: _Text = ""
    reviewed: bool = False

    @pydantic.field_validator("language")
    @classmethod
    def _tagged(cls, language: str) -> str:
        if not _TAG.fullmatch(language):
            msg = f"a text's language is a BCP 47 tag such as en or sr-Cyrl, not {language[:40]!r}"
            raise ValueError(msg)
        return language

    @pydantic.field_validator("headline")
    @classmethod
    def _one_line(cls, headline: str) -> str:
        if any(unicodedata.category(letter) in _UNSEEN or unicodedata.bidirectional(letter) in _TURNING for letter in headline):
            msg = "a headline is one line without control characters"
            raise ValueError(msg)
        return headline


class Option(_Said):
    """Something that may be done, and who would do it."""

    action: Annotated[_Text, pydantic.Field(min_length=1)]
    owner: _Short = ""


class Evidence(_Said):
    """A record that the warning rests on: an event's id in the issuer's world, and the names of the reports (`AGENCY/REF`) that its reader may look up."""

    event: _Short = ""
    reports: tuple[str, ...] = ()
    words: _Text = ""


class Content(_Said):
    """What a warning says: what a draft proposes, an approval approves and a released warning carries, unchanged.

    `warning` is the chain that it belongs to, `predecessors` the ids of the entries that it replaces. `recipients` are parties or PUBLIC.
    """

    warning: _Name
    act: Act = "issue"
    stage: Stage = "warning"
    event: Annotated[_Short, pydantic.Field(min_length=1)]
    field: _Name
    severity: Severity = "Moderate"
    urgency: Urgency = "Expected"
    likelihood: Likelihood | None = None
    confidence: Confidence = "low"
    confidence_why: _Text = ""
    areas: tuple[_Name, ...] = ()
    circle: tuple[float, float, float] | None = None
    """lon, lat in degrees and radius in km."""
    onset_us: int
    expires_us: int
    next_review_us: int | None = None
    texts: Annotated[tuple[Wording, ...], pydantic.Field(min_length=1)]
    options: tuple[Option, ...] = ()
    recipients: tuple[_Name, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    problem: str = ""
    rule: str = ""
    signal: str = ""
    replay: str = ""
    """How the rule did on the archive, in one sentence."""
    figures: bool = False
    """Whether the text holds figures that a rule took from the issuer's whole archive: then its label is joined too."""
    predecessors: tuple[str, ...] = ()
    test: bool = False

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.expires_us <= self.onset_us:
            msg = "a warning must expire after its onset"
            raise ValueError(msg)
        languages = [text.language for text in self.texts]
        if len(set(languages)) != len(languages):
            msg = "a warning has one text for each language"
            raise ValueError(msg)
        return self


class Draft(_Said):
    """A proposed content and where it stands: `open` is being written, `submitted` waits for a second person, `withdrawn` is dropped.

    `tlp` and `rel_to` are the label under which it would be released.
    """

    content: Content
    state: Literal["open", "submitted", "withdrawn", "released"] = "open"
    tlp: _Name = "AMBER"
    rel_to: tuple[str, ...] | None = None
    note: _Text = ""


class Approval(_Said):
    """A second person's word on exactly the content whose digest it names."""

    draft: _Name
    content: _Name
    """The digest of the content and its label (`warn.proposal_digest`)."""
    approved: bool
    note: _Text = ""


class Answer(_Said):
    """What a party says to one version of a warning."""

    warning: _Name
    entry: _Name
    """The id of the entry that is answered."""
    word: Word
    text: _Text = ""
    activity: str = ""

    @pydantic.model_validator(mode="after")
    def _argued(self) -> Self:
        if self.word == "contested" and not self.text.strip():
            msg = "who contests a warning must give a counter-argument"
            raise ValueError(msg)
        if self.word == "none" and not self.text.strip():
            msg = "who takes no action must give a reason"
            raise ValueError(msg)
        if self.word == "action" and not (self.text.strip() or self.activity):
            msg = "say what action was taken, or name the activity"
            raise ValueError(msg)
        return self


class Assessment(_Said):
    """What became of a warning, by its owner, when it is closed."""

    warning: _Name
    outcome: Outcome
    entry: str = ""
    """The id of the version that it closes; empty in what was said before there was one."""
    text: _Text = ""
    began_us: int | None = None
    """When what was warned of began, if it did."""
    events: tuple[str, ...] = ()


class Judgement(_Said):
    """An analyst's level for a judged indicator in an area, with a reason, until it must be judged again."""

    rule: _Name
    area: str = ""
    level: Literal["green", "amber", "red"]
    reason: Annotated[_Text, pydantic.Field(min_length=1)]
    until_us: int


class Review(_Said):
    """That a warning problem was looked at as a whole: its question, scenarios and indicators."""

    problem: _Name
    text: _Text = ""


class Triage(_Said):
    """What was done with a signal: promoted to a draft, dismissed with a reason, snoozed until an instant."""

    signal: _Name
    word: Literal["promoted", "dismissed", "snoozed"]
    reason: _Text = ""
    until_us: int | None = None
    draft: str = ""

    @pydantic.model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.word == "dismissed" and not self.reason.strip():
            msg = "who dismisses a signal must give a reason"
            raise ValueError(msg)
        if self.word == "snoozed" and self.until_us is None:
            msg = "who snoozes a signal must say until when"
            raise ValueError(msg)
        return self


class Activity(_Said):
    """An initiative that answers risks, as far as the warning desk needs it."""

    titles: Annotated[Mapping[str, str], pydantic.Field(min_length=1)]
    status: Literal["planned", "running", "closed", "withdrawn"] = "planned"
    institutions: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    field: str = ""
    begin_us: int | None = None
    end_us: int | None = None
    answers: tuple[str, ...] = ()
    """The warnings that it answers."""
    text: _Text = ""


Noun = TypeVar("Noun", bound=_Said)


def body_of(noun: _Said) -> dict[str, Json]:
    """The noun as an entry's body: what has its default value is left out."""
    body: dict[str, Json] = noun.model_dump(mode="json", exclude_defaults=True)
    return body


def read_body(kind: type[Noun], body: Mapping[str, Json], source: str = "") -> Noun:
    """The noun that a body holds. Raises `BadReport` with one sentence where it does not fit."""
    try:
        return kind.model_validate(body)
    except pydantic.ValidationError as fault:
        first = fault.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        place = ".".join(map(str, first["loc"]))
        if first["type"] == "value_error":
            raise BadReport(said[:1].upper() + said[1:], source=source) from fault
        raise BadReport("The text of the record cannot be used", source=source, field=place, got=str(first.get("input"))[:80], expected=said) from fault
