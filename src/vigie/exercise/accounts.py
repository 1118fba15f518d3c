"""What each agency writes of what it saw: the truth with that agency's own errors, precision and words, as columns.

Errors have heavy tails: `gross_share` of the reports is four times as far off as the agency states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.agencies import Agency
from vigie.exercise.sightings import Sightings
from vigie.exercise.towns import Towns, nearest_town, shift
from vigie.exercise.world import World
from vigie.model.pack import ReportErrors
from vigie.model.terms import Terms
from vigie.model.times import DAY_US, SECOND_US

GROSS = 4.0
SIGMA_PER_RADIUS = 1 / 1.51
"""Standard deviation in each direction of a round Gaussian, for one km of the radius that holds 68 % of it."""

TOWN_RADIUS_KM, DISTRICT_RADIUS_KM = 5.0, 20.0
"""What agencies state for the centre of a town and of a district."""

NO_TOWN_KM = 60.0
"""Nothing farther from a town than this bears its name."""

_MINUTE_US = 60 * SECOND_US
_ALTERNATIVES = 4
_HALF_DAY_S = 43_200.0


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """Reports as columns (n,); `town` is a position among the gazetteer's towns or -1, `kind` and `scale` positions in `kinds` and `scales`."""

    kinds: tuple[str, ...]
    scales: tuple[str, ...]
    kind: NDArray[np.int64]
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    lasted: NDArray[np.bool_]
    sigma_s: NDArray[np.float64]
    issued_us: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_km: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    town: NDArray[np.int64]
    magnitude: NDArray[np.float64]
    scale: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What all slabs of an exercise share: the agencies, where each country's eyes are, the gazetteer, and which of its rows are cities."""

    agencies: tuple[Agency, ...]
    homes: tuple[tuple[float, float], ...]
    towns: Towns
    cities: NDArray[np.int64]


