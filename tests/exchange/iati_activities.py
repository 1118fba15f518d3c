"""Made-up activities for hypothesis that can be written as IATI: any text and any combination, with shares that sum to 100 and at least one day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from vigie.model.activity import (
    STATUSES,
    Activity,
    Budget,
    CountryShare,
    Document,
    Indicator,
    Partner,
    Place,
    Related,
    Result,
    Sector,
    Transaction,
    Visibility,
)
from vigie.model.priorities import PRIORITIES
from vigie.model.warning import Evidence

KEPT = (
    '<iati-activity hierarchy="2" humanitarian="1"></iati-activity>',
    '<other-identifier ref="ABC-1" type="A1"></other-identifier>',
    '<tag code="2" vocabulary="2"><narrative xml:lang="en">a goal</narrative></tag>',
    '<policy-marker code="1" significance="2" vocabulary="1"></policy-marker>',
    '<x:note xmlns:x="urn:example:x" x:n="1">kept <x:b>as</x:b> it is</x:note>',
)
"""Things that only a file says, in the order in which they are kept."""

characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
texts = st.text(characters, max_size=30) | st.sampled_from([" padded ", "two\nlines", "<&>\"'", "Ћирилица", "\xa0hard\xa0"])
said = texts.filter(bool)
tags = st.sampled_from(["en", "fr", "sr-Cyrl", "sq", "cnr", "und"])
titles = st.dictionaries(tags, said, min_size=1, max_size=3)
abstracts = st.dictionaries(tags, said, max_size=2)
days = st.dates(date(1950, 1, 1), date(2090, 1, 1))
maybe_days = st.none() | days
amounts = st.decimals(min_value=0, max_value=10**12, places=2)
codes = st.sampled_from(["AL", "BA", "BG", "GR", "HR", "ME", "MK", "RO", "RS", "SI", "TR", "XK"])
currencies = st.sampled_from(["EUR", "RSD", "ALL", "USD", "BGN"])


@st.composite
def shares(draw: st.DrawFn, count: int) -> list[Decimal | None]:
    """Percentages that sum to 100, or none at all."""
    if not count or draw(st.booleans()):
        return [None] * count
    parts = draw(st.lists(st.integers(1, 1000), min_size=count, max_size=count))
    found = [Decimal(100 * part * 100 // sum(parts)) / 100 for part in parts[1:]]
    if any(share == 0 for share in found):
        return [None] * count
    return [100 - sum(found, Decimal(0)), *found]


@st.composite
def countries(draw: st.DrawFn) -> tuple[CountryShare, ...]:
    """Countries with shares, or without."""
    found = draw(st.lists(codes, unique=True, max_size=4))
    return tuple(CountryShare(code=code, percent=percent) for code, percent in zip(found, draw(shares(len(found))), strict=True))


@st.composite
def sectors(draw: st.DrawFn) -> tuple[Sector, ...]:
    """Sectors of the DAC's list and of another."""
    made: list[Sector] = []
    for vocabulary, uri in (("1", ""), ("99", "https://example.org/list")):
        found = draw(st.lists(st.sampled_from(["15220", "15250", "22040", "43060"]), unique=True, max_size=3))
        for code, percent in zip(found, draw(shares(len(found))), strict=True):
            made.append(Sector(code=code, vocabulary=vocabulary, vocabulary_uri=uri, percent=percent, names=draw(abstracts)))
    return tuple(made)


def _period(first: date, second: date) -> dict[str, date]:
    return {"begin": min(first, second), "end": max(first, second)}


