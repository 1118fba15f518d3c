"""Made-up CAP messages for the tests: one warning and its release, and every message that the standard's elements allow, for hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from vigie.exchange import CapArea, CapInfo, CapMessage, CapResource, CapValue, Reference, Release, cap_time
from vigie.exchange.cap_message import Category, Certainty, MsgType, ResponseType, Scope, Status
from vigie.model.entry import Entry
from vigie.model.label import Label
from vigie.model.said import body_of
from vigie.model.times import parse_time
from vigie.model.warning import Content, Likelihood, Severity, Urgency, Wording

SENT_US = parse_time("2024-10-01T12:00:00Z")
HOUR_US = 3_600_000_000
SARAJEVO = (18.41, 43.86)
"""lon, lat: with the two exchanged it lies south of the region."""

CONTENT = Content(
    warning="w-1",
    event="Earthquake",
    field="seismic",
    severity="Severe",
    likelihood=Likelihood(low=0.25, high=0.35),
    confidence="moderate",
    areas=("BA-BIH",),
    circle=(*SARAJEVO, 30.0),
    onset_us=SENT_US,
    expires_us=SENT_US + 24 * HOUR_US,
    texts=(
        Wording(
            language="en",
            headline="Aftershocks are possible",
            what="Aftershocks up to 5.5 may follow.",
            mind="A quiet week",
            instruction="Stay clear of cracked walls.",
        ),
        Wording(language="fr", headline="Des répliques sont possibles", what="Des répliques peuvent suivre.", where="Sarajevo"),
        Wording(language="sr-Cyrl", headline="Могући су накнадни потреси", what="Могу уследити накнадни потреси."),
    ),
)
RELEASE = Release(
    sender="desk.example.org",
    sent_us=SENT_US,
    categories=("Geo",),
    languages=("sr", "fr", "en"),
    area_names={"en": {"BA-BIH": "Bosnia and Herzegovina"}, "sr-Cyrl": {"BA-BIH": "Босна и Херцеговина"}},
    polygons={"BA-BIH": (((18.0, 43.0), (19.0, 43.0), (19.0, 44.0), (18.0, 44.0)),)},
    words={"en": (("vigie:yardstick", "ICD 203"), ("vigie:words", "unlikely, 25-35 %"))},
)


def entry_of(content: Content = CONTENT, *, exercise: bool = False, tlp: str = "CLEAR") -> Entry:
    """The released entry of a content."""
    label = Label(owner="DESK", tlp=tlp)
    return Entry(type="warning", owner="DESK", ref=content.warning, label=label, said_us=SENT_US, body=body_of(content), version=1, exercise=exercise)


def message(identifier: str = "a", hours: int = 0, *references: str, **changes: object) -> CapMessage:
    """A small valid message of one sender, sent `hours` after the first, that expires a day later."""
    sent = SENT_US + hours * HOUR_US
    info = CapInfo(categories=("Geo",), event="Earthquake", urgency="Expected", severity="Severe", certainty="Likely", expires=cap_time(sent + 24 * HOUR_US))
    plain = CapMessage(
        identifier=identifier,
        sender="desk.example.org",
        sent=cap_time(sent),
        status="Actual",
        msg_type="Update" if references else "Alert",
        scope="Public",
        references=tuple(Reference("desk.example.org", one, cap_time(SENT_US)) for one in references),
        infos=(info,),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t", exclude_characters="\ufffe\uffff"), max_size=12).map(str.strip)
_LINES = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=8).filter(lambda text: '"' not in text)
_NAMES = st.from_regex(r"[A-Za-z0-9.:@_-]{1,12}", fullmatch=True)
_TIMES = st.builds(
    lambda minutes, zone: cap_time(minutes * 60_000_000).removesuffix("-00:00") + zone,
    st.integers(0, 60_000_000),
    st.sampled_from(["-00:00", "+02:00", "-05:30", "+13:00"]),
)
_VALUES = st.lists(st.builds(CapValue, _TEXTS, _TEXTS), max_size=2).map(tuple)
_LONS, _LATS = st.floats(-180, 180), st.floats(-90, 90)
_HEIGHTS = st.none() | st.floats(-1e6, 1e6)
_RINGS = st.lists(st.tuples(_LONS, _LATS), min_size=3, max_size=5).map(lambda points: (*points, points[0]))
_AREAS = st.builds(
    CapArea,
    description=_TEXTS,
    polygons=st.lists(_RINGS, max_size=2).map(tuple),
    circles=st.lists(st.tuples(_LONS, _LATS, st.floats(0, 1e4)), max_size=2).map(tuple),
    geocodes=_VALUES,
    altitude_ft=_HEIGHTS,
    ceiling_ft=_HEIGHTS,
)
_RESOURCES = st.builds(
    CapResource,
    description=_TEXTS,
    mime_type=_TEXTS,
    size=st.none() | st.integers(0, 10**17),
    uri=st.sampled_from(["", "https://example.org/a"]),
    deref_uri=_TEXTS,
    digest=_TEXTS,
)


def _words(kind: object, least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(get_args(kind)), min_size=least, max_size=3).map(tuple)


_INFOS = st.builds(
    CapInfo,
    categories=_words(Category, 1),
    event=_TEXTS,
    urgency=st.sampled_from(get_args(Urgency)),
    severity=st.sampled_from(get_args(Severity)),
    certainty=st.sampled_from(get_args(Certainty)),
    language=st.sampled_from(["en-US", "sr-Cyrl", "fr"]),
    response_types=_words(ResponseType),
    audience=_TEXTS,
    event_codes=_VALUES,
    effective=st.just("") | _TIMES,
    onset=st.just("") | _TIMES,
    expires=st.just("") | _TIMES,
    sender_name=_TEXTS,
    headline=_TEXTS,
    description=_TEXTS,
    instruction=_TEXTS,
    web=st.sampled_from(["", "https://example.org/w?a=1&b=2"]),
    contact=_TEXTS,
    parameters=_VALUES,
    resources=st.lists(_RESOURCES, max_size=2).map(tuple),
    areas=st.lists(_AREAS, max_size=2).map(tuple),
)
_WORD_LISTS = st.lists(_LINES | st.just("two words"), max_size=3).map(tuple)
messages = st.builds(
    CapMessage,
    identifier=_NAMES,
    sender=_NAMES,
    sent=_TIMES,
    status=st.sampled_from(get_args(Status)),
    msg_type=st.sampled_from(get_args(MsgType)),
    scope=st.sampled_from(get_args(Scope)),
    source=_TEXTS,
    restriction=_TEXTS,
    addresses=_WORD_LISTS,
    codes=st.lists(_TEXTS.filter(bool), max_size=2).map(tuple),
    note=_TEXTS,
    references=st.lists(st.builds(Reference, _NAMES, _NAMES, _TIMES), max_size=3).map(tuple),
    incidents=_WORD_LISTS,
    infos=st.lists(_INFOS, max_size=2).map(tuple),
)
