"""Help with a table: it is sent, looked at, its mapping corrected, and taken in. What was sent is sealed for its sender and forgotten after an hour."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from vigie.ingest.mapping import CONSTANTS, TARGETS, UNIT_OF
from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.times import format_time
from vigie.node.label_choices import check_release_at_once, label_asked, label_choices, parties, texts
from vigie.node.packs import packs
from vigie.node.table_help import agency_meant, known_as, look, mapping_sent, outcome_facts, take_in_table, tried, understood
from vigie.node.uploads import Upload, forget_upload, keep_upload, opened_upload, upload_facts, upload_named
from vigie.store.source_harvest import files_of_bytes
from vigie.web.asking import TongueQuery, check_once
from vigie.web.bodies import Acting, File, SentJson, answered
from vigie.web.desk_forms import allow_at
from vigie.web.seats import Seat
from vigie.web.source_data import check_own_data

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

Asked = Annotated[TongueQuery, Query()]


@routes.post("/data/sources/table")
def table(seat: Acting, sent: File, _query: Asked) -> Response:
    """How each column of a table that is sent would be understood, and what would become of its rows; it is kept for an hour."""
    _check_may(seat)
    node = seat.desk.node

    def act() -> Json:
        upload = keep_upload(node, seat.at_desk.actor.account, sent.name, sent.data, seat.now_us)
        try:
            return _looked_at(seat, upload)
        except BadReport:
            forget_upload(node, upload.item)
            raise

    return answered(act)


def _looked_at(seat: Seat, upload: Upload) -> dict[str, Json]:
    node = seat.desk.node
    with opened_upload(node, upload) as path:
        known = known_as(node, path)
        named = known.mapping is not None and (known.mapping.agency or "agency" in known.mapping.columns)
        agency = "" if named or known.how == "reader" else agency_meant(upload.name, seat.world.catalogue.agency.names)
        said = look(node, path, known, agency, exercise=seat.exercise)
    return {**upload_facts(upload), **said, "agency": agency, "before": _before(seat, upload), **_choices(seat)}


def _before(seat: Seat, upload: Upload) -> Json:
    """When the same bytes were taken in before, and what they brought; None where they were not."""
    found = files_of_bytes(seat.desk.node.store, upload.digest, exercise=seat.exercise)
    if not found:
        return None
    return {"received": format_time(found[0].received_us), "reports": found[0].reports, "unchanged": found[0].unchanged, "rejects": found[0].rejects}


def _choices(seat: Seat) -> dict[str, Json]:
    """What the page lets choose: fields of a report, their units, fields of the vocabulary, labels and readers."""
    desk = seat.at_desk
    return {
        "targets": list[Json](TARGETS),
        "constants": list[Json](CONSTANTS),
        "units": {target: list[Json](sorted(units)) for target, units in UNIT_OF.items()},
        "fields": [{"name": name, "title": found.title} for name, found in packs().items()],
        "labels": label_choices(desk),
        "parties": list[Json](parties(desk)),
    }


@routes.post("/data/sources/table/preview")
def preview(seat: Acting, sent: SentJson, _query: Asked) -> Response:
    """The first reports and rejects that the table would become under a corrected mapping; nothing is taken in."""
    _check_may(seat)

    def act() -> Json:
        upload, agency = _upload_meant(seat, sent), _text(sent, "agency")
        mapping = mapping_sent(_values(sent), upload.name)
        with opened_upload(seat.desk.node, upload) as path:
            columns = understood(path, mapping, is_guessed=False) if mapping else {"columns": [], "toml": ""}
            return columns | tried(seat.desk.node, path, mapping, agency, exercise=seat.exercise)

    return answered(act)


@routes.post("/data/sources/table/import")
def take_in(seat: Acting, sent: SentJson, _query: Asked) -> Response:
    """Takes the table in, as `vigie ingest` does, and forgets what was sent; a label that opens it at once asks for a role that may release."""
    _check_may(seat)

    def act() -> Json:
        upload, node, desk = _upload_meant(seat, sent), seat.desk.node, seat.at_desk
        label = label_asked(desk, _text(sent, "tlp"), texts(sent.get("rel_to", []), "rel_to"))
        check_release_at_once(desk, label)
        mapping = mapping_sent(_values(sent), upload.name)
        with opened_upload(node, upload) as path:
            done = take_in_table(node, path, mapping, _text(sent, "agency"), label, seat.now_us, exercise=seat.exercise)
        forget_upload(node, upload.item)
        return outcome_facts(done)

    return answered(act)


@routes.post("/data/sources/table/forget")
def forget(seat: Acting, sent: SentJson, _query: Asked) -> Response:
    """Forgets a table that was sent, before its hour is over."""
    _check_may(seat)

    def act() -> Json:
        forget_upload(seat.desk.node, _upload_meant(seat, sent).item)
        return {"forgotten": True}

    return answered(act)


def _check_may(seat: Seat) -> None:
    check_own_data(seat)
    allow_at(seat, "draft")


def _upload_meant(seat: Seat, sent: dict[str, Any]) -> Upload:
    return upload_named(seat.desk.node, seat.at_desk.actor.account, _text(sent, "upload"), seat.now_us)


def _values(sent: dict[str, Any]) -> dict[str, Any] | None:
    values = sent.get("mapping")
    if values is not None and not isinstance(values, dict):
        raise BadReport("The mapping cannot be understood", field="mapping", expected="the keys of a mapping file")
    return values


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str):
        raise BadReport("This is no text", field=name, got=str(value)[:80])
    return value.strip()
