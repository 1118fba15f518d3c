"""Decisions are entries like all that people say. What the old table holds becomes entries of the real world, or of the exercise where its reports are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from vigie.model.canonical import canonical_text, digest
from vigie.model.entry import Entry, entry_id
from vigie.model.label import Directory, label_from_json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ENTRIES = sa.table("entries", *map(sa.column, ("record_id", "type", "owner", "ref", "exercise", "version", "label_id", "said_us", "by", "body")))


def upgrade() -> None:
    """Carries every decision over, oldest first; those on one pair are versions of one entry."""
    connection = op.get_bind()
    query = "SELECT d.*, labels.text AS label FROM decisions d JOIN labels ON labels.id = d.label_id ORDER BY d.decided_us, d.id"
    versions: Counter[tuple[str, str, bool]] = Counter()
    for found in connection.execute(sa.text(query)).mappings().all():
        row: dict[str, Any] = {str(name): value for name, value in found.items()}
        entry = _entry(row, versions, exercise=_is_exercise(connection, row))
        values = {name: getattr(entry, name) for name in ("type", "owner", "ref", "exercise", "version", "said_us", "by")}
        identity = {"record_id": bytes.fromhex(entry_id(entry)), "label_id": row["label_id"]}
        connection.execute(sa.insert(_ENTRIES).values(**values, **identity, body=canonical_text(entry.body)))
    op.drop_table("decisions")


def _entry(row: Mapping[str, Any], versions: Counter[tuple[str, str, bool]], *, exercise: bool) -> Entry:
    pair = [{"agency": row[f"{end}_agency"], "ref": row[f"{end}_ref"]} for end in ("first", "second")]
    label = label_from_json(json.loads(row["label"]), Directory())
    ref = f"dc-{digest(canonical_text(pair).encode())[:16]}"
    versions[label.owner, ref, exercise] += 1
    said: dict[str, Any] = {"verdict": "same" if row["same"] else "apart", "groups": [[name] for name in pair]}
    return Entry(
        type="decision",
        owner=label.owner,
        ref=ref,
        label=label,
        said_us=row["decided_us"],
        body=said | ({"reason": row["reason"]} if row["reason"] else {}),
        version=versions[label.owner, ref, exercise],
        exercise=exercise,
    )


def _is_exercise(connection: sa.Connection, row: Mapping[str, Any]) -> bool:
    """Whether all reports of the first name are of the exercise; a name that nothing bears is taken for a real one."""
    query = sa.text("SELECT exercise FROM reports WHERE agency_ref = :ref AND agency = :agency")
    found = connection.execute(query, {"ref": row["first_ref"], "agency": row["first_agency"]}).scalars().all()
    return bool(found) and all(found)


def downgrade() -> None:
    """Makes the old table again, empty: the decisions stay where they are, among the entries."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("first_agency", "first_ref", "second_agency", "second_ref")),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
