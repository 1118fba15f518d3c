"""The plain parts of an activity, each in both directions: how it is written as an element of IATI, and what is read of one.

A reader gives None for an element that has no counterpart here (an unknown code, another kind): it is kept as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from vigie.exchange.iati import (
    KEEP_SPACE,
    LANG,
    NOT_GIVEN,
    PRIORITY_LIST,
    address,
    day_of,
    decimal_of,
    decimal_text,
    made,
    mark,
    named,
    narrative,
    own,
    text_in,
    texts_in,
    worded,
)
from vigie.exchange.iati_table import (
    ISO_COUNTRIES,
    OWN_VOCABULARIES,
    OWN_VOCABULARY,
    POINT_SYSTEM,
    ROLE_CODES,
    ROLE_OF_CODE,
    STATUS_CODES,
)
from vigie.model.activity import CountryShare, Document, Partner, Place, Related, Sector, Status, best_tag
from vigie.model.errors import BadReport
from vigie.model.priorities import PRIORITIES
from vigie.model.said import MAX_HEADLINE, MAX_TEXT

_COUNTRY: Final = re.compile(r"([A-Z]{2})(-.*)?", re.ASCII | re.DOTALL)
_LONGEST_LAT, _LONGEST_LON = 90, 180


def cut(text: str, limit: int = MAX_HEADLINE) -> str:
    """The text, cut to what a record holds; the file's own is kept beside it."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cut_titles(element: etree._Element | None) -> dict[str, str]:
    """The narratives of a title."""
    return {tag: cut(text) for tag, text in texts_in(element).items()}


def cut_texts(element: etree._Element | None) -> dict[str, str]:
    """The narratives of a description."""
    return {tag: cut(text, MAX_TEXT) for tag, text in texts_in(element).items()}


def name_in(element: etree._Element | None) -> str:
    """A name, whose language a record does not tell: in English or the first."""
    texts = texts_in(element)
    return cut(texts.get(best_tag(texts, "en"), ""))


def title_element(titles: Mapping[str, str]) -> etree._Element:
    """`title`."""
    return worded("title", titles)


def title_of(element: etree._Element) -> Mapping[str, str] | None:
    """Titles by language; None where there is no text."""
    return cut_titles(element) or None


def description_element(abstracts: Mapping[str, str]) -> etree._Element | None:
    """`description` of the general type."""
    return worded("description", abstracts) if any(abstracts.values()) else None


def description_of(element: etree._Element) -> Mapping[str, str] | None:
    """Abstracts by language; None for another type."""
    return (cut_texts(element) or None) if element.get("type", "1") == "1" else None


def status_element(status: Status) -> etree._Element:
    """`activity-status`."""
    return made("activity-status", code=STATUS_CODES[status])


def status_of(element: etree._Element) -> Status | None:
    """The status; None for a code that the list does not have."""
    return next((status for status, code in STATUS_CODES.items() if code == element.get("code")), None)


def date_element(day: date, code: str) -> etree._Element:
    """`activity-date` of a type."""
    return made("activity-date", type=code, iso_date=day.isoformat())


def partner_element(partner: Partner) -> etree._Element:
    """`participating-org`; role, country and party that IATI has no word for stand in attributes of ours."""
    code = ROLE_CODES[partner.role]
    element = named("participating-org", partner.name, ref=partner.ref or None, type=partner.type or None, role=code)
    role = partner.role if ROLE_OF_CODE[code] != partner.role else None
    return mark(element, role=role, country=partner.country, party=partner.party)


def partner_of(element: etree._Element) -> Partner | None:
    """The partner; None for a role that the list does not have, and for one without name and identifier."""
    role = element.get(own("role")) or ROLE_OF_CODE.get(element.get("role", ""))
    ref, name = element.get("ref", ""), name_in(element)
    if role not in ROLE_CODES or not (ref or name) or len(ref) > MAX_HEADLINE:
        return None
    more = {key: element.get(own(key), "") for key in ("country", "party")}
    return Partner(name=name, role=role, ref=ref, type=element.get("type", ""), **more)


def country_element(share: CountryShare) -> etree._Element:
    """`recipient-country`."""
    return made("recipient-country", code=share.code, percentage=None if share.percent is None else decimal_text(share.percent))


def country_of(element: etree._Element) -> CountryShare | None:
    """The country; None for a share of nothing. Where regions share the hundred too, a record has no place for the percentages."""
    percent = _percent(element)
    if percent == 0 or not element.get("code"):
        return None
    parent = element.getparent()
    with_regions = parent is not None and parent.find("recipient-region") is not None
    return CountryShare(code=element.get("code", ""), percent=None if with_regions else percent)


def _percent(element: etree._Element) -> Decimal | None:
    return decimal_of(element.get("percentage"), f"{element.tag} percentage")


