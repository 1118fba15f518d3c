"""Two nodes that differ only in what an audience may not read: what is said to both, and what one of them hears besides, before, between and after it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from vigie.model.activity import Activity, CountryShare
from vigie.model.canonical import digest
from vigie.model.contact import Check, Contact, Reply
from vigie.model.decision import Decision
from vigie.model.entry import Entry
from vigie.model.errors import Reject
from vigie.model.label import PUBLIC, Label, label_text, may_read, may_show
from vigie.model.procedure import Reason, Step
from vigie.model.reading import Reading
from vigie.model.report import Record, Report, facts_text, report_key
from vigie.model.said import Noun, body_of
from vigie.model.seal import Seal
from vigie.model.times import DAY_US
from vigie.model.warning import Answer, Draft
from vigie.node.accounts import add_account, sign_in
from vigie.node.api_tokens import add_token
from vigie.node.identity import Identity, identity_of
from vigie.node.peers import add_peer, own_card
from vigie.node.settings import Node, init_node, open_node, read_directory
from vigie.store import FileFacts, add_entries, prepare, taking_in
from vigie.store.applying import Delivery, apply
from web.desk_world import DIRECTORY, PASSWORD, content, wording
from web.world import NOW_US, public_reports

SECRET = "ZZZ-SECRET"
OWN, PARTNER, THIRD = "ME-NODE", "RS-NODE", "MK-NODE"
"""Whose node it is, a partner of it, and the partner whose eyes are tried beside those of PUBLIC."""

LABELS: Mapping[str, Label] = {
    "clear": Label(OWN, tlp="CLEAR"),
    "clear, embargo over": Label(OWN, tlp="CLEAR", embargo_us=NOW_US - DAY_US),
    "clear, partner's": Label(PARTNER, tlp="CLEAR"),
    "clear, not to others": Label(OWN, tlp="CLEAR", not_to=frozenset({"XX-NODE"})),
    "green": Label(OWN, tlp="GREEN"),
    "amber, no list": Label(OWN, tlp="AMBER"),
    "amber, to the third": Label(OWN, tlp="AMBER", rel_to=frozenset({THIRD})),
    "amber, to the partner": Label(OWN, tlp="AMBER", rel_to=frozenset({PARTNER})),
    "red, partner's": Label(PARTNER, tlp="RED", rel_to=frozenset()),
    "red, the third's": Label(THIRD, tlp="RED", rel_to=frozenset()),
    "clear, embargo": Label(OWN, tlp="CLEAR", embargo_us=NOW_US + DAY_US),
    "clear, not to either": Label(OWN, tlp="CLEAR", not_to=frozenset({PUBLIC, THIRD})),
    "clear, restricted": Label(OWN, tlp="CLEAR", level="RESTRICTED"),
    "clear, caveat": Label(OWN, tlp="CLEAR", caveats=frozenset({"MEDICAL"})),
    "clear, unknown policy": Label(OWN, policy="NOBODY", tlp="CLEAR"),
    "unknown colour": Label(OWN, tlp="PURPLE"),
}
"""Labels of many kinds; which of them are open depends on who reads."""

RELEASED: Mapping[str, Label] = {
    "received, clear": Label(PARTNER, tlp="CLEAR"),
    "received, orcon": Label(PARTNER, tlp="CLEAR", orcon=True),
    "received, green": Label(PARTNER, tlp="GREEN"),
    "received, to us both": Label(PARTNER, tlp="AMBER", rel_to=frozenset({OWN, THIRD})),
    "received, to be relayed": Label(PARTNER, tlp="AMBER", rel_to=frozenset({OWN, THIRD}), relay=True),
    "received, for us alone": Label(PARTNER, tlp="AMBER", rel_to=frozenset({OWN})),
}
"""Labels under which a partner released something to this node."""

_files = itertools.count()


def word(type_: str, ref: str, noun: Noun, label: Label, **facts: Any) -> Entry:
    """What a party said ten days ago, unless told."""
    facts = {"version": 1, "said_us": NOW_US - 10 * DAY_US, "owner": label.owner} | facts
    return Entry(type=type_, ref=ref, label=label, body=body_of(noun), by="somebody", **facts)


def activity(title: str, **facts: Any) -> Activity:
    """An activity that runs in Montenegro."""
    said = {"titles": {"en": title}, "begin": "2026-01-01", "status": "running", "priorities": ["mines"], "countries": [{"code": "ME"}]}
    return Activity.model_validate(said | facts)


def step(act: str, **facts: Any) -> Step:
    """A step of the procedure of the open activity."""
    return Step.model_validate({"activity": "a-open", "owner": OWN, "act": act} | facts)


def decided(verdict: str, first: str, second: str) -> Decision:
    """A decision on two reports."""
    names = [{"agency": name.partition("/")[0], "ref": name.partition("/")[2]} for name in (first, second)]
    return Decision.model_validate({"verdict": verdict, "groups": [[name] for name in names], "reason": SECRET if SECRET in first + second else ""})


OPEN = LABELS["clear"]
OWNER_ONLY = LABELS["amber, no list"]


def open_words(label: Label = OPEN, *, exercise: bool = False) -> list[Entry]:
    """A warning, two activities, a decision, and a procedure in which a partner broke the silence."""
    asked = {"deadline_us": NOW_US + DAY_US, "zone": "UTC", "parties": [PARTNER], "agree": "all"}
    acts = [step("submit"), step("screen"), step("list"), step("silence", **asked)]
    told = [word("step", f"st-{number}", act, label, said_us=NOW_US - (9 - number) * DAY_US, exercise=exercise) for number, act in enumerate(acts)]
    broken = word("step", "st-break", step("break", round="st-3"), replace(label, owner=PARTNER), said_us=NOW_US - 2 * DAY_US, exercise=exercise)
    return [
        word("warning", "w-open", content("w-open"), label, exercise=exercise),
        word("activity", "a-open", activity("Open training", answers=["w-open", "w-secret"]), label, exercise=exercise),
        word("activity", "a-more", activity("Open workshop", countries=[{"code": "RS"}]), label, exercise=exercise),
        word("decision", "dc-open", decided("apart", "EMSC/q2", "MSO/q2"), label, exercise=exercise),
        *told,
        broken,
    ]


def hidden_words(label: Label = OWNER_ONLY, *, exercise: bool = False) -> list[Entry]:
    """What would move the list, a procedure, figures, coverage, the directory and the board if it were read.

    Whatever the label says of its owner, each is said by the party whose word it is.
    """
    mine, partners = replace(label, owner=OWN), Label(PARTNER, tlp="AMBER", rel_to=frozenset())
    later = {"said_us": NOW_US - DAY_US, "exercise": exercise}
    return [
        word("activity", "a-secret", activity(SECRET, priorities=["cyber"], countries=[{"code": "AL"}], risks=["unrest_turns_violent"]), mine, **later),
        word("activity", "a-open", activity(SECRET, status="closed").model_copy(update={"countries": (CountryShare(code="AL"),)}), mine, version=2, **later),
        word("step", "st-secret", step("withdraw", text=SECRET), mine, **later),
        word("step", "st-break", step("break", round="st-3", text=SECRET), partners, version=2, **later),
        word("reason", "r-secret", Reason(activity="a-open", owner=OWN, step="st-break", text=SECRET), partners, **later),
        word("contact", "p-secret", Contact(party=PARTNER, institution=SECRET, role="duty desk"), mine, **later),
        word("check", "k-secret", Check(contact="p-secret", party=PARTNER, until_us=NOW_US, text=SECRET), mine, **later),
        word("reply", "k-secret", Reply(check="k-secret", asker=OWN, text=SECRET), mine, **later),
        word("decision", "dc-secret", decided("same", "EMSC/q1", "DESK-0/d/0"), mine, **later),
        word("decision", "dc-parts", decided("apart", "EMSC/q1", "MSO/q1"), mine, **later),
        word("decision", "dc-hidden", decided("same", f"{SECRET}/s1", "EMSC/q2"), mine, **later),
        word("decision", "dc-open", decided("same", "EMSC/q2", f"{SECRET}/s2"), mine, version=2, **later),
        word("reading", "g-secret", Reading(page="0" * 64, source=SECRET, title=SECRET), mine, **later),
        word("warning", "w-secret", content("w-secret", texts=(wording(headline=SECRET),), recipients=()), mine, **later),
        word("warning", "w-open", content("w-open", severity="Extreme", texts=(wording(headline=SECRET),)), mine, version=2, **later),
        word("draft", "d-secret", Draft(content=content("w-new", texts=(wording(headline=SECRET),))), mine, **later),
        word("answer", "w-open|x", Answer(warning="w-open", entry="0" * 64, word="contested", text=SECRET), mine, **later),
    ]


def known_node(folder: Path) -> Node:
    """A node that knows its partners."""
    init_node(folder, OWN).store.close()
    (folder / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    return open_node(folder)


@dataclass(frozen=True)
class Told:
    """One thing that a node hears: reports of the pool or words of the lists by number, or rejects; `way` says how reports are changed."""

    what: str
    numbers: tuple[int, ...]
    label: str
    way: str = "as it is"
    exercise: bool = False
    is_hidden: bool = False


@dataclass(frozen=True)
class Apart:
    """What two nodes hear in this order, one of them without what is hidden from `party`; `seed` chooses what is asked of them."""

    party: str
    told: tuple[Told, ...]
    seed: int

    @property
    def kinds(self) -> frozenset[str]:
        """What is hidden, in words: so that a test can say what its examples held."""
        return frozenset(f"{one.what} {one.way}" for one in self.told if one.is_hidden)

    @property
    def hides_versions(self) -> bool:
        """Whether it hides other words on what is told openly: versions count those too, and a partner node is told the version of each record."""
        return any(one.is_hidden and one.way in _OTHER_WORDS for one in self.told)

    def without_versions(self) -> Apart:
        """The example without them."""
        return replace(self, told=tuple(one for one in self.told if not (one.is_hidden and one.way in _OTHER_WORDS)))


@dataclass(frozen=True)
class Keys:
    """What those who are signed in show, the same at both nodes: the cookie's value and the token of a party's account, and those of the owner's."""

    cookie: str
    token: str
    own_cookie: str
    own_token: str
    partner: Identity
    """Who the third party's own node is, which is a partner of this one."""


