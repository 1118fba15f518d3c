"""What exchange with partners needs: seals, copies, an audit log, and records that tell what was received from what is the node's own."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAMES = sa.table("label_names", *map(sa.column, ("label_id", "part", "list", "name")))
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds the tables; all records so far are the node's own, and the marks of their labels can be asked for."""
    for name in ("reports", "entries"):
        op.add_column(name, sa.Column("received", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tombstones", sa.Column("number", _NUMBER, nullable=False, server_default="0"))
    op.add_column("tombstones", sa.Column("label_id", sa.Integer()))
    _write_marks(op.get_bind())
    _number_tombstones(op.get_bind())
    op.create_index("reports_by_label", "reports", ["label_id", "row"])
    op.create_index("entries_by_label", "entries", ["label_id", "id"])
    op.create_index("reports_received", "reports", ["record_id"], sqlite_where=sa.text("received = 1"), postgresql_where=sa.text("received"))
    _add_seals()
    _add_copies()
    _add_audit()


def _write_marks(connection: sa.Connection) -> None:
    """The parts of a label are numbered in the order in which its text has them."""
    for number, text in connection.execute(sa.text("SELECT id, text FROM labels")).all():
        said: Any = json.loads(text)
        marks = [(place, mark) for place, part in enumerate(said.get("parts", [said])) for mark in ("orcon", "relay") if part.get(mark)]
        for place, mark in marks:
            connection.execute(sa.insert(_NAMES).values(label_id=number, part=place, list="marks", name=mark))


def _number_tombstones(connection: sa.Connection) -> None:
    found = connection.execute(sa.text("SELECT record_id FROM tombstones ORDER BY erased_us, record_id")).scalars().all()
    for number, record_id in enumerate(found, 1):
        connection.execute(sa.text("UPDATE tombstones SET number = :number WHERE record_id = :record"), {"number": number, "record": record_id})


def _add_seals() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
    )
    op.create_table(
        "seals",
        sa.Column("record_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batches.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(16), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
    )


def _add_copies() -> None:
    op.create_table(
        "copies",
        sa.Column("record_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("peer", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("owner", "stream")),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
    )
    op.create_index("copies_by_peer", "copies", ["peer", "generation", "is_live"])
    op.create_table(
        "gone",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("record_id", sa.LargeBinary(32), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("owner", "stream")),
        sa.Column("label_id", sa.Integer(), nullable=False),
    )


def _add_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("account", "party", "act", "subject", "facts")),
        sa.Column("chain", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("audit_by_time", "audit", ["at_us"])


def downgrade() -> None:
    """Takes the tables and columns away again, with what was received from partners."""
    for name in ("audit", "gone", "copies", "seals", "batches"):
        op.drop_table(name)
    op.drop_index("reports_received", "reports")
    for name in ("reports", "entries"):
        op.execute(sa.text(f"DELETE FROM {name} WHERE received"))  # noqa: S608 - our own tables
        op.drop_index(f"{name}_by_label", name)
        op.drop_column(name, "received")
    op.execute(sa.text("DELETE FROM label_names WHERE list = 'marks'"))
    for column in ("number", "label_id"):
        op.drop_column("tombstones", column)
