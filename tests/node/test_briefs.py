"""The brief: every sentence names its records, and it tells nobody what they may not read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import pytest

from node.brief_world import MONTH, OWN, RED, cited_names, fill, quake, reply, warn
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC, Label
from vigie.model.languages import LANGUAGES, PARTIAL
from vigie.model.times import DAY_US
from vigie.node.brief_pages import brief_html, brief_pdf, brief_text
from vigie.node.brief_shape import BriefFacts, Sentence, brief_json
from vigie.node.briefs import keep_brief, make_brief
from vigie.node.flow import see
from vigie.node.settings import Node
from vigie.store import add_entry, erase, find_reports, list_notes
from web.world import NOW_US, public_reports, take


@pytest.fixture
def busy(node: Node) -> Node:
    """A node with public reports of both worlds, a warning, two answers and an activity."""
    return fill(node)


def said_in(sentences: Sequence[Sentence]) -> str:
    """The sentences as one text."""
    return " ".join(sentence.text for sentence in sentences)


def whole_text(facts: BriefFacts) -> str:
    """All that the brief says."""
    return "\n".join(brief_text(facts))


@pytest.mark.parametrize("language", sorted({**LANGUAGES, **PARTIAL}))
@pytest.mark.parametrize("subject", [{}, {"country": "ME"}, {"country": "TR"}, {"problem": "unrest_turns_violent"}])
def test_no_sentence_and_no_row_is_without_its_records(busy: Node, atlas: Atlas, language: str, subject: dict[str, str]) -> None:
    """Also those that say that there is nothing: they name the question that was asked."""
    facts = make_brief(busy, atlas, replace(MONTH, language=language, **subject), NOW_US)
    said: list[object] = [*facts.sentences, *chain.from_iterable(section.rows for section in facts.sections)]
    assert len(said) >= 5
    assert [item for item in said if not item.records or not all(record.name for record in item.records)] == []  # type: ignore[attr-defined]


def test_every_record_that_is_named_is_there(busy: Node, atlas: Atlas) -> None:
    """Events in the world, reports in the store, warnings and activities in the log; the rest are questions."""
    facts = make_brief(busy, atlas, MONTH, NOW_US)
    world, audience = see(busy, OWN, NOW_US, atlas, exercise=False), busy.audience(OWN, NOW_US)
    names = cited_names(facts)
    events = {name for name in names if name.startswith("ev-")}
    reports = {name for name in names if re.match("[A-Z]+(-[0-9])?/", name)}
    assert len(events) > 10
    assert events <= set(world.events.id)
    assert len(reports) > 5
    assert all(find_reports(busy.store, audience, name) for name in reports)
    assert {"w-1", "a-1"} < names


def test_the_table_counts_what_the_world_holds(busy: Node, atlas: Atlas) -> None:
    """By kind and country, against the period of the same length before; counted again, naively."""
    facts = make_brief(busy, atlas, replace(MONTH, days=15), NOW_US)
    world = see(busy, OWN, NOW_US, atlas, exercise=False)
    montenegro = [
        int(begin)
        for begin, kind, country in zip(world.events.begin_us, world.events.kind, world.country, strict=True)
        if (kind, country) == ("seismic.earthquake", "ME")
    ]
    now = sum(NOW_US - 15 * DAY_US <= begin < NOW_US for begin in montenegro)
    before = sum(NOW_US - 30 * DAY_US <= begin < NOW_US - 15 * DAY_US for begin in montenegro)
    row = next(row for row in facts.section("kinds").rows if row.cells[:2] == ("Earthquake", "Montenegro"))
    assert (now, before) == (1, 1)
    assert row.cells[2:] == ("1", "1", "±0")
    assert len(row.records) == now + before


def test_a_brief_on_a_country_counts_by_its_units_and_nothing_else(busy: Node, atlas: Atlas) -> None:
    """Every event that it names lies in the country."""
    facts = make_brief(busy, atlas, replace(MONTH, country="me"), NOW_US)
    world = see(busy, OWN, NOW_US, atlas, exercise=False)
    country_of = dict(zip(world.events.id, world.country, strict=True))
    assert {country_of[name] for name in cited_names(facts) if name.startswith("ev-")} == {"ME"}
    assert "Podgorica" in {row.cells[1] for row in facts.section("kinds").rows}


def test_what_is_told_of_a_warning_and_its_answers(busy: Node, atlas: Atlas) -> None:
    """Headline in the reader's language, number beside words, each answer with its argument, the time that it took, the activity."""
    facts = make_brief(busy, atlas, replace(MONTH, language="sr-Cyrl"), NOW_US)
    text = said_in(facts.section("warnings").sentences)
    parts = ("„Блокаде могу постати насилне“", "мало вероватно, 20-30 %", "RS-CP: прихваћено")
    for words in (*parts, "AL-CP: оспорено („Our own observers see fewer people each day.“)"):
        assert words in text
    assert "12,0 h" in said_in(facts.lead)
    assert "Talks with the drivers' union" in said_in(facts.section("activities").sentences)
    assert [sentence.language for sentence in facts.section("activities").sentences] == ["en"]


