"""Briefs that the watch makes: nothing is lost by a kill, no two orders share a page or a memory, and they are ordered on the command line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from node.brief_world import MONTH, OWN, act, cited_names, quake, warn
from vigie.cli.app import app
from vigie.model.activity import Activity
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.said import body_of
from vigie.model.times import DAY_US
from vigie.node.brief_orders import cancel_order, list_orders, make_ordered, order_brief
from vigie.node.brief_pages import brief_html
from vigie.node.briefs import make_brief
from vigie.node.settings import Node
from vigie.store import add_entry
from web.world import NOW_US, take


def page_of(node: Node, name: str) -> str:
    """The page that an order made."""
    return (node.folder / "briefs" / f"{name}.html").read_text()


def test_a_page_that_could_not_be_written_loses_no_change(node: Node, atlas: Atlas) -> None:
    """What is new is remembered as told only once the page tells it."""
    order_brief(node, atlas, "day", MONTH, 1)
    make_ordered(node, atlas, NOW_US)
    take(node, [quake("n9")])
    in_the_way = node.folder / "briefs" / ".day.html.unfinished"
    in_the_way.mkdir()
    with pytest.raises(IsADirectoryError):
        make_ordered(node, atlas, NOW_US + DAY_US)
    in_the_way.rmdir()
    assert make_ordered(node, atlas, NOW_US + DAY_US) == "1 brief made."
    assert "1 event is new." in page_of(node, "day")


def test_two_orders_on_one_subject_have_their_own_memory(node: Node, atlas: Atlas) -> None:
    """What the daily brief has told is still new to the reader of the weekly one, and neither counts from a brief that was kept by hand."""
    order_brief(node, atlas, "day", MONTH, 1)
    order_brief(node, atlas, "week", MONTH, 7)
    assert make_ordered(node, atlas, NOW_US) == "2 briefs made."
    assert "first brief" in page_of(node, "week")
    take(node, [quake("n9")])
    for days in range(1, 8):
        make_ordered(node, atlas, NOW_US + days * DAY_US)
    assert "1 event is new." not in page_of(node, "day")
    assert "1 event is new." in page_of(node, "week")


@pytest.mark.parametrize("name", ["me/week", "../me", "Me", "me week", "", "x" * 61, "me.week", "-me", "ме"])
def test_an_order_has_a_name_that_is_one_file(node: Node, atlas: Atlas, name: str) -> None:
    """No two names may mean one page: an exercise must never lie where the real brief is looked for."""
    with pytest.raises(BadSetting, match="cannot have this name"):
        order_brief(node, atlas, name, MONTH)
    assert list_orders(node) == {}


def test_a_name_is_given_once_and_to_a_reader_who_is_there(node: Node, atlas: Atlas) -> None:
    """An order is not replaced by another unseen; a party that is mistyped gets no brief that speaks of peace."""
    order_brief(node, atlas, "me_week", MONTH)
    with pytest.raises(BadSetting, match="an order of that name already"):
        order_brief(node, atlas, "me_week", replace(MONTH, exercise=True))
    with pytest.raises(BadSetting, match="knows no such party"):
        order_brief(node, atlas, "other", replace(MONTH, party="RS-NODDE"))
    assert list(list_orders(node)) == ["me_week"]


def test_an_order_that_is_given_again_begins_anew(node: Node, atlas: Atlas) -> None:
    """Stopped and ordered again, its first page is a first brief, made at once."""
    for _ in range(2):
        order_brief(node, atlas, "week", MONTH, 7)
        assert make_ordered(node, atlas, NOW_US) == "1 brief made."
        assert "first brief" in page_of(node, "week")
        assert cancel_order(node, "week")


def test_the_command_orders_lists_and_stops_a_brief(node: Node, atlas: Atlas) -> None:
    """What it orders the watch makes, over as many days as lie between two of them unless others are named."""

    def run(*words: str) -> str:
        return CliRunner().invoke(app, ["brief", "--node", str(node.folder), *words], catch_exceptions=False).stdout

    assert "every 14 days" in run("--every", "14", "--name", "me", "--country", "ME", "--exercise")
    run("--every", "1", "--name", "region", "--days", "30", "--language", "fr")
    listed = {item["name"]: item for item in json.loads(run("--orders", "--json"))}
    assert {name: (item["every_days"], item["days"], item["exercise"]) for name, item in listed.items()} == {"me": (14, 14, True), "region": (1, 30, False)}
    assert make_ordered(node, atlas, NOW_US) == "2 briefs made."
    assert "EXERCISE" in page_of(node, "me")
    assert "region" in run("--orders")
    assert "made no more" in run("--stop", "--name", "me")
    assert list(list_orders(node)) == ["region"]


REFUSED = [
    (("--every", "7"), "go with --name"),
    (("--name", "week"), "go with --name"),
    (("--stop",), "go with --name"),
    (("--stop", "--name", "nope"), "no such order"),
    (("--every", "7", "--name", "week", "--keep"), "its own place"),
    (("--every", "7", "--name", "week", "--country", "QQ"), "no such country"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_an_order_that_cannot_be_is_refused_with_one_sentence(node: Node, words: tuple[str, ...], said: str) -> None:
    """And nothing is ordered."""
    with pytest.raises(BadSetting, match=said):
        CliRunner().invoke(app, ["brief", "--node", str(node.folder), *words], catch_exceptions=False)
    assert list_orders(node) == {}


def test_a_test_of_the_channel_is_in_no_brief(node: Node, atlas: Atlas) -> None:
    """Neither its headline, nor in the count of what is live, nor an activity that answers it alone; a real warning beside it is."""
    warn(node, "Only a test", "w-test", test=True)
    said = Activity(titles={"en": "Telephone tree"}, status="running", areas=("ME",), answers=("w-test",))
    add_entry(node.store, replace(act(node), ref="a-test", version=0, body=body_of(said)))
    bare = make_brief(node, atlas, MONTH, NOW_US)
    assert "No warning is live." in brief_html(bare)
    warn(node, "Blockades may turn violent")
    facts = make_brief(node, atlas, MONTH, NOW_US)
    page = brief_html(facts)
    assert "1 warning is live." in page
    assert "Blockades may turn violent" in page
    assert [words for words in ("Only a test", "w-test", "Telephone tree") if words in page] == []
    assert "w-test" not in cited_names(facts)
    assert not [key for key in facts.shown["shown"] if "test" in key]  # type: ignore[union-attr]
    assert OWN in page
