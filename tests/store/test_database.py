"""Opening a store, one state a reading, and what a check finds. On SQLite and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import delete, func, select, update

import vigie.store
from made import NOW_US, quake
from vigie.model.errors import BadSetting
from vigie.model.label import Label, label_text
from vigie.store import FileFacts, Keyring, Store, check_payloads, check_records, create_store, open_store, prepare, sweep_quarantine, taking_in
from vigie.store.schema import SCHEMA_VERSION, labels, payload_blocks, reports

CLEAR = Label("ME", tlp="CLEAR")
HOUR_US = 3_600_000_000


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Keys of a quarantine."""
    return Keyring(tmp_path / "keys" / "quarantine.keys")


def fill(store: Store, keyring: Keyring, *refs: str, digest: str = "0", label: Label = CLEAR) -> None:
    """Takes in reports with payloads, each in a block of its own."""
    file = FileFacts(digest=digest, name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, label, NOW_US + 1) as intake:
        for ref in refs:
            intake.add(prepare([replace(quake(ref), payload=ref.encode())], "ME", label_text(label)))


def test_the_version_that_is_asked_for_is_the_newest_migration() -> None:
    """Else every store would be refused."""
    config = Config()
    config.set_main_option("script_location", str(Path(vigie.store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_VERSION


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_store_of_another_version_is_refused(new_url: Callable[[str], str], kind: str) -> None:
    """The sentence names both versions."""
    url = new_url(kind)
    made = create_store(url)
    with made.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    made.close()
    with pytest.raises(BadSetting, match=rf"0999.*{SCHEMA_VERSION}"):
        open_store(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql//me:hush@host/vigie",
        "postgresql://me:hush@host:port/vigie",
        "nothing://me:hu@hush@host/vigie",
        "nothing://host/vigie?password=hush",
        "nothing://me@host/vigie?password=a@hush",
        "nothing://me:x?hush@host/vigie",
    ],
)
def test_an_address_that_cannot_be_understood_is_shown_without_its_password(url: str) -> None:
    """It may end in a log."""
    with pytest.raises(BadSetting) as caught:
        open_store(url)
    assert "hush" not in str(caught.value).replace("@host", "")


def test_a_reading_sees_one_state_throughout(store: Store, keyring: Keyring) -> None:
    """Though another connection writes meanwhile."""
    with store.reading() as connection:
        count = select(func.count()).select_from(reports)
        before = connection.execute(count).scalar_one()
        fill(store, keyring, "a")
        assert connection.execute(count).scalar_one() == before == 0
        assert connection.execute(select(func.count()).select_from(payload_blocks)).scalar_one() == 0


def test_a_payload_that_is_gone_or_changed_is_found(store: Store, keyring: Keyring) -> None:
    """One sentence a block: whole, changed, gone."""
    fill(store, keyring, "a", "b", "c")
    with store.writing() as connection:
        numbers = connection.execute(select(payload_blocks.c.id).order_by(payload_blocks.c.id)).scalars().all()
        connection.execute(update(payload_blocks).where(payload_blocks.c.id == numbers[1]).values(data=b"no zlib"))
        connection.execute(delete(payload_blocks).where(payload_blocks.c.id == numbers[2]))
    assert [fault is None for fault in check_payloads(store)] == [True, False, False]
    with store.writing() as connection:
        connection.execute(update(reports).values(payload_block=None))
    assert [fault for fault in check_payloads(store) if fault and "(3 in this block)" in fault]


def test_a_record_whose_label_is_gone_is_found(store: Store, keyring: Keyring) -> None:
    """Nobody can read it, so nobody would miss it."""
    fill(store, keyring, "a")
    with store.writing() as connection:
        connection.execute(update(reports).values(label_id=select(func.max(labels.c.id) + 1).scalar_subquery()))
    (fault,) = check_records(store)
    assert fault is not None
    assert "label" in fault


def test_what_a_killed_ingest_left_in_the_quarantine_goes_after_an_hour(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """The sealed file with its key, and a key alone; not while another process may be about to write them down."""
    folder = tmp_path / "quarantine"
    folder.mkdir()
    keyring.new_keys(["left", "keyless", "young"])
    for name, age_us in (("left", 2 * HOUR_US), ("young", HOUR_US // 2)):
        (folder / f"{name}.sealed").write_bytes(b"sealed")
        os.utime(folder / f"{name}.sealed", ns=(0, (NOW_US - age_us) * 1_000))
    assert sweep_quarantine(store, keyring, folder, NOW_US) == 1
    assert [path.stem for path in folder.iterdir()] == ["young"]
    assert [keyring.key(name) is None for name in ("left", "keyless", "young")] == [True, False, False]
    assert sweep_quarantine(store, keyring, folder, NOW_US + HOUR_US // 4) == 0
    assert sweep_quarantine(store, keyring, folder, NOW_US + HOUR_US) == 2
    assert [keyring.key(name) for name in ("keyless", "young")] == [None, None]
    assert list(folder.iterdir()) == []


def test_what_is_written_down_is_not_swept_before_its_day(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """However old its file is."""
    keyring.new_key("kept")
    (tmp_path / "kept.sealed").write_bytes(b"sealed")
    os.utime(tmp_path / "kept.sealed", ns=(0, 0))
    file = FileFacts(digest="0", name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, CLEAR, NOW_US + 1_000 * HOUR_US) as intake:
        assert intake.keep_raw("kept")
    for hours in (0, 2, 4):
        assert sweep_quarantine(store, keyring, tmp_path, NOW_US + hours * HOUR_US) == 0
    assert keyring.key("kept") is not None
