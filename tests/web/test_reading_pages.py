"""The review of pages in a browser: the queue, a draft with its marked words, acceptance and rejection by forms alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from node.pages import FRENCH, page_file, take_page
from vigie.model.atlas import Atlas
from vigie.node.desk import log_of
from vigie.node.page_review import Standing, readings
from vigie.node.settings import Node
from vigie.web import make_app, reading_pages
from web.desk_world import OWN, desk_node, form_key, sign_in
from web.world import HOSTILE, NOW_US

Login = Callable[[str], TestClient]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with a draft that waits."""
    made = desk_node(tmp_path / "node")
    take_page(made, page_file(tmp_path), now_us=NOW_US)
    yield made
    made.store.close()


@pytest.fixture
def login(node: Node, atlas: Atlas) -> Login:
    """A browser in which an account is signed in."""
    app = make_app(node, atlas, lambda: NOW_US)
    if not any(getattr(route, "path", "") == "/desk/pages" for route in app.routes):
        app.include_router(reading_pages.routes)
    return lambda name: sign_in(TestClient(app, raise_server_exceptions=False), name)


def first(node: Node, *, exercise: bool = False) -> Standing:
    """The reading that comes first in the queue."""
    return readings(log_of(node, OWN, NOW_US, exercise=exercise))[0]


def post(client: TestClient, path: str, **fields: object) -> Response:
    """Sends a form from its page."""
    return client.post(path, data={"form_key": form_key(client), **fields}, follow_redirects=False, headers={"accept": "text/html"})  # type: ignore[return-value,arg-type]


def fields_of(page: str) -> dict[str, object]:
    """The fields of the form that accepts, as its page fills them."""
    form = re.search(r'<form class="fill".*?</form>', page, re.DOTALL)
    assert form
    fields: dict[str, object] = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*type="text"[^>]*value="([^"]*)"', form[0]))
    fields |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL))
    fields |= dict(re.findall(r'<input type="hidden" name="(version)" value="(\d+)"', form[0]))
    fields["kind"] = (re.findall(r'<option value="([\w.]+)" selected', form[0]) or [""])[0]
    for part in ("country", "theme"):
        fields[part] = re.findall(rf'name="{part}" value="([^"]*)" checked', form[0])
    return {name: value.replace("&#39;", "'") if isinstance(value, str) else value for name, value in fields.items()}


def test_the_queue_shows_what_waits(node: Node, login: Login) -> None:
    """With its date, its place and how sure it is; and that nothing of it is on the picture."""
    text = login("looker").get("/desk/pages").text
    assert "1 draft waits; none is on the picture before it is accepted" in text
    assert f"/desk/pages/{first(node)[0].ref}" in text
    assert "2016-03-01/2016-03-02" in text


def test_a_draft_shows_its_words_in_their_context(node: Node, login: Login) -> None:
    """Each marked, with its rule and how sure it is; no person's name."""
    text = login("duty").get(f"/desk/pages/{first(node)[0].ref}").text
    assert re.search(r"<mark>[^<]*1er et 2 mars[^<]*</mark>", text)
    assert "rule " in text
    assert "Petrović" not in text


def test_a_draft_is_accepted_as_its_page_shows_it(node: Node, login: Login) -> None:
    """The form corrects nothing unless somebody changes it; sent twice it does the same once."""
    client, (entry, _) = login("duty"), first(node)
    path = f"/desk/pages/{entry.ref}"
    fields = fields_of(client.get(path).text)
    for _ in range(2):
        assert post(client, f"{path}/acceptance", **fields).status_code == 303
    done, reading = first(node)
    assert (done.version, reading.state, reading.edits, done.by) == (2, "accepted", (), "duty")
    assert "It is the report" in client.get(path).text
    assert "/acceptance" not in client.get(path).text


