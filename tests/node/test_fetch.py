"""Fetching one address from servers that behave well, and from such as do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import servers
from node.servers import Server
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.feed import Answer, Request
from vigie.node.addresses import safe_name
from vigie.node.fetch import fetch
from vigie.node.line import FetchLimits

QUICK = FetchLimits(connect_s=2, read_s=1, total_s=5, pace_s=0.2, min_bytes_per_s=1_000, max_bytes=1_000_000, attempts=3, wait_s=0.01, longest_wait_s=2)
BODY = bytes(range(256)) * 400


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback server."""
    with servers.serving() as made:
        yield made


def got(address: str, tmp_path: Path, limits: FetchLimits = QUICK, **more: object) -> Answer:
    """What a fetch of this address gives."""
    return fetch(Request(address=address, name="file", **more), tmp_path / "file", limits)  # type: ignore[arg-type]


def refusal(address: str, tmp_path: Path, limits: FetchLimits = QUICK, **more: object) -> str:
    """The sentence with which a fetch of this address fails; nothing is left at its place."""
    with pytest.raises(PeerUnavailable) as fault:
        got(address, tmp_path, limits, **more)
    assert not (tmp_path / "file").exists()
    return str(fault.value)


def test_an_answer_is_at_its_place_whole_with_what_the_server_said_of_it(server: Server, tmp_path: Path) -> None:
    """Bytes, ETag and date are those of the server, and nothing else lies about."""
    answer = got(server.at("/a", servers.file(BODY, etag='"1"', last_modified="Fri, 01 Mar 2024 00:00:00 GMT")), tmp_path)
    assert (answer.status, answer.etag, answer.bytes, answer.last_modified) == (200, '"1"', len(BODY), "Fri, 01 Mar 2024 00:00:00 GMT")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize("known", [{"etag": '"1"'}, {"last_modified": "Fri, 01 Mar 2024 00:00:00 GMT"}])
def test_what_has_not_changed_is_not_sent_again(server: Server, tmp_path: Path, known: dict[str, str]) -> None:
    """A server that says 304 has nothing new."""
    answer = got(server.at("/a", servers.file(BODY, **known)), tmp_path, **known)
    assert answer.is_unchanged
    assert not (tmp_path / "file").exists()


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    """The second attempt asks for the rest alone."""
    address = server.at("/a", servers.in_turn(servers.cut_off(BODY, 60_000, etag='"1"'), servers.file(BODY, etag='"1"')))
    assert got(address, tmp_path).bytes == len(BODY)
    assert (tmp_path / "file").read_bytes() == BODY
    assert server.asked[1].headers["Range"] == "bytes=60000-"


def test_the_next_run_goes_on_where_the_last_one_stopped(server: Server, tmp_path: Path) -> None:
    """The part that came stays with its ETag."""
    address = server.at("/a", servers.cut_off(BODY, 60_000, etag='"1"'))
    assert "broke off" in refusal(address, tmp_path, replace(QUICK, attempts=1))
    server.at("/a", servers.file(BODY, etag='"1"'))
    assert got(address, tmp_path).bytes == len(BODY)
    assert server.asked[-1].headers["Range"] == "bytes=60000-"
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize("etag", ["", '"2"', 'W/"1"'])
def test_a_part_of_another_version_is_not_continued(server: Server, tmp_path: Path, etag: str) -> None:
    """Without the same strong ETag the download begins anew, and two versions never mix."""
    changed = BODY[::-1]
    first = "" if not etag else ('W/"1"' if etag.startswith("W/") else '"1"')
    address = server.at("/a", servers.in_turn(servers.cut_off(BODY, 60_000, etag=first), servers.file(changed, etag=etag)))
    got(address, tmp_path)
    assert (tmp_path / "file").read_bytes() == changed


