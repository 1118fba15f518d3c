"""An exercise as files: exact, repeatable, marked, and nobody's but the made-up agencies'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from vigie.exercise import tables as tables_module
from vigie.exercise.agencies import AGENCIES
from vigie.exercise.tables import COLUMNS, Shape, Written, make_exercise, write_exercise
from vigie.exercise.world import default_period
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.times import DAY_US, format_time, parse_time
from vigie.node.packs import packs

PACKS = tuple(packs().values())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Written:
    """An exercise of 5,000 reports."""
    return write_exercise(PACKS, atlas, 5_000, 7, tmp_path_factory.mktemp("exercise"))


@pytest.fixture(scope="module")
def reports(written: Written) -> pl.DataFrame:
    """All its reports."""
    return pl.concat([pl.read_csv(path, infer_schema=False) for path in written.files.values()])


def test_the_same_seed_and_number_give_the_same_bytes(written: Written, tmp_path: Path, atlas: Atlas) -> None:
    """Two runs write the same files."""
    again = write_exercise(PACKS, atlas, 5_000, 7, tmp_path / "again")
    assert again.truth.read_bytes() == written.truth.read_bytes()
    assert {name: path.read_bytes() for name, path in again.files.items()} == {name: path.read_bytes() for name, path in written.files.items()}


def test_another_seed_gives_another_world(written: Written, tmp_path: Path, atlas: Atlas) -> None:
    """The seed decides."""
    other = write_exercise(PACKS, atlas, 5_000, 8, tmp_path / "other")
    assert other.truth.read_bytes() != written.truth.read_bytes()


def test_there_are_exactly_as_many_reports_as_asked(written: Written, reports: pl.DataFrame) -> None:
    """Files and truth agree with the number, and ids are unique."""
    truth = pl.read_csv(written.truth)
    assert written.reports == len(reports) == len(truth) == 5_000
    assert set(truth["report_id"]) == set(reports["report_id"])
    assert truth["report_id"].n_unique() == 5_000
    assert truth["event_id"].n_unique() == written.events


@pytest.mark.parametrize("number", [100, 101, 333])
def test_small_exercises_are_exact_too(number: int, atlas: Atlas) -> None:
    """The smallest exercises have the exact number of reports."""
    assert sum(len(slab.truth) for slab in make_exercise(PACKS, atlas, number, 1)) == number


def test_an_event_has_one_to_six_reports_and_some_two_on_average(written: Written) -> None:
    """Nobody's event is missing, and none is drowned in reports."""
    counts = pl.read_csv(written.truth).group_by("event_id").len()["len"]
    assert counts.min() >= 1
    assert counts.max() <= 6
    assert 2.0 <= float(counts.mean()) <= 2.5


def test_every_report_is_marked_as_an_exercise(reports: pl.DataFrame) -> None:
    """No row may pass for a real one."""
    assert set(reports["exercise"]) == {"true"}


def test_no_agency_bears_a_real_name(reports: pl.DataFrame, written: Written) -> None:
    """All agencies are the made-up ones, each in a file of its own."""
    known = {agency.name for agency in AGENCIES}
    assert all(name.startswith("EX-") for name in known)
    assert set(reports["agency"]) <= known
    for name, path in written.files.items():
        assert set(pl.read_csv(path)["agency"]) == {name}


@pytest.mark.parametrize("number", [4, 10])
def test_four_to_ten_agencies_take_part(number: int, atlas: Atlas) -> None:
    """As many agencies as asked send reports."""
    slabs = list(make_exercise(PACKS, atlas, 3_000, 3, Shape(agencies=number)))
    assert len({name for slab in slabs for name in slab.tables}) == number


def test_every_field_takes_part_with_its_own_kinds(reports: pl.DataFrame) -> None:
    """All packs that make up events are there, and say what their terms know."""
    assert set(reports["field"]) == {pack.name for pack in PACKS if pack.make_events}
    for pack in PACKS:
        assert set(reports.filter(pl.col("field") == pack.name)["kind"]) <= set(pack.terms.kinds)


def test_columns_are_those_of_the_native_table(reports: pl.DataFrame) -> None:
    """The files bear the names of a report's own fields."""
    assert tuple(reports.columns) == COLUMNS


def test_times_make_sense_and_reports_come_after_what_they_tell(reports: pl.DataFrame) -> None:
    """An end is not before its begin, and nothing is issued before it began."""
    begin, end, issued = (reports[name].str.to_datetime(format="%Y-%m-%dT%H:%M:%S%.fZ").dt.epoch("us").to_numpy() for name in ("begin", "end", "issued"))
    assert (end >= begin).all()
    assert (issued >= begin).all()
    first, last = default_period(5_000)
    assert (begin > first - 40 * DAY_US).all()
    assert (begin < last + 3 * DAY_US).all()
    assert len(set(reports["time_meaning"])) == 2


