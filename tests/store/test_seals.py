"""Seals on disk: kept as they were, made once, never over two labels, replaced, forgotten, checked. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import delete, func, select, update

from exchange.partner_keys import history_of, private_key
from made import NOW_US
from vigie.exchange.seals import KnownRoots, Seal, is_sealed, sealed
from vigie.model.entry import Entry, entry_id
from vigie.model.errors import BadReport
from vigie.model.label import Label
from vigie.store import Store, add_entry, check_seals, forget_seals, seal_missing, seals_of, write_seals
from vigie.store.label_book import label_number
from vigie.store.schema import batches, entries, seals

HISTORY = history_of("ME")


def made(record_ids: Sequence[bytes], owner: str = "ME", key: str = "ME") -> list[Seal]:
    """Seals under the key of that name."""
    return sealed(record_ids, owner, history_of(owner, key).current_id, private_key(key).sign, key.encode())


def ids(count: int) -> list[bytes]:
    """So many record ids."""
    return [sha256(b"%d" % number).digest() for number in range(count)]


def count_of(store: Store, table: object) -> int:
    """How many rows."""
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def test_seals_are_kept_as_they_were(store: Store) -> None:
    """Also those of several batches; what has none is left out."""
    wanted = dict(zip(ids(150), made(ids(150)), strict=True))
    with store.writing() as connection:
        write_seals(connection, "ME", wanted)
        assert seals_of(connection, [*ids(150), bytes(32)]) == wanted
        assert seals_of(connection, []) == {}
        assert seals_of(connection, ids(2)) == dict(list(wanted.items())[:2])
    assert count_of(store, batches) == 3


def test_a_seal_is_written_twice_without_harm_and_replaced_by_a_newer(store: Store) -> None:
    """Under another key it is another."""
    for key in ("ME", "ME", "new"):
        wanted = dict(zip(ids(5), made(ids(5), key=key), strict=True))
        with store.writing() as connection:
            write_seals(connection, "ME", wanted)
            assert seals_of(connection, ids(5)) == wanted
    assert count_of(store, seals) == 5


def test_a_root_that_is_signed_again_by_its_owner_has_the_new_signature(store: Store) -> None:
    """An owner may sign the same tree with its next key."""
    first = dict(zip(ids(3), made(ids(3)), strict=True))
    again = {record_id: replace(seal, key_id="f" * 16, signature=b"s" * 64) for record_id, seal in first.items()}
    with store.writing() as connection:
        write_seals(connection, "ME", first)
        write_seals(connection, "ME", again)
        assert seals_of(connection, ids(3)) == again
    assert count_of(store, batches) == 1


def test_a_root_of_another_owner_is_refused(store: Store) -> None:
    """One sentence names both."""
    with store.writing() as connection:
        write_seals(connection, "ME", dict(zip(ids(3), made(ids(3)), strict=True)))
    with pytest.raises(BadReport, match=r"another owner already .*RS.*expected ME"), store.writing() as connection:
        write_seals(connection, "RS", dict(zip(ids(3), made(ids(3)), strict=True)))


def test_each_record_is_sealed_once(store: Store) -> None:
    """When it is first offered; a second time nothing is made."""
    asked: list[int] = []

    def seal(record_ids: Sequence[bytes]) -> list[Seal]:
        asked.append(len(record_ids))
        return made(record_ids)

    with store.writing() as connection:
        assert seal_missing(connection, "ME", [(record_id, 1) for record_id in ids(10)], seal) == 10
        before = seals_of(connection, ids(10))
        assert seal_missing(connection, "ME", [(record_id, 1) for record_id in ids(100)], seal) == 90
        assert seal_missing(connection, "ME", [(record_id, 1) for record_id in ids(100)], seal) == 0
        assert {record_id: seals_of(connection, ids(100))[record_id] for record_id in ids(10)} == before
    assert asked == [10, 64, 26]


def test_a_batch_never_mixes_labels(store: Store) -> None:
    """Each batch has one; and where each copy needs the owner's leave, one record."""
    with store.writing() as connection:
        numbers = [label_number(connection, Label("ME", tlp="GREEN", orcon=orcon)) for orcon in (False, True)]
        rows = [(record_id, numbers[place % 2]) for place, record_id in enumerate(ids(20))]
        assert seal_missing(connection, "ME", rows, made) == 20
        found = seals_of(connection, ids(20))
    assert [found[record_id].size for record_id, label in rows] == [10 if label == numbers[0] else 1 for _, label in rows]
    known: KnownRoots = {}
    assert all(is_sealed(record_id, seal, "ME", HISTORY, known) for record_id, seal in found.items())