@dataclass(frozen=True)
class Template:
    """A node without records, to be copied: accounts and sessions are the same on each copy."""

    folder: Path
    keys: Keys


def make_template(folder: Path) -> Template:
    """A node that knows its partners, with somebody of the third party and of its own signed in, and the third party's node for a partner."""
    node, third = known_node(folder), init_node(folder.with_name("third"), THIRD)
    add_peer(node, own_card(third), NOW_US)
    third.store.close()
    shown: list[str] = []
    for name, party in (("third", THIRD), ("own", OWN)):
        add_account(node, name, party, "releaser", PASSWORD, now_us=NOW_US)
        shown += [sign_in(node, name, PASSWORD, NOW_US), add_token(node, name, f"{name}-token", now_us=NOW_US)]
    node.store.close()
    return Template(folder, Keys(*shown, partner=identity_of(third)))


@cache
def pool() -> tuple[Report, ...]:
    """The reports that are told, one of them far away."""
    return tuple(public_reports())


_OTHER_WORDS = ("reworded", "told before")
_WAYS = ("beside", "elsewhere", "reworded", "another owner's", "told before")
"""How a hidden report lies to the open ones: another agency beside one, far from all, a version of one, a copy of one, or one before it was opened."""


def _changed(report: Report, told: Told, number: int) -> Report:
    changes: dict[str, dict[str, Any]] = {
        "beside": {"agency": SECRET, "agency_ref": f"s{number}"},
        "elsewhere": {"agency": SECRET, "agency_ref": f"e{number}", "lon": 2.35, "lat": 48.85, "country": "FR"},
        "reworded": {"summary": f"{SECRET} says {told.label}", "magnitude": 6.5, "scale": "ML"},
    }
    return replace(report, exercise=told.exercise, **changes.get(told.way, {}))


