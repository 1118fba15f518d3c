"""A node with two parties, people at both desks, and warnings in every state: what the tests of the desk look at."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.label import Label
from vigie.model.report import Report
from vigie.model.times import DAY_US
from vigie.model.warning import Content, Draft, Evidence, Likelihood, Option, Wording
from vigie.node import desk
from vigie.node.accounts import add_account
from vigie.node.desk import Actor, Desk
from vigie.node.outlook import enable_rule, replay_rule
from vigie.node.settings import Node, init_node, open_node
from vigie.node.worlds import make_world
from web.world import HOSTILE, NOW_US, public_reports, take

PASSWORD = "correct horse battery"
OWN, PARTNER = "ME-NODE", "RS-NODE"
ACCOUNTS = {"duty": (OWN, "analyst"), "head": (OWN, "releaser"), "chief": (OWN, "operator"), "partner": (PARTNER, "releaser"), "looker": (OWN, "reader")}
DIRECTORY = """
[parties.RS-NODE]
org = "RS"
community = true

[parties.MK-NODE]
org = "MK"
community = true
"""


def desk_node(folder: Path) -> Node:
    """A node with public reports, a report that only its own party may read, a partner party, and five accounts."""
    init_node(folder, OWN).store.close()
    (folder / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    node = open_node(folder)
    take(node, public_reports())
    take(node, public_reports(exercise=True)[:9], exercise=True)
    secret = replace(public_reports()[0], agency="SECRET", agency_ref="s1", lon=18.0, lat=43.0)
    take(node, [secret], Label(OWN, tlp="RED", rel_to=frozenset()))
    for name, (party, role) in ACCOUNTS.items():
        add_account(node, name, party, role, PASSWORD, now_us=NOW_US)
    return node


def at(node: Node, name: str, now_us: int = NOW_US, *, exercise: bool = False) -> Desk:
    """The desk with an account at it."""
    party, role = ACCOUNTS[name]
    return Desk(node, Actor(name, party, role), now_us, exercise)


def content(name: str, **changed: Any) -> Content:
    """A warning's content, with changes."""
    said = {
        "warning": name,
        "event": "Protest turned violent",
        "field": "conflict",
        "severity": "Severe",
        "likelihood": Likelihood(low=0.25, high=0.35),
        "confidence": "moderate",
        "confidence_why": "Two independent agencies, one of them with a short record.",
        "areas": ("ME",),
        "onset_us": NOW_US - DAY_US,
        "expires_us": NOW_US + 13 * DAY_US,
        "next_review_us": NOW_US + 3 * DAY_US,
        "texts": (wording(), wording("fr", "Les manifestations à Podgorica pourraient devenir violentes", reviewed=False)),
        "options": (Option(action="Speak with the organisers of both marches before Saturday.", owner="Mission in Podgorica"),),
        "recipients": ("PUBLIC", PARTNER),
        "evidence": (Evidence(event="", reports=("EMSC/q1",), words="one of three"),),
        "rule": "conflict.violent_protest",
        "replay": "Would have fired 14 times in 12 months: 5 hits, 9 false alarms, 2 misses; median lead 6 days; 0.3 signals a week.",
    }
    return Content(**(said | changed))


def wording(language: str = "en", headline: str = "Protests in Podgorica may turn violent within two weeks", *, reviewed: bool = True) -> Wording:
    """A whole text in one language."""
    return Wording(
        language=language,
        headline=headline,
        what="Clashes between two marches that are called for the same square on the same day.",
        where="Podgorica, the streets around Independence Square.",
        when="From Saturday, most likely in the late afternoon.",
        why="Four protests turned violent in 30 days; 1.2 are usual in this season. Both calls name the same place.",
        changed="First issue.",
        alternative="One of the marches is moved; the police have offered another route.",
        mind="A joint statement of both organisers, or a changed permit.",
        instruction="Avoid the square on Saturday after 15:00.",
        reviewed=reviewed,
    )


def issue(node: Node, made: Content, *, tlp: str = "CLEAR", rel_to: tuple[str, ...] | None = None, now_us: int = NOW_US, exercise: bool = False) -> str:
    """Takes a content through the whole desk: drafted, submitted, approved by a second person, released; gives its name."""
    writer, second = at(node, "duty", now_us, exercise=exercise), at(node, "head", now_us, exercise=exercise)
    entry = desk.open_draft(writer, Draft(content=made, tlp=tlp, rel_to=rel_to))
    desk.submit_draft(writer, entry.ref, entry.version)
    proposal = desk.draft_of(second, entry.ref)
    desk.approve(second, entry.ref, proposal.digest, approved=True)
    desk.release(second, entry.ref)
    return made.warning


