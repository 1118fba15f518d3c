"""The noun of the cooperation record: an activity is an initiative that answers risks, such as a project, a training or an agreement.

Partners are institutions, never persons. Days are calendar days; amounts of money are decimal numbers in a currency, unknown ones are left out.
What the owner says of the work is `status`; how partners agreed to it is told by the steps of its procedure (`model.procedure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

import pydantic

from vigie.model.languages import is_read_by, spoken
from vigie.model.said import Name, Noun, Short, Tag, Text
from vigie.model.warning import Evidence

Status = Literal["planned", "running", "finalising", "closed", "suspended", "withdrawn"]
STATUSES: tuple[Status, ...] = ("planned", "running", "finalising", "closed", "suspended", "withdrawn")
"""IATI's activity statuses 1 to 6, in its order but for the last two."""

PartnerRole = Literal["lead", "partner", "funder", "accountable", "implementer", "host"]
BudgetType = Literal["original", "revised"]

_Percent = Annotated[Decimal, pydantic.Field(gt=0, le=100, max_digits=20)]
_Amount = Annotated[Decimal, pydantic.Field(max_digits=20, decimal_places=4)]
_Currency = Annotated[str, pydantic.Field(pattern=r"^[A-Z]{3}$")]
_Titles = Annotated[Mapping[Tag, Annotated[Short, pydantic.Field(min_length=1)]], pydantic.Field(min_length=1)]
_Texts = Mapping[Tag, Text]
_HUNDRED = Decimal(100)


class Partner(Noun):
    """An institution that takes part. `ref` is its identifier in a register of organisations, `party` its name in the node's directory."""

    name: Short
    role: PartnerRole = "partner"
    country: str = ""
    ref: Short = ""
    party: str = ""
    type: str = ""
    """A code of IATI's organisation types."""

    @pydantic.model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.name or self.ref):
            msg = "a partner has a name or an identifier"
            raise ValueError(msg)
        return self


class CountryShare(Noun):
    """A country (ISO 3166-1 alpha-2, XK for Kosovo) and its share of the activity in percent, if it is known."""

    code: Name
    percent: _Percent | None = None


class Sector(Noun):
    """What the activity is about in a published list: `vocabulary` is IATI's code of that list (1 = the five-digit codes of the OECD's DAC)."""

    code: Name
    vocabulary: str = "1"
    vocabulary_uri: str = ""
    percent: _Percent | None = None
    names: _Texts = {}  # noqa: RUF012 - frozen; pydantic copies it


class Place(Noun):
    """Where it takes place: a point in degrees, or only a name, or the code of an area in the atlas."""

    name: Short = ""
    lon: Annotated[float, pydantic.Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, pydantic.Field(ge=-90, le=90)] | None = None
    area: str = ""

    @pydantic.model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            msg = "a place has both lon and lat, or neither"
            raise ValueError(msg)
        return self


class Budget(Noun):
    """Money meant for a period of the activity, both days included."""

    begin: date
    end: date
    value: Annotated[_Amount, pydantic.Field(ge=0)]
    currency: _Currency
    valued: date | None = None
    type: BudgetType = "original"
    is_committed: bool = False

    @pydantic.model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.begin:
            msg = "a budget cannot end before it begins"
            raise ValueError(msg)
        return self


class Transaction(Noun):
    """Money that was promised or moved. `type` is a code of IATI's transaction types (2 = outgoing commitment, 3 = disbursement, 4 = expenditure)."""

    type: Name
    day: date
    value: _Amount
    currency: _Currency
    valued: date | None = None
    ref: str = ""
    provider: Short = ""
    receiver: Short = ""
    texts: _Texts = {}  # noqa: RUF012 - frozen; pydantic copies it


class Indicator(Noun):
    """What is measured of a result: its baseline, what was aimed at and what was reached, as the organisation writes its figures."""

    titles: _Titles
    measure: Literal["unit", "percentage", "nominal", "ordinal", "qualitative"] = "unit"
    ascending: bool = True
    baseline: Short = ""
    baseline_year: int | None = None
    begin: date | None = None
    end: date | None = None
    target: Short = ""
    actual: Short = ""


class Result(Noun):
    """What the activity shall bring about, or has."""

    titles: _Titles
    type: Literal["output", "outcome", "impact", "other"] = "output"
    texts: _Texts = {}  # noqa: RUF012 - frozen; pydantic copies it
    indicators: tuple[Indicator, ...] = ()


class Document(Noun):
    """A document at an address."""

    url: Annotated[str, pydantic.Field(min_length=1, max_length=2_000)]
    titles: _Titles
    format: str = "text/html"
    category: str = "A12"
    """A code of IATI's document categories."""

    languages: tuple[Tag, ...] = ()
    day: date | None = None


