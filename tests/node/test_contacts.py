"""Points of contact hold posts and no persons; checks are asked, answered and handed to deputies once, whatever happens to the node meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vigie.activities.checks import check_states
from vigie.model.atlas import Atlas
from vigie.model.contact import Contact, Line
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, NotReleasable, VigieError
from vigie.model.label import PUBLIC
from vigie.model.times import DAY_US, SECOND_US
from vigie.node.contact_facts import all_check_facts, directory_facts, span_words, year_facts, year_of
from vigie.node.contacts import BOOK, answer_check, check_of, close_contact, contact_of, record_answer, save_contact, send_check, tell_unanswered
from vigie.node.desk import Actor, Desk, log_of
from vigie.node.posts import check_line, names_a_person
from vigie.node.settings import Node, init_node, open_node
from vigie.store import list_notes, remove_note

NOW_US = 1_790_000_000_000_000
HOUR_US = 3_600 * SECOND_US
OWN, PARTNER, THIRD = "ME-NODE", "RS-NODE", "MK-NODE"
Sit = Callable[..., Desk]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with two partner parties."""
    init_node(tmp_path / "node", OWN).store.close()
    (tmp_path / "node" / "directory.toml").write_text('[parties.RS-NODE]\norg = "RS"\n\n[parties.MK-NODE]\norg = "MK"\ncommunity = true\n', encoding="utf-8")
    made = open_node(tmp_path / "node")
    yield made
    made.store.close()


def sit(node: Node, party: str = OWN, now_us: int = NOW_US, role: str = "releaser", *, exercise: bool = False) -> Desk:
    """The desk of a party, with somebody at it."""
    return Desk(node, Actor(f"{party.lower()}-duty", party, role), now_us, exercise)


def centre(party: str = PARTNER, role: str = "duty desk", **changed: object) -> Contact:
    """A point of contact."""
    facts: dict[str, object] = {"institution": "Crisis Centre", "lines": (Line(channel="phone", address="+381 11 123 456"),), **changed}
    return Contact(party=party, role=role, **facts)  # type: ignore[arg-type]


def known(node: Node, contact: Contact, owner: str = OWN, **facts: object) -> str:
    """The name of a point of contact that was written down and that all three may read."""
    return save_contact(sit(node, owner, NOW_US - DAY_US), contact, rel_to=(OWN, PARTNER, THIRD), **facts).ref  # type: ignore[arg-type]


def states(node: Node, now_us: int, party: str = OWN, *, exercise: bool = False) -> dict[str, str]:
    """Where each check stands, for a party."""
    return {item.ref: item.state for item in check_states(log_of(node, party, now_us, exercise=exercise), now_us)}


PERSONS = ("Dr Ana Petrović", "Mr Smith", "Mme Dupont", "Ana Petrović", "г-ђа Ана Петровић", "Марко Марковић", "Duty Officer Ana Petrović", "Colonel Jones")
PERSONS_BESIDE_POSTS = (
    "Duty Officer John Smith",
    "Duty officer Marko Petrovic",
    "oficeri Arben Hoxha",
    "дежурен Ана Петровска",
    "Ivan Horvat, voditelj smjene",
    "Edin Džeko - operativac",
    "Lt Col Jones",
    "J. Smith, duty officer",
    "ANA PETROVIC",
    "arben hoxha",
    "Ivana",
)
POSTS_OF_THE_REGION = (
    "Dežurni operativac, Operativno-komunikativni centar 112",
    "Qendra Operacionale e Emergjencave Civile, oficeri i shërbimit",
    "Центар за управување со кризи, дежурен",
    "Šef Smjene",
    "Zapovjednik Postrojbe",
    "Glasnogovornik",
    "Gradonačelnik Mostara",
    "Defence Attaché",
    "Médecin Régulateur",
    "Shift Supervisor",
    "Control Room",
    "Harbour Master",
    "Human Resources",
    "Njësia Reaguese",
    "Policia e Shtetit",
    "Црвени Крст",
    "Прес Служба",
    "Teritorijalna Obrana",
    "Duty officer, Bijelo Polje",
    "Dežurni, Lučka Kapetanija Bar",
    "Granični prelaz Božaj",
)
POSTS = (
    "duty desk",
    "Duty Officer",
    "national CERT",
    "Дежурни центар",
    "Oficeri i rojës",
    "Chef de permanence",
    "General Staff, operations",
    "dežurni operater",
)


