"""The analyst's acts: answers are obeyed, undone, replayed in any order; a contradiction stops nothing; what an audience may not read decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubts import ladder
from made import NOW_US, quake
from vigie.model.atlas import Atlas
from vigie.model.decision import Decision, ReportName, Verdict
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Label, label_text
from vigie.model.report import Report
from vigie.model.said import body_of
from vigie.node.decided import decided_rows, rulings
from vigie.node.desk import Actor, Desk
from vigie.node.kept import MIN_KEPT, content_of, kept_world
from vigie.node.review import Word, decide, merge, names_of, own_decision, split, undo, world_at
from vigie.node.review_facts import Reviewer, decision_facts, link_facts_whole, place_of, queue_facts, queue_of
from vigie.node.settings import Node, init_node, open_node
from vigie.node.worlds import World, make_world
from vigie.store import FileFacts, add_entries, add_entry, check_entries, erase, prepare, taking_in

OPEN = Label("ME-NODE", tlp="CLEAR")
DIRECTORY = '[parties.RS-NODE]\norg = "RS"\n[parties.AL-NODE]\norg = "AL"\n'
HOUR_US = 3_600_000_000


def take(node: Node, reports: Sequence[Report], label: Label = OPEN, *, exercise: bool = False) -> None:
    """Takes reports in as one file."""
    name = f"file-{label_text(label)}-{[report.agency_ref for report in reports]}{exercise}"
    facts = FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=exercise, received_us=NOW_US)
    with taking_in(node.store, node.keyring, facts, label, NOW_US + HOUR_US) as intake:
        intake.add(prepare(list(reports), "ME-NODE", label_text(label)))


def shocks() -> list[Report]:
    """Two shocks a day apart, each seen by two agencies; and one report without a reference, far from both."""
    later = {"begin_us": NOW_US + 24 * HOUR_US, "end_us": NOW_US + 24 * HOUR_US}
    far = quake(None, "EMSC", lon=25.0, lat=38.0, begin_us=NOW_US + 90 * HOUR_US, end_us=NOW_US + 90 * HOUR_US)
    return [quake("a1", "MSO"), quake("a2", "RSO", lon=19.11), quake("b1", "MSO", **later), quake("b2", "RSO", lon=19.11, **later), far]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with two partners and five reports that everybody may read."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    (tmp_path / "node" / "directory.toml").write_text(DIRECTORY)
    made = open_node(tmp_path / "node")
    take(made, shocks())
    yield made
    made.store.close()


def at(node: Node, role: str = "analyst", party: str = "ME-NODE", now_us: int = NOW_US, *, exercise: bool = False) -> Desk:
    """A desk with somebody at it."""
    return Desk(node, Actor(f"{role}-desk", party, role), now_us, exercise)


def events(node: Node, party: str = "ME-NODE") -> list[list[str]]:
    """The reports of each event, by reference, of the party's world."""
    world = world_at(at(node, party=party))
    seen = Reviewer(node, node.audience(party, NOW_US), world)
    names = {report.text: row for report, row in zip(_names(seen), range(len(world.catalogue)), strict=True)}
    return sorted((sorted(name for name, row in names.items() if row in members) for members in world.events.members), key=lambda event: (len(event), event))


def _names(seen: Reviewer) -> list[ReportName]:
    return names_of(seen.node, seen.audience, seen.world, range(len(seen.world.catalogue)))


def event_of(world: World, size: int) -> str:
    """The id of the first event of so many reports."""
    return next(world.events.id[number] for number, members in enumerate(world.events.members) if len(members) == size)


def test_an_answer_shows_in_the_next_world_and_an_undo_takes_it_back(node: Node) -> None:
    """Far apart but one event; then as before; nothing is deleted, and every version can be proved."""
    before = events(node)
    assert [len(event) for event in before] == [1, 2, 2]
    entry = decide(at(node), "same", "MSO/a1", "RSO/b2", Word(reason="one swarm"))
    assert [name for name in max(events(node), key=len) if name in ("MSO/a1", "RSO/b2")] == ["MSO/a1", "RSO/b2"]
    undone = undo(at(node, now_us=NOW_US + 1), entry.ref, "looked again")
    assert (undone.version, undone.body["verdict"]) == (2, "withdrawn")
    assert events(node) == before
    assert list(check_entries(node.store)) == [None, None]