def sector_element(sector: Sector) -> etree._Element:
    """`sector`; one of an own list must have a name, and gets its code where it has none."""
    percent = None if sector.percent is None else decimal_text(sector.percent)
    uri = address(sector.vocabulary_uri) if sector.vocabulary_uri else None
    element = worded("sector", sector.names, vocabulary=sector.vocabulary, vocabulary_uri=uri, code=sector.code, percentage=percent)
    if sector.vocabulary in OWN_VOCABULARIES and not len(element):
        element.append(mark(narrative(sector.code), given="no"))
    return element


def sector_of(element: etree._Element) -> Sector | None:
    """The sector; None for one of our priorities, for one without a code, and for a share of nothing."""
    percent, uri = _percent(element), element.get("vocabulary-uri", "")
    if uri == PRIORITY_LIST or percent == 0 or not element.get("code"):
        return None
    return Sector(code=element.get("code", ""), vocabulary=element.get("vocabulary", "1"), vocabulary_uri=uri, percent=percent, names=cut_texts(element))


def priority_element(priority: str) -> etree._Element:
    """A priority as `sector` of a list of our own, with its English title."""
    element = made("sector", vocabulary=OWN_VOCABULARY, vocabulary_uri=PRIORITY_LIST, code=priority)
    title = narrative(PRIORITIES[priority].title if priority in PRIORITIES else priority)
    title.set(LANG, "en")
    element.append(title)
    return element


def priority_of(element: etree._Element) -> str | None:
    """The name of one of our priorities; None for other sectors."""
    return element.get("code") or None if element.get("vocabulary-uri") == PRIORITY_LIST else None


def place_element(place: Place) -> etree._Element:
    """`location`: IATI writes latitude first; it has no codes of first-level units, so that these stand in an attribute of ours."""
    found = _COUNTRY.fullmatch(place.area)
    country = found.group(1) if found else ""
    name = named("name", place.name) if place.name else None
    unit = made("administrative", vocabulary=ISO_COUNTRIES, code=country) if country else None
    point = None
    if place.lon is not None and place.lat is not None:
        point = made("point", made("pos", text=f"{decimal_text(place.lat)} {decimal_text(place.lon)}"), srsName=POINT_SYSTEM)
    return mark(made("location", name, unit, point), area=place.area if place.area != country else None)


def place_of_location(element: etree._Element) -> Place:
    """The place; without a point where the file's is none on Earth."""
    country = element.find(f"administrative[@vocabulary='{ISO_COUNTRIES}']")
    area = element.get(own("area")) or (country.get("code", "") if country is not None else "")
    lon, lat = _point(element.findtext("point/pos") or "")
    return Place(name=name_in(element.find("name")), lon=lon, lat=lat, area=area)


def _point(pos: str) -> tuple[float, float] | tuple[None, None]:
    try:
        lat, lon = (float(decimal_of(part, "pos") or 0) for part in pos.split())
    except (BadReport, ValueError, OverflowError):
        return None, None
    is_on_earth = math.isfinite(lat) and abs(lat) <= _LONGEST_LAT and abs(lon) <= _LONGEST_LON
    return (lon, lat) if is_on_earth else (None, None)


def document_element(document: Document) -> etree._Element:
    """`document-link`."""
    languages = (made("language", code=tag) for tag in document.languages)
    day = made("document-date", iso_date=document.day.isoformat()) if document.day else None
    parts = (worded("title", document.titles), made("category", code=document.category), *languages, day)
    return made("document-link", *parts, url=address(document.url), format=document.format)


def document_of(element: etree._Element) -> Document | None:
    """The document; None for one without an address or a title."""
    titles, url, category = cut_titles(element.find("title")), element.get("url", ""), element.find("category")
    if not titles or not url:
        return None
    languages = tuple(one.get("code", "") for one in element.findall("language"))
    kind = category.get("code", "") if category is not None else "A12"
    return Document(url=url, titles=titles, format=element.get("format", ""), category=kind, languages=languages, day=day_of(element.find("document-date")))


def related_element(related: Related) -> etree._Element:
    """`related-activity`."""
    return made("related-activity", ref=related.identifier, type=related.type)


def related_of(element: etree._Element) -> Related | None:
    """The related activity; None for one without an identifier."""
    return Related(identifier=element.get("ref", ""), type=element.get("type", "")) if element.get("ref") else None


def identifier_element(identifier: str, *, is_given: bool) -> etree._Element:
    """`iati-identifier`, marked where the activity has none of its own."""
    element = made("iati-identifier", text=identifier)
    if identifier != identifier.strip():
        element.set(KEEP_SPACE, "preserve")
    return mark(element, given=None if is_given else "no")


def identifier_in(activity: etree._Element) -> tuple[str, bool]:
    """The identifier of an activity (empty where there is none), and whether it is its own."""
    element = activity.find("iati-identifier")
    return (text_in(element), element.get(NOT_GIVEN) is None) if element is not None else ("", False)
