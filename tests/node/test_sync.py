"""The exchange of two nodes: what comes over, and what is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from made import NOW_US, quake
from node.two_nodes import for_party, held, nodes, open_label, quakes, take, to, word, words
from vigie.exchange.identity import Domain, signed
from vigie.exchange.page import Request, request_bytes
from vigie.model.atlas import Atlas
from vigie.model.errors import BadReport, PeerUnavailable, VigieError
from vigie.model.label import Label
from vigie.node.identity import identity_of, revoke_key, rotate_key
from vigie.node.peers import add_peer, own_card, peer, status_of
from vigie.node.settings import Node
from vigie.node.signed import signature_line
from vigie.node.sync import answer, pull, sync_with
from vigie.node.worlds import make_world
from vigie.store import Held, erase, find_reports
from vigie.store.seals import seals_of


def named(node: Node, *names: str) -> list[Held]:
    """The reports of these names that the node's own party sees."""
    audience = node.audience(node.settings.party, NOW_US)
    return [found for name in names for found in find_reports(node.store, audience, name)]


def test_what_a_partner_may_read_comes_over_and_nothing_else(tmp_path: Path) -> None:
    """Reports and entries open to B arrive there, those for A alone do not; a second look brings nothing."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1, 2))
        take(a, for_party("A"), *quakes(3))
        word(a, "w1", for_party("A", "B"), text="hello")
        word(a, "w2", for_party("A", "C"), text="not for B")
        assert sync_with(b, "A", to(a), NOW_US).counts["taken"] == 3
        assert (held(b), words(b)) == ({"r1", "r2"}, {"w1"})
        assert not sync_with(b, "A", to(a), NOW_US).counts


def test_pages_of_any_size_bring_the_same(tmp_path: Path) -> None:
    """One record a page, and many, end alike."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(*range(7)))
        pages = 0
        while pull(b, "A", to(a), NOW_US, limit=1).more:
            pages += 1
        assert pages >= 6
        assert held(b) == {f"r{number}" for number in range(7)}


def test_a_narrowed_label_takes_the_record_back(tmp_path: Path) -> None:
    """A word that B has is said again for A alone: it leaves B; said for B once more it comes back."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        word(a, "w1", for_party("A", "B"), text="hello")
        sync_with(b, "A", to(a), NOW_US)
        word(a, "w1", for_party("A"), text="hello")
        assert sync_with(b, "A", to(a), NOW_US).counts["withdrawn"] == 1
        assert words(b) == set()
        word(a, "w1", for_party("A", "B"), text="hello")
        sync_with(b, "A", to(a), NOW_US)
        assert words(b) == {"w1"}


def test_a_record_that_was_relabelled_before_it_was_told_is_not_told(tmp_path: Path) -> None:
    """Said for B and taken back between two looks, with much else before: nothing of it is in the pages."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        word(a, "w1", for_party("A", "B"), text="secret word")
        take(a, for_party("A"), *(quake(f"h{number}") for number in range(1_500)))
        word(a, "w1", for_party("A"), text="secret word")
        seen: list[bytes] = []

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = to(a)(body, signature)
            seen.append(said[1])
            return said

        sync_with(b, "A", send, NOW_US)
        assert words(b) == set()
        assert not any(b"secret word" in body for body in seen)


