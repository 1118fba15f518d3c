"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _counters() -> None:
    op.create_table(
        "counters", sa.Column("name", sa.Text(), nullable=False), sa.Column("value", sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint("name")
    )


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("text"),
    )


def _payload_blocks() -> None:
    op.create_table(
        "payload_blocks", sa.Column("id", sa.Integer(), nullable=False), sa.Column("data", sa.LargeBinary(), nullable=False), sa.PrimaryKeyConstraint("id")
    )


def _source_states() -> None:
    op.create_table(
        "source_states",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _tombstones() -> None:
    op.create_table(
        "tombstones",
        sa.Column("record_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("erased_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_agency", sa.Text(), nullable=False),
        sa.Column("first_ref", sa.Text(), nullable=False),
        sa.Column("second_agency", sa.Text(), nullable=False),
        sa.Column("second_ref", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejects", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", "reader", "label_id", "exercise"),
    )


def _label_names() -> None:
    op.create_table(
        "label_names",
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("label_id", "part", "list", "name"),
    )


def _label_parts() -> None:
    op.create_table(
        "label_parts",
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("tlp", sa.Text(), nullable=False),
        sa.Column("has_list", sa.Boolean(), nullable=False),
        sa.Column("embargo_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["label_id"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("label_id", "part"),
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
        ),
        sa.PrimaryKeyConstraint("item"),
    )
    op.create_index(op.f("ix_quarantine_file_id"), "quarantine", ["file_id"], unique=False)


def _rejects() -> None:
    op.create_table(
        "rejects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_rejects_file_id"), "rejects", ["file_id"], unique=False)


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.LargeBinary(length=32), nullable=False),
        sa.Column("witness_high", sa.BigInteger(), nullable=False),
        sa.Column("witness_low", sa.BigInteger(), nullable=False),
        sa.Column("testimony", sa.BigInteger(), nullable=False),
        sa.Column("tile", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("agency_ref", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begin_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("lasted", sa.Boolean(), nullable=False),
        sa.Column("sigma_s", sa.Double(), nullable=True),
        sa.Column("issued_us", sa.BigInteger(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("major_km", sa.Double(), nullable=True),
        sa.Column("minor_km", sa.Double(), nullable=True),
        sa.Column("azimuth", sa.Double(), nullable=True),
        sa.Column("depth_km", sa.Double(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("magnitude", sa.Double(), nullable=True),
        sa.Column("scale", sa.Text(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("actors", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("payload_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("payload_block", sa.Integer(), nullable=True),
        sa.Column("payload_start", sa.Integer(), nullable=True),
        sa.Column("payload_length", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("row"),
        sa.UniqueConstraint("key", "version"),
    )
    op.create_index("reports_by_field", "reports", ["field", "begin_us"], unique=False)
    op.create_index("reports_by_place", "reports", ["tile"], unique=False)
    op.create_index("reports_by_reference", "reports", ["agency_ref"], unique=False)
    op.create_index("reports_by_time", "reports", ["begin_us"], unique=False)
    op.create_index(
        "reports_renewed", "reports", ["key", "version"], unique=False, sqlite_where=sa.text("version > 1"), postgresql_where=sa.text("version > 1")
    )


def upgrade() -> None:
    """Makes the tables."""
    _counters()
    _labels()
    _payload_blocks()
    _source_states()
    _tombstones()
    _decisions()
    _files()
    _label_names()
    _label_parts()
    _quarantine()
    _rejects()
    _reports()


def downgrade() -> None:
    """There is nothing before the first release."""
