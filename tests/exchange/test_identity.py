"""Key histories and cards: what is whole is read, what is forged, cut or another's is refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.partner_keys import NOW_US, history_of, private_key, public_key
from vigie.exchange.card import MAX_CARD_BYTES, Card, card_bytes, read_card
from vigie.exchange.identity import (
    Domain,
    History,
    Statement,
    begun,
    checked_history,
    extends,
    fingerprint,
    history_json,
    is_signed,
    key_id_of,
    revoked,
    rotated,
    signed,
)
from vigie.model.canonical import canonical_bytes
from vigie.model.errors import BadReport

Steps = list[tuple[str, int]]


def after(steps: Steps) -> tuple[History, str]:
    """The history of ALPHA after steps (a new key, or a revocation of one of the older ones), and the name of its current key."""
    history, name = history_of("ALPHA"), "ALPHA"
    for number, (step, which) in enumerate(steps):
        old = [one.key for one in history.statements if one.type == "key" and not history.is_revoked(key_id_of(one.key))][:-1]
        if step == "revoke" and old:
            history = revoked(history, key_id_of(old[which % len(old)]), f"lost {number}", private_key(name).sign)
        else:
            history = rotated(history, public_key(f"new {number}"), NOW_US + number, private_key(f"new {number}").sign, private_key(name).sign)
            name = f"new {number}"
    return history, name


STEPS = st.lists(st.tuples(st.sampled_from(["key", "revoke"]), st.integers(0, 9)), max_size=6)


@given(STEPS)
def test_a_history_is_read_as_it_was_written(steps: Steps) -> None:
    """Through JSON and back, with its current key last."""
    history, name = after(steps)
    read = checked_history(json.loads(canonical_bytes(history_json(history))), "ALPHA")
    assert read == history
    assert read.current == public_key(name)
    assert read.current_id == key_id_of(public_key(name))
    assert read.genesis == public_key("ALPHA")


@given(STEPS, STEPS)
def test_a_longer_history_extends_a_shorter_and_no_other(steps: Steps, more: Steps) -> None:
    """Every beginning is extended by the whole; a fork by neither."""
    whole, _ = after(steps)
    for length in range(1, len(whole.statements) + 1):
        known = History("ALPHA", whole.statements[:length])
        assert extends(known, whole)
        assert extends(whole, known) is (length == len(whole.statements))
    fork = rotated(history_of("ALPHA"), public_key("thief"), NOW_US, private_key("thief").sign, private_key("ALPHA").sign)
    grown, _ = after([("key", 0), *more])
    assert not extends(fork, grown)
    assert not extends(grown, fork)
    assert not extends(history_of("ALPHA"), history_of("BETA", "ALPHA"))


@given(STEPS, st.data())
def test_no_changed_character_of_a_history_passes(steps: Steps, data: st.DataObject) -> None:
    """Whatever digit or letter is changed, the history is refused or says the same."""
    history, _ = after(steps)
    text = canonical_bytes(history_json(history)).decode()
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.sampled_from('0a5f9{}[]",:Zx')) + text[place + 1 :]
    try:
        read = checked_history(json.loads(changed), "ALPHA")
    except (BadReport, json.JSONDecodeError):
        return
    assert read == history


def test_a_revoked_key_is_known_and_counts_no_more() -> None:
    """Its signatures can still be told apart from an unknown key's."""
    history, _ = after([("key", 0), ("revoke", 0)])
    assert history.key(key_id_of(public_key("ALPHA"))) == public_key("ALPHA")
    assert history.is_revoked(key_id_of(public_key("ALPHA")))
    assert not history.is_revoked(history.current_id)
    assert history.key("0" * 16) is None