def test_who_is_silent_is_told_to_the_issuer_alone(node: Node, atlas: Atlas) -> None:
    """Others may not know of its answer, and must not learn that there is one or none."""
    reply(node, warn(node), "RS-CP", "accepted")
    told = {party: said_in(make_brief(node, atlas, replace(MONTH, party=party), NOW_US).section("warnings").sentences) for party in (OWN, PUBLIC, "BA-CP")}
    assert "No answer yet from AL-CP." in told[OWN]
    assert "No answer yet" not in told[PUBLIC] + told["BA-CP"]


def test_a_problems_brief_says_where_it_stands_and_what_it_asks(busy: Node, atlas: Atlas) -> None:
    """No rule is switched on, so there is no data, and that is not green."""
    facts = make_brief(busy, atlas, replace(MONTH, problem="unrest_turns_violent", language="fr"), NOW_US)
    assert facts.lead[0].text.startswith("État du problème : pas de données")
    assert facts.words["question"].startswith("Des troubles tourneront-ils")
    assert {row.cells[0] for row in facts.section("kinds").rows} == {"Manifestation pacifique"}


REFUSED = [
    ({"country": "ZZ"}, "There is no such country"),
    ({"problem": "nope"}, "There is no such warning problem"),
    ({"language": "xx"}, "There are no texts in this language"),
    ({"country": "ME", "problem": "x"}, "not on both"),
]


@pytest.mark.parametrize(("order", "words"), REFUSED)
def test_what_there_is_not_is_refused_with_one_sentence(node: Node, atlas: Atlas, order: dict[str, str], words: str) -> None:
    """A mistyped name must not look like peace."""
    with pytest.raises(BadSetting, match=words):
        make_brief(node, atlas, replace(MONTH, **order), NOW_US)


def test_an_empty_world_has_a_brief_that_does_not_speak_of_peace(node: Node, atlas: Atlas) -> None:
    """It says that nobody reported, in HTML, PDF and text; only PUBLIC's is open to all."""
    own, public = (make_brief(node, atlas, replace(MONTH, party=party), NOW_US) for party in (OWN, PUBLIC))
    assert "That is no sign that nothing happened." in whole_text(own)
    assert "Silence is never taken for peace." in brief_html(own)
    assert brief_pdf(own).startswith(b"%PDF")
    assert (own.label.rel_to, public.label.tlp) == (frozenset({OWN}), "CLEAR")


def test_the_marking_is_the_join_of_all_that_was_read(busy: Node, atlas: Atlas) -> None:
    """One report of TLP:RED makes the own brief RED; the public's stays as open as it was."""
    take(busy, [replace(public_reports()[0], agency="SECRET", agency_ref="s1")], RED)
    own, public = (make_brief(busy, atlas, replace(MONTH, party=party), NOW_US) for party in (OWN, PUBLIC))
    assert (own.label.tlp, public.label.tlp) == ("RED", "CLEAR")
    assert own.marking.startswith("TLP:RED")
    assert brief_html(own).count(own.marking) == 2


