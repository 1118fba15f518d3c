"""The head of every page: the same ways in the same order, where one is, the other world, and the languages that the page comes in."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from vigie.model.languages import LANGUAGES, PARTIAL
from vigie.web.ways import WAYS, Masthead, ways_for

PAGES = {"/plain": "picture", "/warnings": "watch", "/activities": "activities", "/stocktake": "activities", "/coverage": "activities", "/public": "public"}
_WAYS = re.compile(r'<nav class="ways".*?</nav>', re.DOTALL)
_LINKS = re.compile(r'<a href="([^"]+)"([^>]*)>([^<]+)</a>')


def links_in(text: str) -> list[tuple[str, bool, str]]:
    """Address, whether it is where one is, and words of every link."""
    return [(unescape(path), "aria-current" in more, unescape(words)) for path, more, words in _LINKS.findall(text)]


@pytest.mark.parametrize(("path", "name"), PAGES.items())
def test_every_page_bears_the_same_ways_and_marks_where_one_is(client: TestClient, path: str, name: str) -> None:
    """In one order, whoever looks; who is not signed in has the warnings for a watch."""
    found = links_in(_WAYS.findall(client.get(path).text)[0])
    assert [(there, words) for there, _, words in found] == [(there, words) for _, there, words in ways_for("en", is_signed_in=False)]
    assert [way.name for way, (_, is_here, _) in zip(WAYS, found, strict=True) if is_here] == [name]


@pytest.mark.parametrize("path", PAGES)
def test_the_other_world_and_the_other_languages_are_one_link_away(client: TestClient, path: str) -> None:
    """Each leads to a page that is there; the exercise is kept in another language, and the language in the exercise."""
    text = client.get(f"{path}?language=fr&exercise=true").text
    worlds = links_in(re.findall(r'<nav class="worlds".*?</nav>', text, re.DOTALL)[0])
    assert [is_here for _, is_here, _ in worlds] == [False, True]
    assert [there for there, _, _ in worlds] == [f"{path}?language=fr", f"{path}?language=fr&exercise=true"]
    tongues = re.findall(r'<a href="([^"]+)" lang="([^"]+)"', re.findall(r'<details class="choice".*?</details>', text, re.DOTALL)[0])
    is_partly = path in ("/warnings", "/public")
    assert [tag for _, tag in tongues] == [*LANGUAGES, *(PARTIAL if is_partly else ())]
    assert all("exercise=true" in there for there, _ in tongues)
    assert {client.get(unescape(there)).status_code for there, _ in tongues[-2:]} == {200}


@pytest.mark.parametrize("tag", PARTIAL)
def test_a_language_of_a_part_is_spoken_there_and_left_behind_elsewhere(client: TestClient, tag: str) -> None:
    """Its links to other pages name no language; other pages refuse it."""
    text = client.get(f"/public?language={tag}").text
    assert f'<html lang="{tag}">' in text
    ways = links_in(_WAYS.findall(text)[0])
    assert [there for there, _, _ in ways if "language=" in there] == [f"/warnings?language={tag}", f"/public?language={tag}"]
    assert client.get(f"/plain?language={tag}").status_code == 400
    assert client.get(f"/warnings.atom?language={tag}").status_code == 200


def test_a_page_of_one_record_leads_to_the_list_of_the_other_world() -> None:
    """The record is not there; a list keeps what was asked, from its begin on."""
    head = Masthead("/warnings/w-1", "en", "en", exercise=False, is_signed_in=True)
    assert [there for _, there, _ in head.parts()["worlds"]] == ["/warnings", "/warnings?exercise=true"]


def test_an_event_is_told_in_the_readers_language(client: TestClient) -> None:
    """Its place and its kind, with the links on the page kept in it."""
    event = client.get("/api/events?country=ME&field=seismic").json()["features"][0]["id"]
    text = client.get(f"/plain/events/{event}?language=sr-Cyrl").text
    assert "Црна Гора" in text
    assert 'href="/plain?language=sr-Cyrl"' in text