def forged(change: Callable[[list[Any]], object], steps: Steps) -> Any:
    """The JSON of a history after a change by somebody without the keys."""
    said = json.loads(canonical_bytes(history_json(after(steps)[0])))
    change(said)
    return said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said.pop(0), "does not follow the one before"),
        (lambda said: said.pop(1), "does not follow the one before"),
        (lambda said: said.reverse(), "does not follow the one before"),
        (lambda said: said.append(said[1]), "does not follow the one before"),
        (lambda said: said.clear(), "must be a list of statements"),
        (lambda said: said.extend(said * 200), "must be a list of statements"),
        (lambda said: said[1]["signatures"].pop(), "is not signed as it should be"),
        (lambda said: said[1]["signatures"].reverse(), "is not signed as it should be"),
        (lambda said: said[0].update(party="BETA"), "another party's"),
        (lambda said: said[0].update(more=1), "cannot be understood"),
        (lambda said: said[0].update(number=True), "cannot be understood"),
        (lambda said: said[0].update(key="00"), "cannot be understood"),
        (lambda said: said[0].update({"from": "2026"}), "cannot be understood"),
        (lambda said: said[2].update(reason="a\nb"), "cannot be understood"),
        (lambda said: said[2].update(reason="\ud800"), "cannot be understood"),
        (lambda said: said[0].update(type=[]), "cannot be understood"),
        (lambda said: said[0].update(type="grant"), "cannot be understood"),
        (lambda said: said.insert(0, None), "cannot be understood"),
    ],
)
def test_a_forged_history_is_refused_in_one_sentence(change: Callable[[list[Any]], object], words: str) -> None:
    """Cut, shuffled, another party's, with a signature less, or of other fields."""
    with pytest.raises(BadReport) as caught:
        checked_history(forged(change, [("key", 0), ("revoke", 0)]), "ALPHA")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("said", [None, {}, "[]", 7, [[]], [{}], [{"type": "key"}]])
def test_what_is_no_history_is_refused(said: Any) -> None:
    """Whatever kind of JSON it is."""
    with pytest.raises(BadReport):
        checked_history(said, "ALPHA")


@pytest.mark.parametrize("party", ["", "A\nB", "\x1b[31m", "A" * 65, "\ud800"])
def test_a_party_that_cannot_be_shown_is_refused(party: str) -> None:
    """Its name stands in sentences that people read."""
    with pytest.raises(BadReport, match="name"):
        checked_history(history_json(history_of("ALPHA")), party)


def test_the_current_key_is_not_revoked_before_it_is_replaced() -> None:
    """Nor one that was never the party's, nor one twice, nor is one taken again."""
    history, name = after([("key", 0)])
    sign = private_key(name).sign
    with pytest.raises(BadReport, match="must be replaced first"):
        revoked(history, history.current_id, "lost", sign)
    with pytest.raises(BadReport, match="never had"):
        revoked(history, "0" * 16, "lost", sign)
    once = revoked(history, key_id_of(history.genesis), "lost", sign)
    with pytest.raises(BadReport, match="twice"):
        revoked(once, key_id_of(history.genesis), "lost", sign)
    with pytest.raises(BadReport, match="given up"):
        rotated(once, history.genesis, NOW_US, private_key("ALPHA").sign, sign)


def test_only_the_current_key_makes_the_next_statement() -> None:
    """A key that was given up makes none, though it is good for what it signed before."""
    history, _ = after([("key", 0), ("key", 0)])
    thief = private_key("thief")
    for stolen in ("ALPHA", "new 0"):
        with pytest.raises(BadReport, match="is not signed as it should be"):
            rotated(history, public_key("thief"), NOW_US, thief.sign, private_key(stolen).sign)
        with pytest.raises(BadReport, match="is not signed as it should be"):
            revoked(history, key_id_of(public_key("ALPHA")), "out of spite", private_key(stolen).sign)


@given(st.sampled_from(list(Domain)), st.sampled_from(list(Domain)), st.binary(max_size=99))
@example(Domain.PAGE, Domain.BATCH, b"")
def test_a_signature_for_one_purpose_passes_for_no_other(made: Domain, asked: Domain, data: bytes) -> None:
    """And over these bytes and by this key alone."""
    signature = signed(made, data, private_key("ALPHA").sign)
    assert is_signed(asked, data, signature, public_key("ALPHA")) is (made is asked)
    assert not is_signed(made, data + b"x", signature, public_key("ALPHA"))
    assert not is_signed(made, data, signature, public_key("BETA"))


@given(st.binary(max_size=70), st.binary(max_size=40))
def test_any_bytes_for_a_signature_or_a_key_are_only_wrong(signature: bytes, key: bytes) -> None:
    """Never an error."""
    assert not is_signed(Domain.PAGE, b"data", signature, public_key("ALPHA"))
    assert not is_signed(Domain.PAGE, b"data", bytes(64), key) or len(key) == 32


def test_a_fingerprint_is_read_out_in_groups_of_four() -> None:
    """Sixteen of them, the first of which are the key's name."""
    shown = fingerprint(public_key("ALPHA"))
    assert [len(group) for group in shown.split(" ")] == [4] * 16
    assert shown.replace(" ", "").startswith(key_id_of(public_key("ALPHA")))


def card() -> Card:
    """A partner's card after a new key."""
    return Card("ALPHA", "https://alpha.example:8443", "", after([("key", 0)])[0])


