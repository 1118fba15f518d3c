"""Records on disk. The only package that speaks SQL."""

from vigie.store.check import check_entries, check_payloads, check_records
from vigie.store.database import Store, clear_journal, create_store, open_store, schema_version, sqlite_url, upgrade_store
from vigie.store.entries import add_entries, add_entry, add_within, readable_log
from vigie.store.erasure import Erasable, Erasure, erasable, erase, tombstone_bytes, tombstoned
from vigie.store.history import Versions, readable_versions
from vigie.store.intake import FileFacts, Intake, Tally, change_count, taken_in, taking_in
from vigie.store.journal import agencies, count_rows, list_files, list_rejects, raw_item, sweep_quarantine
from vigie.store.keyring import Keyring, seal_stream, unseal_stream
from vigie.store.named import rows_named
from vigie.store.notes import add_note, change_note, list_notes, read_note, remove_note, save_note
from vigie.store.reading import Audience, Held, Window, find_reports, held_reports, labels_of_rows, visible
from vigie.store.rows import PreparedBlock, prepare
from vigie.store.source_book import SourceState, list_source_states, save_source_state

__all__ = [
    "Audience",
    "Erasable",
    "Erasure",
    "FileFacts",
    "Held",
    "Intake",
    "Keyring",
    "PreparedBlock",
    "SourceState",
    "Store",
    "Tally",
    "Versions",
    "Window",
    "add_entries",
    "add_entry",
    "add_note",
    "add_within",
    "agencies",
    "change_count",
    "change_note",
    "check_entries",
    "check_payloads",
    "check_records",
    "clear_journal",
    "count_rows",
    "create_store",
    "erasable",
    "erase",
    "find_reports",
    "held_reports",
    "labels_of_rows",
    "list_files",
    "list_notes",
    "list_rejects",
    "list_source_states",
    "open_store",
    "prepare",
    "raw_item",
    "read_note",
    "readable_log",
    "readable_versions",
    "remove_note",
    "rows_named",
    "save_note",
    "save_source_state",
    "schema_version",
    "seal_stream",
    "sqlite_url",
    "sweep_quarantine",
    "taken_in",
    "taking_in",
    "tombstone_bytes",
    "tombstoned",
    "unseal_stream",
    "upgrade_store",
    "visible",
]