def _take(node: Node, told: Told, _version: int) -> None:
    label = (LABELS | RELEASED)[told.label]
    made = [_changed(pool()[number], told, number) for number in told.numbers]
    if told.label in RELEASED:
        _receive(node, made, label)
        return
    owner = PARTNER if told.way == "another owner's" else label.owner
    with taking_in(node.store, node.keyring, _file(told), label, NOW_US + DAY_US) as intake:
        intake.add(prepare(made, owner, label_text(label)))


def _file(told: Told) -> FileFacts:
    name = f"apart{next(_files)}"
    return FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=told.exercise, received_us=NOW_US)


def _receive(node: Node, made: Iterable[Report], label: Label) -> None:
    records = [Record(report_key(label.owner, report, digest(facts_text(report).encode())), 1, label, report) for report in made]
    size = len(records)
    seals = [Seal("0" * 16, bytes(32), bytes(64), position, size, bytes(16), bytes(32)) for position in range(size)]
    apply(node.store, Delivery(peer=PARTNER, generation=1, reports=list(zip(records, seals, strict=True)), note={"cursor": str(size)}), NOW_US)


def _say(node: Node, told: Told, version: int) -> None:
    made = (hidden_words if told.is_hidden else open_words)(LABELS[told.label], exercise=told.exercise)
    add_entries(node.store, [replace(made[number], version=version) for number in told.numbers])


