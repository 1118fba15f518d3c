"""The one way to read records: through the label predicate, latest readable version of each key, one row a testimony."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, func, not_, or_, select, true

from vigie.model.catalogue import Catalogue, Coded, concat
from vigie.model.label import Directory, Label, label_from_json
from vigie.model.report import Report
from vigie.model.times import NEVER_US
from vigie.store.database import Store
from vigie.store.predicate import readable_labels, shown_labels
from vigie.store.rows import TILES_PER_CIRCLE, report_of_row
from vigie.store.schema import labels, payload_blocks, reports

_ROWS_AT_ONCE = 50_000
_MAX_TILES = 4_000
MAX_SLASHES = 8
"""`AGENCY/REF` is cut at each of the first so many slashes: names and references may hold some themselves."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads, as of when: a party (or PUBLIC), the directory that says what it may, the instant, and the party whose node it reads at."""

    party: str
    directory: Directory
    now_us: int
    home: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which records: fields (none = all), begin before `until_us` and end from `since_us` on, a box (west, south, east, north), exercise or real."""

    fields: tuple[str, ...] = ()
    since_us: int | None = None
    until_us: int | None = None
    box: tuple[float, float, float, float] | None = None
    exercise: bool | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A report as the node holds it: with its owner, version, id and label."""

    row: int
    record_id: str
    owner: str
    version: int
    label: Label
    report: Report


def visible(store: Store, audience: Audience, window: Window | None = None) -> Catalogue:
    """All that the audience may read now, one row a testimony, in canonical order: a pure function of what it may read."""
    with store.reading() as connection:
        whole, testimony, revision = read_columns(connection, readable(audience, window or Window()))
    return whole.take(one_a_testimony(whole, testimony, revision)) if len(whole) else whole


def read_columns(connection: Connection, condition: Any) -> tuple[Catalogue, NDArray[np.int64], NDArray[np.int64]]:
    """All reports that meet a condition, in any order, with the testimony and the revision of each (n,)."""
    none = np.zeros(0, np.int64)
    parts, testimonies, revisions = [], [none], [none]
    result = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(*(reports.c[name] for name in COLUMNS)).where(condition))
    for rows in result.partitions(_ROWS_AT_ONCE):
        part, testimony, revision = catalogue_of_rows(rows)
        parts.append(part)
        testimonies.append(testimony)
        revisions.append(revision)
    return concat(parts), np.concatenate(testimonies), np.concatenate(revisions)


