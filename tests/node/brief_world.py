"""What the tests of the brief look at: a small world with warnings, answers and an activity."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from vigie.model.activity import Activity, Partner
from vigie.model.entry import Entry, entry_id
from vigie.model.label import Label
from vigie.model.report import Report
from vigie.model.said import body_of
from vigie.model.times import DAY_US
from vigie.model.warning import Answer, Content, Evidence, Likelihood, Wording
from vigie.node.brief_shape import BriefFacts
from vigie.node.briefs import Order
from vigie.node.settings import Node
from vigie.store import add_entry
from web.world import NOW_US, public_reports, take

OWN = "ME-NODE"
CLEAR = Label(OWN, tlp="CLEAR")
RED = Label(OWN, tlp="RED")
MONTH = Order(party=OWN, days=30)


def warn(
    node: Node, headline: str = "Blockades may turn violent", name: str = "w-1", label: Label = CLEAR, *, exercise: bool = False, **facts: object
) -> Entry:
    """Releases a warning to two parties."""
    said: dict[str, object] = {
        "warning": name,
        "event": "blockades",
        "field": "conflict",
        "severity": "Severe",
        "likelihood": Likelihood(low=0.2, high=0.3),
        "areas": ("ME",),
        "onset_us": NOW_US - 2 * DAY_US,
        "expires_us": NOW_US + 5 * DAY_US,
        "texts": (Wording(language="en", headline=headline), Wording(language="sr-Cyrl", headline="Блокаде могу постати насилне")),
        "recipients": ("RS-CP", "AL-CP"),
        "evidence": (Evidence(reports=("EMSC/q0",)),),
    }
    content = Content.model_validate(said | facts)
    return add_entry(node.store, Entry(type="warning", owner=OWN, ref=name, label=label, said_us=NOW_US - 2 * DAY_US, body=body_of(content), exercise=exercise))


def reply(node: Node, to: Entry, party: str, word: str, text: str = "", label: Label | None = None) -> Entry:
    """A party's answer, half a day after the warning."""
    said = Answer.model_validate({"warning": to.ref, "entry": entry_id(to), "word": word, "text": text})
    open_to_all = label or Label(party, tlp="CLEAR")
    return add_entry(
        node.store, Entry(type="answer", owner=party, ref=f"{to.ref}|{party}", label=open_to_all, said_us=to.said_us + DAY_US // 2, body=body_of(said))
    )


def act(node: Node, title: str = "Talks with the drivers' union") -> Entry:
    """An activity that answers the warning."""
    said = Activity(titles={"en": title}, status="running", partners=(Partner(name="RS-CP"),), areas=("ME",), answers=("w-1",))
    return add_entry(
        node.store, Entry(type="activity", owner="RS-CP", ref="a-1", label=Label("RS-CP", tlp="CLEAR"), said_us=NOW_US - DAY_US, body=body_of(said))
    )


def fill(node: Node) -> Node:
    """The node, with public reports of both worlds, a warning, two answers and an activity."""
    take(node, public_reports())
    take(node, public_reports(exercise=True)[:9], exercise=True)
    warning = warn(node)
    reply(node, warning, "RS-CP", "accepted")
    reply(node, warning, "AL-CP", "contested", "Our own observers see fewer people each day.")
    act(node)
    return node


def quake(ref: str = "n1", **facts: object) -> Report:
    """One more earthquake, of an agency that reported none."""
    return replace(public_reports()[0], agency="NEW", agency_ref=ref, lon=22.5, lat=43.5, begin_us=NOW_US - DAY_US, end_us=NOW_US - DAY_US, **facts)  # type: ignore[arg-type]


def cited_names(facts: BriefFacts) -> set[str]:
    """The names of all records that the brief names."""
    rows = chain.from_iterable(section.rows for section in facts.sections)
    return {record.name for item in (*facts.sentences, *rows) for record in item.records}