@pytest.mark.parametrize("role", PERSONS)
def test_a_persons_name_is_refused(node: Node, role: str) -> None:
    """A point of contact is a post: titles and names are refused with one sentence, and nothing is written."""
    with pytest.raises(BadReport, match="looks like a person") as refusal:
        save_contact(sit(node), centre(role=role))
    assert str(refusal.value).count(". ") <= 1
    assert directory_facts(sit(node).log) == []


@pytest.mark.parametrize("text", PERSONS_BESIDE_POSTS)
def test_a_name_beside_a_post_is_refused_wherever_it_is_written(node: Node, text: str) -> None:
    """As a role and as the address of a line; a name and the post of who bears it make no institution."""
    with pytest.raises(BadReport, match="looks like a person"):
        save_contact(sit(node), centre(role=text))
    with pytest.raises(BadReport, match="looks like a person"):
        check_line(Line(channel="other", address=text + ", ask Dr Ana Petrović"), "Crisis Centre")
    assert names_a_person("Ivan Horvat, voditelj smjene", is_institution=True)
    assert directory_facts(sit(node).log) == []


def test_the_hours_name_nobody(node: Node) -> None:
    """Days and times are hours; who is asked then is not."""
    with pytest.raises(BadReport, match="hours"):
        save_contact(sit(node), centre(hours="after 16:00 ask Marko Marković"))
    for hours in ("Mon-Fri 08:00-16:00", "radnim danom 8-16", "Monday to Friday", "24/7"):
        assert save_contact(sit(node), centre(role=f"duty desk {hours[:3]}", hours=hours)).ref


@pytest.mark.parametrize("role", POSTS_OF_THE_REGION)
def test_honest_names_of_posts_are_taken_in_the_regions_languages(role: str) -> None:
    """With towns, with every word a capital, in both scripts; as an institution too."""
    assert not names_a_person(role)
    assert not names_a_person(role, is_institution=True)


@pytest.mark.parametrize("role", POSTS)
def test_the_name_of_a_post_is_taken(role: str) -> None:
    """In the region's languages and both scripts."""
    assert not names_a_person(role)


def test_an_institution_may_bear_a_persons_name_if_it_says_what_it_is() -> None:
    """Institutes are named after people; people are not institutes."""
    assert not names_a_person("Institut dr Milan Jovanović Batut", is_institution=True)
    assert names_a_person("Milan Jovanović", is_institution=True)
    assert not names_a_person("Norwegian People's Aid", is_institution=True)


@pytest.mark.parametrize(
    "address",
    [
        "ana.petrovic@mup.gov.example",
        "petrovic@mup.gov.example",
        "duty@gmail.com",
        "cert@yahoo.co.uk",
        "ops@mail.ru",
        "duty",
        "a b@c.example",
        "ana.petrovic.press@mup.example",
        "info.ana@mup.example",
        "john.smith.ops@x.example",
        "general.petrovic@mod.example",
        "petrovic@petrovic.example",
        "mineta@x.example",
    ],
)
def test_a_private_mail_address_is_refused(address: str) -> None:
    """First names, last names and free mail services are no addresses of a post."""
    with pytest.raises(BadReport, match="mail address"):
        check_line(Line(channel="mail", address=address), "Crisis Centre")


@pytest.mark.parametrize(
    "address",
    [
        "duty@cert.example",
        "ops.centar@mod.gov.example",
        "info@x.example",
        "dežurni@x.example",
        "cc@x.example",
        "mup@mup.gov.example",
        "112@gov.example",
        "okc112@x.example",
        "glasnogovornik@mup.example",
        "zedhenesi@moi.example",
        "spoc@x.example",
        "prijava@cert.example",
        "smjena@x.example",
        "pisarnica@gov.example",
        "accueil@mairie.example",
        "raporto@akcesk.example",
        "tajnistvo@x.example",
    ],
)
def test_a_functional_mail_address_is_taken(address: str) -> None:
    """Words of posts, numbers, the initials of the institution and the name of its own host."""
    check_line(Line(channel="mail", address=address), "Crisis Centre")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"zone": "Europe/Atlantis"}, "no such time zone"),
        ({"party": "XX-NODE"}, "No such party"),
        ({"party": PUBLIC}, "No such party"),
        ({"fields": ("weather",)}, "no such field"),
        ({"countries": ("ZZ",)}, "no such country"),
        ({"countries": ("ME-16",)}, "no such country"),
        ({"deputy": "p-nobody"}, "deputy must be another"),
        ({"lines": (Line(channel="phone", address="ask Ana"),)}, "number cannot be understood"),
    ],
)
def test_what_nobody_knows_is_refused_with_one_sentence(node: Node, changed: dict[str, object], words: str) -> None:
    """Zones, parties, fields, countries, deputies and numbers."""
    with pytest.raises(BadReport, match=words):
        save_contact(sit(node), centre(**changed))  # type: ignore[arg-type]


