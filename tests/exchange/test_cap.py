"""What goes out as CAP: the warning's message, the answers, the rules beyond the schema, and which messages are live."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cap_messages import CONTENT, HOUR_US, RELEASE, SARAJEVO, SENT_US, entry_of, message
from vigie.exchange import (
    CapArea,
    CapInfo,
    CapMessage,
    CapValue,
    Reference,
    ack_of,
    cap_of,
    cap_time,
    cap_xml,
    certainty_of,
    chain_heads,
    chain_states,
    check_cap,
    error_of,
    read_cap,
)
from vigie.exchange.cap_chain import State
from vigie.model.atlas import BOUNDS
from vigie.model.entry import entry_id
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.languages import EXERCISE, FORM, said
from vigie.model.warning import Content, Likelihood

NOW_US = SENT_US + 6 * HOUR_US
CANCEL = {"msg_type": "Cancel", "infos": ()}


def _states(messages: list[CapMessage], now_us: int = NOW_US) -> dict[str, State]:
    return {one.message.identifier: one.state for one in chain_states(messages, now_us)}


def _with_area(area: CapArea) -> CapMessage:
    plain = message()
    return replace(plain, infos=(replace(plain.infos[0], areas=(area,)),))


def test_a_warning_becomes_an_alert_of_its_own_id_with_a_block_for_each_language() -> None:
    """The audience's language comes first, since some readers show only the first block; `sr` means the text in sr-Cyrl."""
    made = cap_of(entry_of(), CONTENT, RELEASE)
    assert (made.identifier, made.msg_type, made.status, made.scope, made.sent) == (
        entry_id(entry_of()),
        "Alert",
        "Actual",
        "Public",
        "2024-10-01T12:00:00-00:00",
    )
    assert [info.language for info in made.infos] == ["sr-Cyrl", "fr", "en"]
    assert check_cap(made, BOUNDS) == []


def test_likelihood_and_confidence_go_along_apart_beside_the_coarse_certainty() -> None:
    """Number, scale and confidence are parameters, because CAP has five words for certainty."""
    info = cap_of(entry_of(), CONTENT, RELEASE).infos[-1]
    said_so = {one.name: one.value for one in info.parameters}
    assert info.certainty == "Possible"
    assert said_so["vigie:likelihood"] == "0.25-0.35"
    assert said_so["vigie:confidence"] == "moderate"
    assert said_so["vigie:yardstick"] == "ICD 203"


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0, 0, "Unlikely"),
        (0.01, 0.05, "Unlikely"),
        (0.06, 0.06, "Possible"),
        (0.5, 0.5, "Possible"),
        (0.45, 0.55, "Possible"),
        (0.51, 0.51, "Likely"),
        (0.9, 1, "Likely"),
        (1, 1, "Observed"),
    ],
)
def test_certainty_follows_the_middle_of_the_likelihood(low: float, high: float, word: str) -> None:
    """Likely above about one half, possible up to it, unlikely about nought, observed where it is certain."""
    assert certainty_of(Likelihood(low=low, high=high)) == word


def test_a_likelihood_that_nobody_gave_is_unknown() -> None:
    """No number is invented."""
    assert certainty_of(None) == "Unknown"


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted))
def test_the_rank_of_certainty_never_falls_as_the_probability_rises(pair: list[float]) -> None:
    """A law of every word of probability."""
    ranks = ["Unlikely", "Possible", "Likely", "Observed"]
    low, high = (ranks.index(certainty_of(Likelihood(low=one, high=one))) for one in pair)
    assert low <= high


def test_the_xml_writes_latitude_first_and_closes_the_ring() -> None:
    """CAP writes lat,lon; the house lon, lat."""
    data = cap_xml(cap_of(entry_of(), CONTENT, RELEASE))
    assert b"<circle>43.86,18.41 30</circle>" in data
    assert b"<polygon>43,18 43,19 44,19 44,18 43,18</polygon>" in data


