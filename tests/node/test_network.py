"""Nodes with real stores and real signatures: whatever is said, taken back, lost, repeated, forged or broken off, nothing leaks and nothing is lost."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from made import NOW_US
from node.forging import FORGERIES, forged
from node.network import DAY_US, NAMES, Killed, Member, Network, View, dying, is_relabelled, opened, template
from vigie.model.errors import VigieError
from vigie.model.label import Label
from vigie.node.backup import back_up
from vigie.node.identity import identity_of, revoke_key, rotate_key
from vigie.node.peers import add_peer, known_peer, own_card, remove_peer
from vigie.node.settings import Node
from vigie.node.sync import pull, sync_with
from vigie.store import read_note, readable_log, visible

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
FAST_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - memory, where there is some

names = st.sampled_from(NAMES)
pairs = st.sampled_from([(one, other) for one in NAMES for other in NAMES if one != other])
streams = st.sampled_from(["report", "entry"])
marks = st.fixed_dictionaries(
    {
        "tlp": st.sampled_from(["CLEAR", "GREEN", "AMBER", "AMBER", "RED"]),
        "rel_to": st.none() | st.sampled_from([frozenset(name) for name in ("", "B", "C", "G", "AB", "BC", "BC", "ABC")]),
        "not_to": st.sampled_from([frozenset(), frozenset(), frozenset(), frozenset({"B"})]),
        "relay": st.sampled_from([True, True, False]),
        "orcon": st.sampled_from([False, False, True]),
        "level": st.sampled_from(["OPEN", "OPEN", "OPEN", "RESTRICTED"]),
        "caveats": st.sampled_from([frozenset(), frozenset(), frozenset({"MEDICAL"})]),
        "embargo_us": st.sampled_from([None, None, None, NOW_US + DAY_US]),
    }
)
places = st.frozensets(st.sampled_from([("B", NOW_US - DAY_US, NOW_US + DAY_US), ("C", NOW_US, NOW_US + DAY_US), ("A", NOW_US + DAY_US, NOW_US + 2 * DAY_US)]))


class Exchange(RuleBasedStateMachine):
    """Three nodes that are all partners, or in a chain; each has its own view of group G and its own clock."""

    source: ClassVar[Path]
    folder: ClassVar[Path]
    known: ClassVar[dict[str, Node]]
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.net = Network({}, set())
        self.gone: set[tuple[str, str, str]] = set()
        self.kept: dict[str, tuple[Path, set[bytes]]] = {}

    @initialize(shape=st.sampled_from(["all", "all", "chain"]), label=marks)
    def begin(self, shape: str, label: dict[str, Any]) -> None:
        """Nobody has heard of anything yet; each owner has said two things."""
        self.net = opened(self.folder, self.source, shape, self.known)
        for name in NAMES:
            self.net.members[name].put("report", "x", "1", Label(name, tlp="CLEAR"))
            self.net.members[name].put("entry", "y", "1", Label(name, **label))

    def count(self, what: str) -> None:
        """One more of what happens."""
        self.net.happened[what] += 1

    @rule(name=names, stream=streams, ref=st.sampled_from("xyz"), word=st.sampled_from("12"), label=marks)
    def say(self, name: str, stream: str, ref: str, word: str, label: dict[str, Any]) -> None:
        """A new word, or an old one under another label."""
        if (name, stream, ref) not in self.gone:
            self.net.members[name].put(stream, ref, word, Label(name, **label))
            self.count("said")

    @rule(name=names, stream=streams, ref=st.sampled_from("xyz"), label=st.sampled_from(["wide", "narrow", "for B", "for C"]))
    def say_again(self, name: str, stream: str, ref: str, label: str) -> None:
        """The first word once more, opened to all, or for few."""
        if (name, stream, ref) not in self.gone:
            readers = {"wide": None, "narrow": frozenset[str](), "for B": frozenset("B"), "for C": frozenset("C")}[label]
            self.net.members[name].put(stream, ref, "1", Label(name, tlp="CLEAR" if label == "wide" else "AMBER", rel_to=readers, relay=True))
            self.count("relabelled")

    @rule(name=names, stream=streams, ref=st.sampled_from("yz"))
    def erase(self, name: str, stream: str, ref: str) -> None:
        """Its owner erases a key."""
        self.net.members[name].erase(stream, ref)
        self.gone.add((name, stream, ref))
        self.count("erased")

    @rule(name=names, always=st.frozensets(names), dated=places, days=st.sampled_from([-1, 0, 0, 1, 2]))
    def look_anew(self, name: str, always: frozenset[str], dated: frozenset[tuple[str, int, int]], days: int) -> None:
        """A node learns who is in the group, and its clock jumps."""
        member = self.net.members[name]
        member.see(View(always, dated, member.view.clock_us + days * DAY_US))
        self.count("viewed")

    @rule(pair=pairs, limit=st.sampled_from([1, 2, 3, 100]))
    def sync(self, pair: tuple[str, str], limit: int) -> None:
        """One page."""
        self.ask(*pair, limit)

    @rule(pair=pairs)
    def sync_whole(self, pair: tuple[str, str]) -> None:
        """All that there is."""
        self.ask(*pair, 0)

    @rule(shuffled=st.permutations([(one, other) for one in NAMES for other in NAMES if one != other]))
    def sync_all(self, shuffled: list[tuple[str, str]]) -> None:
        """Everybody asks everybody, in some order."""
        for pair in shuffled:
            self.ask(*pair, 0)

    def ask(self, server: str, client: str, limit: int) -> None:
        """The client asks the server, if they are linked; a refusal changes nothing."""
        if frozenset({server, client}) not in self.net.links:
            return
        taker = self.net.members[client]
        send = self.net.noting(server, client, self.net.line(server, client))
        before = taker.holds()
        try:
            if limit:
                pull(taker.node, server, send, taker.view.clock_us, limit)
            else:
                sync_with(taker.node, server, send, taker.view.clock_us)
            self.count("synced")
        except VigieError:
            self.count("refused")
            assert limit == 0 or taker.holds() == before

    @rule(pair=pairs, statement=st.integers(1, 60), who=st.sampled_from(["client", "client", "server"]))
    def sync_and_die(self, pair: tuple[str, str], statement: int, who: str) -> None:
        """The process of one of both ends at some statement, in the middle of taking a page in or before."""
        server, client = pair
        if frozenset(pair) not in self.net.links:
            return
        taker, dead = self.net.members[client], self.net.members[client if who == "client" else server]
        heard: list[bytes] = []

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = self.net.line(server, client)(body, signature)
            heard.append(said[1] if said[0] == 200 else b"")
            return said

        before = taker.holds()
        try:
            with dying(dead.node, statement):
                pull(taker.node, server, send, taker.view.clock_us, 2)
        except Killed:
            self.count("killed")
        except VigieError:
            return
        if heard and heard[-1]:
            self.after_death(server, client, heard[-1], before)

    def after_death(self, server: str, client: str, body: bytes, before: Any) -> None:
        """Either all of the page is there or nothing: a page with its cursor, and the cursor with its page."""
        taker = self.net.members[client]
        page_next = (read_note(taker.node.store, "pulled", server) or {}).get("cursor", "")
        page = json.loads(body)
        if page_next == page["next"] != page["cursor"]:
            self.net.taken(server, client, body)
        elif page_next != page["next"]:
            assert taker.holds() == before

    @rule(pair=pairs, which=st.integers(0, 20), is_asked=st.booleans())
    def old_page(self, *, pair: tuple[str, str], which: int, is_asked: bool) -> None:
        """The line gives some earlier page of this or of another pair instead of the one that was asked for, which is lost or never made."""
        server, client = pair
        pages = self.net.pages.get(pair, []) if which % 3 else [page for found in self.net.pages.values() for page in found]
        if not pages or frozenset(pair) not in self.net.links:
            return
        taker, old = self.net.members[client], pages[-1 - which % len(pages)]

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            if is_asked:
                self.net.line(server, client)(body, signature)
            return old

        before = taker.holds()
        try:
            pull(taker.node, server, self.net.noting(server, client, send), taker.view.clock_us)
            assert old in self.net.pages.get(pair, []), "a page for somebody else was taken"
        except VigieError:
            self.count("old refused")
            assert taker.holds() == before

    @rule(pair=pairs, how=st.sampled_from(FORGERIES))
    def forge(self, pair: tuple[str, str], how: str) -> None:
        """The page is forged on its way, or by the partner, who signs it: it is refused, whole."""
        server, client = pair
        if frozenset(pair) not in self.net.links:
            return
        taker, giver = self.net.members[client], self.net.members[server]
        made: list[bool] = []

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = self.net.line(server, client)(body, signature)
            false = forged(said, how, identity_of(giver.node), self.net.members) if said[0] == 200 else None
            made.append(false is not None)
            return false or said

        before = taker.holds()
        try:
            pull(taker.node, server, self.net.noting(server, client, send) if not made else send, taker.view.clock_us, 3)
            assert not any(made), f"a forged page was taken: {how}"
        except VigieError:
            self.count("forged refused" if any(made) else "refused")
            assert taker.holds() == before

    @rule(name=names, is_revoked=st.booleans())
    def change_key(self, *, name: str, is_revoked: bool) -> None:
        """A node signs with a new key; the old one may be revoked."""
        node = self.net.members[name].node
        old = identity_of(node).key_id
        rotate_key(node, NOW_US)
        if is_revoked:
            revoke_key(node, old, "stolen", NOW_US)
        self.kept.pop(name, None)
        self.count("revoked" if is_revoked else "rotated")

    @rule(pair=pairs)
    def part_or_meet(self, pair: tuple[str, str]) -> None:
        """A partner is removed, or added again."""
        one, other = (self.net.members[name].node for name in pair)
        if known_peer(one, pair[1]) is None:
            add_peer(one, own_card(other), NOW_US)
        else:
            remove_peer(one, pair[1])
            self.count("parted")

    @rule(name=names)
    def keep_backup(self, name: str) -> None:
        """A node is written into a file."""
        member, target = self.net.members[name], self.folder / f"{name}{self.net.happened['kept']}.tar.gz"
        if name not in self.kept:
            self.count("kept")
            back_up(member.node.folder, target, NOW_US)
            self.kept[name] = (target, set(member.heard))

    @precondition(lambda self: self.kept)
    @rule(name=names)
    def go_back(self, name: str) -> None:
        """A node is lost, and made again from its backup."""
        if name not in self.kept:
            return
        member, (source, heard) = self.net.members[name], self.kept.pop(name)
        member.go_back(source)
        member.heard = heard
        self.count("restored")

    @invariant()
    def nobody_holds_what_was_never_told_to_it(self) -> None:
        """Every received record was in a page for this node, made when it might be told it."""
        for name, member in self.net.members.items():
            received = {record_id for record_id, one in member.holds().items() if one.received}
            assert received <= self.net.told.get(name, set())

    def teardown(self) -> None:
        """When all have met again and syncing rests, each holds, and shows, exactly what is released to it."""
        try:
            if self.net.members:
                self.net.introduce()
                self.net.settle()
                self.check()
                event(f"shared {min(len(self.net.told.get('C', ())), 6)}")
        finally:
            type(self).happened.update(self.net.happened)
            for member in self.net.members.values():
                member.node.store.close()

    def check(self) -> None:
        """Against the oracle."""
        wanted = self.net.expected()
        for name, member in self.net.members.items():
            held = member.holds()
            received = {record_id for record_id, one in held.items() if one.received}
            assert received == wanted[name], [(name, one) for record_id, one in held.items() if one.received and record_id not in wanted[name]]
            assert self.shown(member) == latest(member, {record_id for record_id, one in held.items() if one.owner == name} | wanted[name])
        for one, other in ((self.net.members[first], self.net.members[second]) for first, second in (("A", "B"), ("B", "C"))):
            self.net.happened["same worlds"] += assert_same_world(one, other)

    @staticmethod
    def shown(member: Member) -> set[bytes]:
        """The records that the node's own party sees: reports, and of entries the latest."""
        log = readable_log(member.node.store, member.audience(member.name), exercise=False).entries
        last = {one.ref: one.version for one in sorted(log, key=lambda one: one.version)}
        return member.shown(member.name) | {
            record_id for record_id, one in member.holds().items() if one.stream == "entry" and last.get(one.thing.partition("/")[2]) == one.version
        }


