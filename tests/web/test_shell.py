"""The app's document: the same for everybody, its files as they were built, and the plain page for who reads without JavaScript."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from vigie.web.shell import app_files

PATHS = ("/", "/events/ev-0123456789abcdef0123", "/events/nothing", "/review", "/review/ln-1", "/risks", "/sources", "/sources/map", "/exchange", "/report")


@pytest.fixture(autouse=True)
def _built() -> None:
    if app_files() is None:
        pytest.skip("the app of this checkout is not built: pip install --editable .")


@pytest.mark.parametrize("path", PATHS)
def test_every_screen_has_the_same_document(client: TestClient, path: str) -> None:
    """But for the plain address that it leads on to; whatever is asked for, there or not."""
    here, first = client.get(path), client.get("/")
    assert here.status_code == 200
    assert re.sub(r"/(plain|desk|coverage)[^\"]*", "", here.text) == re.sub(r"/plain[^\"]*", "", first.text)


@pytest.mark.parametrize(
    ("asked", "plain"),
    [
        ("/", "/plain/"),
        ("/?field=seismic&country=ME&exercise=true", "/plain/?field=seismic&amp;country=ME&amp;exercise=true"),
        ("/?field=seismic,cyber&last=7d&map=5/42/19&at=ev-1", "/plain/?days=7"),
        ("/events/ev-1?exercise=true&x=y", "/plain/events/ev-1?exercise=true"),
        ("/review?language=fr", "/desk/review?language=fr"),
    ],
)
def test_without_javascript_the_plain_page_is_asked_what_it_knows(client: TestClient, asked: str, plain: str) -> None:
    """A parameter of the app alone is left out, so that the plain page does not refuse the question; and it answers."""
    text = client.get(asked).text
    assert f"url={plain.replace('/plain/?', '/plain?').removesuffix('/') if plain != '/plain/' else '/plain'}" in text
    led = re.search(r'content="0; url=([^"]+)"', text)
    assert led
    assert client.get(led[1].replace("&amp;", "&")).status_code in (200, 404)


def test_a_hostile_address_is_escaped(client: TestClient) -> None:
    """What somebody writes into an address does nothing in the document."""
    text = client.get('/?country="><script>alert(1)</script>').text
    assert "<script>alert" not in text


def test_the_document_allows_its_own_scripts_and_nothing_else(client: TestClient) -> None:
    """The content policy names this site alone, for the document and for its files; no script or style stands within."""
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", answer.text)
    assert "script-src" not in client.get("/plain").headers["content-security-policy"]


def test_files_are_sent_as_they_were_built(client: TestClient) -> None:
    """Packed where the reader takes it, for ever where the name holds a hash, with the type that browsers ask of modules."""
    files = app_files()
    assert files is not None
    packed, whole = client.get(files.script), client.get(files.script, headers={"accept-encoding": "identity"})
    assert packed.text == whole.text
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    assert whole.headers["content-type"].startswith("text/javascript")
    notices = client.get("/static/app/NOTICES.txt")
    assert "maplibre-gl" in notices.text
    assert "svelte" in notices.text


@pytest.mark.parametrize("name", ["../shell.py", "..%2Fshell.py", "assets/../../shell.py", "nothing.js", "manifest.py", "%2Fetc%2Fpasswd.txt", ""])
def test_nothing_but_the_app_is_sent(client: TestClient, name: str) -> None:
    """No other file of the package, none of the machine, whatever the address says."""
    assert client.get(f"/static/app/{name}").status_code == 404


def test_the_worker_of_the_map_is_a_module_of_ours(client: TestClient) -> None:
    """MapLibre draws in a worker: it is among the files, and is served as a script."""
    stage = next(name for name in _assets() if name.startswith("maplibre-gl-worker"))
    answer = client.get(f"/static/app/assets/{stage}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")


def _assets() -> list[str]:
    from importlib import resources

    return [found.name for found in resources.files("vigie.web").joinpath("static/app/assets").iterdir()]
