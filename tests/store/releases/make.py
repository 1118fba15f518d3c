"""Makes a small store with the code of an earlier release, and writes down what it held and who could read what.

Run it with that release's `src` and `tests` on the path; NAME is the schema, such as 0003:

    PYTHONPATH=OLD/src:OLD/tests python make.py NAME sqlite:///FILE

It writes NAME.json beside itself (with SQLite). The dumps beside it are of such stores: SQLite's own `.dump`, and
`pg_dump --inserts --no-owner --no-privileges`. They are never made again from newer code: they are what that release wrote.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from made import NOW_US, quake
from vigie.model.errors import Reject
from vigie.model.label import PUBLIC, Directory, Label, Party, join, label_text
from vigie.model.report import Report, facts_text
from vigie.store import Audience, FileFacts, Keyring, Store, Window, create_store, erase, held_reports, prepare, taking_in, visible

OWNER = "ME-NODE"
PARTIES = {name: Party(name, name[:2], community=True, clearance={"VIGIE": "RESTRICTED"}) for name in ("ME-CERT", "RS-NODE", OWNER)}
NODES = Directory(groups={"CERTS": frozenset({"ME-CERT"})}, parties=PARTIES)
AUDIENCES = (OWNER, "ME-CERT", "RS-NODE", PUBLIC)
CLEAR = Label(OWNER, tlp="CLEAR")
AMBER = Label(OWNER, tlp="AMBER", rel_to=frozenset({"CERTS"}))
EMBARGOED = Label(OWNER, level="RESTRICTED", tlp="GREEN", embargo_us=NOW_US - 5)
PARTS = join(Label(OWNER, tlp="AMBER", rel_to=frozenset({"CERTS", "RS-NODE"})), Label("RS-NODE", tlp="GREEN", not_to=frozenset({"HR-NODE"}), orcon=True), NODES)


def take_in(store: Store, keyring: Keyring, number: int, items: list[Report | Reject], label: Label) -> None:
    """Takes in reports and rejects as one file."""
    facts = FileFacts(digest=f"{number:064x}", name=f"file{number}", source="a source", reader="test", bytes=9, exercise=False, received_us=NOW_US + number)
    with taking_in(store, keyring, facts, label, NOW_US + 99) as intake:
        intake.add(prepare([item for item in items if isinstance(item, Report)], label.owner, label_text(label)))
        for item in items:
            if isinstance(item, Reject):
                intake.reject(item)


def fill(store: Store, keyring: Keyring, folder: Path) -> None:
    """Reports under four labels, a correction, a widened label, payloads, a reject, one erased."""
    take_in(store, keyring, 1, [quake("a", payload=b"as it came"), quake("b", lon=20.25, place="Žabljak", actors=("one", "two"))], CLEAR)
    take_in(store, keyring, 2, [quake("a", revision=1, magnitude=4.75), Reject("line 3", "The time cannot be read", "begin", "never")], CLEAR)
    take_in(store, keyring, 3, [quake("c", agency="RSO", payload=b"kept close"), quake("gone", agency="XSO", payload=b"erase me")], AMBER)
    take_in(store, keyring, 4, [quake("c", agency="RSO", payload=b"kept close")], CLEAR)
    take_in(store, keyring, 5, [quake(None, agency="RSO", lon=None, lat=None, magnitude=None, scale=None, details={"n": 1.5})], PARTS)
    take_in(store, keyring, 6, [quake("e", begin_us=-(10**15), end_us=-(10**15) + 5, sigma_s=3.5, depth_km=0.0)], EMBARGOED)
    take_in(store, keyring, 7, [quake("x", exercise=True)], CLEAR)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    erase(store, keyring, folder, ["XSO/gone"], "a test", NOW_US + 50, key.sign)


def decide(store: Store) -> None:
    """Two words on one pair and one on another: as rows of their own in the first release, as entries since."""
    words = (
        (("MSO", "a"), ("RSO", "c"), True, "close", CLEAR),
        (("MSO", "a"), ("RSO", "c"), False, "two shocks", CLEAR),
        (("MSO", "b"), ("MSO", "e"), True, "", AMBER),
    )
    try:
        from vigie.store import add_decision
    except ImportError:
        say_entries(store)
        return
    from vigie.model.decision import Decision

    for number, (first, second, same, reason, label) in enumerate(words):
        add_decision(store, Decision(first, second, same, reason, label, NOW_US + number))


def say_entries(store: Store) -> None:
    """Drafts in two versions, an approval and decisions under labels with parts, an entry of the exercise; one erased."""
    from vigie.model.entry import Entry
    from vigie.store import add_entries

    groups = [[[{"agency": "MSO", "ref": "a"}], [{"agency": "RSO", "ref": "c"}]], [[{"agency": "MSO", "ref": "b"}], [{"agency": "MSO", "ref": "e"}]]]
    bodies: list[tuple[str, str, Label, Any]] = [
        ("draft", "d-1", AMBER, {"words": "žuto", "share": 0.25}),
        ("draft", "d-1", AMBER, {"words": "crveno", "share": 0.5}),
        ("approval", "d-1|head", PARTS, {"draft": "d-1", "approved": True}),
        ("decision", "dc-1", CLEAR, {"verdict": "same", "groups": groups[0], "reason": "close", "events": []}),
        ("decision", "dc-1", CLEAR, {"verdict": "apart", "groups": groups[0], "reason": "two shocks", "events": []}),
        ("decision", "dc-2", AMBER, {"verdict": "same", "groups": groups[1], "reason": "", "events": []}),
        ("contact", "p-1", EMBARGOED, {"post": "duty desk"}),
        ("draft", "d-9", CLEAR, {"words": "erase me"}),
    ]
    for number, (type_, ref, label, body) in enumerate(bodies):
        add_entries(store, [Entry(type=type_, owner=OWNER, ref=ref, label=label, said_us=NOW_US + number, body=body, by="desk", exercise=ref == "p-1")])
    with TemporaryDirectory() as folder:
        erase(
            store,
            Keyring(Path(folder) / "keys"),
            Path(folder),
            ["draft/d-9"],
            "a test",
            NOW_US + 60,
            Ed25519PrivateKey.from_private_bytes(bytes(range(32))).sign,
        )


def facts_read(store: Store, party: str) -> Iterator[list[Any]]:
    """Of every report that a party reads: its record id, version, label, facts and payload, and the row in the world it stands in."""
    audience = Audience(party, NODES, NOW_US + 100)
    for is_exercise in (False, True):
        rows = visible(store, audience, Window(exercise=is_exercise)).row.tolist()
        for held in held_reports(store, audience, rows, payloads=True):
            yield [held.record_id, held.version, label_text(held.label), facts_text(held.report), held.report.payload.hex()]


def words_read(store: Store, party: str) -> Iterator[list[Any]]:
    """Of every entry that a party reads: its id, version and body; none in the first release, which had decisions only."""
    try:
        from vigie.model.entry import entry_id
        from vigie.store import readable_log
    except ImportError:
        return
    for is_exercise in (False, True):
        for entry in readable_log(store, Audience(party, NODES, NOW_US + 100), exercise=is_exercise).entries:
            yield [entry_id(entry), entry.version, entry.type, entry.ref, label_text(entry.label), entry.said_us, entry.by, entry.body]


def decisions_read(store: Store, party: str) -> list[list[Any]]:
    """What counts on each pair, for a party: the two reports, whether they are one event, and why."""
    try:
        from vigie.store import visible_decisions
    except ImportError:
        from vigie.model.decision import decisions_of
        from vigie.store import readable_log

        log = readable_log(store, Audience(party, NODES, NOW_US + 100), exercise=False)
        found = [([group[0].text for group in said.groups], said.verdict == "same", said.reason) for _, said in decisions_of(log)]
        return sorted([*sorted(names), is_same, reason] for names, is_same, reason in found)
    found = visible_decisions(store, Audience(party, NODES, NOW_US + 100))
    return sorted([*sorted("/".join(name) for name in (said.first, said.second)), said.same, said.reason] for said in found)


def read_by_all(store: Store) -> dict[str, Any]:
    """All that each audience reads."""
    return {
        party: {"reports": sorted(facts_read(store, party)), "entries": sorted(words_read(store, party), key=str), "decisions": decisions_read(store, party)}
        for party in AUDIENCES
    }


def main(name: str, url: str) -> None:
    """Makes the store and writes down what is read in it."""
    store = create_store(url)
    with TemporaryDirectory() as folder:
        fill(store, Keyring(Path(folder) / "keys"), Path(folder))
    decide(store)
    if store.is_sqlite:
        said = json.dumps(read_by_all(store), ensure_ascii=False, indent=1, sort_keys=True)
        Path(__file__).with_name(f"{name}.json").write_text(said + "\n", encoding="utf-8")
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
