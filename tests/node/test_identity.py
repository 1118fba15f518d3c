"""The node's keys and certificate on disk: made once, changed whole or not at all, readable to their owner alone."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from made import NOW_US
from vigie.cli.app import app
from vigie.exchange.card import Card, card_bytes, read_card
from vigie.exchange.identity import Domain, extends, fingerprint, history_json, is_signed, signed
from vigie.exchange.seals import is_sealed
from vigie.model.entry import Entry, entry_id
from vigie.model.errors import BadSetting
from vigie.model.label import Label
from vigie.model.times import DAY_US
from vigie.node.certificates import PEER_NAME, certificate_of, known_certificate, renew_certificate
from vigie.node.health import faults_of
from vigie.node.identity import identity_of, revoke_key, rotate_key
from vigie.node.settings import Node, init_node
from vigie.store import add_entry, save_note, seal_missing, seals_of

RECORD = sha256(b"record").digest()


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777


def test_an_older_node_gets_its_history_when_it_is_first_needed(node: Node) -> None:
    """It begins with the key that the node has, and stays."""
    (node.folder / "keys" / "history.json").unlink(missing_ok=True)
    first = identity_of(node)
    assert first.history == identity_of(node).history
    assert first.party == "ME-NODE"
    assert len(first.history.statements) == 1
    assert is_signed(Domain.PAGE, b"page", signed(Domain.PAGE, b"page", node.sign), first.history.current)
    assert mode(node.folder / "keys" / "history.json") == 0o600


def test_many_at_once_make_one_history_and_one_certificate(node: Node) -> None:
    """Whoever comes first, all have the same."""
    (node.folder / "keys" / "history.json").unlink(missing_ok=True)
    with ThreadPoolExecutor(8) as pool:
        histories = list(pool.map(lambda _: identity_of(node).history, range(16)))
        shown = list(pool.map(lambda _: certificate_of(node, NOW_US).fingerprint, range(16)))
    assert len(set(histories)) == 1
    assert len(set(shown)) == 1


_AT_ONCE = """
import sys
from pathlib import Path
from vigie.node.certificates import certificate_of
from vigie.node.identity import identity_of, rotate_key
from vigie.node.settings import open_node
node = open_node(Path(sys.argv[1]))
identity_of(node), certificate_of(node, 1_790_000_000_000_000)
for _ in range(5):
    rotate_key(node, 1_790_000_000_000_000)
"""


def test_two_processes_at_once_lose_no_change_of_key(node: Node) -> None:
    """Each waits for the other; ten changes make eleven keys."""
    (node.folder / "keys" / "history.json").unlink(missing_ok=True)
    runs = [subprocess.Popen([sys.executable, "-c", _AT_ONCE, str(node.folder)]) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert len(identity_of(node).history.statements) == 11
    assert known_certificate(node) is not None


def test_a_new_key_extends_the_history_and_the_old_seals_stay_good(node: Node) -> None:
    """Nothing needs to be sealed anew, and the private key before is gone."""
    before = identity_of(node)
    (seal,) = before.seal([RECORD])
    after = rotate_key(node, NOW_US)
    assert extends(before.history, after.history)
    assert after.key_id != before.key_id
    assert is_sealed(RECORD, seal, "ME-NODE", after.history, {})
    assert is_sealed(RECORD, after.seal([RECORD])[0], "ME-NODE", after.history, {})
    assert identity_of(node).history == after.history
    assert is_signed(Domain.PAGE, b"", signed(Domain.PAGE, b"", node.sign), after.history.current)
    assert sorted(path.name for path in (node.folder / "keys").glob("*.pem")) == ["node.pem"]
    assert mode(node.folder / "keys" / "node.pem") == 0o600


def test_a_revoked_current_key_is_replaced_first(node: Node) -> None:
    """What it sealed counts no more; a second time changes nothing."""
    before = identity_of(node)
    (seal,) = before.seal([RECORD])
    after = revoke_key(node, before.key_id, "the laptop was stolen", NOW_US)
    assert [one.type for one in after.history.statements] == ["key", "key", "revoke"]
    assert extends(before.history, after.history)
    assert not is_sealed(RECORD, seal, "ME-NODE", after.history, {})
    assert revoke_key(node, before.key_id, "again", NOW_US).history == after.history


@pytest.mark.parametrize(("key", "reason"), [("0" * 16, "lost"), ("own", ""), ("own", "a\nb"), ("own", "x" * 501)])
def test_what_cannot_be_revoked_is_refused_in_one_sentence(node: Node, key: str, reason: str) -> None:
    """An unknown key; no reason, or one that is no line."""
    before = identity_of(node)
    with pytest.raises(BadSetting):
        revoke_key(node, before.key_id if key == "own" else key, reason, NOW_US)
    assert identity_of(node).history == before.history


_KILLED = """
import os, signal, sys
from pathlib import Path
from vigie.exchange.identity import extends
from vigie.node.identity import identity_of, revoke_key, rotate_key
from vigie.node.settings import open_node