def test_a_report_without_a_reference_is_decided_by_its_witness(node: Node) -> None:
    """It has no other name, and the decision holds it by that."""
    world = world_at(at(node))
    lonely = next(int(members[0]) for members in world.events.members if len(members) == 1)
    high, low = world.catalogue.witness[lonely]
    witness = f"{int(high):016x}{int(low):016x}"
    entry = decide(at(node), "same", witness, "a1")
    assert {"agency": "EMSC", "witness": witness} in [group[0] for group in entry.body["groups"]]  # type: ignore[index,union-attr]
    assert [len(event) for event in events(node)] in ([2, 3], [1, 2, 2])
    assert any({witness, "MSO/a1"} <= set(event) for event in events(node))


def test_merged_events_keep_all_their_reports_and_one_undo_parts_them_again(node: Node) -> None:
    """One act, one name, many pairs."""
    world = world_at(at(node))
    entry = merge(at(node), [name for name, members in zip(world.events.id, world.events.members, strict=True) if len(members) == 2])
    assert [len(event) for event in events(node)] == [1, 4]
    undo(at(node, now_us=NOW_US + 1), entry.ref[:8])
    assert [len(event) for event in events(node)] == [1, 2, 2]


def test_a_split_parts_every_pair_across_its_groups_so_that_no_later_chain_reunites_them(node: Node) -> None:
    """A third report close to both parts joins one of them and brings nothing together; one undo and all are one again."""
    world = world_at(at(node))
    merge(at(node), [name for name, members in zip(world.events.id, world.events.members, strict=True) if len(members) == 2])
    merged = event_of(world_at(at(node)), 4)
    entry = split(at(node, now_us=NOW_US + 1), merged, [["MSO/a1"]], Word(reason="two days"))
    assert [len(event) for event in events(node)] == [1, 1, 3]
    take(node, [quake("c1", "EMSC", lon=19.105)])
    assert not any("MSO/a1" in event and set(event) & {"RSO/a2", "MSO/b1", "RSO/b2"} for event in events(node))
    undo(at(node, now_us=NOW_US + 2), entry.ref)
    assert max(len(event) for event in events(node)) >= 4


def test_an_event_is_cut_at_its_weakest_link_where_no_report_is_named(node: Node) -> None:
    """Two reports become two events; what has one part cannot be split."""
    split(at(node), event_of(world_at(at(node)), 2))
    assert [len(event) for event in events(node)] == [1, 1, 1, 2]
    with pytest.raises(BadSetting, match="Nothing would be split"):
        split(at(node), event_of(world_at(at(node)), 1))


def test_a_split_without_reports_parts_what_was_merged_and_never_what_stood_together(node: Node) -> None:
    """Of a merger all links are an analyst's word and none is the least certain; a report that has joined since stays where it belongs."""
    world = world_at(at(node))
    merge(at(node), [name for name, members in zip(world.events.id, world.events.members, strict=True) if len(members) == 2])
    take(node, [quake("c1", "EMSC", lon=19.105)])
    joined = next(size for size in (5, 4) if any(len(event) == size for event in events(node)))
    split(at(node, now_us=NOW_US + 1), event_of(world_at(at(node)), joined))
    assert any({"MSO/a1", "RSO/a2"} <= set(event) for event in events(node))
    assert any({"MSO/b1", "RSO/b2"} <= set(event) for event in events(node))
    assert not any({"MSO/a1", "MSO/b1"} <= set(event) for event in events(node))


def test_of_links_that_are_all_an_analysts_word_the_one_with_the_weakest_evidence_is_cut(node: Node) -> None:
    """The link between two shocks, not the link of either."""
    for number, pair in enumerate((("MSO/a1", "RSO/b2"), ("MSO/a1", "RSO/a2"), ("MSO/b1", "RSO/b2"))):
        decide(at(node, now_us=NOW_US + number), "same", *pair)
    split(at(node, now_us=NOW_US + 9), event_of(world_at(at(node)), 4))
    assert events(node)[1:] == [["MSO/a1", "RSO/a2"], ["MSO/b1", "RSO/b2"]]


