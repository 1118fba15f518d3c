"""The elements of CAP 1.2 in the order of its schema, once for writing and reading: name, field of the value, form, whether needed or repeated.

Source: Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010), section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from vigie.exchange.cap_message import Category, Certainty, MsgType, ResponseType, Scope, Status
from vigie.model.warning import Severity, Urgency

Form = Literal["text", "time", "words", "references", "number", "count", "polygon", "circle", "value", "resource", "area", "info"]
"""`words` and `references` are lists in one element; the last four hold elements of their own."""


@dataclass(frozen=True, slots=True)
class Part:
    """One element: what it is called in XML and in the value. `many` = it may be repeated and its field is a tuple."""

    name: str
    field: str
    form: Form = "text"
    needed: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()


def _choice(name: str, field: str, choices: object, *, needed: bool = True, many: bool = False) -> Part:
    return Part(name, field, needed=needed, many=many, choices=get_args(choices))


_ALERT: Final = (
    Part("identifier", "identifier", needed=True),
    Part("sender", "sender", needed=True),
    Part("sent", "sent", "time", needed=True),
    _choice("status", "status", Status),
    _choice("msgType", "msg_type", MsgType),
    Part("source", "source"),
    _choice("scope", "scope", Scope),
    Part("restriction", "restriction"),
    Part("addresses", "addresses", "words"),
    Part("code", "codes", many=True),
    Part("note", "note"),
    Part("references", "references", "references"),
    Part("incidents", "incidents", "words"),
    Part("info", "infos", "info", many=True),
)
_INFO: Final = (
    Part("language", "language"),
    _choice("category", "categories", Category, many=True),
    Part("event", "event", needed=True),
    _choice("responseType", "response_types", ResponseType, needed=False, many=True),
    _choice("urgency", "urgency", Urgency),
    _choice("severity", "severity", Severity),
    _choice("certainty", "certainty", Certainty),
    Part("audience", "audience"),
    Part("eventCode", "event_codes", "value", many=True),
    Part("effective", "effective", "time"),
    Part("onset", "onset", "time"),
    Part("expires", "expires", "time"),
    Part("senderName", "sender_name"),
    Part("headline", "headline"),
    Part("description", "description"),
    Part("instruction", "instruction"),
    Part("web", "web"),
    Part("contact", "contact"),
    Part("parameter", "parameters", "value", many=True),
    Part("resource", "resources", "resource", many=True),
    Part("area", "areas", "area", many=True),
)
_RESOURCE: Final = (
    Part("resourceDesc", "description", needed=True),
    Part("mimeType", "mime_type", needed=True),
    Part("size", "size", "count"),
    Part("uri", "uri"),
    Part("derefUri", "deref_uri"),
    Part("digest", "digest"),
)
_AREA: Final = (
    Part("areaDesc", "description", needed=True),
    Part("polygon", "polygons", "polygon", many=True),
    Part("circle", "circles", "circle", many=True),
    Part("geocode", "geocodes", "value", many=True),
    Part("altitude", "altitude_ft", "number"),
    Part("ceiling", "ceiling_ft", "number"),
)
_VALUE: Final = (Part("valueName", "name", needed=True), Part("value", "value", needed=True))

PARTS: Final[Mapping[str, tuple[Part, ...]]] = {"alert": _ALERT, "info": _INFO, "resource": _RESOURCE, "area": _AREA, "value": _VALUE}