class Visibility(Noun):
    """One step of the plan by which the public learns of the activity: to whom, by what channel, when, in which language; done, and how many it reached."""

    audience: Annotated[Short, pydantic.Field(min_length=1)]
    channel: Annotated[Short, pydantic.Field(min_length=1)]
    day: date | None = None
    language: Tag = "en"
    done: bool = False
    reach: Annotated[int, pydantic.Field(ge=0)] | None = None


class Related(Noun):
    """Another activity by its identifier. `type` is a code of IATI's related activity types (1 = parent, 2 = child, 3 = sibling)."""

    identifier: Name
    type: str = "3"


class Activity(Noun):
    """An initiative that answers risks: what, by whom, where, when, with what money, with what result, and what it answers."""

    identifier: Short = ""
    """The identifier that the organisation publishes it under; empty = none yet."""

    titles: _Titles
    abstracts: _Texts = {}  # noqa: RUF012 - frozen; pydantic copies it
    mechanism: Short = ""
    """A word of `model.priorities.mechanisms`, or the organisation's own."""

    priorities: tuple[Name, ...] = ()
    """Names of priorities: those of `model.priorities`, or of the node's own list."""

    sectors: tuple[Sector, ...] = ()
    fields: tuple[Name, ...] = ()
    """Fields of packs that it is about, beside those that its priorities stand for."""

    partners: tuple[Partner, ...] = ()
    countries: tuple[CountryShare, ...] = ()
    areas: tuple[Name, ...] = ()
    """Codes of first-level units (or countries) of the atlas."""

    places: tuple[Place, ...] = ()
    status: Status = "planned"
    planned_begin: date | None = None
    begin: date | None = None
    planned_end: date | None = None
    end: date | None = None
    """The last day, included; as `planned_end`."""

    budgets: tuple[Budget, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    results: tuple[Result, ...] = ()
    documents: tuple[Document, ...] = ()
    visibility: tuple[Visibility, ...] = ()
    answers: tuple[str, ...] = ()
    """The warnings that it answers."""

    events: tuple[Evidence, ...] = ()
    """The events that it answers."""

    risks: tuple[str, ...] = ()
    """The warning problems that it answers, by name."""

    related: tuple[Related, ...] = ()
    provenance: Text = ""
    """Where what is said here was taken from, if not from its owner's people."""

    kept: tuple[str, ...] = ()
    """What a file said that has no place here, as the file wrote it (XML elements), so that it is written again."""

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        for begin, end in ((self.planned_begin, self.planned_end), (self.begin, self.end)):
            if begin and end and end < begin:
                msg = "an activity cannot end before it begins"
                raise ValueError(msg)
        _check_shares("countries", [share.percent for share in self.countries], [share.code for share in self.countries])
        lists = {(sector.vocabulary, sector.vocabulary_uri) for sector in self.sectors}
        for key in lists:
            some = [sector for sector in self.sectors if (sector.vocabulary, sector.vocabulary_uri) == key]
            _check_shares("sectors", [sector.percent for sector in some], [sector.code for sector in some])
        return self

    def title(self, language: str) -> str:
        """Its title in that language, else in English, else in the first that it has."""
        return said_best(self.titles, language)


def _check_shares(what: str, percents: list[Decimal | None], codes: list[str]) -> None:
    """Raises `ValueError` where shares are given for some only, or do not sum to 100, or a code stands twice."""
    if len(set(codes)) != len(codes):
        msg = f"one of the {what} stands twice"
        raise ValueError(msg)
    known = [percent for percent in percents if percent is not None]
    if known and len(known) != len(percents):
        msg = f"either all {what} have a percentage, or none"
        raise ValueError(msg)
    if known and sum(known) != _HUNDRED:
        msg = f"the percentages of the {what} sum to {sum(known)}, not to 100"
        raise ValueError(msg)


def best_tag(texts: Mapping[str, str], language: str) -> str:
    """The language of `texts` that a reader of this one gets: itself, its kin that reads alike, English, or the first; empty where there is none.

    >>> best_tag({"fr": "Formation", "en": "Training"}, "fr-BE"), best_tag({"en": "Training", "hr": "Obuka"}, "bs")
    ('fr', 'hr')
    """
    spoken_tags = [tag for tag in texts if spoken(tag) != "en"]
    same = [tag for tag in spoken_tags if spoken(tag) == spoken(language)]
    kin = [tag for tag in spoken_tags if is_read_by(tag, language)]
    return next((tag for tag in (language, *same, *kin, "en", *texts) if tag in texts), "")


def said_best(texts: Mapping[str, str], language: str) -> str:
    """The text that a reader of this language gets (`best_tag`); empty where there is none."""
    return texts.get(best_tag(texts, language), "")