def test_readers_without_a_level_are_refused(node: Node) -> None:
    """Nothing is opened by naming readers alone, be the word new or said again."""
    decide(at(node, "releaser"), "apart", "MSO/a1", "RSO/a2")
    with pytest.raises(BadSetting, match="the decision is not opened"):
        decide(at(node, "releaser"), "apart", "MSO/a1", "RSO/a2", Word(rel_to=(PUBLIC,)))


def test_the_same_word_again_changes_nothing_and_another_word_is_a_new_version(node: Node) -> None:
    """In whichever order the reports are named."""
    first = decide(at(node), "apart", "MSO/a1", "RSO/a2", Word(reason="two shocks"))
    assert decide(at(node, now_us=NOW_US + 1), "apart", "RSO/a2", "MSO/a1") == first
    second = decide(at(node, now_us=NOW_US + 2), "same", "RSO/a2", "MSO/a1")
    assert (second.ref, second.version) == (first.ref, 2)
    undo(at(node, now_us=NOW_US + 3), first.ref)
    with pytest.raises(BadSetting, match="withdrawn already"):
        undo(at(node, now_us=NOW_US + 4), first.ref)
    assert decide(at(node, now_us=NOW_US + 5), "apart", "MSO/a1", "RSO/a2").version == 4


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [("nobody/1", "a1", "no such report"), ("MSO/a1", "a1", "one event with itself"), ("0" * 32, "a1", "no such report"), ("MSO/a1", "d1", "two fields")],
)
def test_what_cannot_be_decided_is_refused_with_one_sentence(node: Node, first: str, second: str, why: str) -> None:
    """No report of that name, a report and itself, reports of two fields."""
    take(node, [quake("d1", "DESK", field="conflict", kind="unrest.protest", magnitude=None, scale=None)])
    with pytest.raises(BadSetting, match=why):
        decide(at(node), "same", first, second)
    assert rulings(node, node.audience("ME-NODE", NOW_US), world_at(at(node)).catalogue, exercise=False) == ()


def test_a_reference_that_two_agencies_use_must_be_named_with_its_agency(node: Node) -> None:
    """The sentence says which there are."""
    take(node, [quake("a1", "RSO", lon=21.0)])
    with pytest.raises(BadSetting, match=r"Several agencies.*MSO/a1"):
        decide(at(node), "same", "a1", "RSO/a2")


def test_only_analysts_and_above_decide_and_only_releasers_open_a_decision(node: Node) -> None:
    """A reader may look; nobody undoes another party's word."""
    with pytest.raises(NotReleasable, match="A reader may not decide"):
        decide(at(node, "reader"), "same", "a1", "b1")
    with pytest.raises(NotReleasable, match="An analyst may not release"):
        decide(at(node), "same", "a1", "b1", Word(tlp="CLEAR"))
    entry = decide(at(node), "same", "a1", "b1")
    with pytest.raises(BadSetting, match="no such decision of this party"):
        own_decision(at(node, party="RS-NODE"), entry.ref)
    with pytest.raises(BadReport, match="1,000"):
        take(node, [quake(f"m{number}", "M", begin_us=NOW_US, end_us=NOW_US) for number in range(1_001)])
        merge(at(node), world_at(at(node)).events.id)


def test_an_open_decision_makes_the_public_world_too_and_is_never_narrowed(node: Node) -> None:
    """Who may read a word learns of its undoing."""
    assert [len(event) for event in events(node, PUBLIC)] == [1, 2, 2]
    decide(at(node), "apart", "MSO/a1", "RSO/a2")
    assert [len(event) for event in events(node, PUBLIC)] == [1, 2, 2]
    entry = decide(at(node, "releaser", now_us=NOW_US + 1), "apart", "MSO/a1", "RSO/a2", Word(tlp="clear"))
    assert [len(event) for event in events(node, PUBLIC)] == [1, 1, 1, 2]
    with pytest.raises(NotReleasable, match="would not learn"):
        decide(at(node, "releaser", now_us=NOW_US + 2), "same", "MSO/a1", "RSO/a2", Word(tlp="RED", rel_to=()))
    undo(at(node, now_us=NOW_US + 3), entry.ref)
    assert [len(event) for event in events(node, PUBLIC)] == [1, 2, 2]


