"""What tables say on the way to being linked: dates that know a season only."""

from __future__ import annotations

import io

import pytest

from vigie.harmonise import link
from vigie.ingest.table import read_catalogue
from vigie.model.catalogue import Catalogue
from vigie.model.event import PROPOSED
from vigie.model.pack import ReadContext
from vigie.node.mappings import preset_mapping, terms_of
from vigie.node.packs import pack

ROWS = """report_id,agency,begin,lon,lat,field,kind,magnitude,scale
season,north,{season},20.00,42.00,{field},{kind},6.6,Mw
inside,south,1905-07-04,20.02,42.01,{field},{kind},6.6,Mw
outside,south,1905-11-04,20.02,42.01,{field},{kind},6.6,Mw
"""


def read(**words: str) -> Catalogue:
    """The three reports, read as any table is; none is rejected."""
    mapping = preset_mapping("vigie")
    found, ids, rejects = read_catalogue(io.BytesIO(ROWS.format(**words).encode()), mapping, ReadContext("rows.csv", ""), terms_of(mapping))
    assert (ids, rejects) == (["season", "inside", "outside"], [])
    return found


@pytest.mark.parametrize("season", ["summer 1905", "1905-Q3", "1905-22"])
@pytest.mark.parametrize(("field", "kind"), [("seismic", "seismic.earthquake"), ("conflict", "unrest.riot")])
def test_a_report_of_a_season_links_with_one_of_a_day_in_it(season: str, field: str, kind: str) -> None:
    """A season is too vague to be linked by itself: the link is proposed to the analyst, with the day inside only, and holds once the analyst says so."""
    reports, sameness = read(season=season, field=field, kind=kind), pack(field).sameness
    found = link(reports, sameness)
    assert [({one.first, one.second}, one.bond) for one in found.doubtful] == [({0, 1}, PROPOSED)]
    assert found.doubtful.probability[0] > 0.1
    assert len(set(found.cluster.tolist())) == 3
    decided = link(reports, sameness, must_link=[(0, 1)])
    assert decided.cluster[0] == decided.cluster[1] != decided.cluster[2]


def test_a_month_in_the_same_season_is_linked_without_an_analyst() -> None:
    """What is vague, and less so than a season, meets a day in the coarse window."""
    found = link(read(season="1905-07", field="conflict", kind="unrest.riot"), pack("conflict").sameness)
    assert found.cluster[0] == found.cluster[1] != found.cluster[2]
