"""A store of an older version is brought up to this one by `vigie init` and keeps what it holds. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import vigie.store
from made import NOW_US, quake
from vigie.model.decision import decisions_of
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.model.label import Directory, Label, label_text
from vigie.node.settings import init_node, open_node
from vigie.store import (
    Audience,
    FileFacts,
    Keyring,
    Store,
    add_entry,
    check_entries,
    check_records,
    count_rows,
    create_store,
    database,
    open_store,
    prepare,
    readable_log,
    schema_version,
    taking_in,
    upgrade_store,
    visible,
)
from vigie.store.schema import SCHEMA_VERSION, metadata

CLEAR = Label("ME-NODE", tlp="CLEAR")
KINDS = ("sqlite", "postgresql")


def migrate(store: Store, direction: Callable[[Config, str], None], version: str) -> None:
    """Moves the store's tables to a version."""
    config = Config()
    config.set_main_option("script_location", str(Path(vigie.store.__file__).parent / "migrations"))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        direction(config, version)


def older_store(url: str, keyring: Keyring) -> None:
    """A store as the first release made it, with two reports."""
    store = database._connect(url)
    migrate(store, command.upgrade, "0001")
    with store.engine.connect() as connection:
        assert "entries" not in sqlalchemy.inspect(connection).get_table_names()
    file = FileFacts(digest="0", name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, CLEAR, NOW_US + 1) as intake:
        intake.add(prepare([quake("a"), quake("b", lon=20.0)], "ME-NODE", label_text(CLEAR)))
    assert schema_version(store) == "0001"
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_older_store_is_refused_with_what_to_do(new_url: Callable[[str], str], tmp_path: Path, kind: str) -> None:
    """The sentence names both versions and the command."""
    url = new_url(kind)
    older_store(url, Keyring(tmp_path / "keys"))
    with pytest.raises(BadSetting, match=rf"0001.*{SCHEMA_VERSION}.*`vigie init`"):
        open_store(url)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upgraded_store_keeps_its_records_and_has_the_tables_of_a_new_one(new_url: Callable[[str], str], tmp_path: Path, kind: str) -> None:
    """Nothing differs from what the program asks for; upgrading again does nothing."""
    url = new_url(kind)
    older_store(url, Keyring(tmp_path / "keys"))
    assert [upgrade_store(url), upgrade_store(url)] == [True, False]
    store = open_store(url)
    assert list(check_records(store)) == [None, None]
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()


OLD_DECISION = (
    "INSERT INTO decisions (first_agency, first_ref, second_agency, second_ref, same, reason, label_id, decided_us) "
    "VALUES ('MSO', '{first}', 'MSO', 'b', {same}, '{reason}', (SELECT id FROM labels), {decided_us})"
)


@pytest.mark.parametrize("kind", KINDS)
def test_decisions_of_an_older_store_are_entries_afterwards(new_url: Callable[[str], str], tmp_path: Path, kind: str) -> None:
    """Two words on one pair are two versions of one decision, the later counts; what no report is named after is kept too; each id can be proved."""
    url = new_url(kind)
    older_store(url, Keyring(tmp_path / "keys"))
    store = database._connect(url)
    migrate(store, command.upgrade, "0002")
    with store.engine.begin() as connection:
        for first, same, reason, decided_us in (("a", "true", "close", NOW_US), ("a", "false", "two shocks", NOW_US + 5), ("gone", "true", "", NOW_US + 1)):
            connection.exec_driver_sql(OLD_DECISION.format(first=first, same=same, reason=reason, decided_us=decided_us))
    store.close()
    assert upgrade_store(url)
    store = open_store(url)
    log = readable_log(store, Audience("ME-NODE", Directory(), NOW_US + 9), exercise=False)
    found = {report.groups[0][0].text: (entry.version, report.verdict, report.reason, entry.said_us) for entry, report in decisions_of(log)}
    assert found == {"MSO/a": (2, "apart", "two shocks", NOW_US + 5), "MSO/gone": (1, "same", "", NOW_US + 1)}
    assert list(check_entries(store)) == [None, None, None]
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_init_brings_the_store_of_an_existing_node_up_to_this_version(new_url: Callable[[str], str], tmp_path: Path, kind: str) -> None:
    """As an operator would: the reports are still there, and entries can be written."""
    folder, url = tmp_path / "node", new_url(kind)
    init_node(folder, "ME-NODE", url).store.close()
    store = open_store(url)
    with store.engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    store.close()
    older_store(url, Keyring(folder / "keys" / "quarantine.keys"))
    with pytest.raises(BadSetting, match="vigie init"):
        open_node(folder)
    with pytest.raises(BadSetting, match="another party"):
        init_node(folder, "RS-NODE")
    node = init_node(folder, "ME-NODE")
    assert count_rows(node.store) == 2
    assert len(visible(node.store, Audience("ME-NODE", node.directory, NOW_US))) == 2
    said = Entry(type="draft", owner="ME-NODE", ref="d-1", label=CLEAR, said_us=NOW_US, body={})
    assert add_entry(node.store, said).version == 1
    node.store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_of_a_newer_version_is_left_alone(new_url: Callable[[str], str], kind: str) -> None:
    """Upgrading never goes back; the sentence says which program to use."""
    url = new_url(kind)
    made = create_store(url)
    with made.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    made.close()
    assert not upgrade_store(url)
    with pytest.raises(BadSetting, match=r"0999.*use the version of Vigie that made it"):
        open_store(url)


def test_an_upgrade_makes_no_store_where_there_is_none(new_url: Callable[[str], str]) -> None:
    """A lost file is said, not replaced by an empty one."""
    with pytest.raises(BadSetting, match="no Vigie store here"):
        upgrade_store(new_url("sqlite"))


def test_a_migration_can_be_taken_back(new_url: Callable[[str], str]) -> None:
    """Down to the first release and up again."""
    store = create_store(new_url("sqlite"))
    migrate(store, command.downgrade, "0001")
    assert schema_version(store) == "0001"
    migrate(store, command.upgrade, "head")
    assert schema_version(store) == SCHEMA_VERSION
    store.close()