def test_a_decision_on_hidden_reports_is_as_hidden_as_they_are(node: Node) -> None:
    """However openly it was meant."""
    take(node, [quake("h1", "SECRET", lon=19.105)], Label("ME-NODE", tlp="RED", rel_to=frozenset()))
    entry = decide(at(node, "releaser"), "apart", "SECRET/h1", "MSO/a1", Word(tlp="CLEAR"))
    seen = Reviewer(node, node.audience(PUBLIC, NOW_US), world_at(at(node, party=PUBLIC)))
    assert decision_facts(seen) == []
    assert entry.label.parts


def word(first: str, second: str, verdict: Verdict, owner: str = "ME-NODE", said_us: int = NOW_US, label: Label | None = None) -> Entry:
    """A decision as another node may send it."""
    names = [ReportName(agency=name.partition("/")[0], ref=name.partition("/")[2]) for name in (first, second)]
    said = body_of(Decision(verdict=verdict, groups=((names[0],), (names[1],))))
    ref = f"dc-{first}-{second}-{said_us}-{verdict}"
    return Entry(type="decision", owner=owner, ref=ref, label=label or Label(owner, tlp="CLEAR"), said_us=said_us, body=said, version=1)


def test_the_nodes_own_word_counts_before_a_partners_and_a_contradiction_is_shown(node: Node) -> None:
    """A chain of must-links that ties what a cannot-link parts stops nothing; the log says what is left out."""
    chain = [word("MSO/a1", "RSO/b2", "same", "RS-NODE", NOW_US + 5), word("RSO/b2", "RSO/a2", "same", "RS-NODE", NOW_US + 4)]
    add_entries(node.store, [*chain, word("MSO/a1", "RSO/a2", "apart", said_us=NOW_US - 5)])
    assert not any({"MSO/a1", "RSO/a2"} <= set(event) for event in events(node))
    found = decision_facts(Reviewer(node, node.audience("ME-NODE", NOW_US), world_at(at(node))))
    assert [(item["owner"], item["state"], len(item["contradicts"])) for item in found] == [  # type: ignore[arg-type]
        ("RS-NODE", "obeyed", 0),
        ("RS-NODE", "contradicts", 1),
        ("ME-NODE", "obeyed", 0),
    ]


VERDICTS: Sequence[Verdict] = ("same", "apart", "withdrawn")
WORDS = st.lists(
    st.tuples(
        st.sampled_from(["MSO/a1", "RSO/a2", "MSO/b1", "RSO/b2"]),
        st.sampled_from(["X/gone", "MSO/a1", "RSO/a2", "MSO/b1", "RSO/b2"]),
        st.sampled_from(VERDICTS),
    ),
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS, order=st.randoms())
def test_decisions_in_any_order_make_the_same_world_and_none_stops_the_node(
    tmp_path_factory: pytest.TempPathFactory, atlas: Atlas, words: list[tuple[str, str, Verdict]], order: object
) -> None:
    """Whatever they say of each other; what is obeyed is obeyed."""
    said = [word(first, second, verdict, said_us=NOW_US + number) for number, (first, second, verdict) in enumerate(words) if first != second]
    shuffled = list(said)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    ids = []
    for entries in (said, shuffled):
        node = init_node(tmp_path_factory.mktemp("order") / "node", "ME-NODE")
        take(node, shocks())
        add_entries(node.store, entries)
        audience = node.audience("ME-NODE", NOW_US + 99)
        world = make_world(node, audience, atlas, exercise=False)
        for first, second, same, _ in decided_rows(node, audience, world.catalogue, exercise=False):
            assert bool(world.event_of[first] == world.event_of[second]) is same
        ids.append(world.events.id)
        node.store.close()
    assert ids[0] == ids[1]


