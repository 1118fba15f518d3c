"""Records on disk. The only package that speaks SQL."""

from vigie.store.audit import AuditChoice, AuditRow, append_audit, append_soon, append_within, audit_head, check_audit, is_in_audit, read_audit
from vigie.store.check import Unproved, check_entries, check_payloads, check_records, check_seals
from vigie.store.copying import Standing, check_empty, copy_sqlite, copy_store, empty_again, place_postgres, place_sqlite, standing_of
from vigie.store.database import Store, clear_journal, create_store, open_store, schema_version, sqlite_url, upgrade_store
from vigie.store.entries import add_entries, add_entry, add_within, readable_log
from vigie.store.epochs import epoch_within, open_epoch, store_epoch
from vigie.store.erasure import Erasable, Erasure, erasable, erase, tombstone_bytes, tombstoned
from vigie.store.history import Versions, readable_versions
from vigie.store.intake import FileFacts, Intake, Opening, Tally, change_count, taken_in, taking_in
from vigie.store.journal import agencies, count_rows, list_files, list_rejects, raw_item, sweep_quarantine
from vigie.store.keyring import Keyring, seal_stream, unseal_stream
from vigie.store.named import rows_named
from vigie.store.notes import add_note, change_note, list_notes, read_note, remove_note, save_note
from vigie.store.reading import Audience, Held, Window, find_reports, held_reports, labels_of_rows, visible
from vigie.store.rows import PreparedBlock, prepare
from vigie.store.seals import forget_seals, seal_missing, seals_of, write_seals
from vigie.store.source_book import SourceState, list_source_states, save_source_state
from vigie.store.words import report_words

__all__ = [
    "Audience",
    "AuditChoice",
    "AuditRow",
    "Erasable",
    "Erasure",
    "FileFacts",
    "Held",
    "Intake",
    "Keyring",
    "Opening",
    "PreparedBlock",
    "SourceState",
    "Standing",
    "Store",
    "Tally",
    "Unproved",
    "Versions",
    "Window",
    "add_entries",
    "add_entry",
    "add_note",
    "add_within",
    "agencies",
    "append_audit",
    "append_soon",
    "append_within",
    "audit_head",
    "change_count",
    "change_note",
    "check_audit",
    "check_empty",
    "check_entries",
    "check_payloads",
    "check_records",
    "check_seals",
    "clear_journal",
    "copy_sqlite",
    "copy_store",
    "count_rows",
    "create_store",
    "empty_again",
    "epoch_within",
    "erasable",
    "erase",
    "find_reports",
    "forget_seals",
    "held_reports",
    "is_in_audit",
    "labels_of_rows",
    "list_files",
    "list_notes",
    "list_rejects",
    "list_source_states",
    "open_epoch",
    "open_store",
    "place_postgres",
    "place_sqlite",
    "prepare",
    "raw_item",
    "read_audit",
    "read_note",
    "readable_log",
    "readable_versions",
    "remove_note",
    "report_words",
    "rows_named",
    "save_note",
    "save_source_state",
    "schema_version",
    "seal_missing",
    "seal_stream",
    "seals_of",
    "sqlite_url",
    "standing_of",
    "store_epoch",
    "sweep_quarantine",
    "taken_in",
    "taking_in",
    "tombstone_bytes",
    "tombstoned",
    "unseal_stream",
    "upgrade_store",
    "visible",
    "write_seals",
]
