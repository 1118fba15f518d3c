"""Activities as an IATI 2.03 file: elements in the order of the schema, the same activities the same bytes.

What the schema demands and an activity does not say is written and marked as not given: a description (the title again), a taking-part organisation
(the reporting one), a sector (those of its priorities, else "not specified"), an indicator of a result, the day of an exchange rate. Sectors without
shares get an even split, marked too. Shares of countries, budgets and all else that is unknown are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from lxml import etree

from vigie.exchange.iati import LANG, SPACE, Published, ReportingOrg, mark, named, worded
from vigie.exchange.iati_activity import PARTS, span_of, values_of
from vigie.exchange.iati_kept import EVEN, OUR_LANGUAGE, kept_elements, place_of, says, wrapped
from vigie.exchange.iati_own import own_elements
from vigie.exchange.iati_parts import identifier_element, sector_element
from vigie.exchange.iati_table import UNSPECIFIED_SECTOR
from vigie.model.activity import Activity, Sector
from vigie.model.errors import BadReport
from vigie.model.priorities import PRIORITIES
from vigie.model.times import format_time

VERSION: Final = "2.03"
_CENT: Final = Decimal("0.01")
_ACCOUNTABLE: Final = "2"


def iati_xml(activities: Iterable[Published], now_us: int, reporting: ReportingOrg, language: str = "en") -> bytes:
    """The activities as UTF-8 XML that the schema takes. `language` is that of names. Raises `BadReport` where one cannot be written, and for none."""
    elements = [activity_element(one, reporting, language) for one in activities]
    if not elements:
        raise BadReport("There is no activity to write", expected="at least one, which is what IATI's schema demands")
    return file_of(elements, now_us)


def file_of(elements: Sequence[etree._Element], now_us: int) -> bytes:
    """The file of written activities."""
    root = etree.Element("iati-activities", {"version": VERSION, "generated-datetime": format_time(now_us)}, nsmap={"vigie": SPACE})
    root.text = "\n"
    for element in elements:
        _in_lines(element)
        root.append(element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _in_lines(activity: etree._Element) -> None:
    """A line for each element of an activity; deeper blanks are left as they are."""
    activity.text, activity.tail = "\n  ", "\n"
    for child in activity:
        child.tail = "\n  " if child.getnext() is not None else "\n"


def activity_element(published: Published, reporting: ReportingOrg, language: str = "en") -> etree._Element:
    """One activity as `iati-activity`. Raises `BadReport` where it has no day, or a text or an address that XML or the schema cannot carry."""
    activity = published.activity
    identifier = activity.identifier or f"{reporting.ref}-{published.ref}"
    if not any(values_of(activity, part) for part in PARTS if part.tag == "activity-date"):
        raise BadReport("The activity has no day", record=identifier, field="activity-date", expected="a planned or an actual start")
    try:
        return _activity(published, identifier, reporting, language)
    except BadReport as fault:
        raise BadReport(fault.what, record=identifier, field=fault.field, got=fault.got, expected=fault.expected, todo=fault.todo) from fault
    except ValueError as fault:
        raise BadReport("A text of the activity holds a character that XML cannot carry", record=identifier, todo="take it out") from fault


def _activity(published: Published, identifier: str, reporting: ReportingOrg, language: str) -> etree._Element:
    activity = published.activity
    kept = list(kept_elements(activity.kept))
    elements = [identifier_element(identifier, is_given=bool(activity.identifier)), *_told(activity, kept)]
    rest = [one for one, said in kept if not said]
    elements += [wrapped(one) for one in rest if one.tag != "iati-activity"]
    elements += _demanded(activity, {str(one.tag) for one in elements}, reporting)
    root = _empty([one for one in rest if one.tag == "iati-activity"], language)
    if published.updated_us is not None:
        root.set("last-updated-datetime", format_time(published.updated_us))
    root.extend(sorted(elements, key=place_of))
    _split_evenly(root)
    root.extend(own_elements(activity))
    return root


def _empty(kept: Sequence[etree._Element], language: str) -> etree._Element:
    """The activity without children: the attributes that were kept, under the file's own prefixes, and its language, which is marked where it is ours."""
    prefixes = {prefix: space for one in kept for prefix, space in one.nsmap.items() if prefix}
    ours = "vigie" if prefixes.get("vigie", SPACE) == SPACE else "vigie-own"
    root = etree.Element("iati-activity", nsmap=prefixes | {ours: SPACE})
    for name, value in ((name, value) for one in kept for name, value in one.attrib.items()):
        root.set(name, value)
    if LANG not in root.attrib:
        root.set(LANG, language)
        root.set(OUR_LANGUAGE, "own")
    return root


