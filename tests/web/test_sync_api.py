"""The exchange over a real line: two nodes on this machine, and servers that are no partners."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
import uvicorn
from starlette.testclient import TestClient

from loopback import listening
from made import NOW_US
from node.two_nodes import held, nodes, open_label, quakes, take, to
from vigie.exchange.card import read_card
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting, PeerUnavailable, VigieError
from vigie.node.certificates import certificate_of
from vigie.node.identity import identity_of
from vigie.node.peers import add_peer, own_card, peer, status_of
from vigie.node.sending import SendLimits
from vigie.node.settings import Node
from vigie.node.sync import pull, sender_to, sync_with
from vigie.web import make_app

QUICK = SendLimits(connect_s=2, silent_s=0.5, total_s=1.5, max_bytes=100_000)


@contextmanager
def served(node: Node, atlas: Atlas, *, tls: bool) -> Iterator[str]:
    """The address of the node's own server."""
    shown = {"ssl_certfile": certificate_of(node, NOW_US).file, "ssl_keyfile": certificate_of(node, NOW_US).key_file} if tls else {}
    line = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(node, atlas, lambda: NOW_US), log_config=None, lifespan="off", **shown))  # type: ignore[arg-type]
    thread = Thread(target=lambda: asyncio.run(server.serve([line])), daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield f"http{'s' if tls else ''}://127.0.0.1:{line.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    line.close()


@pytest.mark.parametrize("tls", [False, True])
def test_two_nodes_exchange_over_a_line(tmp_path: Path, atlas: Atlas, *, tls: bool) -> None:
    """With the partner's card at hand, its certificate and its keys are all that counts."""
    with nodes(tmp_path) as made, served(made["A"], atlas, tls=tls) as address:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1, 2))
        add_peer(b, own_card(a, address), NOW_US)
        assert sync_with(b, "A", sender_to(peer(b, "A")), NOW_US).counts["taken"] == 2
        assert held(b) == {"r1", "r2"}


def test_another_certificate_is_refused_before_a_word_is_sent(tmp_path: Path, atlas: Atlas) -> None:
    """C answers at A's address: B sends it nothing."""
    with nodes(tmp_path, "ABC") as made, served(made["C"], atlas, tls=True) as address:
        b = made["B"]
        add_peer(b, own_card(made["A"], address), NOW_US)
        with pytest.raises(PeerUnavailable, match="does not show the partner's certificate"):
            pull(b, "A", sender_to(peer(b, "A")), NOW_US)
        assert "certificate" in status_of(b, "A").fault


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _read(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))


class _Garbage(_Quiet):
    def do_POST(self) -> None:
        self._read()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"\x00\xff" * 100)


class _Huge(_Quiet):
    def do_POST(self) -> None:
        self._read()
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65_536)


class _Boast(_Quiet):
    def do_POST(self) -> None:
        self._read()
        self.send_response(200)
        self.send_header("Content-Length", str(2**30))
        self.end_headers()


class _Drip(_Quiet):
    def do_POST(self) -> None:
        self._read()
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            sleep(0.1)


class _Silent(_Quiet):
    def do_POST(self) -> None:
        self._read()
        sleep(1)


class _Wordy(_Quiet):
    def do_POST(self) -> None:
        self._read()
        self.send_response(500)
        self.end_headers()
        self.wfile.write(b"\x1b[31mno\nway" * 1000)


@pytest.mark.parametrize("handler", [_Garbage, _Huge, _Boast, _Drip, _Silent, _Wordy])
def test_a_server_that_is_no_partner_is_one_sentence(tmp_path: Path, handler: type[_Quiet]) -> None:
    """Garbage, an answer without end, one that is promised to be huge, a slow drip, silence, an error: one line each, and nothing is taken."""
    with nodes(tmp_path) as made, listening(handler) as address:
        b = made["B"]
        send = sender_to(replace(peer(b, "A"), address=address), QUICK)
        with pytest.raises(VigieError) as caught:
            pull(b, "A", send, NOW_US)
        said = str(caught.value)
        assert said.isprintable()
        assert len(said) < 400
        assert status_of(b, "A").fault == said
        assert held(b) == set()


def test_a_dead_partner_does_not_stop_the_next(tmp_path: Path) -> None:
    """Nobody listens at A's address; C is asked all the same."""
    with nodes(tmp_path, "ABC") as made:
        b = made["B"]
        take(made["C"], open_label("C"), *quakes(3))
        with pytest.raises(PeerUnavailable, match="cannot be reached"):
            pull(b, "A", sender_to(replace(peer(b, "A"), address="http://127.0.0.1:9")), NOW_US)
        sync_with(b, "C", to(made["C"]), NOW_US)
        assert held(b) == {"r3"}


def test_no_open_line_leads_to_another_machine(tmp_path: Path) -> None:
    """Plain http is for this machine; without an address nothing is asked at all."""
    with nodes(tmp_path) as made:
        known = peer(made["B"], "A")
        for address in ("http://example.org", ""):
            with pytest.raises(BadSetting):
                sender_to(replace(known, address=address))


def test_the_server_reads_no_large_request_and_shows_its_card(tmp_path: Path, atlas: Atlas) -> None:
    """413 for what is too large, 400 for nonsense, and a card that holds the node's keys."""
    with nodes(tmp_path) as made:
        client = TestClient(make_app(made["A"], atlas, lambda: NOW_US), raise_server_exceptions=False)
        assert client.post("/sync/pull", content=b"x" * 300_000).status_code == 413
        assert client.post("/sync/pull", content=(b"x" * 1000 for _ in range(400))).status_code == 413
        refused = client.post("/sync/pull", content=b"{}", headers={"Vigie-Signature": "x"})
        assert (refused.status_code, refused.text) == (400, "The request cannot be understood.")
        assert read_card(client.get("/sync/card").content).history == identity_of(made["A"]).history


def test_the_certificate_is_believed_whatever_the_hosts_name(tmp_path: Path) -> None:
    """It is made for no host, so it is the certificate itself that counts."""
    with nodes(tmp_path) as made:
        card = read_card(own_card(made["A"], "https://partner.example:8443"))
        assert ssl.PEM_cert_to_DER_cert(card.certificate)


def test_references_are_for_the_nodes_own_party_alone(tmp_path: Path, atlas: Atlas) -> None:
    """Everybody else is told the same sentence, whatever there is: what a partner may read is nobody else's business."""
    with nodes(tmp_path) as made:
        take(made["A"], open_label("A"), *quakes(1))
        client = TestClient(make_app(made["A"], atlas, lambda: NOW_US), raise_server_exceptions=False)
        event = client.get("/api/events/by-report/MSO/r1").json()["id"]
        answers = [client.get(f"/api/events/{name}/reference", params={"to": party}) for name in (event, "none") for party in ("B", "NOBODY")]
        assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
