"""Three stores that exchange: whatever is said, relabelled, erased, cut off or told twice, each ends with exactly what is released to it."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from store.network import DAY_US, PARTIES, Node, expected, network, page, pull, settle, take, template
from vigie.model.label import Label
from vigie.store import Store, applying
from vigie.store.applying import apply

FAST_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - memory, where there is some

nodes = st.sampled_from(PARTIES)
lists = st.sampled_from([None, *map(frozenset, ["", "A", "B", "C", "G", "AB", "BC", "AC", "ABC", "BG", "ABC"])])
marks = st.fixed_dictionaries(
    {
        "tlp": st.sampled_from(["CLEAR", "GREEN", "AMBER", "AMBER", "AMBER", "RED"]),
        "rel_to": lists,
        "not_to": st.sampled_from([frozenset(), frozenset(), frozenset({"B"})]),
        "relay": st.sampled_from([True, True, False]),
        "orcon": st.sampled_from([False, False, False, True]),
        "embargo_us": st.sampled_from([None, None, 1_790_000_000_000_000 + DAY_US]),
    }
)
words = st.fixed_dictionaries(
    {"name": nodes, "ref": st.sampled_from("xyz"), "word": st.sampled_from("112"), "label": marks, "stream": st.sampled_from(["report", "entry"])}
)
orders = st.none() | st.permutations(PARTIES)
"""Who hears whom after a step, if anybody does."""


class Exchange(RuleBasedStateMachine):
    """Nodes A, B and C with stores of their own, their own view of who is in group G, and their own clocks."""

    source: ClassVar[Path]
    folder: ClassVar[Path]
    known: ClassVar[dict[str, Store]]
    happened: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, Node] = {}
        self.old: list[Any] = []
        self.shared, self.withdrawn = 0, 0

    @initialize(shape=st.sampled_from(["all", "chain"]), said=st.lists(words, min_size=4, max_size=6))
    def begin(self, shape: str, said: list[dict[str, Any]]) -> None:
        """Some things are said and heard. All are partners, or A and C know each other through B alone."""
        self.nodes = network(self.folder, self.source, self.known)
        if shape == "chain":
            self.nodes["A"].partners, self.nodes["C"].partners = frozenset("AB"), frozenset("BC")
        for name in PARTIES:
            self.nodes[name].put("x", "1", Label(name, tlp="CLEAR"), "report")
        for one in said:
            self.nodes[one["name"]].put(one["ref"], one["word"], Label(one["name"], **one["label"]), one["stream"])
        self.sync_all(list(PARTIES))

    @rule(one=words, order=orders)
    def say(self, one: dict[str, Any], order: list[str] | None) -> None:
        """A new word, or an old one under another label."""
        name, ref, stream = one["name"], one["ref"], one["stream"]
        if f"{stream}{name}{ref}" not in self.gone():
            self.nodes[name].put(ref, one["word"], Label(name, **one["label"]), stream)
            self.sync_all(order or [])

    def gone(self) -> set[str]:
        """Keys that were erased."""
        return self.__dict__.setdefault("erased", set())

    @rule(name=nodes, ref=st.sampled_from("yz"), stream=st.sampled_from(["report", "entry"]), order=orders)
    def erase(self, name: str, ref: str, stream: str, order: list[str] | None) -> None:
        """Its owner erases a key."""
        self.nodes[name].erase(f"AG-{name}/{name}-{ref}" if stream == "report" else f"triage/{name}-{ref}")
        self.gone().add(f"{stream}{name}{ref}")
        self.sync_all(order or [])

    @rule(name=nodes, members=st.frozensets(nodes), order=orders)
    def join_or_leave(self, name: str, members: frozenset[str], order: list[str] | None) -> None:
        """A node learns who is in the group."""
        node = self.nodes[name]
        node.directory = replace(node.directory, groups={"G": members})
        self.sync_all(order or [])

    @rule(name=nodes, days=st.sampled_from([-1, 1, 2]))
    def set_clock(self, name: str, days: int) -> None:
        """Clocks are a day or two apart."""
        self.nodes[name].clock_us += days * DAY_US

    @rule(server=nodes, client=nodes, limit=st.sampled_from([1, 2, 100]))
    def sync(self, server: str, client: str, limit: int) -> None:
        """One page, told and taken."""
        if self.may(server, client):
            pull(self.nodes[server], self.nodes[client], limit)

    def sync_all(self, order: list[str]) -> None:
        """Everybody of these hears everybody, in this order."""
        for server in order:
            for client in order:
                while self.may(server, client) and pull(self.nodes[server], self.nodes[client]):
                    pass

    @rule(server=nodes, client=nodes, how=st.sampled_from(["lost", "crash", "twice"]))
    def sync_badly(self, server: str, client: str, how: str) -> None:
        """The page is lost, the client dies while it takes it in, or takes it in twice."""
        if not self.may(server, client):
            return
        giver, taker = self.nodes[server], self.nodes[client]
        delivery, place, turn = page(giver, taker, 2)
        self.happened[how] += 1
        if how == "crash":
            self.crash(taker, delivery)
        elif how == "twice":
            take(taker, delivery, turn)
            take(taker, delivery, turn)
            giver.told[client] = (turn, place)

    def may(self, server: str, client: str) -> bool:
        """Whether the two are partners."""
        return server != client and client in self.nodes[server].partners

    @staticmethod
    def crash(taker: Node, delivery: Any) -> None:
        """The client dies just before it would have kept the page."""
        kept = applying._keep_note

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        applying._keep_note = die
        try:
            with pytest.raises(KeyboardInterrupt):
                apply(taker.store, delivery, 0)
        finally:
            applying._keep_note = kept

    @rule(server=nodes, client=nodes)
    def forget(self, server: str, client: str) -> None:
        """The server has forgotten what it told (it was restored from a backup): the client begins again."""
        self.nodes[server].told.pop(client, None)

    @invariant()
    def nobody_holds_what_was_never_released_to_it(self) -> None:
        """Every received record was offered by some node that held it."""
        for name, node in self.nodes.items():
            offered = {record_id for other in self.nodes.values() for record_id in other.released.get(name, {})}
            received = {record_id for record_id, (row, _) in node.holds().items() if row.received}
            assert received <= offered
            self.shared = max(self.shared, len(received))

    def teardown(self) -> None:
        """When syncing rests, each node holds exactly what is released to it."""
        try:
            if self.nodes:
                settle(self.nodes)
                self.check()
                event(f"shared {min(self.shared, 5)}")
                self.count_up()
        finally:
            for store in self.known.values():
                store.close()

    def count_up(self) -> None:
        """What was told in this run, over all runs."""
        for server, node in self.nodes.items():
            for client, released in node.released.items():
                owned = {record_id for record_id, (row, _) in self.nodes[server].holds().items() if not row.received}
                self.happened["offered"] += len(released)
                self.happened["withdrawn"] += sum(not is_live for is_live in released.values())
                self.happened["relayed"] += client != server and len([one for one, is_live in released.items() if is_live and one not in owned])
        self.happened["erased"] += len(self.gone())

    def check(self) -> None:
        """Against the oracle."""
        owned = {name: {key: found for key, found in node.holds().items() if not found[0].received} for name, node in self.nodes.items()}
        wanted = expected(self.nodes, owned)
        for name, node in self.nodes.items():
            held = {record_id: row for record_id, (row, _) in node.holds().items() if row.received}
            assert set(held) == wanted[name], [
                (name, row.owner, row.version, getattr(row, "agency_ref", getattr(row, "ref", ""))) for key, row in held.items() if key not in wanted[name]
            ]


IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
BUSY = {"offered": 2_000, "relayed": 400, "withdrawn": 200, "erased": 50, "lost": 20, "crash": 10, "twice": 20} if IS_LONG else {"offered": 50, "withdrawn": 1}
"""How often each thing must have happened: else a run proves little. What is drawn in a short run differs from day to day."""


def run(folder: Path, number: int, examples: int, steps: int) -> Counter[str]:
    """What happened in so many runs, of so many steps at most."""
    with tempfile.TemporaryDirectory(dir=FAST_DISK) as fast:
        parts = {"source": template(folder), "folder": Path(fast) / "net", "known": {}, "happened": Counter[str]()}
        made: type[Exchange] = seed(number)(type("Seeded", (Exchange,), parts))
        how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
        run_state_machine_as_test(made, settings=settings(how, suppress_health_check=list(HealthCheck)))
    return made.happened


@pytest.mark.parametrize("number", [1, *(pytest.param(number, marks=pytest.mark.long) for number in (2, 3))])
def test_each_node_ends_with_exactly_what_is_released_to_it(tmp_path: Path, number: int) -> None:
    """After any history, once everybody has heard everybody."""
    happened = run(tmp_path, number, 600 if IS_LONG else 20, 30)
    assert {what: happened[what] for what, least in BUSY.items() if happened[what] < least} == {}