def follow(node: Node, name: str, act: str, now_us: int = NOW_US, *, exercise: bool = False, **changed: Any) -> None:
    """Updates, cancels or ends a warning by the whole way."""
    writer, second = at(node, "duty", now_us, exercise=exercise), at(node, "head", now_us, exercise=exercise)
    entry = desk.draft_update(writer, name, act)
    draft = desk.draft_of(writer, entry.ref).draft
    entry = desk.save_draft(writer, entry.ref, draft.model_copy(update={"content": draft.content.model_copy(update=changed)}), entry.version)
    desk.submit_draft(writer, entry.ref, entry.version)
    desk.approve(second, entry.ref, desk.draft_of(second, entry.ref).digest, approved=True)
    desk.release(second, entry.ref)


def riots() -> list[Report]:
    """A riot a season for four years in one unit, eight in a row lately and a year and a half ago; a protest every week, so that the area is never silent."""
    usual = [_unrest("unrest.riot", number, 90 * number + 40) for number in range(16)]
    many = [_unrest("unrest.riot", 100 + number, days + 3 * number + 1) for days in (0, 500) for number in range(days // 50, days // 50 + 8)]
    heard = [_unrest("unrest.protest", 200 + number, 7 * number) for number in range(220)]
    clashes = [_unrest("viol.clash", 500 + number, days) for number, days in enumerate((120, 515, 840))]
    return [*usual, *many, *heard, *clashes]


def _unrest(kind: str, number: int, days_ago: int) -> Report:
    begin_us = (NOW_US // DAY_US - days_ago) * DAY_US
    place = {"lon": 19.26 + number % 5 / 100, "lat": 42.44, "radius_km": 3.0, "country": "ME"}
    return Report(
        agency="PRESS", agency_ref=f"u{number}", field="conflict", kind=kind, begin_us=begin_us, end_us=begin_us + DAY_US, issued_us=begin_us + DAY_US, **place
    )


RULE = "conflict.violent_protest"


def watch(node: Node, atlas: Atlas) -> None:
    """Reports that make a rule fire, and the rule replayed and switched on."""
    take(node, riots())
    world = make_world(node, node.audience(OWN, NOW_US), atlas, exercise=False)
    replay_rule(node, atlas, world, RULE, NOW_US)
    enable_rule(node, RULE, NOW_US, exercise=world.exercise)


def fill(node: Node) -> None:
    """Warnings in every state, with answers."""
    early_us = NOW_US - 5 * DAY_US
    shapes: dict[str, dict[str, Any]] = {
        "w-public": {},
        "w-quake": {"field": "seismic", "severity": "Moderate", "areas": ("AL", "ME"), "texts": (wording(headline="An aftershock near Shkodër is possible"),)},
        "w-hostile": {"severity": "Minor", "areas": ("XK",), "texts": (wording(headline=HOSTILE),), "event": HOSTILE},
        "w-ended": {"field": "energy", "areas": ("MK",), "texts": (wording(headline="Gas supply of the south may fail"),)},
        "w-expired": {"field": "cyber", "areas": ("RS",), "onset_us": NOW_US - 6 * DAY_US, "expires_us": NOW_US - 2 * DAY_US},
        "w-cancelled": {"severity": "Minor", "areas": ("RS", "XK"), "texts": (wording(headline="The Merdare crossing may be blocked"),)},
    }
    for name, changed in shapes.items():
        issue(node, content(name, **changed), now_us=early_us)
    follow(node, "w-public", "update", NOW_US - 2 * DAY_US, severity="Extreme", likelihood=Likelihood(low=0.45, high=0.6))
    follow(node, "w-ended", "end", NOW_US - DAY_US)
    follow(node, "w-cancelled", "cancel", NOW_US - DAY_US)
    hidden = content("w-partner", recipients=(PARTNER,), texts=(wording(headline="For partners only: SECRET-WARNING"),))
    issue(node, hidden, tlp="AMBER", rel_to=(PARTNER,), now_us=early_us)
    issue(node, content("w-drill", texts=(wording(headline="A made-up clash"),), evidence=()), now_us=early_us, exercise=True)
    partner = at(node, "partner", NOW_US - DAY_US)
    desk.answer(partner, "w-public", "contested", "The second march was called off yesterday evening.", tlp="CLEAR")
    desk.answer(partner, "w-partner", "accepted")


def sign_in(client: TestClient, name: str) -> TestClient:
    """The client, signed in."""
    client.post("/sign-in", data={"account": name, "password": PASSWORD}, headers={"sec-fetch-site": "same-origin"})
    return client


def form_key(client: TestClient, path: str = "/desk") -> str:
    """The key that the forms of this session bear."""
    found = re.search(r'name="form_key" value="(\w+)"', client.get(path).text)
    assert found, path
    return found[1]
