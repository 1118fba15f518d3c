"""Entering a report: places in any spelling, times as people say them, and one report however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from vigie.model.label import Label
from vigie.model.times import format_time, parse_time
from vigie.node.settings import Node
from vigie.store import Held, find_reports
from web.asks import Sitter, sitter
from web.desk_world import OWN, desk_node
from web.world import NOW_US

SAID: dict[str, Any] = {
    "kind": "unrest.riot",
    "when": {"how": "part", "part": "morning", "day": "2026-09-20", "zone": "Europe/Podgorica"},
    "written": "2026-09-21T10:00:00Z",
    "lon": 19.26,
    "lat": 42.44,
    "radius_km": 0.5,
    "place": "Podgorica",
    "grade": "B2",
    "size": 0,
    "scale": "deaths",
    "summary": "Stones were thrown at the bridge, said Marko Marković.",
    "language": "en",
}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with people at its desk."""
    made = desk_node(tmp_path_factory.mktemp("reports") / "node")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def at(node: Node, make_client: Callable[[Node], TestClient]) -> Callable[[str], Sitter]:
    """Who sits at the page, by the name of the account; nobody for the empty one."""
    client, known = make_client(node), dict[str, Sitter]()
    return lambda name: known.setdefault(name, sitter(client, node, name))


def _ref(number: int) -> str:
    return f"01234567-89ab-cdef-0123-{number:012x}"


def _held(node: Node, ref: str) -> list[Held]:
    return find_reports(node.store, node.audience(OWN, NOW_US), f"{OWN}/{ref}")


def test_a_report_is_taken_in_and_answers_with_its_event(at: Callable[[str], Sitter], node: Node) -> None:
    """It is the party's own, for its own eyes, with what was said and by which post; and its dossier has an address."""
    answer = at("duty").send("/data/report", ref=_ref(1), **SAID)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["waits"], told["name"]) == ("taken in", False, f"{OWN}/{_ref(1)}")
    (held,) = _held(node, _ref(1))
    report = held.report
    assert held.label == Label(OWN, tlp="AMBER")
    assert (format_time(report.begin_us), format_time(report.end_us), report.time_meaning) == ("2026-09-20T04:00:00Z", "2026-09-20T10:00:00Z", "uncertain")
    assert (report.agency, report.field, report.kind, report.country, report.grade) == (OWN, "conflict", "unrest.riot", "ME", "B2")
    assert (report.magnitude, report.scale, report.radius_km) == (0, "deaths", 0.5)
    assert report.issued_us == parse_time(SAID["written"])
    assert report.details == {"post": "duty", "said_when": "part morning 2026-09-20, Europe/Podgorica"}
    assert told["href"] == f"/events/{told['event']}"


def test_what_looks_like_a_person_is_masked_before_anything_is_kept(at: Callable[[str], Sitter], node: Node) -> None:
    """The name is neither in the report nor in the file that lies in the quarantine, and the writer is told."""
    told = at("duty").send("/data/report", ref=_ref(2), **SAID).json()
    assert told["masked"] == len("MarkoMarković")
    (held,) = _held(node, _ref(2))
    assert held.report.summary == "Stones were thrown at the bridge, said █████ ████████."
    shown = at("duty").send("/data/report/words", text="Write to ana@example.org").json()
    assert shown == {"text": "Write to ███████████████", "masked": 15}


def test_a_place_may_bear_the_name_of_a_person_and_nobody_else_may(at: Callable[[str], Sitter], node: Node) -> None:
    """A town of the atlas keeps its name; a spot that is named after somebody does not."""
    for number, place, kept in ((20, "Aleksandrovac", "Aleksandrovac"), (21, "house of Marko Marković", "house of █████ ████████")):
        assert at("duty").send("/data/report", **(SAID | {"ref": _ref(number), "place": place})).status_code == 200
        assert _held(node, _ref(number))[0].report.place == kept


