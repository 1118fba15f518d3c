"""What was read out of a page: the draft of a report, each part with the span of text that it comes from, its rule and its confidence.

Positions count characters of the page's text (`ingest.page`), end excluded. A draft reaches no picture before a person has accepted it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pydantic

from vigie.model.said import Name, Noun, Short, Tag, Text

Part = Literal["title", "language", "updated", "date", "place", "country", "institution", "theme", "kind", "field", "role"]
"""What a found value fills in. `updated` is the page's own date; `role` a post, where the text names a person."""

_Quote = Annotated[str, pydantic.Field(max_length=500)]


class Span(Noun):
    """A piece of the page's text, and what stands there."""

    begin: Annotated[int, pydantic.Field(ge=0)]
    end: int
    quote: _Quote

    @pydantic.model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end - self.begin != len(self.quote):
            msg = "a quote is as long as its span"
            raise ValueError(msg)
        return self


class Found(Noun):
    """One value that was read. `value` is canonical (a code, an ISO date or interval `2016-03-01/2016-03-02`, a kind), `words` says it for people."""

    part: Part
    value: Annotated[str, pydantic.Field(max_length=500)]
    words: Short = ""
    spans: tuple[Span, ...] = ()
    rule: Name
    confidence: Annotated[float, pydantic.Field(ge=0, le=1)]
    by: Literal["rules", "endpoint"] = "rules"
    lon: float | None = None
    lat: float | None = None
    radius_km: float | None = None


class Edit(Noun):
    """What a reviewer changed: the part, what was read, what it is, and the words of the page that say so, if any."""

    part: Part
    before: Annotated[str, pydantic.Field(max_length=500)] = ""
    after: Annotated[str, pydantic.Field(max_length=500)] = ""
    quote: _Quote = ""


class Reading(Noun):
    """The draft of a report that was read out of a page, and what became of it."""

    page: Name
    """SHA-256 of the page's bytes, hexadecimal."""

    source: Short
    """The name of the file or the address that the page came from."""

    agency: Short = ""
    """Who published the page."""

    language: Tag = "und"
    title: Annotated[str, pydantic.Field(max_length=500)] = ""
    found: tuple[Found, ...] = ()
    contexts: tuple[_Quote, ...] = ()
    """What stands around the spans, without what looks like a person's name: one for each of `found`."""

    faults: tuple[Short, ...] = ()
    """What could not be read, one sentence each."""

    state: Literal["open", "accepted", "rejected"] = "open"
    reason: Text = ""
    edits: tuple[Edit, ...] = ()
    report: str = ""
    """The report that was made of it, as `AGENCY/REF`."""

    def of(self, part: Part) -> tuple[Found, ...]:
        """What was found for a part, the surest first."""
        return tuple(sorted((item for item in self.found if item.part == part), key=lambda item: -item.confidence))