def _reject(node: Node, told: Told, _version: int) -> None:
    with taking_in(node.store, node.keyring, _file(told), LABELS[told.label], NOW_US + DAY_US) as intake:
        intake.reject_all([Reject(f"line {number}", SECRET, raw=SECRET.encode()) for number in told.numbers])


_TELL = {"reports": _take, "words": _say, "rejects": _reject}


def make_pair(template: Template, folder: Path, apart: Apart) -> tuple[Node, Node]:
    """The node that hears only what the party may read, and the one that hears everything.

    A word's version is the same at both, hidden ones between or not: it is part of what its readers are told.
    """
    pair = []
    for name, is_full in (("plain", False), ("full", True)):
        shutil.copytree(template.folder, folder / name)
        node, known = open_node(folder / name), set[tuple[object, ...]]()
        for number, told in enumerate(apart.told):
            new = _not_said(told, known)
            if new.numbers and (is_full or not told.is_hidden):
                _TELL[told.what](node, new, number + 1)
        pair.append(node)
    return pair[0], pair[1]


def _not_said(told: Told, known: set[tuple[object, ...]]) -> Told:
    """Without what was said openly under the same label before: after a hidden version it would be another word, and so a thing to be seen."""
    if told.is_hidden:
        return told
    keys = {number: (told.what, told.label, told.exercise, number) for number in told.numbers}
    new = tuple(number for number, key in keys.items() if key not in known)
    known |= set(keys.values())
    return replace(told, numbers=new)


def rich(party: str) -> Apart:
    """An example with everything in it: each closed label, each way of hiding, each kind of word, before, between and after what is open."""
    _, closed, _, kept_back = _open_to(party)
    hidden = {"is_hidden": True}
    first = Told("reports", (1, 3), closed[0], "told before", **hidden), Told("words", (0, 2, 8), closed[1], **hidden)
    between = [Told("reports", (6 + number, 20 + number), label, ("elsewhere", "beside")[number % 2], **hidden) for number, label in enumerate(closed)]
    got = [Told("reports", (12 + number, 30 + number), label, "elsewhere", **hidden) for number, label in enumerate(kept_back)]
    after = [
        Told("reports", tuple(range(20)), closed[-1], "beside", **hidden),
        Told("reports", (2, 4, 5), "red, partner's", "another owner's", **hidden),
        *(Told("reports", (2, 4, 5, 41), label, "reworded", **hidden) for label in closed[1:3]),
        *(Told("words", tuple(range(number % 2, 17, 2)), label, exercise=number % 3 == 2, **hidden) for number, label in enumerate(closed)),
        Told("reports", (0, 1, 2), closed[0], "beside", exercise=True, **hidden),
        Told("rejects", (1, 2), closed[0], **hidden),
    ]
    return Apart(party, (*first, _ALWAYS[0], *between, _ALWAYS[1], *got, *_MORE, *after), 7)


