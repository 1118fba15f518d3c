"""Made-up events for the tests of the picture, and naive answers to compare with."""

from __future__ import annotations

from typing import Any

import numpy as np

from vigie.model.catalogue import Catalogue, Coded, catalogue_of
from vigie.model.event import Events
from vigie.model.times import DAY_US
from vigie.picture.index import Index, make_index

FIELDS = {"conflict": ("unrest.protest", "unrest.riot", "viol.clash"), "cyber": ("cyber.ddos",), "seismic": ("seismic.earthquake",)}
AGENCIES = ("ALPHA", "BETA", "GAMMA", "OMEGA")
DAY_ONE_US = 1_700_000_000_000_000 // DAY_US * DAY_US


def crowd(seed: int, count: int, *, days: int = 400) -> Index:
    """So many events in the region and some far away, vague, without a place, lasting, each told by one to three agencies."""
    chance = np.random.default_rng(seed)
    told = chance.integers(1, 4, count)
    event_of = np.repeat(np.arange(count), told)
    agency = chance.integers(0, len(AGENCIES), len(event_of))
    seen = [len(set(agency[event_of == number].tolist())) for number in range(count)]
    field = chance.choice(list(FIELDS), count).tolist()
    begin_us = np.sort(DAY_ONE_US + chance.integers(0, days * 24, count) * (DAY_US // 24))
    lon, lat = chance.uniform(13, 30, count), chance.uniform(36, 48, count)
    far, nowhere = chance.random(count) < 0.1, chance.random(count) < 0.1
    lon[far] = chance.choice([-179.9, 179.9, 0.0], int(far.sum()))
    events = Events(
        id=tuple(f"ev-{number:020x}" for number in range(count)),
        members=tuple(np.flatnonzero(event_of == number) for number in range(count)),
        chosen={},
        begin_us=begin_us,
        end_us=begin_us + chance.choice([0, DAY_US, 10 * DAY_US], count),
        lon=np.where(nowhere, np.nan, lon),
        lat=np.where(nowhere, np.nan, lat),
        radius_km=chance.choice([1.0, 8.0, 50.0, 300.0, np.nan], count),
        depth_km=np.full(count, np.nan),
        magnitude=np.full(count, np.nan),
        scale=("",) * count,
        field=tuple(field),
        kind=tuple(str(chance.choice(FIELDS[name])) for name in field),
        agencies=np.array(seen, np.int64),
        probability=np.ones(count),
        severity=chance.choice([0.0, 2.5, 7.0, np.nan], count),
        exercise=np.zeros(count, bool),
    )
    country = np.array(chance.choice(["ME", "RS", ""], count).tolist(), object)
    unit = np.array([f"{code}-01" if code and chance.random() < 0.5 else "" for code in country], object)
    return make_index(events, _catalogue(events, event_of, agency), event_of, country, unit)


def _catalogue(events: Events, event_of: Any, agency: Any) -> Catalogue:
    empty, count = catalogue_of([]), len(event_of)
    columns: dict[str, Any] = {name: np.zeros(count, getattr(empty, name).dtype) for name in empty.__dataclass_fields__ if name not in _TEXTS}
    texts = {name: Coded(np.zeros(count, np.int32), ("",)) for name in _TEXTS}
    texts |= {"agency": Coded(agency.astype(np.int32), AGENCIES), "field": Coded.of(events.field).take(event_of)}
    columns |= {"witness": np.zeros((count, 2), np.uint64), "issued_us": events.begin_us[event_of], "end_us": events.end_us[event_of]}
    return Catalogue(**columns | texts)


_TEXTS = ("agency", "field", "kind", "country", "scale")