def test_a_report_that_is_sent_twice_is_one(at: Callable[[str], Sitter], node: Node) -> None:
    """The reference came with the draft: the second time it is known, and with a change it is the next word of the same report."""
    first, second = (at("duty").send("/data/report", ref=_ref(3), **SAID).json() for _ in range(2))
    assert (first["status"], second["status"], first["event"]) == ("taken in", "known", second["event"])
    later = SAID | {"summary": "Stones were thrown at two bridges.", "written": "2026-09-21T11:00:00Z"}
    assert at("duty").send("/data/report", ref=_ref(3), **later).json()["status"] == "taken in"
    assert [held.report.summary for held in _held(node, _ref(3))] == ["Stones were thrown at two bridges."]


def test_a_wider_label_waits_for_a_second_person(at: Callable[[str], Sitter], node: Node) -> None:
    """Until then the report is for the party's own eyes; sent again it is proposed no second time."""
    for _ in range(2):
        told = at("duty").send("/data/report", ref=_ref(4), tlp="GREEN", **SAID).json()
        assert told["waits"] is True
    (held,) = _held(node, _ref(4))
    assert held.label == Label(OWN, tlp="AMBER")
    from vigie.node.desk import Actor, Desk
    from vigie.node.relabel import approve, proposals

    second = Desk(node, Actor("head", OWN, "releaser"), NOW_US)
    waiting = [item for item in proposals(second) if item.said.state == "open"]
    assert [item.said.name for item in waiting] == [f"{OWN}/{_ref(4)}"]
    approve(second, waiting[0].ref)
    assert _held(node, _ref(4))[0].label.tlp == "GREEN"
    assert at("duty").send("/data/report", ref=_ref(4), tlp="GREEN", **SAID).json()["waits"] is False


def test_the_readers_of_a_label_are_named(at: Callable[[str], Sitter]) -> None:
    """Own eyes, those who are named, the community, everybody."""
    labels = {label["name"]: label["readers"] for label in at("duty").get("/data/report").json()["labels"]}
    assert labels == {"own": [], "GREEN": ["MK-NODE", "RS-NODE"], "CLEAR": ["PUBLIC", "MK-NODE", "RS-NODE"]}
    assert at("duty").send("/data/report/readers", tlp="AMBER", rel_to=["RS-NODE"]).json() == {"readers": ["RS-NODE"]}
    assert at("duty").send("/data/report/readers", tlp="AMBER", rel_to=["NOBODY"]).status_code == 409


def test_an_exercise_stays_an_exercise(at: Callable[[str], Sitter], node: Node) -> None:
    """What is entered there is of that world alone."""
    sent = at("duty").client.post("/data/report?exercise=true", json={"ref": _ref(5), **SAID}, headers=at("duty").headers)
    assert sent.status_code == 200, sent.text
    (held,) = _held(node, _ref(5))
    assert held.report.exercise is True
    assert at("duty").get(f"/api/events/by-report/{OWN}/{_ref(5)}").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "nothing"}, "no such kind"),
        ({"ref": "x"}, "field ref"),
        ({"lat": None}, "Half of the coordinates"),
        ({"lat": 91}, "field lat"),
        ({"scale": "ML"}, "no such measure"),
        ({"grade": "Z9"}, "field grade"),
        ({"when": {"how": "day", "day": "2027-01-01"}}, "lies in the future"),
        ({"when": {"how": "day"}}, "field day"),
        ({"when": {"how": "between", "day": "2026-09-01", "clock": "10:00", "until_clock": "09:00"}}, "ends before it begins"),
        ({"tlp": "PINK"}, "no such TLP level"),
        ({"rel_to": "RS-NODE"}, "no list of texts"),
        ({"surprise": 1}, "field surprise"),
    ],
)
def test_what_makes_no_report_gets_one_sentence(at: Callable[[str], Sitter], changed: dict[str, Any], said: str) -> None:
    """It names the part, and nothing is written."""
    answer = at("duty").send("/data/report", **({"ref": _ref(9)} | SAID | changed))
    assert answer.status_code in (400, 409)
    assert said in answer.json()["error"]