def test_a_point_with_latitude_and_longitude_exchanged_leaves_the_region_and_is_named() -> None:
    """Sarajevo the right way round passes; exchanged it lies in Saudi Arabia, and the sentence says what was probably meant."""
    lon, lat = SARAJEVO
    assert check_cap(_with_area(CapArea(description="Sarajevo", circles=((lon, lat, 1.0),))), BOUNDS) == []
    faults = check_cap(_with_area(CapArea(description="Sarajevo", circles=((lat, lon, 1.0),))), BOUNDS)
    assert len(faults) == 1
    assert "look exchanged" in faults[0]


def test_a_place_far_outside_the_region_is_no_fault() -> None:
    """Only what would be inside the other way round is suspicious."""
    assert check_cap(_with_area(CapArea(description="Lima", circles=((-77.0, -12.0, 1.0),))), BOUNDS) == []


@pytest.mark.parametrize("language", ["en", "fr", "sr-Cyrl"])
def test_an_exercise_says_so_in_every_language_and_names_itself(language: str) -> None:
    """Status, note and each headline: whoever sees one of them sees that nothing of it is real."""
    made = cap_of(entry_of(exercise=True), CONTENT, replace(RELEASE, exercise="GREY SEA", note="Second day"))
    (info,) = [one for one in made.infos if one.language == language]
    assert (made.status, made.note) == ("Exercise", "GREY SEA\nSecond day")
    assert info.headline.startswith(said(language, EXERCISE) + " ")


def test_an_exercise_without_a_name_is_refused() -> None:
    """CAP wants the name in note."""
    with pytest.raises(BadSetting, match="names the exercise"):
        cap_of(entry_of(exercise=True), CONTENT, RELEASE)


def test_real_exercise_and_test_are_three_statuses() -> None:
    """A test inside an exercise is an exercise."""
    test = CONTENT.model_copy(update={"test": True})
    assert cap_of(entry_of(test), test, RELEASE).status == "Test"
    assert cap_of(entry_of(test, exercise=True), test, replace(RELEASE, exercise="GREY SEA")).status == "Exercise"
    assert cap_of(entry_of(), CONTENT, replace(RELEASE, exercise="GREY SEA")).note == ""


@pytest.mark.parametrize(("act", "msg_type", "responses"), [("update", "Update", ()), ("cancel", "Cancel", ()), ("end", "Update", ("AllClear",))])
def test_each_act_of_the_desk_has_its_type(act: str, msg_type: str, responses: tuple[str, ...]) -> None:
    """An end is no cancel: the warning was right, and the thing is over."""
    content = Content.model_validate({**CONTENT.model_dump(), "act": act})
    made = cap_of(entry_of(content), content, replace(RELEASE, references=(message().reference,)))
    assert (made.msg_type, made.infos[0].response_types) == (msg_type, responses)
    assert (made.infos[0].urgency == "Past") == (act == "end")


def test_an_end_may_come_after_the_warning_ran_out() -> None:
    """It then has no time to expire; an alert that ran out before it was sent is refused."""
    late = replace(RELEASE, sent_us=CONTENT.expires_us + HOUR_US, references=(message().reference,))
    over = CONTENT.model_copy(update={"act": "end"})
    assert cap_of(entry_of(over), over, late).infos[0].expires == ""
    with pytest.raises(BadReport, match="expires before it takes effect"):
        cap_of(entry_of(), CONTENT, late)


def test_an_update_without_references_is_refused() -> None:
    """The chain would be broken for its readers."""
    content = CONTENT.model_copy(update={"act": "update"})
    with pytest.raises(BadReport, match="Update must name the messages"):
        cap_of(entry_of(content), content, RELEASE)


