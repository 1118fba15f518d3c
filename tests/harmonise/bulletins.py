"""Reading the seismic development sets for the tests of the engine, straight into a catalogue."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vigie.model.catalogue import Catalogue, Coded, witness_array
from vigie.model.times import NEVER_US, parse_time

WORLD, YUNNAN = "isc_world_2010-02-28_dev", "isc_yunnan_sichuan_dev"
_TO_68_PERCENT = 1.5096 / 2.1460
"""ISF gives the axes of the 90 % ellipse (ISC, International Seismological Centre, format description)."""


def bulletin(folder: Path, name: str, without: tuple[str, ...] = ()) -> tuple[Catalogue, NDArray[np.int64]]:
    """The reports of a set, less those of some agencies, and the event that analysts put each in."""
    read = folder / "linkage-seismic"
    table = pl.read_csv(read / f"{name}_reports.csv.gz", infer_schema_length=None).join(pl.read_csv(read / f"{name}_truth.csv.gz"), on="report_id")
    table = table.filter(~pl.col("agency").is_in(without))
    count = len(table)
    when = np.array([parse_time(time) for time in table["time"]], np.int64)
    catalogue = Catalogue(
        row=np.arange(count),
        witness=witness_array([hashlib.sha256(name.encode()).hexdigest() for name in table["report_id"]]),
        agency=Coded.of(table["agency"].to_list()),
        field=Coded.of(["seismic"] * count),
        kind=Coded.of(["earthquake"] * count),
        begin_us=when,
        end_us=when.copy(),
        lasted=np.zeros(count, bool),
        sigma_s=_numbers(table, "time_err"),
        issued_us=np.full(count, NEVER_US),
        lon=_numbers(table, "lon"),
        lat=_numbers(table, "lat"),
        radius_km=np.full(count, np.nan),
        major_km=_numbers(table, "smaj_km") * _TO_68_PERCENT,
        minor_km=_numbers(table, "smin_km") * _TO_68_PERCENT,
        azimuth=_numbers(table, "az"),
        depth_km=_numbers(table, "depth_km"),
        country=Coded.of([""] * count),
        magnitude=_numbers(table, "mag"),
        scale=Coded.of([scale or "" for scale in table["mag_type"]]),
        exercise=np.zeros(count, bool),
    )
    return catalogue, table["event_id"].to_numpy()


def _numbers(table: pl.DataFrame, column: str) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in table[column]], np.float64)
