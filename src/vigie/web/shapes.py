"""The shapes of the answers, for /openapi.json: what a program may rely on. Answers are written as canonical JSON and tested against these."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_OPEN = ConfigDict(extra="forbid")


class Fault(BaseModel):
    """What went wrong."""

    error: str = Field(description="One sentence: what happened, what was got, what is expected.")


class Health(BaseModel):
    """Whether the node answers."""

    status: Literal["ok"]
    version: str
    party: str = Field(description="The node's own party.")
    audience: str = Field(description="For whom this face answers: PUBLIC.")


class Reference(BaseModel):
    """What a partner opens at its own node."""

    to: str
    reference: str | None = Field(description="AGENCY/REF of a report of the event; null where the partner could open none.")
    said: str = Field(description="One sentence.")


class Facts(BaseModel):
    """An event without its place."""

    exercise: bool
    field: str
    kind: str
    title: str = Field(description="The kind in plain words.")
    begin: str = Field(description="ISO 8601, UTC.")
    end: str = Field(description="ISO 8601, UTC; the interval is half-open.")
    radius_km: float | None = Field(description="The true place lies within this distance with 68 %.")
    depth_km: float | None
    magnitude: float | None
    scale: str | None
    severity: float | None = Field(description="0 to 10.")
    country: str | None
    country_name: str | None = Field(description="An asterisk refers to the collection's notes.")
    unit: str | None
    unit_name: str | None
    agencies: list[str]
    reports: int
    probability: float | None = Field(description="The chance that none of the links that made this event is wrong.")
    preferred: dict[str, str] = Field(description="Which agency gave which value.")


class Properties(Facts):
    """An event's properties in GeoJSON."""

    model_config = _OPEN
    id: str


class Point(BaseModel):
    """A place: lon, lat in degrees (WGS84)."""

    type: Literal["Point"]
    coordinates: list[float]


class Feature(BaseModel):
    """One event."""

    model_config = _OPEN
    type: Literal["Feature"]
    id: str
    geometry: Point | None = Field(description="null where no agency gave a place.")
    properties: Properties


class Link(BaseModel):
    """Where to go on."""

    rel: Literal["self", "next"]
    href: str


class Events(BaseModel):
    """A page of events as GeoJSON (RFC 7946), newest first."""

    model_config = _OPEN
    type: Literal["FeatureCollection"]
    audience: str
    exercise: bool
    notes: list[str] = Field(description="Notes that must be shown beside the names they speak of.")
    attribution: list[str] = Field(description="What must be said of the sources, with their licences.")
    numberMatched: int = Field(description="How many events of this audience's world meet the question.")  # noqa: N815 - OGC API Features
    numberReturned: int = Field(description="How many of them are on this page.")  # noqa: N815 - OGC API Features
    links: list[Link]
    features: list[Feature]


class Release(BaseModel):
    """Under which release the report is shown."""

    tlp: str
    policy: str
    level: str


class Said(BaseModel):
    """One agency's report: all that it said. What it did not say is missing."""

    model_config = ConfigDict(extra="allow")
    id: str = Field(description="The report's id here: the same on every node that holds it.")
    event: str
    label: Release
    agency: str
    field: str
    kind: str
    title: str
    when: str
    begin: str
    end: str
    exercise: bool
    agency_ref: str | None = None
    revision: int | None = None
    time_meaning: str | None = None
    sigma_s: float | None = None
    issued: str | None = None
    lon: float | None = None
    lat: float | None = None
    radius_km: float | None = None
    ellipse: list[float] | None = Field(None, description="Semi-axes in km and azimuth in degrees, 68 %.")
    depth_km: float | None = None
    place: str | None = None
    country: str | None = None
    magnitude: float | None = None
    scale: str | None = None
    measures: list[dict[str, str | float]] | None = None
    actors: list[str] | None = None
    summary: str | None = None
    language: str | None = None
    grade: str | None = None
    details: dict[str, object] | None = Field(None, description="What else the agency said, in its own words.")
    probability: float | None = Field(None, description="The chance that the report belongs to its event; in the answer to one event only.")


class Brief(BaseModel):
    """One end of a link."""

    agency: str
    kind: str
    begin: str
    lon: float | None
    lat: float | None
    magnitude: float | None
    scale: str | None
    event: str
    probability: float | None


class Tie(BaseModel):
    """Why two reports are, or may be, one event."""

    first: Brief
    second: Brief
    between: list[str] = Field(description="The ids of both reports.")
    probability: float | None
    reasons: dict[str, float] = Field(description="Nats of evidence: above 0 speaks for one event, below 0 against.")
    words: list[str]
    decided: bool = Field(description="Whether an analyst said that they are one event; the evidence is then as it was.")


class Event(Facts):
    """One event with who said what."""

    model_config = _OPEN
    id: str
    lon: float | None
    lat: float | None
    when: str
    chosen: dict[str, str] = Field(description="Which report gave which value.")
    members: list[Said] = Field(description="Every report, best first.")
    links: list[Tie]
    doubtful: list[Tie] = Field(description="Links near the threshold that wait for an analyst.")
    parts: list[Tie] = Field(description="Incidents (first) that lie within episodes (second), where one of the two is this event.")
    notes: list[str]


