"""Seals: every record of a batch can be proved alone, and nothing else can."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.partner_keys import NOW_US, history_of, private_key, public_key
from vigie.exchange.identity import History, key_id_of, revoked, rotated
from vigie.exchange.seals import MAX_BATCH, Seal, is_sealed, sealed

OWNER = "ALPHA"
HISTORY = history_of(OWNER)
SECRET = b"s" * 32


def record_ids(count: int) -> list[bytes]:
    """So many ids."""
    return [sha256(b"record %d" % number).digest() for number in range(count)]


def seals(count: int, owner: str = OWNER) -> list[Seal]:
    """The seals of so many records."""
    return sealed(record_ids(count), owner, HISTORY.current_id, private_key(OWNER).sign, SECRET)


def is_good(record_id: bytes, seal: Seal, owner: str = OWNER, history: History = HISTORY) -> bool:
    """Whether the seal proves it, looked at anew."""
    return is_sealed(record_id, seal, owner, history, {})


@pytest.mark.parametrize("size", range(1, MAX_BATCH + 1))
def test_every_record_of_a_batch_of_every_size_is_proved(size: int) -> None:
    """One signature, as many seals as records, each good for its own record alone."""
    made = seals(size)
    assert len({seal.signature for seal in made}) == 1
    assert [seal.position for seal in made] == list(range(size))
    known: dict[tuple[str, bytes, bytes, bytes], bool] = {}
    for place, record_id in enumerate(record_ids(size)):
        assert [is_sealed(record_id, seal, OWNER, HISTORY, known) for seal in made] == [other == place for other in range(size)]
    assert list(known.values()) == [True]


def naive_root(leaves: list[bytes]) -> bytes:
    """The tree as RFC 6962, section 2.1, has it: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


@given(st.integers(1, MAX_BATCH))
def test_the_tree_has_the_shape_of_rfc_6962(size: int) -> None:
    """Written a second time, as the RFC defines it."""
    made = seals(size)
    leaves = [sha256(b"\x00" + seal.nonce + record_id).digest() for seal, record_id in zip(made, record_ids(size), strict=True)]
    assert made[0].root == sha256(b"\x02" + bytes([size]) + naive_root(leaves)).digest()


def test_many_records_are_sealed_64_at_a_time() -> None:
    """And none at all need no signature."""
    made = seals(150)
    assert [seal.size for seal in made] == [64] * 128 + [22] * 22
    assert len({seal.root for seal in made}) == 3
    assert all(is_good(record_id, seal) for record_id, seal in zip(record_ids(150), made, strict=True))
    assert seals(0) == []


@given(st.integers(1, MAX_BATCH), st.data())
def test_a_flipped_bit_anywhere_breaks_the_seal(size: int, data: st.DataObject) -> None:
    """In the record's id, the root, the signature, the nonce, the path, the key's name, the position and the size."""
    position = data.draw(st.integers(0, size - 1))
    seal, record_id = seals(size)[position], record_ids(size)[position]
    name = data.draw(st.sampled_from(["id", "root", "signature", "nonce", "path", "key_id", "position", "size"]))
    if name in ("position", "size"):
        assert not is_good(record_id, replace(seal, **{name: getattr(seal, name) ^ 1 << data.draw(st.integers(0, 8))}))
        return
    held = record_id if name == "id" else seal.key_id.encode() if name == "key_id" else getattr(seal, name)
    if not held:
        return
    bit = data.draw(st.integers(0, 8 * len(held) - 1))
    flipped = bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(held))
    if name == "id":
        assert not is_good(flipped, seal)
    else:
        assert not is_good(record_id, replace(seal, **{name: flipped.decode("latin-1") if name == "key_id" else flipped}))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 32, 64])
