"""One origin line and one magnitude line of an ISF bulletin.

Columns and units: IMS1.0:short, origin and magnitude blocks (Formats and Protocols for Messages, IDC-3.4.1, tables of the
bulletin data type): km, degrees, seconds; the ellipse and the depth error at 90 %. Columns below count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vigie.fields.seismic.lines import Line
from vigie.fields.seismic.solution import LONGEST_NAME, UNSPECIFIED, Size, count_of, name_of, needed, numbers_of, place_of, positive, ref_of, rounded, said
from vigie.fields.seismic.spread import ellipse_at_68, radius_of_axes, sigma_of
from vigie.fields.seismic.vocabulary import FIELD, kind_name
from vigie.ingest.rows import CellFault
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext
from vigie.model.report import Ellipse, Report
from vigie.model.times import SECOND_US, parse_interval

PERSONAL: Final = ("comment", "#AUTHOR")
LEVEL_PERCENT: Final = 90.0
"""The level of error ellipses and depth errors in IMS1.0."""

_NUMBERS: Final = {
    "time_sigma_s": slice(24, 29),
    "rms": slice(30, 35),
    "major_km": slice(55, 60),
    "minor_km": slice(61, 66),
    "azimuth": slice(67, 70),
    "depth_km": slice(71, 76),
    "depth_error_km": slice(78, 82),
    "phases": slice(83, 87),
    "stations": slice(88, 92),
    "gap": slice(93, 96),
    "nearest_degrees": slice(97, 103),
}
NO_ELLIPSE_KM: Final = 9999.0
"""From here on an axis stands for an ellipse that was not computed."""

_ORIGIN_GAPS: Final = (10, 23, 29, 35, 44, 60, 66, 70, 77, 82, 87, 92, 96, 103, 110, 112, 114, 117, 127)
_MAGNITUDE_GAPS: Final = (10, 14, 19, 29)
_MODES: Final = {"a": "automatic", "m": "manual", "g": "guess"}
_METHODS: Final = {"i": "inversion", "p": "pattern recognition", "g": "ground truth", "o": "other"}
_DATE: Final = re.compile(r"\s*(-?\d{1,4})/(\d{1,2})/(\d{1,2})\s*")
_CLOCK: Final = re.compile(r"\s*(\d{1,2}):(\d{1,2})(?::\s*(\d{1,2}(?:\.\d*)?))?\s*")


def origin_report(line: Line, comments: Sequence[str], event_ref: str, region: str, context: ReadContext, *, is_alone: bool) -> Report | Reject:
    """The report of one origin line, without its magnitudes; a `Reject` where it makes no sense."""
    place = f"{line.place}, event {event_ref}"
    try:
        return _understood(line.text, comments, event_ref, region, context, is_alone=is_alone)
    except CellFault as fault:
        return Reject(place, "An origin cannot be understood", fault.field, fault.got, fault.expected, line.raw)
    except (ValueError, OverflowError) as fault:
        return Reject(place, "An origin makes no sense", got=str(fault), raw=line.raw)


def _understood(text: str, comments: Sequence[str], event_ref: str, region: str, context: ReadContext, *, is_alone: bool) -> Report:
    _check_columns(text, _ORIGIN_GAPS)
    numbers, unread = numbers_of({name: text[columns] for name, columns in _NUMBERS.items()})
    begin_us, end_us = _interval(text)
    lon, lat = place_of(text[45:54], text[36:44])
    radius_km, ellipse = _spread(numbers.get("major_km", 0.0), numbers.get("minor_km", 0.0), numbers.get("azimuth", -1.0))
    is_prime = any(comment.upper().startswith("(#PRIME") for comment in comments)
    etype, depth_error_km = text[115:117].strip(), positive(numbers, "depth_error_km")
    return Report(
        agency=name_of("Author", text[118:127].strip() or context.agency),
        agency_ref=ref_of("OrigID", text[127:].strip()),
        field=FIELD,
        kind=kind_name("ims", etype),
        begin_us=begin_us,
        end_us=end_us,
        sigma_s=positive(numbers, "time_sigma_s"),
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        ellipse=ellipse,
        depth_km=numbers.get("depth_km"),
        place=(region or None) if is_prime or is_alone else None,
        exercise=context.exercise,
        details=said(
            event_ref=event_ref,
            preferred=is_prime,
            etype=etype,
            origin_type="centroid" if any(comment.upper().startswith("(#CENTROID") for comment in comments) else "",
            mode=_MODES.get(text[111:112].lower()),
            method=_METHODS.get(text[113:114].lower()),
            time_fixed=text[22:23] == "f",
            epicentre_fixed=text[54:55] == "f",
            depth_fixed=text[76:77] == "f",
            depth_type={"f": "fixed", "d": "depth phases"}.get(text[76:77]),
            depth_sigma_km=None if depth_error_km is None else rounded(sigma_of(depth_error_km, LEVEL_PERCENT)),
            used_phase_count=count_of(numbers, "phases"),
            used_station_count=count_of(numbers, "stations"),
            azimuthal_gap=positive(numbers, "gap"),
            rms_s=positive(numbers, "rms"),
            nearest_station_degrees=positive(numbers, "nearest_degrees"),
            unread=unread,
        ),
        payload="\n".join([text.rstrip(), *comments]).encode("utf-8", "replace"),
    )


def _check_columns(text: str, gaps: Sequence[int]) -> None:
    """Raises `CellFault` where the columns between the cells are not blank: then the cells are not where they should be."""
    filled = next((gap for gap in gaps if text[gap : gap + 1].strip()), None)
    if filled is not None:
        raise CellFault(f"column {filled + 1}", text[filled], "a blank between two cells")


def _interval(text: str) -> tuple[int, int]:
    """Begin and end of the origin time: an instant, or the whole day where the clock is blank. A second of 60 is the next minute's first."""
    date, clock = _DATE.fullmatch(text[:10]), text[11:22]
    if date is None:
        raise CellFault("Date", text[:10], "yyyy/mm/dd")
    year, month, day = (int(part) for part in date.groups())
    begin_us, end_us = parse_interval(f"{year:05d}-{month:02d}-{day:02d}" if year < 0 else f"{year:04d}-{month:02d}-{day:02d}")
    if not clock.strip():
        return begin_us, end_us
    time = _CLOCK.fullmatch(clock)
    if time is None or int(time[1]) > 23 or int(time[2]) > 59 or float(time[3] or 0) >= 61:  # noqa: PLR2004 - a clock
        raise CellFault("Time", clock.strip(), "hh:mm:ss.ss")
    instant_us = begin_us + (int(time[1]) * 3600 + int(time[2]) * 60) * SECOND_US + round(float(time[3] or 0) * SECOND_US)
    return instant_us, instant_us