folder, now_us = Path(sys.argv[1]), 1_790_000_000_000_000


def change(number):
    node = open_node(folder)
    identity, left = identity_of(node), [number]

    def step(event, args):
        if event in ("os.rename", "open") and "keys" in str(args[0]):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    if sys.argv[2] == "rotate":
        rotate_key(node, now_us)
    else:
        revoke_key(node, identity.key_id, "lost", now_us)
    os._exit(0)


before, number, grown = identity_of(open_node(folder)), 0, set()
while True:
    child = os.fork() or change(number)
    status = os.waitpid(child, 0)[1]
    after = identity_of(open_node(folder))
    assert extends(before.history, after.history)
    assert not after.history.is_revoked(after.key_id)
    grown.add(len(after.history.statements) - len(before.history.statements))
    before, number = after, number + 1
    if status == 0:
        break
print(number, sorted(grown))
"""


@pytest.mark.parametrize(("change", "grown"), [("rotate", "[0, 1]"), ("revoke", "[0, 2]")])
def test_a_crash_in_the_middle_of_a_change_leaves_a_working_node(node: Node, change: str, grown: str) -> None:
    """Killed before every file that is opened or put in place, the node has the old key or the new one, whole."""
    done = subprocess.run([sys.executable, "-c", _KILLED, str(node.folder), change], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    number, _, seen = done.stdout.strip().partition(" ")
    assert int(number) > 8
    assert seen == grown


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_a_damaged_history_is_told_in_one_sentence(node: Node, damage: bytes) -> None:
    """With what to do; it is never begun anew, which partners would take for a thief's."""
    identity_of(node)
    (node.folder / "keys" / "history.json").write_bytes(damage)
    with pytest.raises(BadSetting, match=r"history.*backup"):
        identity_of(node)


def test_a_key_that_is_not_of_the_history_is_told(node: Node, tmp_path: Path) -> None:
    """As after half a restore."""
    identity_of(node)
    other = init_node(tmp_path / "other", "ME-NODE")
    (node.folder / "keys" / "node.pem").write_bytes((other.folder / "keys" / "node.pem").read_bytes())
    other.store.close()
    with pytest.raises(BadSetting, match="not the current one"):
        identity_of(node)


def test_the_certificate_names_the_party_and_lasts(node: Node) -> None:
    """Good from a week before, for clocks that are behind, and for twenty years; its key is the owner's alone to read."""
    made = certificate_of(node, NOW_US)
    held = x509.load_pem_x509_certificate(made.text.encode())
    assert held.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "ME-NODE"
    assert made.until_us - NOW_US > 19 * 365 * DAY_US
    assert mode(made.key_file) == mode(made.file) == 0o600
    assert certificate_of(node, NOW_US + DAY_US) == made


def test_a_renewed_certificate_is_another(node: Node) -> None:
    """And its key too; one that does not fit its key is made anew."""
    first = certificate_of(node, NOW_US)
    key = first.key_file.read_bytes()
    second = renew_certificate(node, NOW_US)
    assert second.fingerprint != first.fingerprint
    second.key_file.write_bytes(key)
    assert known_certificate(node) is None
    assert certificate_of(node, NOW_US).fingerprint not in {first.fingerprint, second.fingerprint}


def test_a_party_of_64_letters_of_any_script_gets_a_certificate(tmp_path: Path) -> None:
    """X.509 has room for 64 bytes: the name is shown as far as it goes."""
    made = init_node(tmp_path / "node", "Ж" * 64)
    assert "BEGIN CERTIFICATE" in certificate_of(made, NOW_US).text
    made.store.close()