def test_a_page_that_was_lost_on_its_way_is_made_again(tmp_path: Path) -> None:
    """The line breaks after the server answered: the next request gets what that page held."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1))

        def broken(body: bytes, signature: str) -> tuple[int, bytes, str]:
            to(a)(body, signature)
            raise PeerUnavailable("The line broke")

        with pytest.raises(PeerUnavailable):
            pull(b, "A", broken, NOW_US)
        assert status_of(b, "A").faults == 1
        sync_with(b, "A", to(a), NOW_US)
        assert held(b) == {"r1"}
        assert status_of(b, "A").faults == 0


@pytest.mark.parametrize("broken", range(1, 6))
@pytest.mark.parametrize("way", ["line", "record"])
def test_what_was_asked_for_ahead_is_not_lost_where_the_page_before_it_fails(tmp_path: Path, broken: int, way: str) -> None:
    """The line or a page fails at some point of six pages, while the next was asked for; labels change. Then all comes, without beginning anew."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(*range(10)))
        word(a, "w1", open_label("A"), text="x")
        answers = 0

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            nonlocal answers
            answers += 1
            status, data, line = to(a)(body, signature)
            if answers == broken and way == "line":
                raise PeerUnavailable("The line broke")
            if answers != broken:
                return status, data, line
            page = json.loads(data)
            _alter(page, "body")
            forged = json.dumps(page).encode()
            return status, forged, signature_line(identity_of(a), Domain.PAGE, forged)

        with pytest.raises(VigieError):
            sync_with(b, "A", send, NOW_US, limit=2)
        assert len(held(b)) == 2 * (broken - 1)
        assert answers == broken + (way == "record")
        word(a, "w1", for_party("A"), text="x")
        take(a, open_label("A"), *quakes(10))
        assert not sync_with(b, "A", to(a), NOW_US, limit=2).restarted
        assert (held(b), words(b)) == ({f"r{number}" for number in range(11)}, set())


def test_a_poll_with_nothing_new_writes_nothing_at_the_server(tmp_path: Path) -> None:
    """The server's store is the same before and after; hidden news changes no byte of the page but its request's own count."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1))
        sync_with(b, "A", to(a), NOW_US)
        pages: list[bytes] = []

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = to(a)(body, signature)
            pages.append(said[1])
            return said

        changes = _changes(a)
        sync_with(b, "A", send, NOW_US)
        assert _changes(a) == changes
        take(a, for_party("A"), *quakes(2, 3))
        sync_with(b, "A", send, NOW_US)
        sync_with(b, "A", send, NOW_US)
        assert len(set(pages)) == 1


def _changes(node: Node) -> int:
    with node.store.reading() as connection:
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def test_a_request_is_believed_once(tmp_path: Path) -> None:
    """The very bytes of an earlier request are refused, and so is one that is not signed, changed, or to somebody else."""
    with nodes(tmp_path, "ABC") as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1))
        kept: list[tuple[bytes, str]] = []

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            kept.append((body, signature))
            return to(a)(body, signature)

        sync_with(b, "A", send, NOW_US)
        body, signature = kept[0]
        assert answer(a, body, signature, NOW_US).status == 403
        assert answer(a, body + b" ", signature, NOW_US).status == 401
        assert answer(a, body, "", NOW_US).status == 401
        assert answer(made["C"], body, signature, NOW_US).status == 403
        assert answer(a, b"nonsense", signature, NOW_US).status == 400
        assert answer(a, b"[" * 300_000, signature, NOW_US).status == 413


def test_a_stranger_is_told_nothing(tmp_path: Path) -> None:
    """Who is no partner gets the same words as a partner with a wrong signature."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        said = []
        for sender in ("B", "STRANGER"):
            body = request_bytes(Request(sender=sender, to="A", count=5))
            line = f"{identity_of(b).key_id} {b64encode(signed(Domain.PAGE, body, identity_of(b).sign)).decode()}"
            said.append(answer(a, body, line, NOW_US))
        assert said[0] == said[1]
        assert said[0].status == 401


