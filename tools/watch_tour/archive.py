"""Five years of made-up reports of three made-up agencies, and the burst that the tour is about. The same seed and instant give the same rows.

Nothing of it happened. Each town has a usual level that rises in autumn; now and then a town has a series of blockades and riots, which
violence follows in about half of the cases, so that a replay of a rule has hits as well as false alarms. The constants are our own choices.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from vigie.model.atlas import Atlas, Place

SEED = 20
YEARS = 5
DAYS = YEARS * 365 + 2
COUNTRIES = ("AL", "BA", "ME", "MK", "RS", "XK")
TOWNS_EACH = 3
"""The largest towns of each country take part, besides the two of the burst."""

STRUCK, CALM = "Pljevlja", "Podgorica"
"""Where the burst is, and where people demonstrate in peace beside it."""

AGENCIES = (("DRILL-WIRE", 0.75), ("DRILL-WATCH", 0.6), ("DRILL-RADIO", 0.45))
"""The agencies and the share of events that each hears of."""

PER_YEAR = {
    "unrest.protest": 9.0, "press.arrest": 1.0, "unrest.obstruct": 1.2, "unrest.riot": 0.35, "verb.demand": 1.0, "viol.explosion": 0.05,
    "viol.civilians": 0.05, "viol.clash": 0.04,
}  # fmt: skip
"""How often each happens in a town."""

SERIES_DAYS = 420.0
QUIET_DAYS = 100.0
"""A series comes to a town once in so many days, and none within the last ones before the burst."""

SMALL = 0.35
"""How much of the usual level the small town of the burst has; it has had no series."""

COLUMNS = ("report_id", "agency", "field", "kind", "begin", "sigma_s", "issued", "lon", "lat", "radius_km", "place", "country", "summary", "exercise")

_TITLES = {
    "unrest.protest": "a peaceful rally", "press.arrest": "arrests", "unrest.obstruct": "a road blocked", "unrest.riot": "stones and broken windows",
    "verb.demand": "demands to the council", "viol.explosion": "an explosion at an empty building", "viol.civilians": "passers-by attacked",
    "viol.clash": "shots between two groups",
}  # fmt: skip
_BURST = (
    (8.2, "unrest.obstruct", "hauliers block the road to the mine"),
    (7.1, "unrest.obstruct", "lorries across the bridge"),
    (6.0, "unrest.obstruct", "the road to the border is closed by tractors"),
    (4.9, "unrest.riot", "stones at the council building"),
    (4.0, "unrest.obstruct", "the railway line is occupied"),
    (2.9, "unrest.riot", "two buses set on fire, nobody in them"),
    (1.9, "unrest.riot", "masked groups and the police on the main street"),
    (0.9, "unrest.obstruct", "both roads out of town are blocked"),
    (0.4, "unrest.riot", "windows of the court smashed"),
)
_MARCHES = ((3.0, STRUCK, "some 2,000 people walk through the town in peace"), (2.0, CALM, "some 8,000 people on the square, no incident"))


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is said to have happened: when, where, what; `seen_by` and `told` say who reported it and when, or leave it to chance."""

    at: datetime
    place: Place
    kind: str
    summary: str
    seen_by: tuple[str, ...] = ()
    told: datetime | None = None


def towns(atlas: Atlas) -> list[Place]:
    """The towns of the exercise: the largest of each country and the two of the burst."""
    chosen = [place for country in COUNTRIES for place in sorted((one for one in atlas.places if one.country == country), key=_largest)[:TOWNS_EACH]]
    return chosen + [town(atlas, name) for name in (STRUCK, CALM) if name not in {place.name for place in chosen}]


def _largest(place: Place) -> tuple[int, str]:
    return -place.population, place.name


def town(atlas: Atlas, name: str) -> Place:
    """The largest place of that name in Montenegro."""
    return min((place for place in atlas.places if place.name == name and place.country == "ME"), key=_largest)