def one_a_testimony(catalogue: Catalogue, testimony: NDArray[np.int64], revision: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows (k,) in canonical order: of each testimony the one of the highest revision, then the latest issue, then the greatest witness."""
    order = np.lexsort((catalogue.witness[:, 1], catalogue.witness[:, 0], catalogue.issued_us, revision, testimony))
    is_last = np.append(testimony[order][1:] != testimony[order][:-1], True)
    kept: NDArray[np.int64] = order[is_last]
    sorted_rows: NDArray[np.int64] = kept[np.lexsort((catalogue.witness[kept, 1], catalogue.witness[kept, 0]))]
    return sorted_rows


def open_to(audience: Audience, records: FromClause) -> ColumnElement[bool]:
    """The condition on reports, entries, or an alias of theirs, that the audience may read a version, whether or not another one counts more.

    What was received from another node opens to the node's own party, which it was released to, and to others as `shown_labels` has it.
    """
    own = records.c.label_id.in_(readable_labels(audience.party, audience.directory, audience.now_us))
    if audience.party == audience.home:
        return or_(records.c.received, own)
    shown = records.c.label_id.in_(shown_labels(audience.home, audience.party, audience.directory, audience.now_us))
    return or_(and_(not_(records.c.received), own), and_(records.c.received, shown))


def is_relabelled(records: FromClause, later: FromClause, same: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that `later`, another alias of the same table, is a later version of the same key that says the same under another label.

    `same` are the conditions that both are of one key and say the same. Such a version counts no more, for whoever reads: its label was taken back.
    """
    return exists().where(later.c.version > 1, later.c.version > records.c.version, later.c.label_id != records.c.label_id, *same)


def readable(audience: Audience, window: Window) -> Any:
    """The condition on `reports` that a record counts for the audience and lies in the window: the latest version of its key that it may read.

    Versions of which a later one says the same facts under another label count no more for anybody.
    """
    newer = reports.alias("newer")
    is_same = and_(newer.c.facts == reports.c.facts, newer.c.label_id != reports.c.label_id)
    takes_its_place = or_(is_same, and_(open_to(audience, newer), not_(has_other_label(newer))))
    is_renewed = exists().where(newer.c.key == reports.c.key, newer.c.version > 1, newer.c.version > reports.c.version, takes_its_place)
    return and_(open_to(audience, reports), not_(is_renewed), *in_window(window))


def has_other_label(records: FromClause) -> Any:
    """The condition on reports, or an alias of theirs, that a later version says the same facts under another label."""
    later = reports.alias(f"after_{records.name}")  # type: ignore[attr-defined] # a table or an alias has a name
    return is_relabelled(records, later, (later.c.key == records.c.key, later.c.facts == records.c.facts))


def in_window(window: Window) -> Iterator[Any]:
    """The conditions on `reports` that a window sets."""
    if window.fields:
        yield reports.c.field.in_(window.fields)
    if window.since_us is not None:
        yield reports.c.end_us >= window.since_us
    if window.until_us is not None:
        yield reports.c.begin_us < window.until_us
    if window.exercise is not None:
        yield reports.c.exercise == window.exercise
    if window.box is not None:
        yield _in_box(*window.box)


def _in_box(west: float, south: float, east: float, north: float) -> Any:
    """A box may cross the antimeridian: then west is greater than east."""
    is_between = reports.c.lon.between(west, east) if west <= east else or_(reports.c.lon >= west, reports.c.lon <= east)
    return and_(reports.c.lat.between(south, north), is_between, _in_tiles(west, south, east, north))


def _in_tiles(west: float, south: float, east: float, north: float) -> Any:
    columns = range(int(west // 1), int(east // 1) + 1) if west <= east else [*range(int(west // 1), 180), *range(-180, int(east // 1) + 1)]
    rows = range(max(int(south // 1), -90), min(int(north // 1), 89) + 1)
    if len(columns) * len(rows) > _MAX_TILES:
        return true()
    return reports.c.tile.in_([(row + 90) * TILES_PER_CIRCLE + min(column + 180, TILES_PER_CIRCLE - 1) for row in rows for column in columns])


_INTS = ("begin_us", "end_us")
_FLOATS = ("sigma_s", "lon", "lat", "radius_km", "major_km", "minor_km", "azimuth", "depth_km", "magnitude")
_CODED = ("agency", "field", "kind", "country", "scale")
COLUMNS = ("row", "witness_high", "witness_low", "testimony", "revision", "issued_us", "lasted", "exercise", *_INTS, *_FLOATS, *_CODED)


def catalogue_of_rows(rows: Sequence[Any]) -> tuple[Catalogue, NDArray[np.int64], NDArray[np.int64]]:
    """A catalogue of rows of `COLUMNS` (at least one), with each row's testimony and revision."""
    column = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    ints: dict[str, Any] = {name: np.array(column[name], np.int64) for name in _INTS}
    floats: dict[str, Any] = {name: np.array(column[name], np.float64) for name in _FLOATS}
    coded: dict[str, Any] = {name: Coded.of([value or "" for value in column[name]]) for name in _CODED}
    never = [NEVER_US if value is None else value for value in column["issued_us"]]
    made = Catalogue(
        row=np.array(column["row"], np.int64),
        witness=np.array([column["witness_high"], column["witness_low"]], np.int64).T.copy().view(np.uint64),
        issued_us=np.array(never, np.int64),
        lasted=np.array(column["lasted"], bool),
        exercise=np.array(column["exercise"], bool),
        **(ints | floats | coded),
    )
    return made, np.array(column["testimony"], np.int64), np.array(column["revision"], np.int64)


def held_reports(store: Store, audience: Audience, rows: Iterable[int], *, payloads: bool = False) -> list[Held]:
    """The reports of these rows that the audience may read, in the order asked. A row that it may not read is left out, as if it were not there."""
    wanted = list(rows)
    with store.reading() as connection:
        found: dict[int, Held] = {}
        for start in range(0, len(wanted), 5_000):
            condition = and_(reports.c.row.in_(wanted[start : start + 5_000]), readable(audience, Window()))
            found |= {held.row: held for held in _held(connection, condition, audience.directory, payloads=payloads)}
    return [found[row] for row in wanted if row in found]


def find_reports(store: Store, audience: Audience, record_id_or_ref: str, *, payloads: bool = False) -> list[Held]:
    """The readable reports with this record id, or this agency's reference (`AGENCY/REF` or REF alone)."""
    with store.reading() as connection:
        condition = and_(bears_name(record_id_or_ref), readable(audience, Window()))
        return list(_held(connection, condition, audience.directory, payloads=payloads))


def bears_name(name: str) -> Any:
    """The condition on `reports` that a record has this id, or this agency's reference (`AGENCY/REF` or REF alone)."""
    cuts = [place for place, character in enumerate(name) if character == "/"]
    pairs = [and_(reports.c.agency == name[:cut], reports.c.agency_ref == name[cut + 1 :]) for cut in cuts[:MAX_SLASHES]]
    condition = or_(reports.c.agency_ref == name, *pairs)
    return or_(condition, reports.c.record_id == bytes.fromhex(name)) if re.fullmatch("[0-9a-f]{64}", name) else condition


def _held(connection: Connection, condition: Any, directory: Directory, *, payloads: bool) -> Iterator[Held]:
    query = select(reports, labels.c.text.label("label_text")).join(labels, labels.c.id == reports.c.label_id).where(condition).order_by(reports.c.row)
    rows = connection.execute(query).all()
    blocks = _payload_blocks(connection, {row.payload_block for row in rows if row.payload_block is not None}) if payloads else {}
    known: dict[str, Label] = {text: label_from_json(json.loads(text), directory) for text in {row.label_text for row in rows}}
    for row in rows:
        yield Held(row.row, row.record_id.hex(), row.owner, row.version, known[row.label_text], report_of_row(row, _payload(row, blocks)))


def _payload_blocks(connection: Connection, numbers: Iterable[int]) -> Mapping[int, bytes]:
    query = select(payload_blocks.c.id, payload_blocks.c.data).where(payload_blocks.c.id.in_(sorted(numbers)))
    return {number: zlib.decompress(data) for number, data in connection.execute(query)}


def _payload(row: Any, blocks: Mapping[int, bytes]) -> bytes:
    block = blocks.get(row.payload_block)
    return block[row.payload_start : row.payload_start + row.payload_length] if block is not None else b""


def labels_of_rows(store: Store, directory: Directory, rows: Sequence[int]) -> list[tuple[Label, int]]:
    """The labels of records that were read before, each with how many bear it. The rows come from `visible`, so no right is asked again."""
    counts: dict[str, int] = {}
    with store.reading() as connection:
        for start in range(0, len(rows), 5_000):
            these = reports.c.row.in_(rows[start : start + 5_000])
            query = select(labels.c.text, func.count()).join(reports, reports.c.label_id == labels.c.id).where(these)
            for text, count in connection.execute(query.group_by(labels.c.text)):
                counts[text] = counts.get(text, 0) + count
    return [(label_from_json(json.loads(text), directory), count) for text, count in sorted(counts.items())]