def test_another_partners_cursor_is_nonsense(tmp_path: Path) -> None:
    """C asks with B's cursor: it is told to begin anew, as with any word that is no cursor."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1))
        pull(b, "A", to(a), NOW_US)
        from vigie.store import read_note

        cursor = str((read_note(b.store, "pulled", "A") or {})["cursor"])
        pages = []
        for count, word_ in enumerate((cursor, "nonsense"), 1):
            body = request_bytes(Request(sender="C", to="A", cursor=word_, count=count))
            said = answer(a, body, signature_line(identity_of(c), Domain.REQUEST, body), NOW_US)
            pages.append({name: value for name, value in json.loads(said.body).items() if name != "cursor"})
        assert pages[0] == pages[1]
        assert pages[0]["restart"] is True
        assert pages[0]["items"] == []


def test_who_lost_its_place_reads_anew_and_drops_what_is_released_no_more(tmp_path: Path) -> None:
    """A forgets what it told B, and takes one record back meanwhile: after the new pass B holds what A releases now."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        word(a, "w1", for_party("A", "B"), text="1")
        word(a, "w2", for_party("A", "B"), text="2")
        sync_with(b, "A", to(a), NOW_US)
        word(a, "w1", for_party("A"), text="1")
        from vigie.store import change_note

        change_note(a.store, "served", "B", lambda said: {"count": (said or {})["count"]})
        pulled = sync_with(b, "A", to(a), NOW_US)
        assert pulled.restarted
        assert words(b) == {"w2"}


@pytest.mark.parametrize("fault", ["payload", "label", "owner", "body", "seal"])
def test_an_altered_record_is_refused_and_nothing_changes(tmp_path: Path, fault: str) -> None:
    """A signs a page whose record is not what its owner sealed: the page is refused whole, and the genuine one comes with the next."""
    with nodes(tmp_path, "ABC") as made:
        a, b = made["A"], made["B"]
        take(a, for_party("A", "B"), *quakes(1, 2))

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            status, data, _ = to(a)(body, signature)
            page = json.loads(data)
            _alter(page, fault)
            forged = json.dumps(page).encode()
            return status, forged, signature_line(identity_of(a), Domain.PAGE, forged)

        with pytest.raises(BadReport):
            pull(b, "A", send, NOW_US)
        assert held(b) == set()
        assert status_of(b, "A").fault
        sync_with(b, "A", to(a), NOW_US)
        assert held(b) == {"r1", "r2"}


def _alter(page: dict[str, object], fault: str) -> None:
    item = page["items"][-1]  # type: ignore[index]
    if fault == "payload":
        item["payload"] = b64encode(b"other").decode()
    elif fault == "label":
        item["record"]["label"]["tlp"] = "CLEAR"
    elif fault == "owner":
        item["record"]["key"][0] = "B"
    elif fault == "body":
        item["record"]["body"]["magnitude"] = 9
    else:
        item["seal"][2] = "00" * 16