def test_the_seals_of_a_revoked_key_are_forgotten(store: Store) -> None:
    """Those of another key and of another owner stay."""
    with store.writing() as connection:
        write_seals(connection, "ME", dict(zip(ids(9)[:3], made(ids(9)[:3]), strict=True)))
        write_seals(connection, "ME", dict(zip(ids(9)[3:6], made(ids(9)[3:6], key="new"), strict=True)))
        write_seals(connection, "RS", dict(zip(ids(9)[6:], made(ids(9)[6:], "RS"), strict=True)))
        assert forget_seals(connection, "ME", HISTORY.current_id) == 3
        assert set(seals_of(connection, ids(9))) == set(ids(9)[3:])
        assert forget_seals(connection, "ME", HISTORY.current_id) == 0
    assert count_of(store, batches) == 2


def offered(store: Store, count: int) -> list[bytes]:
    """The ids of so many entries, sealed."""
    said = [add_entry(store, Entry(type="draft", owner="ME", ref=f"d-{n}", label=Label("ME"), said_us=NOW_US, body={}, by="a")) for n in range(count)]
    found = [bytes.fromhex(entry_id(entry)) for entry in said]
    with store.writing() as connection:
        seal_missing(connection, "ME", [(record_id, 1) for record_id in found], made)
    return found


def is_good(record_id: bytes, seal: Seal, owner: str) -> bool:
    """Whether the seal is ME's."""
    return is_sealed(record_id, seal, owner, HISTORY, {})


def test_a_check_looks_at_every_seal(store: Store) -> None:
    """All is well; what was never offered is not looked at."""
    offered(store, 3)
    add_entry(store, Entry(type="draft", owner="ME", ref="later", label=Label("ME"), said_us=NOW_US, body={}, by="a"))
    assert list(check_seals(store, is_good)) == [None] * 3


@pytest.mark.parametrize("change", [{"nonce": bytes(16)}, {"path": b""}, {"position": 0}])
def test_a_seal_that_was_changed_is_found(store: Store, change: dict[str, object]) -> None:
    """The fault says whose record it is; the others are well."""
    last = offered(store, 3)[-1]
    with store.writing() as connection:
        connection.execute(update(seals).where(seals.c.record_id == last).values(**change))
    faults = [fault for fault in check_seals(store, is_good) if fault]
    assert [(fault.record_id, fault.owner, fault.signer) for fault in faults] == [(last, "ME", "ME")]


def test_a_received_record_without_a_seal_is_found(store: Store) -> None:
    """The node's own may wait for theirs."""
    first, second = offered(store, 2)
    with store.writing() as connection:
        connection.execute(delete(seals))
        connection.execute(update(entries).where(entries.c.record_id == second).values(received=True))
    assert [(fault.record_id, fault.seal) for fault in check_seals(store, is_good) if fault] == [(second, None)]
    assert first != second


def test_a_batch_that_was_given_to_another_owner_is_found(store: Store) -> None:
    """Whoever signed it is told."""
    offered(store, 2)
    with store.writing() as connection:
        connection.execute(update(batches).values(owner="RS"))
    assert [fault.signer for fault in check_seals(store, is_good) if fault] == ["RS", "RS"]