def test_codes_are_written_as_the_node_writes_them(node: Node) -> None:
    """A country in small letters is the same country."""
    ref = known(node, centre(countries=("rs", "xk"), zone="Europe/Belgrade", fields=("cyber",)))
    assert contact_of(sit(node), ref).contact.countries == ("RS", "XK")


def test_a_party_writes_down_its_own_contacts_and_the_node_those_of_others(node: Node) -> None:
    """Whose word it is stays written at it."""
    with pytest.raises(NotReleasable, match="its own points of contact only"):
        save_contact(sit(node, PARTNER), centre(THIRD))
    known(node, centre(PARTNER), PARTNER)
    known(node, centre(PARTNER, "second desk"))
    words = {item["role"]: item["word_of"] for item in directory_facts(sit(node).log)}
    assert words == {"duty desk": "its own word", "second desk": f"as known to {OWN}"}


def test_a_contact_is_read_by_whom_it_names_and_by_everybody_only_where_somebody_may_release(node: Node) -> None:
    """Without readers it is the party's own."""
    save_contact(sit(node), centre())
    assert directory_facts(log_of(node, PARTNER, NOW_US, exercise=False)) == []
    save_contact(sit(node), centre(role="second desk"), rel_to=(PARTNER,))
    assert len(directory_facts(log_of(node, PARTNER, NOW_US, exercise=False))) == 1
    with pytest.raises(NotReleasable):
        save_contact(sit(node, role="analyst"), centre(role="third desk"), tlp="CLEAR", rel_to=None)
    save_contact(sit(node), centre(role="third desk"), tlp="CLEAR", rel_to=None)
    assert [item["role"] for item in directory_facts(log_of(node, PUBLIC, NOW_US, exercise=False))] == ["third desk"]
    with pytest.raises(BadReport, match="No such party"):
        save_contact(sit(node), centre(), rel_to=("NOBODY",))


def test_a_reader_keeps_no_contacts(node: Node) -> None:
    """The role must allow it."""
    for act in (lambda: save_contact(sit(node, role="reader"), centre()), lambda: send_check(sit(node, role="reader"), "p", minutes=5)):
        with pytest.raises(NotReleasable):
            act()


def test_a_change_needs_the_version_that_was_looked_at(node: Node) -> None:
    """Two who change the same do not overwrite each other; the same again changes nothing."""
    ref = known(node, centre())
    same = save_contact(sit(node), centre(), ref, rel_to=(OWN, PARTNER, THIRD))
    assert same.version == 1
    save_contact(sit(node), centre(hours="Mon-Fri 08:00-16:00"), ref, 1)
    with pytest.raises(BadSetting, match="changed this meanwhile"):
        save_contact(sit(node), centre(hours="always"), ref, 1)
    with pytest.raises(BadSetting, match="Only who wrote"):
        save_contact(sit(node, THIRD), centre(THIRD), known(node, centre(role="fire desk")), 1)


def test_a_closed_contact_stays_in_the_log_and_is_not_asked(node: Node) -> None:
    """Nothing disappears; closing twice changes nothing."""
    ref = known(node, centre())
    assert close_contact(sit(node), ref) == close_contact(sit(node, now_us=NOW_US + 1), ref)
    assert directory_facts(sit(node).log) == []
    assert [item["is_closed"] for item in directory_facts(sit(node).log, with_closed=True)] == [True]
    assert [entry.version for entry in sit(node).log.of("contact")] == [1, 2]
    with pytest.raises(BadSetting, match="is closed"):
        send_check(sit(node), ref, minutes=5)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "needs the instant"),
        ({"minutes": 0}, "cannot wait until then"),
        ({"minutes": -5}, "cannot wait until then"),
        ({"minutes": float("inf")}, "cannot wait until then"),
        ({"until_us": NOW_US}, "cannot wait until then"),
        ({"until_us": NOW_US + 40 * DAY_US}, "cannot wait until then"),
        ({"minutes": 5, "channel": "radio"}, "no such line"),
        ({"minutes": 5, "ref": "k-1"}, "name of the check"),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(node: Node, facts: dict[str, object], words: str) -> None:
    """Past, endless and unreachable ones."""
    ref = known(node, centre())
    with pytest.raises(BadReport, match=words):
        send_check(sit(node), ref, **facts)  # type: ignore[arg-type]
    assert states(node, NOW_US) == {}