def test_a_page_signed_by_somebody_else_is_refused(tmp_path: Path) -> None:
    """C's page is no page of A, and a page for C is none for B."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1))
        take(c, open_label("C"), *quakes(2))

        def of_c(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = to(a)(body, signature)
            return said[0], said[1], signature_line(identity_of(c), Domain.PAGE, said[1])

        def to_c(body: bytes, signature: str) -> tuple[int, bytes, str]:
            del signature
            asked = request_bytes(Request(sender="C", to="A", count=1))
            return to(a)(asked, signature_line(identity_of(c), Domain.REQUEST, asked)) if body else (0, b"", "")

        for send in (of_c, to_c):
            with pytest.raises(VigieError):
                pull(b, "A", send, NOW_US)
        assert held(b) == set()


def test_a_new_key_is_learned_on_the_way_and_a_revoked_one_counts_no_more(tmp_path: Path) -> None:
    """Both sides change their keys between two looks; then A revokes its first one."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        old = identity_of(a)
        take(a, open_label("A"), *quakes(1))
        sync_with(b, "A", to(a), NOW_US)
        rotate_key(a, NOW_US)
        rotate_key(b, NOW_US)
        take(a, open_label("A"), *quakes(2))
        sync_with(b, "A", to(a), NOW_US)
        assert held(b) == {"r1", "r2"}
        assert peer(b, "A").history == identity_of(a).history
        assert peer(a, "B").history == identity_of(b).history
        revoke_key(a, old.key_id, "stolen", NOW_US)
        take(a, open_label("A"), *quakes(3))
        sync_with(b, "A", to(a), NOW_US)
        assert held(b) == {"r1", "r2", "r3"}

        def thief(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = to(a)(body, signature)
            return said[0], said[1], signature_line(old, Domain.PAGE, said[1])

        with pytest.raises(BadReport):
            pull(b, "A", thief, NOW_US)


def test_a_record_passes_on_only_where_its_label_says_so(tmp_path: Path) -> None:
    """B passes on what is CLEAR or may be relayed; C checks that A has signed it, and loses it when B loses it."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1))
        take(a, for_party("A", "B", "C"), *quakes(2))
        take(a, Label("A", tlp="AMBER", rel_to=frozenset({"B", "C"}), relay=True), *quakes(3))
        sync_with(b, "A", to(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1", "r3"}


def test_an_erasure_travels_and_what_was_erased_does_not_come_back(tmp_path: Path) -> None:
    """A erases a report and a word that B and, through B, C hold: they are gone everywhere, and stay so when all is read anew."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1, 2))
        word(a, "w1", open_label("A"), text="x")
        sync_with(b, "A", to(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        assert (held(c), words(c)) == ({"r1", "r2"}, {"w1"})
        erase(a.store, a.keyring, a.quarantine, ["MSO/r1", "assessment/w1"], "wrong", NOW_US, a.sign)
        sync_with(b, "A", to(a), NOW_US)
        assert (held(b), words(b)) == ({"r2"}, set())
        sync_with(c, "B", to(b), NOW_US)
        assert (held(c), words(c)) == ({"r2"}, set())


def test_an_owner_is_not_told_what_became_of_its_own_records_elsewhere(tmp_path: Path) -> None:
    """A takes one back from B and erases another; when A then asks B, B says nothing of them, and A takes what is new."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        word(a, "w1", open_label("A"), text="x")
        take(a, open_label("A"), *quakes(1))
        sync_with(b, "A", to(a), NOW_US)
        word(a, "w1", for_party("A"), text="x")
        erase(a.store, a.keyring, a.quarantine, ["MSO/r1"], "wrong", NOW_US, a.sign)
        sync_with(b, "A", to(a), NOW_US)
        take(b, open_label("B"), *quakes(2))
        assert sync_with(a, "B", to(b), NOW_US).counts["taken"] == 1


def test_no_partner_takes_back_or_erases_what_another_one_owns(tmp_path: Path) -> None:
    """C withdraws A's record in its own name, before and after B has it from A: B keeps it."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1))
        record = _record_id(a)

        def lie(body: bytes, signature: str) -> tuple[int, bytes, str]:
            status, data, line = to(c)(body, signature)
            page = json.loads(data)
            if page["restart"]:
                return status, data, line
            page["items"].append({"withdraw": "report", "record": record, "owner": "C"})
            page["next"] += "x"
            forged = json.dumps(page).encode()
            return status, forged, signature_line(identity_of(c), Domain.PAGE, forged)

        pull(b, "C", lie, NOW_US)
        sync_with(b, "A", to(a), NOW_US)
        assert held(b) == {"r1"}
        for _ in range(3):
            pull(b, "C", lie, NOW_US)
        assert held(b) == {"r1"}


def _record_id(node: Node) -> str:
    with node.store.reading() as connection:
        return bytes(connection.exec_driver_sql("SELECT record_id FROM reports").scalar_one()).hex()


def test_a_record_of_an_unknown_owner_waits_and_stops_no_page(tmp_path: Path) -> None:
    """B knows A, C does not: what B passes on of A cannot be proved at C, which takes what is B's; once C has A's card it takes the other too."""
    with nodes(tmp_path, "AB") as made, nodes(tmp_path / "more", "C") as more:
        a, b, c = made["A"], made["B"], more["C"]
        add_peer(b, own_card(c), NOW_US)
        add_peer(c, own_card(b), NOW_US)
        take(a, open_label("A"), *quakes(1))
        take(b, open_label("B"), *quakes(2))
        sync_with(b, "A", to(a), NOW_US)
        assert sync_with(c, "B", to(b), NOW_US).counts["unproved"] == 1
        assert held(c) == {"r2"}
        assert not sync_with(c, "B", to(b), NOW_US).counts
        add_peer(c, own_card(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1", "r2"}


def test_nobody_passes_on_what_its_owner_did_not_tell_it(tmp_path: Path) -> None:
    """C and D have A's record from B and pass it on to nobody, so that they lose it with B; once C hears A itself it passes it on to D."""
    with nodes(tmp_path, "ABCD") as made:
        a, b, c, d = (made[name] for name in "ABCD")
        take(a, open_label("A"), *quakes(1))
        for asking, party, asked in ((b, "A", a), (c, "B", b), (d, "C", c)):
            sync_with(asking, party, to(asked), NOW_US)
        assert (held(c), held(d)) == ({"r1"}, set())
        sync_with(c, "A", to(a), NOW_US)
        sync_with(d, "C", to(c), NOW_US)
        assert held(d) == {"r1"}
        take(a, for_party("A"), *quakes(1))
        for asking, party, asked in ((c, "A", a), (d, "C", c)):
            sync_with(asking, party, to(asked), NOW_US)
        assert (held(b), held(c), held(d)) == ({"r1"}, set(), set())


def test_a_field_that_is_unknown_here_breaks_no_world(tmp_path: Path, atlas: Atlas) -> None:
    """A partner has a pack that is not installed here, a kind and a scale that nobody knows: what is understood is shown."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), quake("r1", field="volcanic", kind="volcanic.eruption"), quake("r2", kind="seismic.unheard", scale="M?"))
        assert sync_with(b, "A", to(a), NOW_US).counts["taken"] == 2
        world = make_world(b, b.audience("B", NOW_US), atlas, exercise=False)
        assert (len(world.events), held(b)) == (1, {"r1", "r2"})


def test_after_a_revocation_everything_is_sealed_anew_on_the_whole_way(tmp_path: Path) -> None:
    """B and, through B, C get new seals for what A's lost key had signed; meanwhile B's pages are not refused for it, and `check` finds all well."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1, 2))
        word(a, "w1", open_label("A"), text="hello")
        old = identity_of(a)
        for asking, party, asked in ((b, "A", a), (c, "B", b)):
            sync_with(asking, party, to(asked), NOW_US)
        revoke_key(a, old.key_id, "stolen", NOW_US)
        sync_with(c, "A", to(a), NOW_US)
        take(b, open_label("B"), *quakes(5))
        fresh = sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1", "r2", "r5"}
        assert fresh.counts["taken"] == 1
        for asking, party, asked in ((b, "A", a), (c, "A", a), (c, "B", b)):
            again = sync_with(asking, party, to(asked), NOW_US)
        assert again.counts["unproved"] == 0
        assert held(c) == {"r1", "r2", "r5"}
        ids = {node.settings.party: [bytes.fromhex(found.record_id) for found in named(node, "MSO/r1", "MSO/r2")] for node in (b, c)}
        for node in (b, c):
            with node.store.reading() as connection:
                assert {seal.key_id for seal in seals_of(connection, ids[node.settings.party]).values()} == {identity_of(a).key_id}


def test_a_third_partys_record_under_a_revoked_key_waits_and_stops_no_page(tmp_path: Path) -> None:
    """C, who knows of the revocation before B does, takes what is B's own and leaves A's until A has sealed it anew."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, for_party("A", "B"), *quakes(9))
        take(a, Label("A", tlp="AMBER", rel_to=frozenset({"B", "C"}), relay=True), *quakes(1))
        sync_with(b, "A", to(a), NOW_US)
        take(b, open_label("B"), *quakes(5))
        revoke_key(a, identity_of(a).key_id, "stolen", NOW_US)
        add_peer(c, own_card(a), NOW_US)
        first = sync_with(c, "B", to(b), NOW_US)
        assert (held(c), first.counts["unproved"]) == ({"r5"}, 1)
        sync_with(b, "A", to(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1", "r5"}