def latest(member: Member, record_ids: set[bytes]) -> set[bytes]:
    """Of the records of each key the one that counts: the latest that no later one puts under another label."""
    held = member.holds()
    counts = [(record_id, held[record_id]) for record_id in record_ids if not is_relabelled(held[record_id], held.values())]
    return {record_id for record_id, one in counts if not any(other.key == one.key and other.version > one.version for _, other in counts)}


def assert_same_world(one: Member, other: Member) -> bool:
    """Where two nodes hold the same for everybody, everybody sees the same at both, whatever the order in which it came."""
    if one.shown("PUBLIC") != other.shown("PUBLIC"):
        return False
    seen = [visible(member.node.store, member.audience("PUBLIC")) for member in (one, other)]
    for name in ("witness", "begin_us", "lon", "lat", "magnitude", "issued_us"):
        assert (getattr(seen[0], name) == getattr(seen[1], name)).all()
    return len(seen[0]) > 0


EVENTS = ("relabelled", "erased", "killed", "old refused", "forged refused", "restored", "revoked", "rotated", "parted", "viewed", "same worlds")
BUSY = {"offered": 2_000, "relayed": 400, "withdrawn": 100, "synced": 1_000, **dict.fromkeys(EVENTS, 20)} if IS_LONG else {"offered": 20, "synced": 15}
"""How often each thing must have happened: else a run proves little. What is drawn in a short run differs from day to day."""


def run(machine: type[Exchange], folder: Path, number: int, examples: int, steps: int) -> Counter[str]:
    """What happened in so many runs, of so many steps at most, of a machine."""
    with tempfile.TemporaryDirectory(dir=FAST_DISK) as fast:
        parts = {"source": template(folder), "folder": Path(fast) / "net", "known": {}, "happened": Counter[str]()}
        made: type[Exchange] = seed(number)(type("Seeded", (machine,), parts))
        how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
        run_state_machine_as_test(made, settings=settings(how, suppress_health_check=list(HealthCheck)))
    return made.happened


@pytest.mark.parametrize("number", [1, *(pytest.param(number, marks=pytest.mark.long) for number in (2, 3))])
def test_each_node_ends_with_exactly_what_is_released_to_it(tmp_path: Path, number: int) -> None:
    """After any history, once everybody has met everybody again."""
    happened = run(Exchange, tmp_path / "nodes", number, *((600, 40) if IS_LONG else (10, 30)))
    assert {what: happened[what] for what, least in BUSY.items() if happened[what] < least} == {}
