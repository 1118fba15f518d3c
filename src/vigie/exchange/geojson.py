"""Events as GeoJSON (RFC 7946): one feature an event, lon before lat, the uncertainty as a property."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vigie.model.canonical import Json, canonical_text

MEDIA_TYPE = "application/geo+json"


def feature(facts: Mapping[str, Json]) -> dict[str, Json]:
    """The feature of an event's facts; an event without a place has no geometry but is there."""
    lon, lat = facts.get("lon"), facts.get("lat")
    point: Json = {"type": "Point", "coordinates": [lon, lat]} if lon is not None and lat is not None else None
    return {"type": "Feature", "id": facts["id"], "geometry": point, "properties": {name: value for name, value in facts.items() if name not in ("lon", "lat")}}


def geojson_lines(events: Iterable[Mapping[str, Json]], head: Mapping[str, Json]) -> Iterator[str]:
    """A feature collection, a line an event: the same events, the same bytes. `head` are further members of the collection."""
    yield '{"type":"FeatureCollection",' + canonical_text(head)[1:-1] + ("," if head else "") + '"features":[\n'
    before = ""
    for facts in events:
        yield before + canonical_text(feature(facts))
        before = ",\n"
    yield "\n]}\n"
