"""One QuakeML event, already in memory, into the reports of its origins.

Units in QuakeML: metres for depth and horizontal uncertainty, degrees for the place, seconds, confidence levels in per cent.
Where no level is given, uncertainties are read as one standard deviation (of a number) or as 68 % (of an area).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vigie.fields.seismic.solution import UNSPECIFIED, Size, allot, count_of, name_of, needed, numbers_of, place_of, positive, ref_of, rounded, said, with_sizes
from vigie.fields.seismic.spread import area_factor, ellipse_at_68, radius_of_axes, radius_of_degrees, radius_of_ellipsoid, sigma_of
from vigie.fields.seismic.vocabulary import FIELD, kind_name
from vigie.ingest.rows import CellFault
from vigie.model.canonical import Json
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext
from vigie.model.report import Ellipse, Report
from vigie.model.times import parse_interval, parse_time

PERSONAL: Final = ("author", "authorURI", "comment")
"""Elements whose content is taken out: `creationInfo/author` is often the analyst, and comments name people."""

_NUMBERS: Final = {
    "time_uncertainty": "time/uncertainty",
    "time_lower": "time/lowerUncertainty",
    "time_upper": "time/upperUncertainty",
    "time_level": "time/confidenceLevel",
    "lat_sigma": "latitude/uncertainty",
    "lon_sigma": "longitude/uncertainty",
    "depth_m": "depth/value",
    "depth_sigma_m": "depth/uncertainty",
    "depth_level": "depth/confidenceLevel",
    "horizontal_m": "originUncertainty/horizontalUncertainty",
    "max_m": "originUncertainty/maxHorizontalUncertainty",
    "min_m": "originUncertainty/minHorizontalUncertainty",
    "azimuth": "originUncertainty/azimuthMaxHorizontalUncertainty",
    "level": "originUncertainty/confidenceLevel",
    "ellipsoid_major_m": "originUncertainty/confidenceEllipsoid/semiMajorAxisLength",
    "ellipsoid_middle_m": "originUncertainty/confidenceEllipsoid/semiIntermediateAxisLength",
    "phases": "quality/usedPhaseCount",
    "stations": "quality/usedStationCount",
    "gap": "quality/azimuthalGap",
    "rms": "quality/standardError",
    "nearest_degrees": "quality/minimumDistance",
}


_TRUE: Final = ("true", "1")
_DEEPEST: Final = 3
"""Levels below an origin at which QuakeML says anything that a report keeps."""


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; blank for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """The direct children of this local name."""
    return [child for child in element if local_name(child) == name]


def texts_of(element: etree._Element | None) -> dict[str, str]:
    """What the element says, by path of local names (`time/value`): the first of each path; origins and magnitudes inside it are passed over."""
    found: dict[str, str] = {}
    if element is not None:
        _walk(element, "", found, _DEEPEST)
    return found


def _walk(element: etree._Element, prefix: str, found: dict[str, str], depth: int) -> None:
    for child in element:
        name = local_name(child)
        if name in ("origin", "magnitude"):
            continue
        if len(child) and depth:
            _walk(child, f"{prefix}{name}/", found, depth - 1)
        elif child.text:
            found.setdefault(prefix + name, child.text.strip())


@dataclass(frozen=True, slots=True)
class About:
    """What an event says beside its origins: its id, its own texts, and whether it has one origin only."""

    ref: str
    texts: Mapping[str, str]
    is_single: bool


def event_reports(
    event: etree._Element | None, origins: Sequence[etree._Element], magnitudes: Sequence[etree._Element], context: ReadContext
) -> Iterator[Report | Reject]:
    """A report for each origin with its magnitudes; a `Reject` for an origin or a magnitude that makes no sense, and for an event without origins."""
    ref = (event.get("publicID") or "") if event is not None else ""
    if not origins and event is not None:
        yield Reject(_place(event, ref), "The event has no origin: there is no time and no place", "origin", raw=_bytes(event))
        return
    about = About(ref, texts_of(event), event is not None and len(origins) == 1)
    made = [_report(origin, about, context) for origin in origins]
    reports = [item for item in made if isinstance(item, Report)]
    refused = {origin.get("publicID") or "" for origin, item in zip(origins, made, strict=True) if isinstance(item, Reject)}
    sized = [_size(magnitude, about, refused if reports else None) for magnitude in magnitudes]
    yield from (item for item in (*made, *sized) if isinstance(item, Reject))
    found = allot(reports, [item for item in sized if isinstance(item, Size)])
    yield from (with_sizes(report, own) for report, own in zip(reports, found, strict=True))


def _report(origin: etree._Element, about: About, context: ReadContext) -> Report | Reject:
    try:
        return _understood(origin, texts_of(origin), about, context)
    except CellFault as fault:
        return Reject(_place(origin, about.ref), "An origin cannot be understood", fault.field, fault.got, fault.expected, _bytes(origin))
    except (ValueError, OverflowError, etree.C14NError) as fault:
        return Reject(_place(origin, about.ref), "An origin makes no sense", got=str(fault), raw=_bytes(origin))


def _understood(origin: etree._Element, texts: Mapping[str, str], about: About, context: ReadContext) -> Report:
    numbers, unread = numbers_of({name: texts.get(path, "") for name, path in _NUMBERS.items()})
    begin_us, end_us = _interval(texts.get("time/value", ""))
    lon, lat = place_of(texts.get("longitude/value", ""), texts.get("latitude/value", ""))
    radius_km, ellipse = _spread(numbers, texts.get("originUncertainty/preferredDescription", ""), lat)
    issued_us, doubtful = _issued(texts.get("creationInfo/creationTime", ""), begin_us)
    ref, depth_m = ref_of("publicID", origin.get("publicID") or ""), numbers.get("depth_m")
    is_preferred = ref is not None and about.texts.get("preferredOriginID") == ref
    place = texts.get("region") or (about.texts.get("description/text") if is_preferred or about.is_single else None)
    return Report(
        agency=name_of("agencyID", texts.get("creationInfo/agencyID") or about.texts.get("creationInfo/agencyID") or context.agency),
        agency_ref=ref,
        revision=_revision(texts.get("creationInfo/version", "")),
        field=FIELD,
        kind=kind_name("quakeml", about.texts.get("type", "")),
        begin_us=begin_us,
        end_us=end_us,
        sigma_s=_time_sigma(numbers),
        issued_us=issued_us,
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        ellipse=ellipse,
        depth_km=None if depth_m is None else rounded(depth_m / 1000),
        place=place or None,
        exercise=context.exercise,
        details=_details(texts, about, numbers) | said(preferred=is_preferred, creation_time=doubtful, unread=unread),
        payload=_redacted(origin),
    )


def _interval(text: str) -> tuple[int, int]:
    try:
        return parse_interval(text)
    except ValueError:
        raise CellFault("time", text or "nothing", "an ISO 8601 time in the years -500 to 2100") from None


def _issued(text: str, begin_us: int) -> tuple[int | None, str]:
    """When the agency issued the origin, or else the text that cannot be that: some servers give the time of the answer or of the catalogue."""
    try:
        issued_us = parse_time(text)
    except (ValueError, OverflowError):
        return None, text[:40]
    return (issued_us, "") if issued_us >= begin_us else (None, text[:40])


def _revision(version: str) -> int:
    return int(version) if re.fullmatch(r"[0-9]{1,9}", version) else 0


def _time_sigma(numbers: Mapping[str, float]) -> float | None:
    value = positive(numbers, "time_uncertainty")
    lower, upper = positive(numbers, "time_lower"), positive(numbers, "time_upper")
    if value is None and lower is not None and upper is not None:
        value = (lower + upper) / 2
    return None if value is None else rounded(sigma_of(value, numbers.get("time_level")))


def _spread(numbers: Mapping[str, float], described: str, lat: float) -> tuple[float | None, Ellipse | None]:
    """Radius (km) and ellipse at 68 %: what the agency prefers, else the ellipse, the circle, the ellipsoid, the errors in degrees."""
    level = numbers.get("level")
    circle, longest, shortest = positive(numbers, "horizontal_m"), positive(numbers, "max_m"), positive(numbers, "min_m")
    if longest is not None and shortest is not None and not (circle is not None and described == "horizontal uncertainty"):
        ellipse = ellipse_at_68(longest / 1000, shortest / 1000, numbers.get("azimuth", -1.0), level)
        return radius_of_axes(longest / 1000, shortest / 1000, level), ellipse
    if circle is not None:
        return rounded(circle / 1000 * area_factor(level), 4), None
    major, middle = positive(numbers, "ellipsoid_major_m"), positive(numbers, "ellipsoid_middle_m")
    if major is not None and middle is not None:
        return radius_of_ellipsoid(major / 1000, middle / 1000, level), None
    lon_sigma, lat_sigma = positive(numbers, "lon_sigma"), positive(numbers, "lat_sigma")
    return (radius_of_degrees(lon_sigma, lat_sigma, lat) if lon_sigma and lat_sigma else None), None


def _details(texts: Mapping[str, str], about: About, numbers: Mapping[str, float]) -> dict[str, Json]:
    depth_sigma_m, version = positive(numbers, "depth_sigma_m"), texts.get("creationInfo/version", "")
    return said(
        event_ref=about.ref,
        etype=about.texts.get("type"),
        etype_certainty=about.texts.get("typeCertainty"),
        origin_type=texts.get("type"),
        method=texts.get("methodID"),
        earth_model=texts.get("earthModelID"),
        mode=texts.get("evaluationMode"),
        status=texts.get("evaluationStatus"),
        time_fixed=texts.get("timeFixed") in _TRUE,
        epicentre_fixed=texts.get("epicenterFixed") in _TRUE,
        depth_type=texts.get("depthType"),
        depth_fixed=texts.get("depthType") == "operator assigned",
        depth_sigma_km=None if depth_sigma_m is None else rounded(sigma_of(depth_sigma_m / 1000, numbers.get("depth_level"))),
        used_phase_count=count_of(numbers, "phases"),
        used_station_count=count_of(numbers, "stations"),
        azimuthal_gap=numbers.get("gap"),
        rms_s=numbers.get("rms"),
        nearest_station_degrees=numbers.get("nearest_degrees"),
        version="" if _revision(version) else version,
    )


def _size(magnitude: etree._Element, about: About, refused: Collection[str] | None) -> Size | Reject:
    """The magnitude, or why not; `refused` are the origins that could not be read (`None`: all of them)."""
    place, texts = _place(magnitude, about.ref), texts_of(magnitude)
    solution = texts.get("originID", "")
    if refused is None or (solution and solution in refused):
        return Reject(place, "The magnitude's origin could not be read", "originID", solution, raw=_bytes(magnitude))
    try:
        return _measured(magnitude, texts, about)
    except CellFault as fault:
        return Reject(place, "A magnitude cannot be understood", fault.field, fault.got, fault.expected, _bytes(magnitude))
    except etree.C14NError as fault:
        return Reject(place, "A magnitude makes no sense", got=str(fault), raw=_bytes(magnitude))


def _measured(magnitude: etree._Element, texts: Mapping[str, str], about: About) -> Size:
    numbers, _ = numbers_of({"sigma": texts.get("mag/uncertainty", ""), "level": texts.get("mag/confidenceLevel", "")})
    sigma, ref = positive(numbers, "sigma"), magnitude.get("publicID")
    return Size(
        name=name_of("type", texts.get("type") or UNSPECIFIED),
        value=needed("mag", texts.get("mag/value", "")),
        sigma=None if sigma is None else rounded(sigma_of(sigma, numbers.get("level"))),
        agency=texts.get("creationInfo/agencyID") or None,
        solution=texts.get("originID", ""),
        is_preferred=bool(ref) and ref == about.texts.get("preferredMagnitudeID"),
        payload=_redacted(magnitude),
    )


def _place(element: etree._Element, event_ref: str) -> str:
    where = f"line {element.sourceline}"
    return f"{where}, event {event_ref[:200]}" if event_ref else where


def _bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="utf-8", with_tail=False)


def _redacted(element: etree._Element) -> bytes:
    """The element's canonical bytes: persons blanked, emptied parts and the white space between elements gone."""
    plain = copy.deepcopy(element)
    for part in list(plain.iter(etree.Element)):
        part.tail = None
        if len(part) and not (part.text or "").strip():
            part.text = None
        if local_name(part) in PERSONAL:
            part.attrib.clear()
            part.text = ""
            del part[:]
    for part in [part for part in plain.iter(etree.Element) if not len(part) and not part.attrib and not part.text and part is not plain]:
        parent = part.getparent()
        if parent is not None and local_name(part) not in ("author", "authorURI"):
            parent.remove(part)
    return etree.tostring(plain, method="c14n", exclusive=True, with_comments=False, with_tail=False)