def test_a_server_that_continues_another_version_is_not_believed(server: Server, tmp_path: Path) -> None:
    """A 206 with another ETag makes the download begin anew."""
    wrong = servers.status(206, BODY[60_000:], Content_Range=f"bytes 60000-{len(BODY) - 1}/{len(BODY)}", ETag='"2"')
    address = server.at("/a", servers.in_turn(servers.cut_off(BODY[::-1], 60_000, etag='"1"'), wrong, servers.file(BODY, etag='"2"')))
    got(address, tmp_path)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_server_that_is_busy_is_asked_again_when_it_says(server: Server, tmp_path: Path) -> None:
    """429 with Retry-After, then the file."""
    address = server.at("/a", servers.in_turn(servers.status(429, Retry_After="1"), servers.file(BODY)))
    assert got(address, tmp_path).status == 200
    assert len(server.asked) == 2


def test_a_wait_that_is_too_long_is_left_to_the_next_run(server: Server, tmp_path: Path) -> None:
    """An hour is not waited for; the sentence says how long the server wants."""
    address = server.at("/a", servers.status(429, Retry_After="3600"))
    assert "the server asks to wait 3600 s" in refusal(address, tmp_path)
    assert len(server.asked) == 1


def test_a_server_out_of_order_is_asked_again(server: Server, tmp_path: Path) -> None:
    """503, then the file."""
    address = server.at("/a", servers.in_turn(servers.status(503), servers.file(BODY)))
    assert got(address, tmp_path).status == 200


def test_attempts_are_bounded(server: Server, tmp_path: Path) -> None:
    """A server that stays out of order is given up, with its status in the sentence."""
    assert "got '503 Service Unavailable'" in refusal(server.at("/a", servers.status(503)), tmp_path)
    assert len(server.asked) == QUICK.attempts


def test_a_slow_drip_is_cut_off(server: Server, tmp_path: Path) -> None:
    """A byte now and then keeps no connection open."""
    address = server.at("/a", servers.slow_body(BODY, 0.02))
    assert "sends too slowly" in refusal(address, tmp_path, replace(QUICK, attempts=1))


@pytest.mark.parametrize("respond", [servers.slow_head(0.05), servers.stuck])
def test_a_server_that_never_gets_to_the_point_is_cut_off(server: Server, tmp_path: Path, respond: servers.Respond) -> None:
    """Neither headers that drip nor silence outlast the time for the whole."""
    sentence = refusal(server.at("/a", respond), tmp_path, replace(QUICK, total_s=0.3, attempts=1))
    assert "takes too long" in sentence


def test_a_server_that_says_nothing_is_left(server: Server, tmp_path: Path) -> None:
    """The time for one read is bounded too."""
    assert "does not answer in time" in refusal(server.at("/a", servers.stuck), tmp_path, replace(QUICK, read_s=0.1, attempts=1))


def test_nobody_at_the_address_is_one_sentence(server: Server, tmp_path: Path) -> None:
    """A closed port."""
    assert refusal("http://127.0.0.1:9/x", tmp_path).startswith("The server cannot be reached (http://127.0.0.1:9/x): got ")
    assert server.asked == []


def test_a_file_beyond_the_limit_is_refused_before_it_comes(server: Server, tmp_path: Path) -> None:
    """By the length that is promised."""
    address = server.at("/a", servers.file(BODY))
    assert "too large" in refusal(address, tmp_path, replace(QUICK, max_bytes=1_000))


@pytest.mark.parametrize("respond", [servers.endless(b"x" * 10_000, 500), servers.packed(b"x" * 3_000_000)])
def test_a_file_that_grows_beyond_the_limit_is_cut_off(server: Server, tmp_path: Path, respond: servers.Respond) -> None:
    """By what comes, and by what it unpacks to."""
    assert "too large" in refusal(server.at("/a", respond), tmp_path)


def test_what_was_packed_for_the_way_is_unpacked(server: Server, tmp_path: Path) -> None:
    """Content encoding is the way's, not the file's."""
    assert got(server.at("/a", servers.packed(BODY)), tmp_path).bytes == len(BODY)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_damaged_packed_answer_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    """Half a gzip stream is no answer."""
    half = servers.status(200, b"\x1f\x8b\x08\x00broken", Content_Encoding="gzip")
    assert got(server.at("/a", servers.in_turn(half, servers.packed(BODY))), tmp_path).bytes == len(BODY)


