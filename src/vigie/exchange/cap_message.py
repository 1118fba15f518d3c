"""A CAP 1.2 message as a value (OASIS Standard, 1 July 2010): alert, info, resource and area, with every element of section 3.2.

Times stand as they were written, because a reference to a message repeats its `sent` letter by letter; `cap_instant` makes µs of one,
`cap_time` writes one. Places are lon, lat here as everywhere; only the XML writes lat,lon. An element that is absent is blank, None or empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from vigie.model.errors import BadReport
from vigie.model.times import SECOND_US, format_time, parse_time
from vigie.model.warning import Severity, Urgency

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE_CAP = "application/cap+xml"

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MsgType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"]
ResponseType = Literal["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

Ring: TypeAlias = tuple[tuple[float, float], ...]
"""Points lon, lat in degrees (WGS 84); the last is the first again."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CapValue:
    """A code or a parameter: what it is called and what it is."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of another message: its sender, its identifier and its `sent`, as that message writes them."""

    sender: str
    identifier: str
    sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CapResource:
    """A file that goes with an info block; `size` in bytes."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapArea:
    """A place: the union of its polygons, circles (lon, lat, radius in km) and codes; heights in feet above mean sea level."""

    description: str
    polygons: tuple[Ring, ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    geocodes: tuple[CapValue, ...] = ()
    altitude_ft: float | None = None
    ceiling_ft: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapInfo:
    """What is said in one language; the standard reads a block without a language as en-US."""

    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    language: str = "en-US"
    response_types: tuple[ResponseType, ...] = ()
    audience: str = ""
    event_codes: tuple[CapValue, ...] = ()
    effective: str = ""
    onset: str = ""
    expires: str = ""
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[CapValue, ...] = ()
    resources: tuple[CapResource, ...] = ()
    areas: tuple[CapArea, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapMessage:
    """One message. `references` are the messages that it replaces, calls back or answers; `incidents` name what it is about."""

    identifier: str
    sender: str
    sent: str
    status: Status
    msg_type: MsgType
    scope: Scope
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[CapInfo, ...] = field(default=())

    @property
    def sent_us(self) -> int:
        """When it was sent, µs UTC."""
        return cap_instant(self.sent)

    @property
    def reference(self) -> Reference:
        """How another message names this one."""
        return Reference(self.sender, self.identifier, self.sent)


def cap_instant(text: str) -> int:
    """µs UTC of a time with a zone. Raises `BadReport` for a time without one, and for what is no time.

    >>> cap_instant("1970-01-01T02:00:01+02:00")
    1000000
    """
    try:
        if _TIME.fullmatch(text):
            return parse_time(text)
    except ValueError:
        pass
    raise BadReport("A time of the CAP message cannot be read", got=text, expected="such as 2014-10-01T12:30:00+02:00, with its zone")


def cap_time(time_us: int) -> str:
    """An instant as CAP asks for: whole seconds (what is left is cut), and -00:00, never Z, for UTC (CAP 1.2, section 3.3.2).

    >>> cap_time(1_999_999)
    '1970-01-01T00:00:01-00:00'
    """
    return format_time(time_us - time_us % SECOND_US).removesuffix("Z") + "-00:00"