def test_corrections_are_typed_chosen_and_ticked(node: Node, login: Login) -> None:
    """Further countries by name; words that say so become a suggestion which the queue shows."""
    client, (entry, _) = login("duty"), first(node)
    path = f"/desk/pages/{entry.ref}"
    fields = fields_of(client.get(path).text)
    changed = {"kind": "coop.joint", "country": ["AL", "ME"], "more_countries": "Bulgaria, RO", "institution": "NATO\nA Ministry", "quote_kind": "conférence"}
    assert post(client, f"{path}/acceptance", **fields | changed).status_code == 303
    _, reading = first(node)
    assert {(edit.part, edit.after) for edit in reading.edits if edit.after} >= {
        ("kind", "coop.joint"),
        ("country", "BG"),
        ("country", "RO"),
        ("institution", "A Ministry"),
    }
    assert "Words that corrections suggest" in client.get("/desk/pages").text


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"date": "soon"}, 400, "date cannot be understood"),
        ({"kind": ""}, 400, "has no kind"),
        ({"place": HOSTILE}, 400, "knows no such place"),
        ({"more_countries": "Ruritania"}, 400, "no such country"),
        ({"version": "9"}, 409, "Somebody else has changed this meanwhile"),
        ({"version": "one"}, 400, "does not say which version"),
    ],
)
def test_a_form_that_cannot_be_comes_again_with_what_was_typed(node: Node, login: Login, changed: dict[str, str], status: int, words: str) -> None:
    """One sentence, and the draft still waits."""
    client, path = login("duty"), f"/desk/pages/{first(node)[0].ref}"
    fields = fields_of(client.get(path).text)
    answer = post(client, f"{path}/acceptance", **fields | {"title": "What I typed"} | changed)
    assert answer.status_code == status
    text = answer.text  # type: ignore[attr-defined]
    assert words in text
    assert 'value="What I typed"' in text
    assert HOSTILE not in text
    assert first(node)[1].state == "open"


def test_a_draft_is_rejected_with_a_reason(node: Node, login: Login) -> None:
    """Which is needed."""
    client, path = login("duty"), f"/desk/pages/{first(node)[0].ref}"
    assert post(client, f"{path}/rejection", version="1", reason=" ").status_code == 400
    assert post(client, f"{path}/rejection", version="1", reason="an advertisement").status_code == 303
    assert "Rejected: an advertisement" in client.get(path).text


def test_who_may_not_review_is_shown_no_form_and_refused(node: Node, login: Login) -> None:
    """A reader looks; another party sees nothing; nobody is led to sign in first."""
    path = f"/desk/pages/{first(node)[0].ref}"
    reader = login("looker")
    assert "/acceptance" not in reader.get(path).text
    assert post(reader, f"{path}/acceptance", version="1").status_code == 403
    assert login("partner").get(path).status_code == 403
    assert login("partner").get("/desk/pages").status_code == 403
    assert login("nobody").get(path, follow_redirects=False).status_code == 303
    assert first(node)[1].state == "open"


def test_a_form_without_its_key_does_nothing(node: Node, login: Login) -> None:
    """As every form of the desk."""
    client, path = login("duty"), f"/desk/pages/{first(node)[0].ref}"
    assert client.post(f"{path}/acceptance", data={"version": "1"}, follow_redirects=False).status_code == 403
    assert first(node)[1].state == "open"


def test_a_draft_that_is_not_there_is_absent(login: Login) -> None:
    """Whatever its name is."""
    client = login("duty")
    for name in ("0" * 64, "x", "%3Cscript%3E"):
        assert client.get(f"/desk/pages/{name}").status_code == 404


def test_an_exercises_drafts_stand_apart(node: Node, login: Login, tmp_path: Path) -> None:
    """Each world has its queue."""
    assert "0 drafts wait" in login("duty").get("/desk/pages?exercise=true").text
    take_page(node, page_file(tmp_path, FRENCH + "\nPage 2.\n"), exercise=True, now_us=NOW_US)
    assert "1 draft waits" in login("duty").get("/desk/pages?exercise=true").text


def test_hostile_words_of_a_page_are_text(node: Node, login: Login, tmp_path: Path) -> None:
    """Wherever they are shown."""
    take_page(node, page_file(tmp_path, f"{HOSTILE}\n{FRENCH}", "hostile.txt"), now_us=NOW_US + 1)
    client = login("duty")
    ref = next(entry.ref for entry, reading in readings(log_of(node, OWN, NOW_US + 2, exercise=False)) if reading.source == "hostile.txt")
    assert HOSTILE not in client.get("/desk/pages").text + client.get(f"/desk/pages/{ref}").text
