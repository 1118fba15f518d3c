"""Faults planted in the exchange, one at a time: the stateful tests of the stores and of the nodes find every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from node import test_network
from planted import planted
from store import test_exchange
from vigie.exchange import seals as exchange_seals
from vigie.node import signed, sync, verifying
from vigie.store import applying, erasure, offering, predicate, reading

Fault = tuple[ModuleType, str, str]

OF_STORES: dict[str, Fault] = {
    "the withdrawal of a relayed record is not passed on": (
        offering,
        "if row.label_id in labels and row.owner != audience.party:\n            if len(told)",
        "if False:\n            if len(told)",
    ),
    "the version that a relabelling replaces is not withdrawn": (offering, "if _is_open(old, place) and _is_for(old, audience)]", "if False]"),
    "replaced versions are offered": (
        offering,
        "_is_open(row, place) and _is_for(row, audience) and row.number not in superseded]",
        "_is_open(row, place) and _is_for(row, audience)]",
    ),
    "a label that opens is not noticed": (offering, "opened ^ getattr(place, name)", "getattr(place, name) - opened"),
    "a label that closes is not noticed": (offering, "opened ^ getattr(place, name)", "opened - getattr(place, name)"),
    "a relay's copy outdoes the owner's withdrawal": (applying, " and by_peer.get(owners[record_id], True)", ""),
    "an older pass is not dropped": (applying, "if delivery.is_whole and (dropped", "if False and (dropped"),
    "what is gone is not written down": (applying, "    connection.execute(insert(gone), values)\n", ""),
    "a job that was turned back does all again": (
        offering,
        "until = min([job.after for job in undone], default=getattr(place, stream))",
        "until = 0 if undone else getattr(place, stream)",
    ),
    "an erasure is not told": (offering, "if row.label_id in labels and row.owner != audience.party and bytes", "if False and bytes"),
    "a partner is offered its own records": (offering, "return row.owner != audience.party and (", "return ("),
    "the cursor moves without its page": (
        applying,
        "        counts += _write(connection, delivery, wanted, told_before, now_us)\n",
        "        if len(wanted) < 2:\n            counts += _write(connection, delivery, wanted, told_before, now_us)\n",
    ),
    "a received record passes on without leave": (
        predicate,
        "    kept = not_(and_(_opens(party, directory, now_us), _passes(home, is_granted=is_granted)))",
        "    kept = not_(_opens(party, directory, now_us))",
    ),
}
"""Found by three stores that exchange."""

OF_NODES: dict[str, Fault] = {
    "places stay where rows were removed": (
        applying,
        '        if counts["erased"] or counts["withdrawn"]:\n            clamp(connection)\n        counts += ',
        "        counts += ",
    ),
    "places stay where rows were erased": (erasure, "        clamp(connection)\n", ""),
    "the page and the cursor are kept in two steps": (
        applying,
        "    with store.writing() as connection:\n        counts = Counter",
        "    with store.writing() as connection:\n        _keep_note(connection, delivery)\n    with store.writing() as connection:\n        counts = Counter",
    ),
    "a page for another one is taken": (sync, "if (page.sender, page.to) != (known.party, node.settings.party):", "if False:"),
    "a page from another cursor is taken": (sync, "    if page.cursor != cursor:", "    if False:"),
    "the page's signature is not looked at": (signed, "return is_signed(domain, body, signature, public_key)", "return True"),
    "a record's signature is not looked at": (verifying, " or not is_sealed(record_id, seal, owner, history, judge.roots):", ":"),
    "a seal counts under any key": (exchange_seals, "is_signed(Domain.BATCH", "True or is_signed(Domain.BATCH"),
    "whose batch it is is not looked at": (
        verifying,
        "if batches[offer.seal.batch].owner != owner or not is_sealed(record_id, seal, owner, history, judge.roots):",
        "if not is_sealed(record_id, seal, batches[offer.seal.batch].owner, judge.histories[batches[offer.seal.batch].owner], judge.roots):",
    ),
    "what was taken back already is told": (
        offering,
        "[row.number for row in rows if _is_open(row, place)])",
        "[row.number for row in rows if _is_open(row, place)], last)",
    ),
    "its own record's erasure is told to its owner": (
        offering,
        "if row.label_id in labels and row.owner != audience.party and bytes",
        "if row.label_id in labels and bytes",
    ),
    "nothing is read anew when a key is revoked": (sync, "is_same = known.revoked == revoked and", "is_same ="),
    "a record that is here keeps its old seal": (applying, "[*fresh.values(), *renewed]", "[*fresh.values()]"),
    "an older version is shown": (
        reading,
        "newer.c.version > 1, newer.c.version > reports.c.version, takes_its_place)",
        "newer.c.version > 1, newer.c.version < reports.c.version, takes_its_place)",
    ),
    "a received record passes on without leave": OF_STORES["a received record passes on without leave"],
    "a label that closes is not noticed": OF_STORES["a label that closes is not noticed"],
    "the version that a relabelling replaces is not withdrawn": OF_STORES["the version that a relabelling replaces is not withdrawn"],
}
"""Found by three nodes that exchange."""

QUICK_STORES, QUICK_NODES = ("a label that opens is not noticed",), ()


def _marked(faults: dict[str, Fault], quick: tuple[str, ...]) -> list[object]:
    return [pytest.param(fault, id=name, marks=[] if name in quick else pytest.mark.long) for name, fault in faults.items()]


@contextmanager
def _found() -> Iterator[None]:
    """Something went wrong in the block: an assertion, or a fault of the exchange itself."""
    found: list[BaseException] = []
    try:
        yield
    except Exception as fault:  # noqa: BLE001 - whatever the fault does, it shows
        found.append(fault)
    assert found, "the fault was not found"


@pytest.mark.parametrize("fault", _marked(OF_STORES, QUICK_STORES))
def test_the_stores_find_a_planted_fault(tmp_path: Path, fault: Fault) -> None:
    """In a few hundred runs at the most."""
    with planted(*fault), _found():
        test_exchange.run(tmp_path, 1, 300, 30)


@pytest.mark.parametrize("fault", _marked(OF_NODES, QUICK_NODES))
def test_the_nodes_find_a_planted_fault(tmp_path: Path, fault: Fault) -> None:
    """In some hundred runs at the most."""
    with planted(*fault), _found():
        test_network.run(test_network.Exchange, tmp_path / "nodes", 1, 150, 30)