def test_nobody_checks_their_own_party(node: Node) -> None:
    """A check is between parties."""
    with pytest.raises(BadSetting, match="does not check itself"):
        send_check(sit(node), known(node, centre(OWN)), minutes=5)


def test_a_check_is_asked_and_answered_and_both_parties_read_it(node: Node) -> None:
    """The third party reads nothing of it; answering twice counts once."""
    ref = send_check(sit(node), known(node, centre()), minutes=30).ref
    assert states(node, NOW_US, THIRD) == {}
    with pytest.raises(BadSetting, match="There is no such check"):
        answer_check(sit(node, THIRD), ref)
    with pytest.raises(BadSetting, match="Only the party that was asked"):
        answer_check(sit(node), ref)
    first = answer_check(sit(node, PARTNER, NOW_US + 60 * SECOND_US), ref, "Received.")
    assert answer_check(sit(node, PARTNER, NOW_US + 90 * SECOND_US), ref, "Received.") == first
    answer_check(sit(node, PARTNER, NOW_US + HOUR_US), ref, "Once more.")
    for party in (OWN, PARTNER):
        (facts,) = all_check_facts(log_of(node, party, NOW_US + DAY_US, exercise=False), NOW_US + DAY_US)
        assert (facts["state"], facts["waited_s"], len(facts["answers"])) == ("answered", 60.0, 2)
    assert year_facts(year_of(log_of(node, OWN, NOW_US + DAY_US, exercise=False), NOW_US + DAY_US, 2026))[-1]["answered"] == 1
    assert year_of(log_of(node, THIRD, NOW_US + DAY_US, exercise=False), NOW_US + DAY_US, 2026) == ()


def test_a_form_that_is_sent_twice_sends_one_check(node: Node) -> None:
    """The name that the form bears tells the second one."""
    contact, name = known(node, centre()), "k-00112233445566aa"
    assert send_check(sit(node), contact, minutes=5, ref=name) == send_check(sit(node, now_us=NOW_US + 9), contact, minutes=5, ref=name)
    assert len(states(node, NOW_US)) == 1


def test_the_asker_writes_an_answer_of_another_channel_down(node: Node) -> None:
    """When it came counts, between the question and now; on the page nobody answers for another."""
    contact = known(node, centre())
    by_page, by_phone = (send_check(sit(node), contact, minutes=30, channel=channel).ref for channel in ("page", "phone"))  # type: ignore[arg-type]
    later = sit(node, now_us=NOW_US + DAY_US)
    with pytest.raises(BadSetting, match="answered on the page"):
        record_answer(later, by_page, at_us=NOW_US + 5)
    for wrong in (NOW_US - HOUR_US, NOW_US + 2 * DAY_US):
        with pytest.raises(BadReport, match="cannot have come then"):
            record_answer(later, by_phone, at_us=wrong)
    with pytest.raises(BadSetting, match="Only who asked"):
        record_answer(sit(node, PARTNER, NOW_US + DAY_US), by_phone, at_us=NOW_US + 5)
    record_answer(later, by_phone, "All well.", at_us=NOW_US + 120 * SECOND_US)
    assert check_of(later, by_phone).waited_us == 120 * SECOND_US
    assert states(node, NOW_US + DAY_US) == {by_page: "unanswered", by_phone: "answered"}