partners = st.builds(
    Partner,
    name=said,
    role=st.sampled_from(["lead", "partner", "funder", "accountable", "implementer", "host"]),
    country=st.just("") | codes,
    ref=st.just("") | st.just("XM-DAC-41114"),
    party=st.just("") | said,
    type=st.sampled_from(["", "10", "40"]),
)
places = st.builds(
    lambda name, point, area: Place(name=name, lon=point[0] if point else None, lat=point[1] if point else None, area=area),
    texts,
    st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    st.sampled_from(["", "ME", "ME-16", "KOS", "BA-BIH", "other"]),
)
budgets = st.builds(
    lambda first, second, **facts: Budget(**_period(first, second), **facts),
    days,
    days,
    value=amounts,
    currency=currencies,
    valued=maybe_days,
    type=st.sampled_from(["original", "revised"]),
    is_committed=st.booleans(),
)
transactions = st.builds(
    Transaction,
    type=st.sampled_from(["2", "3", "4", "11"]),
    day=days,
    value=amounts | st.decimals(min_value=-(10**6), max_value=0, places=2),
    currency=currencies,
    valued=maybe_days,
    ref=texts,
    provider=texts,
    receiver=texts,
    texts=abstracts,
)
indicators = st.builds(
    Indicator,
    titles=titles,
    measure=st.sampled_from(["unit", "percentage", "nominal", "ordinal", "qualitative"]),
    ascending=st.booleans(),
    baseline=texts,
    baseline_year=st.none() | st.integers(-5, 2100),
    begin=maybe_days,
    end=maybe_days,
    target=texts,
    actual=texts,
)
results = st.builds(
    Result,
    titles=titles,
    type=st.sampled_from(["output", "outcome", "impact", "other"]),
    texts=abstracts,
    indicators=st.lists(indicators, max_size=2).map(tuple),
)
documents = st.builds(
    Document,
    url=st.sampled_from(["https://example.org/a.pdf", "https://example.org/?q=a b&c=č#x", "urn:x:y"]),
    titles=titles,
    format=st.sampled_from(["text/html", "application/pdf"]),
    category=st.sampled_from(["A12", "B01"]),
    languages=st.lists(tags, max_size=2).map(tuple),
    day=maybe_days,
)
visibility = st.builds(Visibility, audience=said, channel=said, day=maybe_days, language=tags, done=st.booleans(), reach=st.none() | st.integers(0, 10**9))
events = st.builds(Evidence, event=texts, reports=st.lists(said, max_size=2).map(tuple), words=texts)


def _many(item: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, max_size=most).map(tuple)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """An activity with everything that one may say, or little of it."""
    begin, end = draw(maybe_days), draw(maybe_days)
    planned_begin, planned_end = draw(maybe_days if begin else days), draw(maybe_days)
    return Activity(
        identifier=draw(st.just("") | st.just("XM-TEST-1") | said),
        titles=draw(titles),
        abstracts=draw(abstracts),
        mechanism=draw(st.just("training") | texts),
        priorities=draw(_many(st.sampled_from([*PRIORITIES, "own-priority"]), 3).map(lambda found: tuple(dict.fromkeys(found)))),
        sectors=draw(sectors()),
        fields=draw(_many(st.sampled_from(["mines", "cyber"]))),
        partners=draw(_many(partners, 3)),
        countries=draw(countries()),
        areas=draw(_many(st.sampled_from(["ME-16", "KOS", "AL-11"]))),
        places=draw(_many(places)),
        status=draw(st.sampled_from(STATUSES)),
        planned_begin=planned_begin,
        begin=begin,
        planned_end=max(planned_begin, planned_end) if planned_begin and planned_end else planned_end,
        end=max(begin, end) if begin and end else end,
        budgets=draw(_many(budgets)),
        transactions=draw(_many(transactions)),
        results=draw(_many(results)),
        documents=draw(_many(documents)),
        visibility=draw(_many(visibility)),
        answers=draw(_many(said)),
        events=draw(_many(events)),
        risks=draw(_many(said)),
        related=draw(_many(st.builds(Related, identifier=said, type=st.sampled_from(["1", "2", "3"])))),
        provenance=draw(texts),
        kept=draw(st.lists(st.sampled_from(range(len(KEPT))), unique=True).map(lambda found: tuple(KEPT[number] for number in sorted(found)))),
    )