def test_a_public_message_needs_a_warning_that_the_public_may_read() -> None:
    """The gate is asked again at the edge; a restriction or addresses make it a message for some."""
    with pytest.raises(NotReleasable, match="everybody may read"):
        cap_of(entry_of(tlp="GREEN"), CONTENT, RELEASE)
    assert cap_of(entry_of(tlp="GREEN"), CONTENT, replace(RELEASE, restriction="TLP:GREEN")).scope == "Restricted"
    assert cap_of(entry_of(tlp="GREEN"), CONTENT, replace(RELEASE, addresses=("PARTNER",))).scope == "Private"


def test_the_same_warning_makes_the_same_bytes() -> None:
    """Nothing of the clock or of chance is in them."""
    assert cap_xml(cap_of(entry_of(), CONTENT, RELEASE)) == cap_xml(cap_of(entry_of(), CONTENT, RELEASE))


def test_a_control_character_in_a_text_is_refused_with_a_sentence() -> None:
    """XML cannot carry it."""
    with pytest.raises(BadReport, match="control character"):
        cap_xml(message(note="a\x0bb"))


def test_an_acknowledgement_goes_to_the_sender_about_its_message_in_its_world() -> None:
    """Private, with the reference letter by letter; an exercise stays one and is named again."""
    exercise = message(status="Exercise", note="GREY SEA")
    ack = ack_of(exercise, sender="partner.example", sent_us=NOW_US, identifier="ack-1", note="received")
    assert (ack.msg_type, ack.status, ack.scope, ack.addresses, ack.note) == ("Ack", "Exercise", "Private", ("desk.example.org",), "GREY SEA\nreceived")
    assert ack.references == (Reference("desk.example.org", "a", "2024-10-01T12:00:00-00:00"),)
    assert check_cap(ack) == check_cap(error_of(message(), sender="partner.example", sent_us=NOW_US, identifier="e", note="no area")) == []
    assert read_cap(cap_xml(ack)) == ack


def test_who_refuses_a_message_must_say_why() -> None:
    """An Error without a note helps nobody."""
    with pytest.raises(BadReport, match="must say why"):
        error_of(message(), sender="partner.example", sent_us=NOW_US, identifier="e", note=" ")


def _info(**changes: object) -> dict[str, object]:
    return {"infos": (replace(message().infos[0], **changes),)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sent": "2024-10-01T12:00:00Z"}, "by a letter"),
        ({"sent": "2024-10-01T12:00:00+00:00"}, "wants -00:00"),
        ({"sent": "2024-10-01T12:00:00"}, "no time of the form"),
        ({"sent": "2024-02-30T12:00:00+02:00"}, "no time of the form"),
        ({"sent": "2024-10-01T12:00:00.5-00:00"}, "no time of the form"),
        ({"identifier": ""}, "identifier is blank"),
        ({"identifier": "a b"}, "identifier 'a b' holds a space"),
        ({"sender": "a,b"}, "sender 'a,b' holds"),
        ({"sender": "a<b"}, "sender 'a<b' holds"),
        ({"sender": "a&b"}, "sender 'a&b' holds"),
        ({"references": (Reference("a", "b,c", "d"),)}, "references: identifier 'b,c' holds"),
        ({"references": (Reference("", "b", "d"),)}, "references: sender is blank"),
        ({"references": (Reference("desk.example.org", "a", "x"),)}, "refers to itself"),
        ({"scope": "Restricted"}, "no restriction says"),
        ({"restriction": "staff"}, "belongs to Restricted"),
        ({"scope": "Private"}, "no addresses"),
        ({"addresses": ('a"b',)}, "double quote"),
        ({"msg_type": "Update"}, "Update must name"),
        ({"msg_type": "Cancel"}, "Cancel must name"),
        ({"msg_type": "Ack"}, "Ack must name"),
        ({"msg_type": "Error"}, "Error must name"),
        ({"msg_type": "Error"}, "Error must say in note"),
        ({"status": "Exercise"}, "does not name the exercise"),
        ({"status": "Draft"}, "never published"),
        ({"infos": ()}, "Alert has no info block"),
        ({"infos": (message().infos[0], replace(message().infos[0], language="fr", severity="Minor"))}, "disagree about severity"),
        (_info(language="e n"), "no language tag"),
        (_info(categories=()), "no category"),
        (_info(event=" "), "event is blank"),
        (_info(web="desk/alert"), "no full address"),
        (_info(parameters=(CapValue("", "x"),)), "has no name"),
        (_info(onset="2024-10-01T12:00:00Z"), "onset '2024-10-01T12:00:00Z' names its zone by a letter"),
        (_info(expires="2024-10-01T11:00:00-00:00"), "expires before it takes effect"),
        (_info(onset="2024-10-03T12:00:00-00:00"), "expires before its onset"),
        (_info(areas=(CapArea(description=""),)), "no description"),
        (_info(areas=(CapArea(description="x", polygons=(((1.0, 1.0), (2.0, 2.0), (1.0, 1.0)),)),)), "at least four"),
        (_info(areas=(CapArea(description="x", polygons=(((1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0)),)),)), "not closed"),
        (_info(areas=(CapArea(description="x", circles=((10.0, 95.0, 1.0),)),)), "no place on earth"),
        (_info(areas=(CapArea(description="x", circles=((10.0, 45.0, -1.0),)),)), "negative"),
        (_info(areas=(CapArea(description="x", ceiling_ft=10.0),)), "needs an altitude"),
        (_info(areas=(CapArea(description="x", geocodes=(CapValue("", "BA"),)),)), "a geocode has no name"),
    ],
)
def test_each_rule_that_the_schema_misses_is_said_in_a_sentence(changes: dict[str, object], says: str) -> None:
    """A sound message breaks none; each of these breaks the named one."""
    assert check_cap(message()) == []
    assert any(says in fault for fault in check_cap(message(**changes)))  # type: ignore[arg-type]