def test_redirects_on_the_same_server_are_followed(server: Server, tmp_path: Path) -> None:
    """Two of them."""
    server.at("/b", servers.moved("/c", 301))
    server.at("/c", servers.file(BODY))
    assert got(server.at("/a", servers.moved("b")), tmp_path).bytes == len(BODY)


def test_redirects_without_end_are_one_sentence(server: Server, tmp_path: Path) -> None:
    """A loop is left after a few rounds."""
    assert "redirects without end" in refusal(server.at("/a", servers.moved("/a")), tmp_path)
    assert len(server.asked) == QUICK.redirects + 1


@pytest.mark.parametrize("target", ["http://localhost:{port}/b", "http://127.0.0.1:9/b", "http://example.org/b", "file:///etc/passwd", "//192.0.2.1/b"])
def test_a_redirect_to_another_server_is_refused(server: Server, tmp_path: Path, target: str) -> None:
    """Another host, another port, another scheme: nothing is fetched from there."""
    location = target.format(port=server.address.rpartition(":")[2])
    assert "redirects to" in refusal(server.at("/a", servers.moved(location)), tmp_path)
    assert server.paths() == ["/a"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.org/a", "nonsense", "http://", "http://me:secret@example.org/"])
def test_only_the_web_is_fetched(tmp_path: Path, address: str) -> None:
    """Other schemes, no host, or a password in the address."""
    with pytest.raises(BadSetting) as fault:
        got(address, tmp_path)
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("code", [401, 403])
def test_a_server_that_wants_an_account_says_so(server: Server, tmp_path: Path, code: int) -> None:
    """The operator must act."""
    with pytest.raises(BadSetting, match="asks for an account"):
        got(server.at("/a", servers.status(code)), tmp_path)
    assert len(server.asked) == 1


def test_a_token_is_sent_and_never_shown(server: Server, tmp_path: Path) -> None:
    """It goes into a header; the sentence of a refusal does not hold it."""
    with pytest.raises(BadSetting) as fault:
        fetch(Request(address=server.at("/a", servers.status(403)), name="a"), tmp_path / "a", QUICK, token="s3cr3t")  # noqa: S106
    assert server.asked[0].headers["Authorization"] == "Bearer s3cr3t"
    assert "s3cr3t" not in str(fault.value)
    assert "does not accept the token" in str(fault.value)


def test_a_file_that_is_not_there_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    """404 is no passing fault."""
    sentence = refusal(f"{server.address}/missing?api_key=1234", tmp_path)
    assert "got '404 Not Found'" in sentence
    assert "1234" not in sentence
    assert len(server.asked) == 1


def test_a_status_that_the_feed_understands_is_passed_to_it(server: Server, tmp_path: Path) -> None:
    """With the beginning of its body."""
    answer = got(server.at("/a", servers.status(413, b"too many events")), tmp_path, passes=frozenset({413}))
    assert (answer.status, answer.path and answer.path.read_bytes()) == (413, b"too many events")


@pytest.mark.parametrize("promise", [{"md5": "0" * 32}, {"size": 17}])
def test_a_file_that_is_not_the_published_one_is_refused(server: Server, tmp_path: Path, promise: dict[str, object]) -> None:
    """By its size and its MD5."""
    assert "than its agency says" in refusal(server.at("/a", servers.file(BODY)), tmp_path, **promise)


def test_this_machine_is_reached_without_a_proxy(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is for the world, not for the loopback."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert got(server.at("/a", servers.file(BODY)), tmp_path).bytes == len(BODY)


def test_the_world_is_reached_by_the_proxy_of_the_environment(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is asked for the whole address."""
    monkeypatch.setenv("HTTP_PROXY", server.address)
    monkeypatch.setenv("NO_PROXY", "")
    server.at("/a", servers.file(BODY))
    assert got("http://agency.invalid/a", tmp_path).bytes == len(BODY)
    assert server.asked[0].handler.path == "http://agency.invalid/a"


@given(st.text(max_size=200))
def test_a_name_never_leaves_its_folder(text: str) -> None:
    """Whatever a server calls its file."""
    name = safe_name(text)
    assert name
    assert not name.startswith(".")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert Path("/folder", name).parent == Path("/folder")
