"""Three stores that exchange: whatever is said, relabelled, erased, cut off or told twice, each ends with exactly what is released to it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, settings, target
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from store.network import DAY_US, PARTIES, Node, expected, network, page, pull, settle, take, template
from vigie.model.label import Label
from vigie.store import applying
from vigie.store.applying import apply

nodes = st.sampled_from(PARTIES)
lists = st.none() | st.frozensets(st.sampled_from(["A", "B", "C", "G", "NOBODY"]), max_size=2)
marks = st.fixed_dictionaries(
    {
        "tlp": st.sampled_from(["CLEAR", "GREEN", "AMBER", "AMBER", "RED"]),
        "rel_to": lists,
        "not_to": st.sampled_from([frozenset(), frozenset({"B"})]),
        "relay": st.sampled_from([True, True, False]),
        "orcon": st.sampled_from([False, False, True]),
        "embargo_us": st.sampled_from([None, None, 1_790_000_000_000_000 + DAY_US]),
    }
)


class Exchange(RuleBasedStateMachine):
    """Nodes A, B and C with stores of their own, their own view of who is in group G, and their own clocks."""

    source: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.nodes: dict[str, Node] = {}
        self.old: list[Any] = []
        self.shared, self.withdrawn = 0, 0

    @initialize(shape=st.sampled_from(["all", "chain"]))
    def begin(self, shape: str) -> None:
        """Every node begins empty. All are partners, or A and C know each other through B alone."""
        self.nodes = network(Path(self.folder.name), self.source)
        if shape == "chain":
            self.nodes["A"].partners, self.nodes["C"].partners = frozenset("AB"), frozenset("BC")

    @rule(name=nodes, ref=st.sampled_from("xy"), word=st.sampled_from("12"), label=marks, stream=st.sampled_from(["report", "entry"]))
    def say(self, name: str, ref: str, word: str, label: dict[str, Any], stream: str) -> None:
        """A new word, or an old one under another label."""
        if f"{stream}{name}{ref}" not in self.gone():
            self.nodes[name].put(ref, word, Label(name, **label), stream)

    def gone(self) -> set[str]:
        """Keys that were erased."""
        return self.__dict__.setdefault("erased", set())

    @rule(name=nodes, ref=st.sampled_from("xy"), stream=st.sampled_from(["report", "entry"]))
    def erase(self, name: str, ref: str, stream: str) -> None:
        """Its owner erases a key."""
        self.nodes[name].erase(f"AG-{name}/{ref}" if stream == "report" else f"triage/{ref}")
        self.gone().add(f"{stream}{name}{ref}")

    @rule(name=nodes, members=st.frozensets(nodes))
    def join_or_leave(self, name: str, members: frozenset[str]) -> None:
        """A node learns who is in the group."""
        node = self.nodes[name]
        node.directory = replace(node.directory, groups={"G": members})

    @rule(name=nodes, days=st.sampled_from([-1, 1, 2]))
    def set_clock(self, name: str, days: int) -> None:
        """Clocks are a day or two apart."""
        self.nodes[name].clock_us += days * DAY_US

    @rule(server=nodes, client=nodes, limit=st.sampled_from([1, 2, 100]))
    def sync(self, server: str, client: str, limit: int) -> None:
        """One page, told and taken."""
        if self.may(server, client):
            pull(self.nodes[server], self.nodes[client], limit)

    @rule(server=nodes, client=nodes, how=st.sampled_from(["lost", "crash", "twice"]))
    def sync_badly(self, server: str, client: str, how: str) -> None:
        """The page is lost, the client dies while it takes it in, or takes it in twice."""
        if not self.may(server, client):
            return
        giver, taker = self.nodes[server], self.nodes[client]
        delivery, place, turn = page(giver, taker, 2)
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
        if self.nodes:
            settle(self.nodes)
            self.check()
            event(f"shared {min(self.shared, 5)}")
            target(float(self.shared), label="records shared")
            for node in self.nodes.values():
                node.store.close()
        self.folder.cleanup()

    def check(self) -> None:
        """Against the oracle."""
        owned = {name: {key: found for key, found in node.holds().items() if not found[0].received} for name, node in self.nodes.items()}
        wanted = expected(self.nodes, owned)
        for name, node in self.nodes.items():
            held = {record_id: row for record_id, (row, _) in node.holds().items() if row.received}
            assert set(held) == wanted[name], [
                (name, row.owner, row.version, getattr(row, "agency_ref", getattr(row, "ref", ""))) for key, row in held.items() if key not in wanted[name]
            ]


def test_each_node_ends_with_exactly_what_is_released_to_it(tmp_path: Path) -> None:
    """After any history, once everybody has heard everybody."""
    Exchange.source = template(tmp_path)
    run_state_machine_as_test(Exchange, settings=settings(max_examples=60, stateful_step_count=30, deadline=None))