def test_blocks_of_one_language_may_differ() -> None:
    """The standard lets later blocks of a language expand the first, as for a more severe zone inside."""
    first = message().infos[0]
    assert check_cap(message(infos=(first, replace(first, severity="Extreme")))) == []


@pytest.mark.parametrize("order", list(permutations([message("a"), message("b", 1, "a"), message("c", 2, "a", "b")])))
def test_of_an_alert_and_two_updates_only_the_last_is_live_in_any_order(order: tuple[CapMessage, ...]) -> None:
    """An acceptance case: Update 2, Update 1, Alert make one live warning."""
    assert _states(list(order)) == {"a": "superseded", "b": "superseded", "c": "live"}
    assert [one.identifier for one in chain_heads(order, NOW_US)] == ["c"]


def test_a_cancel_of_an_unknown_alert_is_kept_as_an_orphan_and_applied_when_the_alert_arrives() -> None:
    """An acceptance case."""
    cancel = message("x", 1, "a", **CANCEL)
    (alone,) = chain_states([cancel], NOW_US)
    assert (alone.state, alone.missing) == ("orphan", cancel.references)
    assert _states([cancel, message("a")]) == {"a": "cancelled", "x": "cancel"}
    assert chain_heads([cancel, message("a")], NOW_US) == ()


def test_what_expired_is_neither_cancelled_nor_ended() -> None:
    """An acceptance case: the time ran out at the very instant of expires, and nobody has said that it is over."""
    (info,) = message().infos
    over = message("b", 1, "a", infos=(replace(info, response_types=("AllClear",)),))
    expires_us = SENT_US + 24 * HOUR_US
    assert _states([message("a")], expires_us - 1) == {"a": "live"}
    assert _states([message("a")], expires_us) == {"a": "expired"}
    assert _states([message("a"), over], expires_us + 30 * HOUR_US) == {"a": "superseded", "b": "ended"}


def test_a_missing_link_is_marked_and_the_newest_known_is_live() -> None:
    """Update 1 never came; Update 2 names it and the alert."""
    chained = {one.message.identifier: one for one in chain_states([message("c", 2, "a", "b"), message("a")], NOW_US)}
    assert chained["a"].state == "superseded"
    assert chained["c"].state == "live"
    assert [one.identifier for one in chained["c"].missing] == ["b"]


