"""Made-up files of this field's agencies, small, with personal texts that must never be kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from vigie.fields.conflict.gdelt import COLUMNS

PERSON = "Petar Petrović"

GED_COLUMNS = [
    name
    for line in (
        "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name dyad_dset_id dyad_new_id",
        "dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office",
        "source_date source_headline source_original where_prec where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt",
        "priogrid_gid country country_id region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians",
        "deaths_unknown best high low gwnoa gwnob",
    )
    for name in line.split()
]

GED_ROW = {
    "id": "244657",
    "relid": "YUG-2001-1-431-1",
    "year": "2001",
    "active_year": "1",
    "code_status": "Clear",
    "type_of_violence": "1",
    "conflict_new_id": "377",
    "conflict_name": "North Macedonia: Government",
    "dyad_name": "Government of North Macedonia - UCK",
    "side_a": "Government of North Macedonia",
    "side_b": "UCK",
    "number_of_sources": "2",
    "source_office": "Reuters News",
    "source_article": f'"Reuters, {PERSON} reports"',
    "source_headline": PERSON,
    "source_original": PERSON,
    "where_description": PERSON,
    "where_prec": "1",
    "where_coordinates": "Tetovo town",
    "adm_1": "Tetovo municipality",
    "latitude": "42.00",
    "longitude": "20.97",
    "country": "North Macedonia",
    "country_id": "343",
    "region": "Europe",
    "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2001-03-16 00:00:00.000",
    "date_end": "2001-03-16 00:00:00.000",
    "deaths_a": "1",
    "deaths_b": "2",
    "deaths_civilians": "0",
    "deaths_unknown": "0",
    "best": "3",
    "high": "5",
    "low": "2",
}

ACLED_COLUMNS = [
    name
    for line in (
        "event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1 inter1 actor2",
        "assoc_actor_2 inter2 interaction civilian_targeting iso region country admin1 admin2 admin3 location latitude longitude",
        "geo_precision source source_scale notes fatalities tags timestamp",
    )
    for name in line.split()
]

ACLED_ROW = {
    "event_id_cnty": "SRB9999",
    "event_date": "04 October 2024",
    "year": "2024",
    "time_precision": "1",
    "disorder_type": "Demonstrations",
    "event_type": "Protests",
    "sub_event_type": "Peaceful protest",
    "actor1": "Protesters (Serbia)",
    "assoc_actor_1": PERSON,
    "inter1": "Protesters",
    "iso": "688",
    "region": "Europe",
    "country": "Serbia",
    "admin1": "Beograd",
    "location": "Belgrade",
    "latitude": "44.8166",
    "longitude": "20.4721",
    "geo_precision": "1",
    "source": "Danas",
    "source_scale": "National",
    "notes": f"{PERSON} spoke.",
    "fatalities": "0",
    "tags": f"organiser={PERSON}",
    "timestamp": "1728411600",
}


def table(columns: Sequence[str], *rows: Mapping[str, str], delimiter: str = ",") -> bytes:
    """The rows as a delimited table with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def ged(*changes: Mapping[str, str]) -> bytes:
    """A GED table, one row for each set of changes."""
    return table(GED_COLUMNS, *({**GED_ROW, **change} for change in changes or ({},)))


def ged_json(*changes: Mapping[str, object]) -> bytes:
    """The same as UCDP's interface sends it: numbers as numbers, dates with a T."""
    row = {**GED_ROW, "date_start": "2001-03-16T00:00:00", "date_end": "2001-03-16T00:00:00", "best": 3, "latitude": 42.0}
    rows = [{**row, **change} for change in changes or ({},)]
    return json.dumps({"TotalCount": len(rows), "TotalPages": 1, "PreviousPageUrl": "", "NextPageUrl": "", "Result": rows}).encode()


def acled(*changes: Mapping[str, str], delimiter: str = ",") -> bytes:
    """An ACLED export, one row for each set of changes."""
    return table(ACLED_COLUMNS, *({**ACLED_ROW, **change} for change in changes or ({},)), delimiter=delimiter)


def acled_json(*changes: Mapping[str, object]) -> bytes:
    """The same as ACLED's interface sends it, with an empty list before the data."""
    rows = [{**ACLED_ROW, "event_date": "2024-10-04", **change} for change in changes or ({},)]
    return json.dumps({"status": 200, "success": True, "count": len(rows), "messages": [], "data": rows}).encode()


def gdelt_line(**changes: str) -> bytes:
    """One GDELT event of 61 cells, by the reader's own names of the columns."""
    cells = {
        **dict.fromkeys(COLUMNS, ""),
        "event_id": "1200000001",
        "day": "20241003",
        "month_year": "202410",
        "year": "2024",
        "fraction_date": "2024.7500",
        "actor1_code": "SRBCOPCHR",
        "actor1_name": PERSON,
        "actor1_country": "SRB",
        "actor1_ethnic": "srb",
        "actor1_religion1": "CHR",
        "actor1_type1": "COP",
        "actor2_code": "CVL",
        "actor2_name": PERSON,
        "actor2_type1": "CVL",
        "is_root_event": "1",
        "event_code": "0871",
        "event_base_code": "087",
        "event_root_code": "08",
        "quad_class": "2",
        "goldstein": "9.0",
        "mentions": "40",
        "sources": "3",
        "articles": "40",
        "tone": "-1.5",
        "action_geo_type": "4",
        "action_geo_place": "Mitrovica, Kosovo (general), Kosovo",
        "action_geo_fips": "KV",
        "action_geo_adm1": "KV",
        "action_geo_lat": "42.8833",
        "action_geo_lon": "20.8667",
        "action_geo_feature": "-86264",
        "date_added": "20241004121500",
        "source_url": "https://example.org/news/1",
        **changes,
    }
    return "\t".join(cells.values()).encode()


def gdelt(*changes: Mapping[str, str]) -> bytes:
    """A GDELT file, one line for each set of changes."""
    return b"".join(gdelt_line(**change) + b"\n" for change in changes or ({},))