def test_a_warning_that_is_read_marks_the_page_too(node: Node, atlas: Atlas) -> None:
    """Though every report is public."""
    take(node, public_reports())
    warn(node, label=Label(OWN, tlp="AMBER", rel_to=frozenset({"RS-CP"})))
    facts = make_brief(node, atlas, replace(MONTH, party="RS-CP"), NOW_US)
    assert (facts.label.tlp, facts.label.rel_to) == ("AMBER", frozenset({"RS-CP"}))
    assert "readable by RS-CP" in facts.marking


def test_what_the_public_may_not_read_changes_no_byte_of_its_brief(busy: Node, atlas: Atlas) -> None:
    """Neither a report, a warning, an answer nor an activity that is hidden from it; nor an exercise."""
    order = replace(MONTH, party=PUBLIC)
    before = make_brief(busy, atlas, order, NOW_US)
    pages = brief_html(before), brief_pdf(before), json.dumps(brief_json(before))
    take(busy, [replace(public_reports()[0], agency="SECRET", agency_ref="s1", begin_us=NOW_US - DAY_US, end_us=NOW_US - DAY_US)], RED)
    take(busy, public_reports(exercise=True)[9:], exercise=True)
    hidden = warn(busy, "Hidden", "w-2", RED)
    reply(busy, hidden, "RS-CP", "accepted", label=RED)
    reply(busy, warn(busy, "Exercise", "w-3", exercise=True), "RS-CP", "accepted", label=RED)
    after = make_brief(busy, atlas, order, NOW_US)
    assert pages == (brief_html(after), brief_pdf(after), json.dumps(brief_json(after)))


def test_the_marking_names_the_level_only_where_it_is_above_the_lowest(busy: Node, atlas: Atlas) -> None:
    """What everybody may read says its colour and its owners; a level that needs a clearance stands beside."""
    assert make_brief(busy, atlas, replace(MONTH, party=PUBLIC), NOW_US).marking.startswith("TLP:CLEAR, owners ")
    take(busy, [replace(public_reports()[0], agency="SECRET", agency_ref="s1")], replace(RED, level="RESTRICTED"))
    assert make_brief(busy, atlas, MONTH, NOW_US).marking.startswith("TLP:RED, VIGIE RESTRICTED, owner")


def test_an_activity_names_what_it_answers_by_its_headline(busy: Node, atlas: Atlas) -> None:
    """Not by the id that a program gave; in the reader's language where the warning has it."""
    assert "it answers “Blockades may turn violent”" in said_in(make_brief(busy, atlas, MONTH, NOW_US).section("activities").sentences)
    other = make_brief(busy, atlas, replace(MONTH, language="sr-Cyrl"), NOW_US)
    assert "Блокаде могу постати насилне" in said_in(other.section("activities").sentences)


def test_a_first_answer_within_two_hours_is_told_in_minutes(node: Node, atlas: Atlas) -> None:
    """An answer after three minutes is no answer after 0.0 hours."""
    warning = warn(node)
    said = reply(node, warning, "RS-CP", "accepted")
    assert "first answer: 12.0 h" in said_in(make_brief(node, atlas, MONTH, NOW_US).lead)
    add_entry(node.store, replace(said, ref=f"{said.ref}|early", said_us=warning.said_us + 3 * 60_000_000))
    assert "first answer: 3 min" in said_in(make_brief(node, atlas, MONTH, NOW_US).lead)


def test_a_sentence_that_found_nothing_says_what_was_asked(node: Node, atlas: Atlas) -> None:
    """In words: an address is no name."""
    for language in (*LANGUAGES, *PARTIAL):
        assert [name for name in cited_names(make_brief(node, atlas, replace(MONTH, language=language), NOW_US)) if name.startswith("/")] == []
    assert "asked: an earlier brief" in cited_names(make_brief(node, atlas, MONTH, NOW_US))