class Reports(BaseModel):
    """A page of reports, newest first."""

    model_config = _OPEN
    audience: str
    exercise: bool
    numberMatched: int  # noqa: N815 - OGC API Features
    numberReturned: int  # noqa: N815 - OGC API Features
    links: list[Link]
    reports: list[Said]


class End(Brief):
    """One end of a doubtful link, with the name by which it can be decided."""

    name: str = Field(description="AGENCY/REF, or the report's id where the agency gives no reference.")
    title: str = Field(description="The kind in plain words.")


class Effects(BaseModel):
    """What either answer would change, in plain words."""

    same: str
    apart: str


class Question(BaseModel):
    """A doubtful link that waits for an analyst."""

    model_config = _OPEN
    link: str = Field(description="The link's name: the same in every world that holds both reports.")
    number: int = Field(description="Its place in the queue, from 1.")
    first: End
    second: End
    between: list[str] = Field(description="The ids of both reports.")
    probability: float | None = Field(description="The chance that both reports are one event.")
    reasons: dict[str, float] = Field(description="Nats of evidence: above 0 speaks for one event, below 0 against.")
    words: list[str]
    together: bool = Field(description="Whether they are one event now.")
    worth: float = Field(description="How many pairs of reports the answer changes on average.")
    reports: int = Field(description="How many reports the answer concerns.")
    would: Effects


class Review(BaseModel):
    """A page of the queue: the question whose answer is worth most comes first."""

    model_config = _OPEN
    audience: str
    exercise: bool
    numberMatched: int  # noqa: N815 - OGC API Features
    numberReturned: int  # noqa: N815 - OGC API Features
    links: list[Link]
    questions: list[Question]


class WholeQuestion(Question):
    """One doubtful link with both reports in full."""

    said: list[Said]
    differs: list[str] = Field(description="The members that both reports have and that are not the same.")


class Ruling(BaseModel):
    """An analyst's decision as it stands."""

    model_config = _OPEN
    decision: str
    owner: str = Field(description="The party that said it.")
    by: str | None = Field(description="The account: a post, not a person.")
    said: str
    verdict: Literal["same", "apart", "withdrawn"]
    was: str | None = Field(description="What was withdrawn.")
    reason: str
    groups: list[list[str]] = Field(description="The reports: of `same` all are one event, of `apart` no two of different groups are.")
    events: list[str] = Field(description="The ids that the events had when they were merged or split.")
    version: int
    tlp: str
    state: Literal["obeyed", "contradicts", "contradicts in part", "withdrawn", "not here"]
    obeyed: int = Field(description="How many pairs of it are obeyed.")
    contradicts: list[list[str]] = Field(description="The pairs, by the ids of their reports, that contradict a weightier decision and are left out.")


class Decisions(BaseModel):
    """A page of decisions, the latest first."""

    model_config = _OPEN
    audience: str
    exercise: bool
    form_key: str | None = Field(description="What a decision must bear that is sent in this session; null where nobody is signed in.")
    numberMatched: int  # noqa: N815 - OGC API Features
    numberReturned: int  # noqa: N815 - OGC API Features
    links: list[Link]
    decisions: list[Ruling]


class Written(BaseModel):
    """A decision that was written down."""

    model_config = _OPEN
    decision: str
    version: int
    verdict: Literal["same", "apart", "withdrawn"]
    tlp: str


class Timeline(BaseModel):
    """Events by the period in which they began."""

    period: str
    counts: dict[str, int]


class Cells(BaseModel):
    """Events by H3 cell."""

    resolution: int
    counts: dict[str, int]
    not_mappable: int = Field(description="Events without a place, or known less well than a cell is wide.")


class Silence(BaseModel):
    """An agency that has fallen silent. Silence is never taken for peace."""

    agency: str
    field: str
    last: str
    silent_days: float
    usual_days: float


class Picture(BaseModel):
    """What the chosen events add up to."""

    model_config = _OPEN
    audience: str
    exercise: bool
    notes: list[str]
    attribution: list[str]
    events: int
    reports: int
    seen_by: dict[str, int] = Field(description="Events seen by 1, 2, 3 and 4 or more agencies.")
    by_field: dict[str, int]
    by_kind: dict[str, int]
    by_country: dict[str, int]
    by_unit: dict[str, int]
    by_agency: dict[str, int]
    timeline: Timeline
    cells: Cells
    silent_agencies: list[Silence]


class FieldTitle(BaseModel):
    """A field."""

    name: str
    title: str


class KindTitle(BaseModel):
    """A kind of happening."""

    name: str
    title: str
    field: str
    severity: float
    broader: str | None


class Vocabulary(BaseModel):
    """The fields and kinds that this node knows."""

    fields: list[FieldTitle]
    kinds: list[KindTitle]