def test_the_minute_of_the_question_is_early_enough(node: Node) -> None:
    """Who writes an answer down says the minute only."""
    ref = send_check(sit(node), known(node, centre()), minutes=30, channel="phone").ref
    record_answer(sit(node, now_us=NOW_US + DAY_US), ref, at_us=NOW_US // 60_000_000 * 60_000_000)
    assert check_of(sit(node, now_us=NOW_US + DAY_US), ref).waited_us == 0


def asked(node: Node, *, exercise: bool = False) -> str:
    """A check of a post whose deputy is a post of the third party."""
    writer = sit(node, now_us=NOW_US - DAY_US, exercise=exercise)
    deputy = save_contact(writer, centre(THIRD, "deputy desk"), rel_to=(PARTNER, THIRD)).ref
    first = save_contact(writer, centre(deputy=deputy), rel_to=(PARTNER, THIRD)).ref
    return send_check(sit(node, exercise=exercise), first, minutes=60).ref


def test_the_deputy_is_asked_once_however_long_the_node_was_down(node: Node, atlas: Atlas) -> None:
    """Not before the deadline; then once, with as long a time as the first; a second run and a restart add nothing."""
    ref = asked(node)
    assert tell_unanswered(node, atlas, NOW_US + HOUR_US) == ""
    late_us = NOW_US + 9 * DAY_US
    assert tell_unanswered(node, atlas, late_us) == "1 check is unanswered; 1 deputy asked."
    assert tell_unanswered(node, atlas, late_us + HOUR_US) == "1 check is unanswered; 0 deputies asked."
    again = open_node(node.folder)
    assert tell_unanswered(again, atlas, late_us + DAY_US) == "2 checks are unanswered; 0 deputies asked."
    again.store.close()
    (follow,) = [item for item in check_states(log_of(node, THIRD, late_us, exercise=False), late_us) if item.check.party == THIRD]
    assert (follow.check.follows, follow.sent_us, follow.check.until_us) == (ref, late_us, late_us + HOUR_US)
    assert len(list_notes(node.store, BOOK)) == 1
    answer_check(sit(node, THIRD, late_us + 60), follow.ref, "The deputy is here.")
    assert states(node, late_us + 60)[follow.ref] == "answered"


def test_a_run_that_broke_off_between_the_question_and_the_note_asks_once(node: Node, atlas: Atlas) -> None:
    """The entry comes first: what is missing afterwards is the note alone, and the next run writes it."""
    asked(node)
    tell_unanswered(node, atlas, NOW_US + DAY_US)
    (name,) = list_notes(node.store, BOOK)
    remove_note(node.store, BOOK, name)
    assert tell_unanswered(node, atlas, NOW_US + DAY_US + 5).endswith("0 deputies asked.")
    assert list(list_notes(node.store, BOOK)) == [name]
    assert len(sit(node, now_us=NOW_US + 2 * DAY_US).log.of("check")) == 2


def test_an_answer_in_time_asks_no_deputy(node: Node, atlas: Atlas) -> None:
    """Nobody is called without need."""
    ref = asked(node)
    answer_check(sit(node, PARTNER, NOW_US + HOUR_US), ref)
    assert tell_unanswered(node, atlas, NOW_US + DAY_US) == ""


def test_an_exercise_asks_its_own_deputy_and_no_real_one(node: Node, atlas: Atlas) -> None:
    """The follow-up is of the same world."""
    asked(node, exercise=True)
    tell_unanswered(node, atlas, NOW_US + DAY_US)
    assert states(node, NOW_US + DAY_US) == {}
    assert sorted(states(node, NOW_US + DAY_US, exercise=True).values()) == ["unanswered", "waiting"]


def test_a_deputy_must_be_open_and_another(node: Node) -> None:
    """A post is not its own deputy, and a closed one is nobody's."""
    ref = known(node, centre())
    with pytest.raises(BadReport, match="another point of contact"):
        save_contact(sit(node), centre(deputy=ref), ref, 1)
    close_contact(sit(node), ref)
    with pytest.raises(BadReport, match="deputy is closed"):
        save_contact(sit(node), centre(role="second desk", deputy=ref))


def test_a_refusal_writes_nothing(node: Node) -> None:
    """One sentence, nothing half done."""
    before = entries(node)
    for act in (
        lambda: send_check(sit(node), "p-nobody", minutes=5),
        lambda: close_contact(sit(node), "p-nobody"),
        lambda: answer_check(sit(node), "k-nobody"),
    ):
        with pytest.raises(VigieError):
            act()
    assert entries(node) == before


def entries(node: Node) -> tuple[Entry, ...]:
    """All that the own party may read."""
    return tuple(replace(entry) for entry in sit(node).log.entries)


def test_a_span_is_said_in_the_unit_that_fits() -> None:
    """Seconds, minutes, hours, days."""
    assert [span_words(span) for span in (30e6, 5 * 60e6, 3 * 3600e6, 72 * 3600e6)] == ["30 s", "5.0 min", "3.0 h", "3.0 days"]
