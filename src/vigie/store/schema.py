"""The tables. Records are only ever added; what is removed is removed by `erasure`, which leaves a tombstone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, false

SCHEMA_VERSION = "0004"
"""The newest migration, as alembic names it."""

metadata = MetaData()
_row_number = BigInteger().with_variant(Integer, "sqlite")

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
)

label_parts = Table(
    "label_parts",
    metadata,
    Column("label_id", Integer, ForeignKey("labels.id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("tlp", Text, nullable=False),
    Column("has_list", Boolean, nullable=False),
    Column("embargo_us", BigInteger),
)

# The lists of a label by name: rel_to, not_to, caveats; and its marks, orcon and relay, as a list named `marks`.
label_names = Table(
    "label_names",
    metadata,
    Column("label_id", Integer, ForeignKey("labels.id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("list", Text, primary_key=True),
    Column("name", Text, primary_key=True),
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("label_id", Integer, ForeignKey("labels.id"), nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("reports", Integer, nullable=False, default=0),
    Column("unchanged", Integer, nullable=False, default=0),
    Column("rejects", Integer, nullable=False, default=0),
    UniqueConstraint("digest", "reader", "label_id", "exercise"),
)

payload_blocks = Table(
    "payload_blocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# No foreign keys here: three look-ups for each of millions of rows; `label_id`, `file_id` and `payload_block` are written by one function alone.
reports = Table(
    "reports",
    metadata,
    Column("row", _row_number, primary_key=True),
    Column("record_id", LargeBinary(32), nullable=False),
    Column("key", LargeBinary(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("label_id", Integer, nullable=False),
    Column("file_id", Integer, nullable=False),
    Column("facts", LargeBinary(32), nullable=False),
    Column("witness_high", BigInteger, nullable=False),
    Column("witness_low", BigInteger, nullable=False),
    Column("testimony", BigInteger, nullable=False),
    Column("tile", Integer, nullable=False),
    Column("agency", Text, nullable=False),
    Column("agency_ref", Text),
    Column("revision", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("begin_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("lasted", Boolean, nullable=False),
    Column("sigma_s", Double),
    Column("issued_us", BigInteger),
    Column("lon", Double),
    Column("lat", Double),
    Column("radius_km", Double),
    Column("major_km", Double),
    Column("minor_km", Double),
    Column("azimuth", Double),
    Column("depth_km", Double),
    Column("place", Text),
    Column("country", Text),
    Column("magnitude", Double),
    Column("scale", Text),
    Column("measures", Text),
    Column("actors", Text),
    Column("summary", Text),
    Column("language", Text),
    Column("grade", Text),
    Column("exercise", Boolean, nullable=False),
    Column("details", Text),
    Column("payload_digest", LargeBinary(32)),
    Column("payload_block", Integer),
    Column("payload_start", Integer),
    Column("payload_length", Integer),
    Column("received", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("key", "version"),
    Index("reports_by_time", "begin_us"),
    Index("reports_by_field", "field", "begin_us"),
    Index("reports_by_place", "tile"),
    Index("reports_by_reference", "agency_ref"),
)
Index("reports_by_label", reports.c.label_id, reports.c.row)
Index("reports_renewed", reports.c.key, reports.c.version, sqlite_where=reports.c.version > 1, postgresql_where=reports.c.version > 1)
Index("reports_received", reports.c.record_id, sqlite_where=reports.c.received, postgresql_where=reports.c.received)

rejects = Table(
    "rejects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("item", Text),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("item", Text, primary_key=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("record_id", LargeBinary(32), primary_key=True),
    Column("key", LargeBinary(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("erased_us", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("number", _row_number, nullable=False, server_default="0"),
    Column("label_id", Integer),
)
"""`number` counts tombstones in the order in which they were made here, from 1; `label_id` is what the record bore: who may be told that it is gone."""

# What proves that a record is its owner's: records are sealed many at once, and one signature stands over the root of their hashes.
batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("root", LargeBinary(32), nullable=False, unique=True),
    Column("signature", LargeBinary(64), nullable=False),
    Column("size", Integer, nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("record_id", LargeBinary(32), primary_key=True),
    Column("batch_id", Integer, ForeignKey("batches.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("nonce", LargeBinary(16), nullable=False),
    Column("path", LargeBinary, nullable=False),
)

# What each partner last said of a record: that it releases it to this node, or that it withdraws it. `generation` tells which of the passes from the
# beginning said so.
copies = Table(
    "copies",
    metadata,
    Column("record_id", LargeBinary(32), primary_key=True),
    Column("peer", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("is_live", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Index("copies_by_peer", "peer", "generation", "is_live"),
)

# Received records that were withdrawn from this node: those to whom it passed them on are told.
gone = Table(
    "gone",
    metadata,
    Column("number", _row_number, primary_key=True),
    Column("record_id", LargeBinary(32), nullable=False),
    Column("owner", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("label_id", Integer, nullable=False),
)

# Who saw, changed and released what. Rows are only ever added; each holds the hash of itself and the one before.
audit = Table(
    "audit",
    metadata,
    Column("id", _row_number, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("chain", LargeBinary(32), nullable=False),
    Index("audit_by_time", "at_us"),
)

source_states = Table(
    "source_states",
    metadata,
    Column("name", Text, primary_key=True),
    Column("settings", Text, nullable=False),
    Column("state", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", _row_number, primary_key=True),
    Column("record_id", LargeBinary(32), nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("label_id", Integer, ForeignKey("labels.id"), nullable=False),
    Column("said_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("owner", "type", "ref", "exercise", "version"),
    Index("entries_by_label", "label_id", "id"),
    Index("entries_by_type", "type", "said_us"),
)

# What the node remembers for itself and never exchanges: jobs, subscriptions, replays, accounts, each in a book of its own.
notes = Table(
    "notes",
    metadata,
    Column("book", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
