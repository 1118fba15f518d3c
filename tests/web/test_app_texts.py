"""What the app says: all of it is asked for by its English, so that all of it can be translated, and the build sends just that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from vigie.model.languages import LANGUAGES
from vigie.web.words_data import app_texts
from web.app_sources import app_files, asked_by_name, texts_of_app, unsaid_in


@pytest.mark.parametrize("path", app_files(".svelte"), ids=lambda path: "/".join(path.parts[-2:]))
def test_a_component_shows_no_word_that_it_does_not_ask_for(path: Path) -> None:
    """Neither between its tags nor in a label that is read out."""
    assert unsaid_in(path) == []


@pytest.mark.parametrize("path", app_files(".svelte", ".ts"), ids=lambda path: "/".join(path.parts[-2:]))
def test_a_text_is_written_out_where_it_is_asked_for(path: Path) -> None:
    """So that the build finds it; what is chosen at run time is chosen among functions that say it."""
    assert path.name == "words.svelte.ts" or asked_by_name(path) == []


def test_the_build_found_the_same_texts() -> None:
    """The list that the server translates is that of the sources."""
    if not app_texts():
        pytest.skip("the app of this checkout is not built: pip install --editable .")
    assert {(text,) if isinstance(text, str) else text for text in app_texts()} == texts_of_app()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_language_are_those_of_the_app(client: TestClient, language: str) -> None:
    """Each with all its plural forms, and none that the app does not say; English is its own translation."""
    answer = client.get(f"/data/words?language={language}")
    said = answer.json()
    assert said["language"] == language
    assert set(said["texts"]) <= {text[0] for text in texts_of_app()}
    assert len(answer.content) < 120_000
    plurals = {text[0] for text in texts_of_app() if len(text) > 1}
    assert all(isinstance(form, list) == (text in plurals) for text, form in said["texts"].items())
    assert said["reviewed"] == (language == "en")
    assert json.dumps(said["texts"]) == "{}" or language != "en"