def test_nobody_calls_back_what_somebody_else_said() -> None:
    """A Cancel by another sender finds nothing of its own; it stays an orphan, and the alert stays live."""
    foreign = message("x", 1, "a", sender="stranger.example", **CANCEL)
    assert _states([message("a"), foreign]) == {"a": "live", "x": "orphan"}


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_an_exercise_or_a_test_never_calls_back_what_is_real(status: str) -> None:
    """Even with the right sender and reference."""
    assert _states([message("a"), message("x", 1, "a", status=status, note="GREY SEA", **CANCEL)])["a"] == "live"


def test_answers_change_nothing() -> None:
    """Ack and Error speak of a message; they are no part of its chain."""
    alert = message("a")
    ack = replace(ack_of(alert, sender=alert.sender, sent_us=NOW_US, identifier="k"), msg_type="Error")
    assert _states([alert, ack, replace(ack, msg_type="Ack")]) == {"a": "live"}


def test_a_message_never_acts_on_a_later_one() -> None:
    """Two updates that name each other do not make both vanish."""
    assert _states([message("a", 1, "b"), message("b", 2, "a")]) == {"a": "superseded", "b": "live"}


_IDS = st.sampled_from(["a", "b", "c", "d", "e"])
_ONES = st.builds(
    lambda identifier, hours, references, kind, status: message(
        identifier, hours, *references, status=status, note=cap_time(0), **(CANCEL if kind == "Cancel" else {"msg_type": kind})
    ),
    _IDS,
    st.integers(0, 4),
    st.lists(_IDS, max_size=3),
    st.sampled_from(["Alert", "Update", "Cancel", "Ack"]),
    st.sampled_from(["Actual", "Actual", "Exercise"]),
)


@given(messages=st.lists(_ONES, max_size=7), data=st.data(), now=st.integers(0, 40))
def test_states_do_not_depend_on_the_order_of_arrival_nor_on_repeats(messages: list[CapMessage], data: st.DataObject, now: int) -> None:
    """Any order, any repeats, the same states: also with loops, doubled identifiers and references into the blue."""
    other = data.draw(st.permutations([*messages, *messages[:2]]))
    now_us = SENT_US + now * HOUR_US
    assert chain_states(messages, now_us) == chain_states(other, now_us)


@given(messages=st.lists(_ONES, max_size=7), now=st.integers(0, 40))
def test_only_what_nothing_replaced_is_live(messages: list[CapMessage], now: int) -> None:
    """A head is never named by a later update or cancel of its sender and status, and never a Cancel itself."""
    now_us = SENT_US + now * HOUR_US
    known = [one.message for one in chain_states(messages, now_us)]
    for head in chain_heads(messages, now_us):
        assert head.msg_type in ("Alert", "Update")
        later = [one for one in known if one.status == head.status and one is not head and one.sent_us >= head.sent_us and one.msg_type != "Alert"]
        assert not any(reference.identifier == head.identifier for one in later for reference in one.references)


def test_an_info_block_says_in_which_field_it_is() -> None:
    """A machine that does not read the words finds the field as an event code."""
    made = cap_of(entry_of(), CONTENT, RELEASE)
    assert all(isinstance(info, CapInfo) and info.event_codes == (CapValue("vigie:field", "seismic"),) for info in made.infos)


def test_each_paragraph_of_a_text_has_its_heading_in_its_language() -> None:
    """CAP has one description; the parts of the text stay recognisable in it."""
    infos = {info.language: info for info in cap_of(entry_of(), CONTENT, RELEASE).infos}
    assert infos["en"].description == "Aftershocks up to 5.5 may follow.\n\nWhat would change our mind: A quiet week"
    assert infos["fr"].description == f"Des répliques peuvent suivre.\n\n{said('fr', FORM['where'])}: Sarajevo"