def test_what_an_audience_may_not_read_decides_nothing_and_leaves_no_trace(tmp_path: Path, atlas: Atlas) -> None:
    """Two nodes that differ in hidden reports, hidden decisions, and decisions on hidden reports: the same world, queue, log and state for the public."""
    seen = []
    for name in ("plain", "full"):
        node = init_node(tmp_path / name, "ME-NODE")
        take(node, [*shocks(), *ladder()])
        if name == "full":
            take(node, [quake("h1", "SECRET", lon=19.105)], Label("ME-NODE"))
            take(node, [replace(report, agency="SECRET") for report in ladder()], Label("ME-NODE"))
            hidden = [word("MSO/a1", "RSO/b2", "same", label=Label("ME-NODE")), word("RSO/a2", "MSO/a1", "apart", label=Label("ME-NODE"))]
            add_entries(node.store, [*hidden, replace(word("MSO/a1", "RSO/a2", "apart", label=Label("ME-NODE", tlp="CLEAR", embargo_us=NOW_US + 1)))])
        add_entry(node.store, word("MSO/b1", "RSO/b2", "apart"))
        audience = node.audience(PUBLIC, NOW_US)
        world = make_world(node, audience, atlas, exercise=False)
        reviewer = Reviewer(node, audience, world)
        queue = queue_of(world)
        seen.append((world.events.id, queue_facts(reviewer, queue, range(len(queue))), decision_facts(reviewer)))
        node.store.close()
    assert seen[0] == seen[1]
    assert [item["state"] for item in seen[0][2]] == ["obeyed"]
    assert seen[0][1]


def test_a_decision_that_names_a_report_the_reader_lost_says_nothing(node: Node) -> None:
    """The report is erased: the decision stays in the log as one that is about nothing here, and nothing fails."""
    decide(at(node), "same", "MSO/a1", "RSO/b2")
    erase(node.store, node.keyring, node.folder / "quarantine", ["MSO/a1"], "asked", NOW_US, lambda said: said[:1])
    found = decision_facts(Reviewer(node, node.audience("ME-NODE", NOW_US), world_at(at(node))))
    assert [item["state"] for item in found] == ["not here"]


def test_real_and_exercise_decisions_never_meet(node: Node) -> None:
    """A word on the exercise changes nothing that is real, though the references are the same."""
    take(node, [replace(report, exercise=True) for report in shocks()], exercise=True)
    decide(at(node, exercise=True), "same", "MSO/a1", "RSO/b2")
    assert [len(event) for event in events(node)] == [1, 2, 2]
    drill = world_at(at(node, exercise=True))
    assert any(len({"MSO", "RSO"} & {drill.catalogue.agency.text(int(row)) for row in members}) == 2 for members in drill.events.members)
    assert drill.events.id != world_at(at(node)).events.id


def test_a_kept_world_is_old_when_a_readable_decision_came_and_not_when_a_hidden_one_did(node: Node, atlas: Atlas) -> None:
    """What is kept on disk is keyed by what the audience may read."""
    audiences = [node.audience(party, NOW_US) for party in ("ME-NODE", PUBLIC)]
    before = [content_of(node, audience, atlas, exercise=False).key for audience in audiences]
    decide(at(node), "same", "MSO/a1", "RSO/b2")
    after = [content_of(node, audience, atlas, exercise=False).key for audience in audiences]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]
    assert len(kept_world(node, audiences[1], atlas, exercise=False).catalogue) < MIN_KEPT


def test_a_question_says_what_both_reports_say_and_what_an_answer_changes(node: Node) -> None:
    """Found by its name and by its number; an answered one is not asked again."""
    take(node, ladder())
    world = world_at(at(node))
    seen, queue = Reviewer(node, node.audience("ME-NODE", NOW_US), world), queue_of(world)
    assert len(queue) > 0
    facts = link_facts_whole(seen, queue, 0)
    assert place_of(world, queue, str(facts["link"])) == place_of(world, queue, "1") == 0
    assert {"lon", "agency"} <= set(facts["differs"])  # type: ignore[arg-type]
    assert set(facts["would"]) == {"same", "apart"}  # type: ignore[arg-type]
    between: list[str] = facts["between"]  # type: ignore[assignment]
    decide(at(node), "same", between[0], between[1])
    later = world_at(at(node))
    assert facts["link"] not in [item["link"] for item in queue_facts(replace(seen, world=later), queue_of(later), range(len(queue_of(later))))]
    with pytest.raises(BadSetting, match="no such question"):
        place_of(world, queue, "ln-none")