def test_a_card_is_read_as_it_was_made() -> None:
    """The same card gives the same bytes, and they end with the line."""
    made = card_bytes(card(), private_key("new 0").sign)
    assert read_card(made) == card()
    assert made == card_bytes(read_card(made), private_key("new 0").sign)
    assert made.endswith(b"}\n")


@given(st.integers(0), st.integers(1, 255))
def test_no_changed_byte_of_a_card_passes(place: int, flip: int) -> None:
    """It is refused in one sentence; a changed space at its end is no change."""
    made = bytearray(card_bytes(card(), private_key("new 0").sign))
    made[place % (len(made) - 1)] ^= flip
    with pytest.raises(BadReport) as caught:
        read_card(bytes(made))
    assert "\n" not in str(caught.value)


@given(st.integers(0))
def test_a_card_that_was_cut_is_refused(length: int) -> None:
    """Wherever it ends."""
    made = card_bytes(card(), private_key("new 0").sign).strip()
    with pytest.raises(BadReport):
        read_card(made[: length % len(made)])


def changed_card(**changes: Any) -> bytes:
    """A card with changes by somebody without its key."""
    return canonical_bytes(json.loads(card_bytes(card(), private_key("new 0").sign)) | changes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"vigie":"card","vigie":"card"}', "cannot be read"),
        (b"[1]", "not a card"),
        (b"x" * (MAX_CARD_BYTES + 1), "too long"),
        (changed_card(vigie="page"), "not a card"),
        (changed_card(more=1), "not a card"),
        (changed_card(address="https://thief.example"), "signature is not its owner's"),
        (changed_card(address=7), "cannot be understood"),
        (changed_card(signature="00"), "signature is not its owner's"),
        (changed_card(signature=None), "signature is not its owner's"),
        (changed_card(party="BETA"), "another party's"),
        (changed_card(history=history_json(history_of("BETA"))), "another party's"),
        (changed_card(history=history_json(history_of("ALPHA"))), "signature is not its owner's"),
        (card_bytes(Card("ALPHA", "", "no certificate", history_of("ALPHA")), private_key("ALPHA").sign), "certificate cannot be read"),
        (card_bytes(Card("ALPHA", "", "", history_of("ALPHA")), private_key("thief").sign), "signature is not its owner's"),
        (card_bytes(Card("BETA", "", "", history_of("ALPHA")), private_key("ALPHA").sign), "another party's"),
        (card_bytes(card(), private_key("ALPHA").sign), "signature is not its owner's"),
    ],
)
def test_a_damaged_card_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    """Each kind of damage has its own."""
    with pytest.raises(BadReport) as caught:
        read_card(data)
    assert words in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_a_history_begins_with_a_key_that_signs_itself() -> None:
    """Nobody can begin one with another's key."""
    with pytest.raises(BadReport, match="is not signed"):
        begun("ALPHA", public_key("BETA"), NOW_US, private_key("ALPHA").sign)


def said_by(statement: Statement, *names: str) -> Statement:
    """The statement with the signatures of these keys."""
    return replace(statement, signatures=tuple(signed(Domain.KEY, statement.said, private_key(name).sign) for name in names))


def test_statements_of_two_stories_do_not_make_one() -> None:
    """Each is signed as it should be, but names another one before."""
    one, other = (rotated(history_of("ALPHA"), public_key("new"), NOW_US + n, private_key("new").sign, private_key("ALPHA").sign) for n in (0, 1))
    next_one = rotated(one, public_key("last"), NOW_US, private_key("last").sign, private_key("new").sign).statements[2]
    assert checked_history(history_json(History("ALPHA", (*one.statements, next_one))), "ALPHA").current == public_key("last")
    with pytest.raises(BadReport, match="does not follow the one before"):
        checked_history(history_json(History("ALPHA", (*other.statements, next_one))), "ALPHA")


def test_no_history_begins_with_a_revocation_or_revokes_what_it_never_had() -> None:
    """Though it is signed as it should be."""
    first = said_by(Statement("revoke", "ALPHA", 0, public_key("ALPHA"), "", reason="lost"), "ALPHA")
    known = history_of("ALPHA").statements
    unknown = said_by(Statement("revoke", "ALPHA", 1, public_key("BETA"), known[0].digest, reason="lost"), "ALPHA")
    for statements in ((first,), (*known, unknown)):
        with pytest.raises(BadReport, match="revokes a key that it never had"):
            checked_history(history_json(History("ALPHA", statements)), "ALPHA")