def archive(atlas: Atlas, now: datetime) -> list[Happening]:
    """What happened before the burst, in all towns, oldest first."""
    random = np.random.default_rng(SEED)
    found = [one for place in towns(atlas) for one in [*_usual(random, place, now), *_series(random, place, now)]]
    return sorted(found, key=lambda one: (one.at, one.place.name, one.kind))


def burst(atlas: Atlas, now: datetime) -> list[Happening]:
    """Blockades and riots in one town in the days before now, and two large peaceful demonstrations beside them, all told a quarter of an hour ago."""
    everybody, told = tuple(name for name, _ in AGENCIES), now - timedelta(minutes=15)
    struck = [(days, STRUCK, kind, words, everybody[: 2 + number % 2]) for number, (days, kind, words) in enumerate(_BURST)]
    marches = [(days, name, "unrest.protest", words, everybody) for days, name, words in _MARCHES]
    return [
        Happening(now - timedelta(days=days), town(atlas, name), kind, f"{name}: {words}", seen_by, told)
        for days, name, kind, words, seen_by in struck + marches
    ]


def _usual(random: np.random.Generator, place: Place, now: datetime) -> Iterator[Happening]:
    """What is usual in a town, twice as often in autumn as in spring; the last week belongs to the burst."""
    share = SMALL if place.name == STRUCK else 1.0
    for kind, rate in PER_YEAR.items():
        for days in random.uniform(9.0, DAYS, random.poisson(rate * share * 2 * YEARS)):
            at = now - timedelta(days=float(days))
            autumn = (1 + np.sin(2 * np.pi * (at.timetuple().tm_yday - 200) / 365)) / 2
            if random.random() < (1 + autumn) / 3:
                yield Happening(at, place, kind, f"{place.name}: {_TITLES[kind]}")


def _series(random: np.random.Generator, place: Place, now: datetime) -> Iterator[Happening]:
    """Series of blockades and riots; violence follows about half of them."""
    count = 0 if place.name == STRUCK else random.poisson(DAYS / SERIES_DAYS)
    for days in random.uniform(QUIET_DAYS, DAYS, count):
        begin = now - timedelta(days=float(days))
        for step in np.sort(random.uniform(0, 18, 6)):
            kind = "unrest.riot" if random.random() < step / 30 else "unrest.obstruct"
            yield Happening(begin + timedelta(days=float(step)), place, kind, f"{place.name}: {_TITLES[kind]}")
        if random.random() < 0.55:  # noqa: PLR2004 - about half
            kind = str(random.choice(["viol.explosion", "viol.civilians", "viol.clash"]))
            yield Happening(begin + timedelta(days=float(random.uniform(19, 33))), place, kind, f"{place.name}: {_TITLES[kind]}")


def table(happenings: Sequence[Happening]) -> bytes:
    """The reports on these happenings as CSV, each by the agencies that heard of it, with their own errors."""
    random, out = np.random.default_rng(SEED), io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, one in enumerate(happenings):
        heard = one.seen_by or tuple(name for name, share in AGENCIES if random.random() < share) or AGENCIES[0][:1]
        writer.writerows(_row(random, f"{number:04d}", agency, one) for agency in heard)
    return out.getvalue().encode()


def _row(random: np.random.Generator, name: str, agency: str, one: Happening) -> tuple[object, ...]:
    begin = one.at + timedelta(hours=float(random.normal(0, 1)))
    issued = one.told or begin + timedelta(hours=1 + float(random.exponential(4)))
    lon, lat = one.place.lon + float(random.normal(0, 0.012)), one.place.lat + float(random.normal(0, 0.009))
    where, what = (f"{lon:.4f}", f"{lat:.4f}", 3), (one.place.name, one.place.country, one.summary, "true")
    return (f"{agency.rpartition('-')[2].lower()}-{name}", agency, "conflict", one.kind, _text(begin), 3600, _text(issued), *where, *what)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
