"""Kept logs: the same as a log that is read anew, after every word, embargo and expiry, and read again for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.model.label import PUBLIC, Label
from vigie.model.times import DAY_US
from vigie.node import desk
from vigie.node.desk import log_of
from vigie.node.kept_logs import KeptLogs
from vigie.node.settings import Node
from vigie.store import add_entry
from vigie.warn.answers import all_responses
from vigie.warn.chain import chains, drafts
from web.desk_world import OWN, PARTNER, at, content, desk_node, fill, issue
from web.world import NOW_US


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with warnings in every state."""
    made = desk_node(tmp_path / "node")
    fill(made)
    yield made
    made.store.close()


def check(kept: KeptLogs, node: Node, now_us: int) -> None:
    """What is kept for every audience and both worlds is what reading anew gives."""
    for party in (PUBLIC, OWN, PARTNER):
        for exercise in (False, True):
            found, fresh = kept.read(party, now_us, exercise=exercise), log_of(node, party, now_us, exercise=exercise)
            assert found.log == fresh
            assert (found.chains, found.drafts) == (chains(fresh), drafts(fresh))
            assert found.responses(found.chains, {PARTNER: "deputy"}) == all_responses(chains(fresh), fresh, {PARTNER: "deputy"})


def test_a_kept_log_is_the_log(node: Node) -> None:
    """Before and after each word, and when the clock goes on or back over the end of a warning."""
    kept = KeptLogs(node)
    for now_us in (NOW_US, NOW_US + 30 * DAY_US, NOW_US - 3 * DAY_US, NOW_US):
        check(kept, node, now_us)
    desk.answer(at(node, "partner"), "w-quake", "accepted")
    check(kept, node, NOW_US)
    issue(node, content("w-new"))
    check(kept, node, NOW_US)


def test_an_embargo_that_ends_opens_the_kept_log(node: Node) -> None:
    """A word under embargo is there from its end on, though nothing was written; and gone where the clock is set back."""
    kept = KeptLogs(node)
    hidden = next(entry for entry in log_of(node, OWN, NOW_US, exercise=False).of("warning") if entry.ref == "w-quake")
    label = Label(OWN, tlp="CLEAR", embargo_us=NOW_US + DAY_US)
    changed = {name: getattr(hidden, name) for name in ("type", "owner", "said_us", "by")}
    add_entry(node.store, type(hidden)(**changed, ref="w-later", label=label, body=dict(hidden.body) | {"warning": "w-later"}))
    seen = [[chain.warning for chain in kept.read(PUBLIC, now_us, exercise=False).chains] for now_us in (NOW_US, NOW_US + DAY_US, NOW_US)]
    assert ["w-later" in names for names in seen] == [False, True, False]


def test_what_an_audience_may_not_read_does_not_make_its_log_be_read_again(node: Node) -> None:
    """A draft of the own party leaves what PUBLIC is shown the very same object."""
    kept = KeptLogs(node)
    before = kept.read(PUBLIC, NOW_US, exercise=False).log.entries
    desk.draft_update(at(node, "duty"), "w-public", "update")
    assert kept.read(PUBLIC, NOW_US, exercise=False).log.entries is before
    assert kept.read(OWN, NOW_US, exercise=False).drafts[0].draft.content.warning == "w-public"