@cache
def _open_to(party: str) -> tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]:
    """Names of labels: open and closed ones, received open and received closed ones."""
    directory = _directory()
    own = [name for name, label in LABELS.items() if may_read(party, label, directory, NOW_US)]
    got = [name for name, label in RELEASED.items() if may_show(OWN, party, label, directory, NOW_US)]
    return own, [name for name in LABELS if name not in own], got, [name for name in RELEASED if name not in got]


@cache
def _directory() -> Any:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
        return read_directory(Path(place) / "directory.toml")


_ALWAYS = Told("reports", (0, 1, 2, 3, 4, 5), "clear"), Told("words", tuple(range(9)), "clear")
"""What is told openly in every example, so that there is something to be asked about."""

_MORE = (
    Told("reports", (25, 26, 27, 28, 43), "clear"),
    Told("reports", (0, 7, 30), "clear", exercise=True),
    Told("words", (1, 2), "clear", exercise=True),
)
"""Other fields, a hostile one, and an exercise."""

_Numbers = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 42)), min_size=2, max_size=6, unique=True).map(tuple)
_Words = st.lists(st.integers(0, 8), min_size=1, max_size=9, unique=True).map(lambda numbers: tuple(sorted(numbers)))
_Hidden_words = st.lists(st.integers(0, 16), min_size=5, max_size=17, unique=True).map(lambda numbers: tuple(sorted(numbers)))
_Exercise = st.sampled_from((False, False, False, True))


def _public(party: str) -> st.SearchStrategy[Told]:
    own, _, got, _ = _open_to(party)
    reports = st.builds(Told, st.just("reports"), _Numbers, st.sampled_from([*own, *got]), exercise=_Exercise)
    words = st.builds(Told, st.just("words"), _Words, st.sampled_from(own), exercise=_Exercise)
    return st.one_of(reports, words)


def _hidden(party: str) -> tuple[st.SearchStrategy[Told], st.SearchStrategy[Told], st.SearchStrategy[Told]]:
    """Several reports, several words, and anything at all."""
    _, own, _, got = _open_to(party)
    hidden = {"exercise": _Exercise, "is_hidden": st.just(True)}
    reports = st.builds(Told, st.just("reports"), _Numbers, st.sampled_from(own), st.sampled_from(_WAYS), **hidden)
    received = st.builds(Told, st.just("reports"), _Numbers, st.sampled_from(got), st.sampled_from(_WAYS[:2]), **hidden)
    words = st.builds(Told, st.just("words"), _Hidden_words, st.sampled_from(own), **hidden)
    rejects = st.builds(Told, st.just("rejects"), _Numbers, st.sampled_from(own), **hidden)
    return reports, words, st.one_of(reports, words, received, rejects)


def _of_both(public: Sequence[Told], hidden: Sequence[Told], places: Sequence[int]) -> tuple[Told, ...]:
    """What is hidden is put at places among what is not; what was told before it was opened comes first: afterwards it would be a withdrawal, which is seen."""
    said: list[Told] = list(public)
    for told, place in zip(hidden, itertools.cycle(places), strict=False):
        said.insert(place % (len(said) + 1), told)
    before = [told for told in said if told.way == "told before"]
    return (*before, *(told for told in said if told.way != "told before"))


def worlds_apart(party: str) -> st.SearchStrategy[Apart]:
    """Two to five things that the party may read and two to six that it may not, in any order; of each some reports and words, so that examples are busy."""
    public = st.lists(_public(party), max_size=3).map(lambda told: [*_ALWAYS, *told])
    reports, words, anything = _hidden(party)
    hidden = st.tuples(reports, words, st.lists(anything, max_size=4)).map(lambda told: [told[0], told[1], *told[2]])
    places = st.lists(st.integers(0, 9), min_size=5, max_size=5)
    return st.builds(Apart, st.just(party), st.builds(_of_both, public, hidden, places), st.integers(0, 999))