class _Draws:
    """Random columns of one slab; a repeat that only sends the first report once more has the first one's."""

    def __init__(self, random: np.random.Generator, first: NDArray[np.int64]) -> None:
        self._random = random
        is_copy = random.random(len(first)) < 0.5  # noqa: PLR2004 - half the repeats are copies, half are worked anew
        self._source = np.where(is_copy, first, np.arange(len(first)))
        self.is_repeat = first != np.arange(len(first))

    def normal(self) -> NDArray[np.float64]:
        return self._random.standard_normal(len(self._source))[self._source]

    def uniform(self) -> NDArray[np.float64]:
        return self._random.random(len(self._source))[self._source]

    def fresh_normal(self) -> NDArray[np.float64]:
        return self._random.standard_normal(len(self._source))


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One slab: the world, the sightings, the desk, and the random columns, with look-ups by agency and by field."""

    world: World
    seen: Sightings
    desk: Desk
    draws: _Draws

    def of_agency(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(agency, name) for agency in self.desk.agencies], np.float64)[self.seen.agency]

    def of_field(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(field.errors, name) for field in self.world.fields], np.float64)[self.world.field[self.seen.event]]

    def truth(self, name: str) -> NDArray[Any]:
        return np.asarray(getattr(self.world, name)[self.seen.event])


def write_accounts(random: np.random.Generator, world: World, seen: Sightings, desk: Desk) -> Accounts:
    """The reports of one slab, in the order of its sightings."""
    case = _Case(world, seen, desk, _Draws(random, seen.first))
    gross = np.where(case.draws.uniform() < case.of_agency("gross_share"), GROSS, 1.0)
    scales = _all_scales(world)
    places = _places(case, gross)
    times = _times(case, gross)
    magnitude, scale = _sizes(case, scales, gross)
    return Accounts(kinds=world.kinds, scales=scales, kind=_kinds(case), magnitude=magnitude, scale=scale, **places, **times)


def _times(case: _Case, gross: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Begin, end, meaning, stated error and issue: to the instant, by the day, or by the month."""
    sigma_s = case.of_field("sigma_s") * case.of_agency("time_factor")
    exact = case.of_field("instrumental") > 0
    begin, end = (case.truth(name) + (sigma_s * gross * case.draws.normal() * SECOND_US).astype(np.int64) for name in ("begin_us", "end_us"))
    true_span = np.asarray(case.truth("end_us") - case.truth("begin_us"), np.int64)
    end = np.where(true_span > 0, np.maximum(begin, end), begin)
    lot = case.draws.uniform()
    by_month = ~exact & (lot < case.of_agency("month_share"))
    by_day = ~exact & ~by_month & (lot < case.of_agency("month_share") + case.of_agency("day_share"))
    lasted = ~by_month & (true_span > np.where(by_day, DAY_US, 0))
    step = np.where(exact, 1_000, _MINUTE_US)
    begin, end = (np.select([by_month, by_day], [_month(moment, 0), moment // DAY_US * DAY_US], moment // step * step) for moment in (begin, end))
    end = np.select([by_month, by_day], [_month(end, 1), end + DAY_US], end)
    stated_s = np.where(by_month | by_day | ~_states(case), np.nan, _rounded_s(sigma_s))
    return {"begin_us": begin, "end_us": end, "lasted": lasted, "sigma_s": stated_s, "issued_us": _issued(case, begin, by_month)}


def _month(moment: NDArray[np.int64], later: int) -> NDArray[np.int64]:
    """The first instant of the month in which each moment lies, or of a later one."""
    month = moment.astype("datetime64[us]").astype("datetime64[M]") + later
    return np.asarray(month.astype("datetime64[us]").astype(np.int64))


def _rounded_s(sigma_s: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(sigma_s < 60, np.round(sigma_s, 1), np.round(sigma_s / 60) * 60)  # noqa: PLR2004 - a minute


def _states(case: _Case) -> NDArray[np.bool_]:
    return case.of_agency("states_errors") > 0


def _issued(case: _Case, begin_us: NDArray[np.int64], by_month: NDArray[np.bool_]) -> NDArray[np.int64]:
    """When each report was given out, in whole seconds: a log-normal delay after the event's end; monthly reports weeks later, repeats later still."""
    delay_s = case.of_field("delay_s") * case.of_agency("delay_factor") * np.exp(0.8 * case.draws.fresh_normal())
    delay_s = np.where(case.draws.is_repeat, 2.0, 1.0) * delay_s + np.where(by_month, 30 * 2 * _HALF_DAY_S, 0.0)
    over = np.maximum(np.asarray(case.truth("end_us"), np.int64), begin_us)
    return np.asarray((over // SECOND_US + (delay_s + 60).astype(np.int64)) * SECOND_US)


def _places(case: _Case, gross: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Coordinates with their stated radius, depth, and the town's name: a point of the agency's own, or the centre of a town or district."""
    lon, lat = np.asarray(case.truth("lon"), np.float64), np.asarray(case.truth("lat"), np.float64)
    towns, cities = case.desk.towns, case.desk.cities
    town, away = nearest_town(towns, lon, lat)
    city, city_away = nearest_town(towns.take(cities), lon, lat)
    exact, lot = case.of_field("instrumental") > 0, case.draws.uniform()
    by_district = ~exact & (lot < case.of_agency("district_share")) & (city_away < NO_TOWN_KM)
    by_town = ~exact & ~by_district & (lot < case.of_agency("district_share") + case.of_agency("town_share")) & (away < NO_TOWN_KM)
    radius = case.of_field("radius_km") * case.of_agency("place_factor") * np.exp(0.25 * case.draws.normal())
    spread = radius * gross * SIGMA_PER_RADIUS
    moved = shift(lon, lat, spread * case.draws.normal(), spread * case.draws.normal())
    moved = (np.clip(moved[0], -180, 180), np.clip(moved[1], -90, 90))
    named = np.where(by_district, cities[city], town)
    stated = np.select([by_district, by_town], [DISTRICT_RADIUS_KM, TOWN_RADIUS_KM], np.maximum(np.round(radius, 1), 0.1))
    return {
        "lon": np.round(np.where(by_district | by_town, towns.lon[named], moved[0]), 4),
        "lat": np.round(np.where(by_district | by_town, towns.lat[named], moved[1]), 4),
        "radius_km": np.where(_states(case), stated, np.nan),
        "depth_km": _depths(case),
        "town": np.where(away < NO_TOWN_KM, named, -1),
    }


def _depths(case: _Case) -> NDArray[np.float64]:
    depth = np.asarray(case.truth("depth_km"), np.float64) + case.of_field("depth_sigma_km") * case.draws.normal()
    return np.asarray(np.round(np.maximum(depth, 0.0), 1), np.float64)


def _kinds(case: _Case) -> NDArray[np.int64]:
    """The truth's kind, or in a share of reports another word for it: a broader kind, else a neighbouring one."""
    table = np.stack([alternatives(case.world.kinds, kind, _terms_of(case.world, kind)) for kind in case.world.kinds])
    true = np.asarray(case.truth("kind"), np.int64)
    pick = (case.draws.uniform() * _ALTERNATIVES).astype(np.int64)
    return np.where(case.draws.uniform() < case.of_agency("other_kind_share"), table[true, pick], true)


def _terms_of(world: World, kind: str) -> Terms:
    return next((field.terms for field in world.fields if kind in field.terms.kinds), world.fields[0].terms)


def alternatives(kinds: tuple[str, ...], kind: str, terms: Terms) -> NDArray[np.int64]:
    """Four positions in `kinds` (some may repeat) of what else an agency may call this kind: the broader one, else those with the same first word."""
    known = terms.kinds.get(kind)
    broader = known.broader if known else ""
    first = kind.partition(".")[0] + "."
    near = [position for position, name in enumerate(kinds) if name.startswith(first) and name != kind]
    chosen = [kinds.index(broader)] if broader in kinds else near or [kinds.index(kind)]
    return np.resize(np.array(chosen, np.int64), _ALTERNATIVES)


def _all_scales(world: World) -> tuple[str, ...]:
    """The truth's scales, then what agencies use instead of them."""
    others = {name for field in world.fields for turns in field.errors.other_scales.values() for name, _ in turns}
    return (*world.scales, *sorted(others - set(world.scales)))


def _sizes(case: _Case, scales: tuple[str, ...], gross: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The size on the agency's own scale with its bias and error, and the scale; some reports give none."""
    scale, added = _own_scales(case, scales)
    size = np.asarray(case.truth("magnitude"), np.float64)
    error = case.of_field("size_sigma") * np.minimum(gross, 2.0) * case.draws.normal() + case.of_agency("size_bias")
    counted = case.of_field("counted") > 0
    size = np.where(counted, np.round(size * np.exp(np.clip(error, -2, 2))), np.round(size + added + error, 1))
    missing = np.isnan(size) | (case.draws.uniform() < case.of_agency("no_size_share"))
    return np.where(missing, np.nan, size), np.where(missing, scales.index(""), scale)


def _own_scales(case: _Case, scales: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The scale that each agency uses for each report's size, and what that scale adds."""
    turns = [agency.scale_turn for agency in case.desk.agencies]
    table = np.tile(np.arange(len(case.world.scales)), (len(case.world.fields), len(turns), 1))
    added = np.zeros(table.shape)
    for number, field in enumerate(case.world.fields):
        for position, scale in enumerate(case.world.scales):
            for agency, turn in enumerate(turns):
                name, plus = scale_used(field.errors, scale, turn)
                table[number, agency, position], added[number, agency, position] = scales.index(name), plus
    at = (np.asarray(case.truth("field")), case.seen.agency, np.asarray(case.truth("scale")))
    return table[at], added[at]


def scale_used(errors: ReportErrors, scale: str, turn: int) -> tuple[str, float]:
    """What an agency with this turn uses for the scale, and how much that adds: the scale itself at turn 0."""
    choices = ((scale, 0.0), *errors.other_scales.get(scale, ()))
    return choices[turn % len(choices)]
