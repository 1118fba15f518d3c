"""Reads CISA's catalogue of known exploited vulnerabilities (JSON): each entry is a report that somebody exploits it, with no place.

Format: https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json (fields as of 2024).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from vigie.fields.cyber.vocabulary import FIELD
from vigie.ingest.rows import CellFault, Row, json_rows, payload_of, raw_of, reports_of, required, text_of
from vigie.model.canonical import Json
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.times import parse_interval

AGENCY = "CISA"
_CVE = re.compile(r"CVE-\d{4}-\d{4,}")
_DETAILS = {
    "vendor": "vendorProject",
    "product": "product",
    "name": "vulnerabilityName",
    "required_action": "requiredAction",
    "due_date": "dueDate",
    "ransomware": "knownRansomwareCampaignUse",
    "notes": "notes",
}


def recognises(sample: Sample) -> bool:
    """Whether the beginning looks like the catalogue."""
    return b'"vulnerabilities"' in sample.head and b'"cveID"' in sample.head


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """Reports of the catalogue's entries. Raises `BadReport` where the file is not JSON."""
    return reports_of(map(_flat, json_rows(stream)), lambda cells: _report(cells, context))


def _flat(row: Row | Reject) -> Row | Reject:
    """The row, refused where a cell holds more than a text, a number or a list of them."""
    if isinstance(row, Reject):
        return row
    deep = next((name for name, value in row.cells.items() if not _is_flat(value)), None)
    return row if deep is None else Reject(row.place, "A cell holds another object", deep, expected="a text or a list of texts", raw=_raw(row))


def _is_flat(value: Any) -> bool:
    return not isinstance(value, dict | list) or (isinstance(value, list) and not any(isinstance(item, dict | list) for item in value))


def _raw(row: Row) -> bytes:
    try:
        return raw_of(row)
    except RecursionError:
        return b""


def _report(cells: Mapping[str, Any], context: ReadContext) -> Report:
    reference = required(cells, "cveID").upper()
    if _CVE.fullmatch(reference) is None:
        raise CellFault("cveID", reference, "CVE-YEAR-NUMBER")
    begin_us, end_us = parse_interval(required(cells, "dateAdded"))
    return Report(
        agency=AGENCY,
        agency_ref=reference,
        field=FIELD,
        kind="cyber.vulnerability",
        begin_us=begin_us,
        end_us=end_us,
        issued_us=begin_us,
        summary=text_of(cells, "shortDescription", "vulnerabilityName"),
        language="en",
        exercise=context.exercise,
        details=_details(cells),
        payload=payload_of(cells),
    )


def _details(cells: Mapping[str, Any]) -> dict[str, Json]:
    found: dict[str, Json] = {name: text for name, column in _DETAILS.items() if (text := text_of(cells, column))}
    weaknesses = cells.get("cwes")
    if isinstance(weaknesses, list) and weaknesses:
        found["cwes"] = [str(weakness) for weakness in weaknesses]
    return found


READER = Reader(name="kev", title="CISA Known Exploited Vulnerabilities, JSON", recognises=recognises, read=read)
