"""The nouns of the warning desk: what entries of each type say. All are frozen; times are int64 µs UTC; areas are codes of the atlas."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal, Self

import pydantic

from vigie.model.said import Name, Noun, Short, Tag, Text

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

_Share = Annotated[float, pydantic.Field(ge=0, le=1)]


class Likelihood(Noun):
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


class Wording(Noun):
    """The text of a warning in one language (BCP 47). `reviewed` says that a speaker of the language has read it."""

    language: Tag
    headline: Annotated[Short, pydantic.Field(min_length=1)]
    what: Text = ""
    where: Text = ""
    when: Text = ""
    why: Text = ""
    changed: Text = ""
    alternative: Text = ""
    mind: Text = ""
    instruction: Text = ""
    reviewed: bool = False

    @pydantic.field_validator("headline")
    @classmethod
    def _one_line(cls, headline: str) -> str:
        if any(unicodedata.category(letter) in _UNSEEN or unicodedata.bidirectional(letter) in _TURNING for letter in headline):
            msg = "a headline is one line without control characters"
            raise ValueError(msg)
        return headline


class Option(Noun):
    """Something that may be done, and who would do it."""

    action: Annotated[Text, pydantic.Field(min_length=1)]
    owner: Short = ""


class Evidence(Noun):
    """A record that the warning rests on: an event's id in the issuer's world, and the names of the reports (`AGENCY/REF`) that its reader may look up."""

    event: Short = ""
    reports: tuple[str, ...] = ()
    words: Text = ""


class Content(Noun):
    """What a warning says: what a draft proposes, an approval approves and a released warning carries, unchanged.

    `warning` is the chain that it belongs to, `predecessors` the ids of the entries that it replaces. `recipients` are parties or PUBLIC.
    """

    warning: Name
    act: Act = "issue"
    stage: Stage = "warning"
    event: Annotated[Short, pydantic.Field(min_length=1)]
    field: Name
    severity: Severity = "Moderate"
    urgency: Urgency = "Expected"
    likelihood: Likelihood | None = None
    confidence: Confidence = "low"
    confidence_why: Text = ""
    areas: tuple[Name, ...] = ()
    circle: tuple[float, float, float] | None = None
    """lon, lat in degrees and radius in km."""
    onset_us: int
    expires_us: int
    next_review_us: int | None = None
    texts: Annotated[tuple[Wording, ...], pydantic.Field(min_length=1)]
    options: tuple[Option, ...] = ()
    recipients: tuple[Name, ...] = ()
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


class Draft(Noun):
    """A proposed content and where it stands: `open` is being written, `submitted` waits for a second person, `withdrawn` is dropped.

    `tlp` and `rel_to` are the label under which it would be released.
    """

    content: Content
    state: Literal["open", "submitted", "withdrawn", "released"] = "open"
    tlp: Name = "AMBER"
    rel_to: tuple[str, ...] | None = None
    note: Text = ""


class Approval(Noun):
    """A second person's word on exactly the content whose digest it names."""

    draft: Name
    content: Name
    """The digest of the content and its label (`warn.proposal_digest`)."""
    approved: bool
    note: Text = ""


class Answer(Noun):
    """What a party says to one version of a warning."""

    warning: Name
    entry: Name
    """The id of the entry that is answered."""
    word: Word
    text: Text = ""
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


class Assessment(Noun):
    """What became of a warning, by its owner, when it is closed."""

    warning: Name
    outcome: Outcome
    entry: str = ""
    """The id of the version that it closes; empty in what was said before there was one."""
    text: Text = ""
    began_us: int | None = None
    """When what was warned of began, if it did."""
    events: tuple[str, ...] = ()


class Judgement(Noun):
    """An analyst's level for a judged indicator in an area, with a reason, until it must be judged again."""

    rule: Name
    area: str = ""
    level: Literal["green", "amber", "red"]
    reason: Annotated[Text, pydantic.Field(min_length=1)]
    until_us: int


class Review(Noun):
    """That a warning problem was looked at as a whole: its question, scenarios and indicators."""

    problem: Name
    text: Text = ""


class Triage(Noun):
    """What was done with a signal: promoted to a draft, dismissed with a reason, snoozed until an instant."""

    signal: Name
    word: Literal["promoted", "dismissed", "snoozed"]
    reason: Text = ""
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