def test_an_exercise_says_so_in_every_language(busy: Node, atlas: Atlas) -> None:
    """The prefix stands on the page and in its title, and a real brief has none."""
    word = {"bg": "УЧЕНИЕ", "el": "ΑΣΚΗΣΗ", "ro": "EXERCIȚIU", "sl": "VAJA", "tr": "TATBİKAT"}
    word |= {"en": "EXERCISE", "fr": "EXERCICE", "sq": "USHTRIM", "mk": "ВЕЖБА", "sr-Cyrl": "ВЕЖБА", "sr-Latn": "VEŽBA", "cnr-Cyrl": "ВЈЕЖБА"}
    for language in (*LANGUAGES, *PARTIAL):
        words = " ".join([word.get(language, "VJEŽBA")] * 3)
        played, real = (make_brief(busy, atlas, replace(MONTH, language=language, exercise=kind), NOW_US) for kind in (True, False))
        assert brief_html(played).count(words) == 2
        assert words in whole_text(played)
        assert words not in brief_html(real) + whole_text(real)
        assert all("exercise=true" in record.path for sentence in played.sentences for record in sentence.records if record.path)
        assert "w-1" not in cited_names(played)


def keep(node: Node, atlas: Atlas, now_us: int, **order: str) -> BriefFacts:
    """The brief at an instant, remembered."""
    asked = replace(MONTH, **order)  # type: ignore[arg-type]
    facts = make_brief(node, atlas, asked, now_us)
    keep_brief(node, asked, facts)
    return facts


def changes(facts: BriefFacts) -> str:
    """What the brief says has changed."""
    return said_in(facts.section("changes").sentences)


def test_a_brief_says_what_is_new_changed_and_gone_since_the_last(busy: Node, atlas: Atlas) -> None:
    """A new event, one whose agency has revised it, and a warning that was updated."""
    take(busy, [quake("n1"), quake("n2", magnitude=3.9)])
    reader = {"party": "RS-CP"}
    assert "first brief" in changes(keep(busy, atlas, NOW_US, **reader))
    assert changes(keep(busy, atlas, NOW_US, language="fr", **reader)).startswith("Rien de nouveau")
    take(busy, [quake("n1", revision=1, magnitude=5.1)])
    take(busy, [replace(quake("n3"), lon=25.0, lat=45.0)])
    warn(busy, "They have turned violent")
    told = changes(keep(busy, atlas, NOW_US, **reader))
    assert "1 event is new." in told
    assert "reported differently." in told
    assert "1 warning was updated." in told
    assert "withdrawn" not in told


def test_an_event_that_can_no_longer_be_read_is_said_to_be_gone(node: Node, atlas: Atlas) -> None:
    """Its report was erased; the sentence bears the marking under which the last brief spoke of it."""
    take(node, [quake()], Label(OWN, tlp="AMBER", rel_to=frozenset({"RS-CP"})))
    shown = keep(node, atlas, NOW_US, party="RS-CP")
    assert "1 event began" in said_in(shown.lead)
    erase(node.store, node.keyring, node.quarantine, ["NEW/n1"], "test", NOW_US, node.sign)
    facts = keep(node, atlas, NOW_US, party="RS-CP")
    assert changes(facts) == "1 event was withdrawn or can no longer be read."
    assert facts.label.rel_to == frozenset({"RS-CP"})


def test_what_has_only_left_the_period_is_not_gone(node: Node, atlas: Atlas) -> None:
    """Two months later the event is still there, and nothing is said of it."""
    take(node, [quake()])
    keep(node, atlas, NOW_US)
    assert changes(keep(node, atlas, NOW_US + 60 * DAY_US)).startswith("Nothing is new, changed or gone")


def test_only_a_brief_that_is_kept_is_remembered_and_once_for_all_languages(busy: Node, atlas: Atlas) -> None:
    """A look leaves no trace; real and exercise, and every reader, have their own."""
    make_brief(busy, atlas, MONTH, NOW_US)
    assert list_notes(busy.store, "briefs") == {}
    for language in (*LANGUAGES, *PARTIAL):
        keep(busy, atlas, NOW_US, language=language)
    keep(busy, atlas, NOW_US, country="ME")
    keep(busy, atlas, NOW_US, party=PUBLIC)
    assert list(list_notes(busy.store, "briefs")) == ["ME-NODE|country:ME|real", "ME-NODE|region|real", "PUBLIC|region|real"]