def test_a_seal_fits_one_position_and_one_size(size: int) -> None:
    """Any other pair is refused, also below zero, where a place counted from the end would have the same path, and beyond the size."""
    made, ids = seals(size), record_ids(size)
    pairs = [(position, claimed) for position in range(-70, 140) for claimed in {0, size - 1, size, size + 1, 64, 65, 128}]
    for place in {0, size // 2, size - 1}:
        good = [pair for pair in pairs if is_good(ids[place], replace(made[place], position=pair[0], size=pair[1]))]
        assert good == [(place, size)]


@given(st.integers(1, MAX_BATCH), st.sampled_from(["root", "signature", "nonce", "path", "id"]), st.integers(-40, 40).filter(bool))
def test_a_part_of_another_length_is_refused(size: int, name: str, more: int) -> None:
    """Longer or shorter, by a byte or a hash."""
    seal, record_id = seals(size)[size // 2], record_ids(size)[size // 2]
    held = record_id if name == "id" else getattr(seal, name)
    changed = held + bytes(more) if more > 0 else held[:more]
    if changed == held:
        return
    assert not is_good(changed, seal) if name == "id" else not is_good(record_id, replace(seal, **{name: changed}))


def test_a_seal_is_good_for_its_owner_alone() -> None:
    """Another owner who signs with the same key, or is asked with another's history, has none."""
    record_id, seal = record_ids(1)[0], seals(1)[0]
    same_key = history_of("BETA", OWNER)
    assert is_good(record_id, seal)
    assert not is_good(record_id, seal, "BETA", same_key)
    assert not is_good(record_id, seal, "BETA", HISTORY)
    assert not is_good(record_id, seal, OWNER, same_key)
    assert not is_good(record_id, seal, OWNER, history_of(OWNER, "other"))
    assert is_good(record_id, seals(1, "BETA")[0], "BETA", same_key)


def test_what_is_remembered_of_a_root_is_good_for_nobody_else() -> None:
    """A root that was found good for one owner, key or signature is looked at again for another."""
    known: dict[tuple[str, bytes, bytes, bytes], bool] = {}
    record_id, seal = record_ids(1)[0], seals(1)[0]
    assert is_sealed(record_id, seal, OWNER, HISTORY, known)
    assert not is_sealed(record_id, seal, "BETA", history_of("BETA", OWNER), known)
    assert not is_sealed(record_id, replace(seal, signature=bytes(64)), OWNER, HISTORY, known)
    other = history_of(OWNER, "other")
    assert not is_sealed(record_id, replace(seal, key_id=other.current_id), OWNER, other, known)
    assert is_sealed(record_id, seal, OWNER, HISTORY, known)


def test_a_seal_outlives_its_key_but_not_its_revocation() -> None:
    """After a rotation it is good still; after a revocation no more, also where the root was looked at before."""
    known: dict[tuple[str, bytes, bytes, bytes], bool] = {}
    record_id, seal = record_ids(3)[1], seals(3)[1]
    later = rotated(HISTORY, public_key("new"), NOW_US, private_key("new").sign, private_key(OWNER).sign)
    gone = revoked(later, key_id_of(HISTORY.genesis), "lost", private_key("new").sign)
    assert is_sealed(record_id, seal, OWNER, later, known)
    assert not is_sealed(record_id, seal, OWNER, gone, known)


@given(st.integers(2, MAX_BATCH))
def test_a_path_confirms_no_guess_at_another_record(size: int) -> None:
    """No hash in it is one that somebody could make from a known id without the owner's secret."""
    made, ids = seals(size), record_ids(size)
    hashes = {seal.path[start : start + 32] for seal in made for start in range(0, len(seal.path), 32)}
    own = {sha256(b"\x00" + seal.nonce + record_id).digest() for seal, record_id in zip(made, ids, strict=True)}
    guesses = {sha256(lead + record_id).digest() for record_id in ids for lead in (b"\x00", b"", b"\x00" + bytes(16))} | set(ids)
    assert hashes & own
    assert not hashes & guesses
    assert len({seal.nonce for seal in made}) == size
    assert {seal.nonce for seal in sealed(ids, OWNER, HISTORY.current_id, private_key(OWNER).sign, b"t" * 32)}.isdisjoint(seal.nonce for seal in made)


def test_the_same_secret_gives_the_same_seals() -> None:
    """So a batch that is sealed twice is one batch."""
    assert seals(9) == seals(9)