def served(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[bytes | None, bytes]:
    """What the server knows of its client, and what the client got, over a connection on this machine."""
    seen: list[bytes | None] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with server.wrap_socket(listener.accept()[0], server_side=True) as connection:
                seen.append(connection.getpeercert(binary_form=True))
                connection.sendall(b"well")

        thread = threading.Thread(target=answer)
        thread.start()
        with client.wrap_socket(socket.create_connection(listener.getsockname()), server_hostname=PEER_NAME) as connection:
            got = connection.recv(4)
        thread.join()
    return seen[0], got


def test_two_nodes_connect_with_each_others_certificates(node: Node, tmp_path: Path) -> None:
    """Each trusts the other's alone, and each end knows whom it speaks with."""
    other = init_node(tmp_path / "other", "RS-NODE")
    mine, theirs = certificate_of(node, NOW_US), certificate_of(other, NOW_US)
    other.store.close()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.verify_mode = ssl.CERT_REQUIRED
    for context, own, trusted in ((server, mine, theirs), (client, theirs, mine)):
        context.load_cert_chain(own.file, own.key_file)
        context.load_verify_locations(cadata=trusted.text)
    seen, got = served(server, client)
    assert got == b"well"
    assert seen == ssl.PEM_cert_to_DER_cert(theirs.text)


def test_a_card_of_the_node_is_read_by_a_partner(node: Node) -> None:
    """With its certificate and its history."""
    rotate_key(node, NOW_US)
    identity = identity_of(node)
    card = Card("ME-NODE", "https://me.example", certificate_of(node, NOW_US).text, identity.history)
    assert read_card(card_bytes(card, identity.sign)) == card


def say(node: Node, owner: str = "ME-NODE") -> bytes:
    """The id of an entry in the store."""
    said = Entry(type="draft", owner=owner, ref=f"d-{owner}", label=Label(owner), said_us=NOW_US, body={}, by="a")
    return bytes.fromhex(entry_id(add_entry(node.store, said)))


def test_a_check_names_a_record_under_a_revoked_key(node: Node) -> None:
    """Where the seal was put back after the revocation; the node itself forgets such seals, and makes new ones."""
    record, before = say(node), identity_of(node)
    with node.store.writing() as connection:
        seal_missing(connection, "ME-NODE", [(record, 1)], before.seal)
    assert list(faults_of(node, int)) == []
    after = revoke_key(node, before.key_id, "lost", NOW_US)
    assert list(faults_of(node, int)) == []
    with node.store.writing() as connection:
        assert seal_missing(connection, "ME-NODE", [(record, 1)], before.seal) == 1
    (fault,) = faults_of(node, int)
    assert record.hex() in fault
    assert f"{before.key_id}, which its owner revoked" in fault
    revoke_key(node, before.key_id, "lost", NOW_US)
    with node.store.writing() as connection:
        assert seal_missing(connection, "ME-NODE", [(record, 1)], after.seal) == 1
        assert seals_of(connection, [record])[record].key_id == after.key_id
    assert list(faults_of(node, int)) == []


def test_a_check_looks_at_a_partners_seals_with_the_history_that_is_kept(node: Node, tmp_path: Path) -> None:
    """Unknown, damaged or another's history: one sentence each."""
    other = init_node(tmp_path / "other", "RS-NODE")
    partner = identity_of(other)
    other.store.close()
    record = say(node, "RS-NODE")
    with node.store.writing() as connection:
        seal_missing(connection, "RS-NODE", [(record, 1)], partner.seal)
    (fault,) = faults_of(node, int)
    assert "history is not known here" in fault
    save_note(node.store, "peers", "RS-NODE", {"history": history_json(partner.history)})
    assert list(faults_of(node, int)) == []
    save_note(node.store, "peers", "RS-NODE", {"history": history_json(identity_of(node).history)})
    assert ["is damaged" in fault for fault in faults_of(node, int)] == [True, False]


def test_a_check_goes_on_where_the_nodes_own_history_is_damaged(node: Node) -> None:
    """One sentence for the history, and one for each record that it would have proved."""
    record, identity = say(node), identity_of(node)
    with node.store.writing() as connection:
        seal_missing(connection, "ME-NODE", [(record, 1)], identity.seal)
    (node.folder / "keys" / "history.json").write_text("cut")
    history, proof = faults_of(node, int)
    assert "history cannot be read" in history
    assert record.hex() in proof


def keys(node: Node, *words: str) -> str:
    """What the command line says."""
    done = CliRunner(env={"VIGIE_NODE": str(node.folder)}).invoke(app, ["keys", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_line_shows_rotates_and_revokes(node: Node) -> None:
    """For people and for programs, with what partners must do."""
    first = json.loads(keys(node, "show", "--json"))
    assert first["fingerprint"] == fingerprint(identity_of(node).history.genesis)
    assert [(key["key"], key["state"]) for key in first["keys"]] == [(first["key"], "current")]
    assert "Partners learn of it" in json.loads(keys(node, "rotate", "--json"))["partners"]
    assert "need do nothing" in keys(node, "rotate")
    assert "call every partner" in keys(node, "revoke", first["key"], "--reason", "lost")
    shown = json.loads(keys(node, "show", "--json"))
    assert [key["state"] for key in shown["keys"]] == ["revoked", "former", "current"]
    assert shown["fingerprint"] == first["fingerprint"]
    words = keys(node, "show")
    assert first["key"] in words
    assert "REVOKED" in words
    assert first["fingerprint"] in words
    assert "hand every partner your card" in keys(node, "rotate", "--certificate")
    assert json.loads(keys(node, "show", "--json"))["certificate"]["sha256"] == known_certificate(node).fingerprint  # type: ignore[union-attr]


def test_the_command_line_refuses_an_unknown_key_in_one_sentence(node: Node) -> None:
    """And names those that there are."""
    done = CliRunner(env={"VIGIE_NODE": str(node.folder)}).invoke(app, ["keys", "revoke", "0" * 16, "--reason", "lost"])
    assert done.exit_code != 0
    assert isinstance(done.exception, BadSetting) or "never had that key" in done.output