def _spread(major_km: float, minor_km: float, azimuth: float) -> tuple[float | None, Ellipse | None]:
    if not (0 < major_km < NO_ELLIPSE_KM and 0 < minor_km < NO_ELLIPSE_KM):
        return None, None
    return radius_of_axes(major_km, minor_km, LEVEL_PERCENT), ellipse_at_68(major_km, minor_km, azimuth, LEVEL_PERCENT)


def size_of(line: Line, event_ref: str) -> Size | Reject:
    """The magnitude of one line; a `Reject` where it makes no sense. A `<` or `>` before the value makes it a bound."""
    text = line.text
    try:
        _check_columns(text, _MAGNITUDE_GAPS)
        value, bound = needed("Magnitude", text[6:10]), text[5:6].strip()
        numbers, _ = numbers_of({"sigma": text[11:14]})
        return Size(
            name=name_of("Magnitude", (text[:5].strip() or UNSPECIFIED) + bound),
            value=value,
            sigma=positive(numbers, "sigma"),
            agency=text[20:29].strip() or None,
            solution=text[29:].strip()[:LONGEST_NAME],
            is_bound=bool(bound),
            payload=text.rstrip().encode("utf-8", "replace"),
        )
    except CellFault as fault:
        return Reject(f"{line.place}, event {event_ref}", "A magnitude cannot be understood", fault.field, fault.got, fault.expected, line.raw)
