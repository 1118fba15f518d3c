"""Damaged tables of every form give reports, rejects or one refusal, and nothing else."""

from __future__ import annotations

import io

import polars as pl
import pytest

from mutate import assert_survives
from vigie.ingest.mapping import native_mapping
from vigie.ingest.table import mapping_reader

CSV = b"""report_id,agency,field,kind,begin,end,lon,lat,magnitude,scale,actors,exercise,note
a1,MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,,19.1,42.0,4.5,Mw,,,"a, quoted ""note"" over
two lines"
a2,RSO,seismic,seismic.earthquake,2026-01,2026-02,19.2,42.1,4.6,mb,X|Y,true,
,BCS,cyber,cyber.ddos,-0426,,,,,,,,\xc5\xbdi\xc5\xbea
"""
TSV = CSV.replace(b",", b"\t")
JSON = b'[{"report_id":"a1","agency":"M","field":"cyber","kind":"cyber.ddos","begin":"2026","n":{"a":[1,null]}},{"agency":"M","begin":"2026-01-01"}]'
LINES = JSON[1:-1].replace(b"},{", b"}\n{")
GEO = (
    b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[19,42],[20,42],[20,43],[19,42]]]},'
    b'"properties":{"report_id":"p1","agency":"M","field":"mines","kind":"mines.hazardous_area","begin":"2026-01-01"}},'
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[19,42]},"properties":{"agency":"M","field":"mines","kind":"k","begin":"2026"}}]}'
)


@pytest.mark.parametrize(
    "sample", [CSV, *(pytest.param(sample, marks=pytest.mark.long) for sample in (TSV, JSON, LINES)), GEO], ids=["csv", "tsv", "json", "json lines", "geojson"]
)
def test_no_damage_makes_a_table_fail(sample: bytes) -> None:
    """Bytes flipped, cut, doubled, cells swapped."""
    assert_survives(mapping_reader(native_mapping()), [sample], seed=11, quick=500)


@pytest.mark.long
def test_no_damage_makes_a_parquet_file_fail() -> None:
    """The form that is read whole, by another library."""
    out = io.BytesIO()
    pl.DataFrame({"report_id": ["a"], "agency": ["M"], "field": ["cyber"], "kind": ["k"], "begin": ["2026"]}).write_parquet(out)
    assert_survives(mapping_reader(native_mapping()), [out.getvalue()[:-8]], seed=3)
