"""The vocabulary that conflict and cooperation share: kinds, the codes of CAMEO, PLOVER, ACLED and UCDP, contexts, countries.

The tables are data in this folder; what is read once is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from vigie.model.terms import Kind, Term, Terms, merge_terms, term_of, terms_from_yaml

SCHEMES = ("cameo", "plover", "acled", "ucdp")


@dataclass(frozen=True, slots=True)
class Country:
    """One country and its codes elsewhere. `iso3`, `fips`, `gw` and `names` may be several; `gw` are Gleditsch-Ward numbers, as UCDP writes them.

    `radius_km` is that of a circle as large as the country, where that is more than `COUNTRY_KM`. `code` is empty for a state
    that is no more (its reports are found by their place), and then nothing else but its codes is known.
    """

    code: str
    names: tuple[str, ...]
    iso3: tuple[str, ...] = ()
    numeric: str = ""
    fips: tuple[str, ...] = ()
    gw: tuple[str, ...] = ()
    radius_km: float | None = None


COUNTRY_KM = 300.0
"""The least radius of a report that is known to a country only: it fills no cell of a map, and no dot stands for it."""


@cache
def shared_kinds() -> Mapping[str, Kind]:
    """The 28 kinds of conflict and cooperation and `other.statement`, by name."""
    return terms_from_yaml(_text("kinds.yaml"), "kinds.yaml").kinds


@cache
def shared_terms() -> Terms:
    """All shared kinds with the codes of CAMEO, PLOVER, ACLED and UCDP."""
    return merge_terms(*(terms_from_yaml(_text(f"{scheme}.yaml"), f"{scheme}.yaml", shared_kinds()) for scheme in SCHEMES))


@cache
def contexts() -> frozenset[str]:
    """The 37 contexts of PLOVER's manual."""
    return frozenset(yaml.safe_load(_text("contexts.yaml")))


def unknown_contexts(given: Iterable[str]) -> tuple[str, ...]:
    """Those of the given contexts that PLOVER's manual does not know, sorted: they are kept as given, and flagged."""
    return tuple(sorted({context for context in given if context.strip().casefold() not in contexts()}))


def plover_term(event_type: str, mode: str = "", given: Iterable[str] = ()) -> Term | None:
    """What PLOVER's type means with this mode and these contexts, or None where the type is unknown.

    A known mode decides; then a context that narrows the type; then the type alone, which loses a mode that we do not know.
    """
    terms, kept = shared_terms(), tuple(given)
    tried = [f"{event_type}/{mode.strip()}"] if mode.strip() else []
    tried += [f"{event_type}+{context.strip()}" for context in sorted(kept)]
    for code in [*tried, event_type]:
        if term := term_of(terms, "plover", code):
            lost = term.lossy or (code == event_type and bool(mode.strip()))
            return Term(term.kind, term.mode or mode.strip(), kept, term.confidence, lost)
    return None


@cache
def countries() -> tuple[Country, ...]:
    """The countries of the world with their codes, and the former states of the region."""
    return tuple(_country(code, cells) for code, cells in yaml.safe_load(_text("countries.yaml")).items())


def country_of(scheme: str, code: str) -> Country | None:
    """The country of a code: `scheme` is iso2, iso3, numeric, fips, gw or name; None where the code is unknown. Letter case does not matter.

    >>> country_of("fips", "KV").code, country_of("iso3", "KOS").code, country_of("name", "Serbia and Montenegro").code
    ('XK', 'XK', '')
    """
    return _by_code().get((scheme, code.strip().casefold().lstrip("0" if scheme in ("numeric", "gw") else "")))


def country_code(text: str) -> str | None:
    """The two-letter code of a country given as a code or a name of any sort (XK, XKX, KOS, KV apart: FIPS is asked for by name), or None."""
    for scheme in ("iso2", "iso3", "name"):
        if (found := country_of(scheme, text)) is not None:
            return found.code or None
    return None


def country_radius_km(country: Country | None) -> float:
    """The radius in km of a report that is known to the country only, at least `COUNTRY_KM`."""
    return COUNTRY_KM if country is None or country.radius_km is None else country.radius_km


@cache
def _by_code() -> dict[tuple[str, str], Country]:
    found: dict[tuple[str, str], Country] = {}
    for country in countries():
        codes = {"iso2": (country.code,), "iso3": country.iso3, "numeric": (country.numeric.lstrip("0"),), "fips": country.fips}
        codes |= {"gw": country.gw, "name": country.names}
        found |= {(scheme, code.casefold()): country for scheme, values in codes.items() for code in values if code}
    return found


def _country(code: str, cells: Mapping[str, Any]) -> Country:
    many = {name: tuple(map(str, _listed(cells.get(name)))) for name in ("names", "iso3", "fips", "gw")}
    radius_km = cells.get("radius_km")
    return Country(
        code=code if len(code) == len("XK") else "",
        numeric=str(cells.get("numeric") or ""),
        radius_km=None if radius_km is None else float(radius_km),
        **many,
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