def _told(activity: Activity, kept: Sequence[tuple[etree._Element, str]]) -> list[etree._Element]:
    """The elements of what the activity says: the file's own where it still says that, else ours."""
    known: dict[str, list[etree._Element]] = {}
    for element, said in kept:
        known.setdefault(said, []).append(element)
    span = span_of({name: getattr(activity, name) for name in ("begin", "end", "planned_begin", "planned_end")})
    written: list[etree._Element | None] = []
    for part in PARTS:
        for value in values_of(activity, part):
            theirs = known.get(says(part.field, value))
            written.append(theirs.pop(0) if theirs else part.writes(value, span))
    return [one for one in written if one is not None]


def _demanded(activity: Activity, present: set[str], reporting: ReportingOrg) -> list[etree._Element]:
    """What the schema and the rules demand and the activity does not say, each marked as not given."""
    found: list[etree._Element] = []
    if "reporting-org" not in present:
        found.append(named("reporting-org", reporting.name, ref=reporting.ref, type=reporting.type))
    if "description" not in present:
        found.append(mark(worded("description", activity.titles), given="no"))
    if "participating-org" not in present:
        org = named("participating-org", reporting.name, ref=reporting.ref, type=reporting.type, role=_ACCOUNTABLE)
        found.append(mark(org, given="no"))
    if not any(sector.vocabulary == "1" for sector in activity.sectors) and not _has_dac(activity):
        found += _sectors_instead(activity, is_alone="sector" not in present)
    return found


def _has_dac(activity: Activity) -> bool:
    """Whether transactions or other kept elements tell sectors already."""
    return any("<sector" in text for text in activity.kept)


def _sectors_instead(activity: Activity, *, is_alone: bool) -> list[etree._Element]:
    codes = sorted({PRIORITIES[name].sector for name in activity.priorities if name in PRIORITIES} - {""})
    codes = codes or ([UNSPECIFIED_SECTOR] if is_alone else [])
    return [mark(sector_element(Sector(code=code)), given="no") for code in codes]


def _split_evenly(activity: etree._Element) -> None:
    """Gives the sectors of a list that has no shares an even split, which the rules demand of several; marked, so that ours is not read as a share."""
    sectors = sorted(activity.findall("sector"), key=_list_of)
    for _, found in groupby(sectors, key=_list_of):
        group = list(found)
        if len(group) > 1 and not any("percentage" in one.attrib for one in group):
            for one, share in zip(group, even_shares(len(group)), strict=True):
                one.set("percentage", str(share))
                one.set(EVEN, "even")


def _list_of(sector: etree._Element) -> str:
    return sector.get("vocabulary", "1")


def even_shares(count: int) -> list[Decimal]:
    """Percentages for so many, two decimals each, that sum to 100.

    >>> [str(share) for share in even_shares(3)]
    ['33.34', '33.33', '33.33']
    """
    share = (Decimal(100) / count).quantize(_CENT, rounding="ROUND_DOWN")
    first = Decimal(100) - share * (count - 1)
    return [first, *[share] * (count - 1)] if share else [Decimal(100) / count] * count