def test_places_lie_in_the_region(reports: pl.DataFrame, atlas: Atlas) -> None:
    """Coordinates stay near the atlas's bounds, and names of places belong to their countries."""
    west, south, east, north = atlas.bounds
    lon, lat = (reports[name].cast(pl.Float64).to_numpy() for name in ("lon", "lat"))
    assert ((lon > west - 3) & (lon < east + 3) & (lat > south - 3) & (lat < north + 3)).all()
    known = {(place.name, place.country) for place in atlas.places}
    assert set(reports.drop_nulls("place").select("place", "country").unique().iter_rows()) <= known
    assert not reports.filter(pl.col("place").is_null() != pl.col("country").is_null()).height


def test_agencies_differ_as_real_ones_do(reports: pl.DataFrame) -> None:
    """Some give days, some towns' centres, some no error, some no size, some another scale."""
    days = reports.filter(pl.col("begin").str.ends_with("T00:00:00Z") & pl.col("end").str.ends_with("T00:00:00Z"))
    assert 0.1 < len(days) / len(reports) < 0.6
    assert 0.02 < reports["radius_km"].is_null().mean() < 0.3
    assert {"Mw", "ML", "mb"} <= set(reports["scale"])
    points = reports.group_by("lon", "lat").len()["len"]
    assert points.max() > 5


def test_some_agencies_send_an_event_twice(reports: pl.DataFrame, written: Written) -> None:
    """Repeats have ids of their own and one event."""
    twice = pl.read_csv(written.truth).join(reports, on="report_id").group_by("event_id", "agency").len().filter(pl.col("len") > 1)
    assert 0.01 < len(twice) / written.events < 0.12


def test_slabs_change_only_the_order_and_not_the_truth(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exercise cut into many slabs still has the exact number, unique ids and every event once."""
    monkeypatch.setattr(tables_module, "SLAB", 300)
    slabs = list(make_exercise(PACKS, atlas, 5_000, 7))
    truth = pl.concat([slab.truth for slab in slabs])
    assert len(slabs) > 5
    assert len(truth) == truth["report_id"].n_unique() == 5_000
    assert sum(slab.truth["event_id"].n_unique() for slab in slabs) == truth["event_id"].n_unique()


def test_the_default_period_is_fixed_and_grows_backwards() -> None:
    """2024 and 2025, earlier for exercises that would be denser than 240 reports a day."""
    assert [format_time(moment) for moment in default_period(20_000)] == ["2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    begin, end = default_period(1_000_000)
    assert 1_000_000 / ((end - begin) / DAY_US) <= 240


def test_a_period_of_ones_own_holds(atlas: Atlas) -> None:
    """Truth lies in the period that was asked."""
    period = parse_time("2025-03-01"), parse_time("2025-03-08")
    slab = next(make_exercise(PACKS, atlas, 500, 1, Shape(period=period)))
    begin = np.concatenate([table["begin"].str.slice(0, 7).to_numpy() for table in slab.tables.values()])
    assert set(begin) <= {"2025-02", "2025-03"}


@pytest.mark.parametrize(
    ("number", "seed", "shape"),
    [(99, 1, Shape()), (10_000_001, 1, Shape()), (500, -1, Shape()), (500, 1, Shape(agencies=3)), (500, 1, Shape(agencies=11)), (500, 1, Shape(period=(0, 5)))],
)
def test_what_is_out_of_range_is_refused(number: int, seed: int, shape: Shape, atlas: Atlas) -> None:
    """Numbers, seeds, agencies and periods have limits that are said."""
    with pytest.raises(BadSetting):
        make_exercise(PACKS, atlas, number, seed, shape)


def test_an_exercise_is_not_written_over_another(written: Written, atlas: Atlas) -> None:
    """A folder that holds an exercise is refused."""
    with pytest.raises(BadSetting, match="already holds"):
        write_exercise(PACKS, atlas, 100, 1, written.truth.parent)


def test_without_packs_there_is_no_exercise(atlas: Atlas) -> None:
    """Somebody must make up events."""
    with pytest.raises(BadSetting):
        make_exercise((), atlas, 100, 1)


def test_progress_is_told(tmp_path: Path, atlas: Atlas) -> None:
    """The steps add up to all reports."""
    steps: list[int] = []
    write_exercise(PACKS, atlas, 200, 1, tmp_path, step=steps.append)
    assert sum(steps) == 200
