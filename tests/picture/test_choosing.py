"""A choice means the same to every part of the picture, and what is counted is what is chosen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture.crowds import AGENCIES, DAY_ONE_US, crowd
from vigie.model.times import DAY_US
from vigie.picture import cells
from vigie.picture.cells import cells_with, fills, fitting_cells
from vigie.picture.choosing import Choice, chosen
from vigie.picture.hexagons import CELL_KM
from vigie.picture.index import Index
from vigie.picture.periods import PERIODS
from vigie.picture.sums import by_agency, histogram

times = st.none() | st.integers(-5, 420).map(lambda day: DAY_ONE_US + day * DAY_US)
choices = st.builds(
    Choice,
    field=st.sampled_from(["", "cyber", "cyber,seismic", "conflict, cyber"]),
    kind=st.sampled_from(["", "unrest", "unrest.riot,cyber", "unres"]),
    country=st.sampled_from(["", "me", "ME,RS"]),
    unit=st.sampled_from(["", "ME-01"]),
    agency=st.sampled_from(["", *AGENCIES, "NOBODY"]),
    since_us=times,
    until_us=times,
    box=st.sampled_from([None, (13.0, 36.0, 20.0, 44.0), (170.0, -90.0, -170.0, 90.0)]),
    min_severity=st.sampled_from([None, 2.0]),
    min_agencies=st.integers(1, 3),
    max_agencies=st.sampled_from([None, 1, 2]),
    mapped=st.sampled_from(["", "yes", "no"]),
    cell_km=st.sampled_from([None, 10.0]),
)


@pytest.fixture(scope="module", params=[1, 2])
def index(request: pytest.FixtureRequest) -> Index:
    """Some hundred events."""
    return crowd(request.param, 300)


def _meets(index: Index, number: int, choice: Choice) -> bool:
    """The choice written a second time, one event and one condition after the other."""
    events = index.events
    field, kind, country, unit = events.field[number], events.kind[number], index.country.names[index.country.code[number]], index.unit.code[number]
    names = [name.strip() for name in choice.kind.split(",") if name]
    begin, end = int(events.begin_us[number]), int(events.end_us[number])
    lon, lat = float(events.lon[number]), float(events.lat[number])
    seen = {AGENCIES[code] for code in index.catalogue.agency.codes[events.members[number]]}
    has_mark = math.isfinite(lon) and not (choice.cell_km is not None and events.radius_km[number] > choice.cell_km)
    west, south, east, north = choice.box or (-180.0, -90.0, 180.0, 90.0)
    is_in_box = south <= lat <= north and (west <= lon <= east if west <= east else lon >= west or lon <= east)
    return all(
        (
            not choice.field or field in [name.strip() for name in choice.field.split(",")],
            not names or any(kind == name or kind.startswith(name + ".") for name in names),
            not choice.country or country in choice.country.upper().split(","),
            not choice.unit or index.unit.names[unit] == choice.unit,
            not choice.agency or choice.agency in seen,
            choice.since_us is None or max(end, begin + 1) > choice.since_us,
            choice.until_us is None or begin < choice.until_us,
            choice.box is None or is_in_box,
            choice.min_severity is None or events.severity[number] >= choice.min_severity,
            choice.min_agencies <= len(seen) <= (choice.max_agencies or 99),
            not choice.mapped or has_mark == (choice.mapped == "yes"),
        )
    )


@settings(max_examples=60)
@given(choices)
def test_a_choice_is_what_it_says(index: Index, choice: Choice) -> None:
    """Columns at once choose what a loop over single events chooses."""
    assert chosen(index, choice).tolist() == [number for number in range(len(index)) if _meets(index, number, choice)]


@settings(max_examples=60)
@given(choices, st.sampled_from(["", *PERIODS]))
def test_the_histogram_sums_to_the_total(index: Index, choice: Choice, period: str) -> None:
    """All bars, and all bars of all fields; few bars where nobody named the period; events that began before are said."""
    rows = chosen(index, choice)
    found = histogram(index, rows, choice.since_us, choice.until_us, period)
    assert int(found.counts.sum()) == len(rows) == sum(int(counts.sum()) for counts in found.by_field.values())
    assert len(found.counts) == found.bars.count == len(found.bars.starts())
    assert period or found.bars.count <= 200
    assert found.before == sum(choice.since_us is not None and index.events.begin_us[row] < choice.since_us for row in rows)


@settings(max_examples=60)
@given(choices, st.integers(2, 7))
def test_cells_sum_to_what_is_drawn(index: Index, choice: Choice, resolution: int) -> None:
    """Over the whole world the cells hold all events with a place that is known well enough, at any resolution."""
    rows = chosen(index, choice)
    drawn = fills(index, rows, resolution)
    cells = cells_with(index, drawn, resolution)
    placed = [row for row in rows if np.isfinite(index.events.lon[row])]
    rough = [row for row in placed if index.events.radius_km[row] > CELL_KM[resolution]]
    assert int(cells.count.sum()) == len(drawn) == len(placed) - len(rough)
    assert (cells.count > 0).all()


def test_cells_are_the_finest_of_which_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for two hundred cells: as many fit, and at the next finer resolution more would not."""
    index = crowd(7, 2_000)
    rows, window = np.flatnonzero(index.events.radius_km <= 1.0), np.ones(len(index), bool)
    monkeypatch.setattr(cells, "MAX_CELLS", 200)
    resolution, _drawn, found = fitting_cells(index, rows, 7, window)
    assert 2 < resolution < 7
    assert len(found) <= 200 < len(cells_with(index, fills(index, rows, resolution + 1), resolution + 1))


@given(choices)
def test_cells_of_a_window_are_whole(index: Index, choice: Choice) -> None:
    """A cell at the edge of the window counts all that lies in it, not only what is seen."""
    rows = chosen(index, choice)
    window = index.events.lon < 20
    resolution, drawn, seen = fitting_cells(index, rows, 4, window)
    whole = cells_with(index, drawn, resolution)
    counts = dict(zip(whole.cell.tolist(), whole.count.tolist(), strict=True))
    assert all(counts[cell] == count for cell, count in zip(seen.cell.tolist(), seen.count.tolist(), strict=True))
    assert int(seen.count.sum()) >= int(window[drawn].sum())


def test_an_event_counts_once_for_each_agency_that_saw_it(index: Index) -> None:
    """Two reports of one agency are one sight."""
    rows = np.arange(len(index))
    seen = [{AGENCIES[code] for code in index.catalogue.agency.codes[members]} for members in index.events.members]
    assert by_agency(index, rows).tolist() == [sum(name in each for each in seen) for name in AGENCIES]


def test_an_event_of_ten_days_is_there_on_the_fifth() -> None:
    """A window of one day within it shows it, and it counts in the first bar as begun before."""
    index = crowd(3, 200)
    number = int(np.flatnonzero(index.events.end_us - index.events.begin_us == 10 * DAY_US)[0])
    since_us = int(index.events.begin_us[number]) + 5 * DAY_US
    rows = chosen(index, Choice(since_us=since_us, until_us=since_us + DAY_US))
    found = histogram(index, rows, since_us, since_us + DAY_US)
    assert number in rows
    assert found.before >= 1
    assert int(found.counts.sum()) == len(rows)


def test_a_world_without_events_answers_too() -> None:
    """Nothing is chosen, nothing is counted, and nothing fails."""
    index = crowd(1, 0)
    rows = chosen(index, Choice(field="cyber", agency="ALPHA", min_severity=1.0))
    assert histogram(index, rows).bars.count == len(rows) == len(cells_with(index, rows, 3)) == 0
    assert by_agency(index, rows).sum() == 0