def test_who_may_not_write_is_told_so(at: Callable[[str], Sitter]) -> None:
    """A reader, another party and a stranger get the reason with the form and 403 when they send."""
    reasons = {name: at(name).get("/data/report").json().get("why") for name in ("", "partner", "looker", "duty")}
    assert reasons == {"": "signed out", "partner": "other party", "looker": "role", "duty": None}
    for name in ("", "partner", "looker"):
        assert at(name).send("/data/report", ref=_ref(8), **SAID).status_code == 403


def test_a_kind_is_found_by_words_of_the_readers_language(at: Callable[[str], Sitter]) -> None:
    """The words of pages in that language and in English go with each kind."""
    kinds = {kind["name"]: kind for kind in at("duty").get("/data/report", language="sq").json()["kinds"]}
    assert "demonstrat" in kinds["unrest.protest"]["words"]
    assert "protesters" in kinds["unrest.protest"]["words"]
    assert {kind["field"] for kind in kinds.values()} >= {"cbrn", "conflict", "cooperation", "cyber", "energy", "mines", "seismic"}


def test_only_what_a_field_weighs_can_be_said_of_how_bad_it_was(at: Callable[[str], Sitter]) -> None:
    """People, strength, extent: of cooperation nothing."""
    sizes = {field["name"]: field["sizes"] for field in at("duty").get("/data/report").json()["fields"]}
    assert sizes["conflict"] == ["deaths"]
    assert sizes["energy"] == ["MW", "clients"]
    assert sizes["seismic"] == ["ML", "Mw"]
    assert sizes["cooperation"] == []


@pytest.mark.parametrize(("first", "second"), [("dj", "Đ"), ("dj", "Ђ"), ("sabac", "Šabac"), ("sabac", "Шабац"), ("PRIZREN", "prizren"), ("Niksic", "Никшић")])
def test_spellings_of_one_place_find_the_same(at: Callable[[str], Sitter], first: str, second: str) -> None:
    """Marks, letter case and scripts make no difference."""
    found = [at("").get("/data/places", q=text).json()["places"] for text in (first, second)]
    assert found[0]
    assert found[0] == found[1]


def test_a_place_has_its_unit_its_country_and_how_exact_it_is(at: Callable[[str], Sitter]) -> None:
    """In the reader's language; the town comes first, and a unit and a country are circles of their size."""
    town = at("").get("/data/places", q="sabac", language="mk").json()["places"][0]
    assert (town["name"], town["what"], town["country"], town["radius_km"]) == ("Шабац", "town", "RS", 5)
    unit = next(place for place in at("").get("/data/places", q="niksic").json()["places"] if place["what"] == "unit")
    assert 15 < unit["radius_km"] < 30
    country = at("").get("/data/places", q="kosovo").json()["places"][0]
    assert (country["what"], country["name"][-1], "1244" in country["note"]) == ("country", "*", True)
    here = at("").get("/data/places", lon="19.26", lat="42.44").json()["here"]
    assert (here["country"], here["unit_name"]) == ("ME", "Podgorica")


def test_a_time_is_shown_back_in_utc_and_in_the_clocks_of_the_place(at: Callable[[str], Sitter]) -> None:
    """The morning of a day in Podgorica begins at four in summer and at five in winter."""
    told = at("").get("/data/report/when", how="part", part="morning", day="2026-11-23", zone="Europe/Podgorica").json()
    assert (told["begin"], told["end"], told["local_begin"]) == ("2026-11-23T05:00:00Z", "2026-11-23T11:00:00Z", "2026-11-23T06:00")
    assert at("").get("/data/report/when", how="day", zone="Nowhere/Nothing", day="2026-11-23").status_code == 409
