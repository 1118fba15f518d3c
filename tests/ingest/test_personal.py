"""What is personal is known by its name in many languages, and by its look."""

from __future__ import annotations

import io

import pytest

from vigie.ingest.mapping import native_mapping
from vigie.ingest.personal import looks_personal, redact
from vigie.ingest.table import read_reports
from vigie.model.pack import ReadContext
from vigie.model.report import Report, facts_text

PERSONAL = [
    "victim_name",
    "E-mail",
    "Telefon",
    "E-posta",
    "Телефон",
    "Mobile",
    "Tel.",
    "Telefonnummer",
    "cell",
    "Victim",
    "Author",
    "officer",
    "Osoba",
    "adresa",
    "reporter",
    "Phone",
    "JMBG",
    "home_address",
    "contact_email",
    "Prezime",
    "contactPhone",
    "email2",
    "Е-пошта",
    "Адреса",
    "contact_person",
    "ethnicity",
    "landowner",
    "ime",
]
NOT_PERSONAL = [
    "place_name",
    "name",
    "actor1",
    "time",
    "side_a",
    "source_name",
    "summary",
    "victims",
    "ip_address",
    "country",
    "Actor1Geo_FullName",
    "number_of_sources",
    "magnitude",
    "cells",
    "mobile_units",
    "conflict_name",
    "dyad_name",
    "location",
    "agency",
    "admin1",
    "event_id_cnty",
    "source",
    "timestamp",
    "notes",
    "personnel",
    "deaths_civilians",
    "Broj",
    "area_id",
]


@pytest.mark.parametrize(
    "column", [*PERSONAL, "Numri i telefonit", "Reported by", "Name of witness", "Kontakt osoba", "date of birth", "Ime i prezime", "first name"]
)
def test_a_personal_column_is_known_by_its_name(column: str) -> None:
    """English, German, Albanian, Bosnian, Croatian, Montenegrin, Serbian, Macedonian."""
    assert looks_personal(column)


@pytest.mark.parametrize("column", NOT_PERSONAL)
def test_a_column_that_speaks_of_no_person_is_left(column: str) -> None:
    """Names of places and conflicts, counts, codes."""
    assert not looks_personal(column)


def test_addresses_and_numbers_are_taken_out_whatever_the_column() -> None:
    """In the cells of a table and in nested JSON; a date, a reference and a magnitude stay."""
    assert redact({"remark": "ask ana@example.org now", "x": {"y": ["+382 67 123 456"]}, "ref": "0012345678", "m": "4.4@IDC"}) == {
        "remark": "ask  now",
        "x": {"y": [""]},
        "ref": "0012345678",
        "m": "4.4@IDC",
    }
    table = "report_id,agency,field,kind,begin,remark,line\nr1,M,cyber,cyber.ddos,2026-01-01,ask ana@example.org,+382 67 123 456\n"
    found = list(read_reports(io.BytesIO(table.encode()), native_mapping(), ReadContext("x")))
    assert isinstance(found[0], Report)
    said = facts_text(found[0]) + found[0].payload.decode()
    assert "example.org" not in said
    assert "382" not in said
    assert "2026-01-01" in said
