"""Subscriptions: what matches, how many, one thread an event, and what waits for the morning."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.model.times import from_datetime
from vigie.model.warning import SEVERITIES, Wording
from vigie.warn.chain import Chain, chains
from vigie.warn.quiet import is_quiet
from vigie.warn.subscriptions import (
    Notice,
    Subscription,
    due,
    latest_of_threads,
    matches,
    notices,
    preview,
    read_subscription,
    ready_us,
    subscription_to_json,
)
from warn.logs import DAY_US, HOUR_US, NOW_US, REGION, content, following, log, warning

ZONE = "Europe/Podgorica"


def at(clock: str, day: int = 15, month: int = 9) -> int:
    """An instant of 2026 by the local clock."""
    hour, minute = map(int, clock.split(":"))
    return from_datetime(datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(ZONE)))


def subscription(**changes: object) -> Subscription:
    """A subscription with changes."""
    return Subscription.model_validate({"name": "duty", "party": "BA-NODE", "channel": "duty@example.org", "zone": ZONE} | changes)


def held(*entries: Entry) -> tuple[Chain, ...]:
    """The chains of these entries."""
    return chains(log(*entries, party="BA-NODE", now_us=NOW_US + 30 * DAY_US))


def told(said_us: int, asked: Subscription, **changes: object) -> Notice:
    """The one notice of a warning released then."""
    (notice,) = notices(asked, held(warning(said_us, **changes)), REGION, 0)
    return notice


@pytest.mark.parametrize(
    ("wanted", "is_met"),
    [
        ({}, True),
        ({"areas": ("BA", "ME")}, True),
        ({"areas": ("ME-01",)}, True),
        ({"areas": ("BA", "ME-02")}, False),
        ({"fields": ("conflict",), "severity_at_least": "Severe"}, True),
        ({"severity_at_least": "Extreme"}, False),
        ({"kinds": ("unrest.*",)}, True),
        ({"kinds": ("unrest",)}, False),
        ({"stages": ("warning", "heads-up")}, False),
        ({"problems": ("unrest",)}, False),
        ({"areas": ("ME",), "fields": ("seismic",)}, False),
    ],
)
def test_all_conditions_must_hold_and_values_of_one_are_alternatives(wanted: dict[str, object], is_met: bool) -> None:  # noqa: FBT001
    """A severe alert of riots in ME-01."""
    assert matches(subscription(filter=wanted), content(), REGION) is is_met


def test_a_warning_for_a_whole_country_reaches_who_asks_for_a_part_of_it() -> None:
    """And one that names no area reaches everybody."""
    asked = subscription(filter={"areas": ("ME-01",)})
    assert matches(asked, content(areas=("ME",)), REGION)
    assert matches(asked, content(areas=()), REGION)
    assert not matches(asked, content(areas=("BA",)), REGION)


def test_a_test_of_the_channel_is_for_who_asks_for_it() -> None:
    """Nobody else is woken."""
    assert not matches(subscription(), content(test=True), REGION)
    assert matches(subscription(filter={"tests": True}), content(test=True), REGION)
    alert = warning()
    chain = held(alert, following(alert, test=True))
    assert [len(notices(subscription(filter={"tests": tests}), chain, REGION, 0)) for tests in (False, True)] == [1, 2]


areas = st.lists(st.sampled_from(["ME", "BA", "ME-01", "ME-02", "BA-BIH", "RS"]), max_size=2, unique=True)
archive = st.lists(st.tuples(areas, st.sampled_from(["conflict", "seismic"]), st.sampled_from(SEVERITIES), st.integers(0, 30)), max_size=8)


def is_told(wanted: tuple[list[str], list[str], str], said: tuple[list[str], str, str, int]) -> bool:
    """The filter written a second time, naively."""
    countries, fields, floor = wanted
    here = not countries or not said[0] or bool({area[:2] for area in said[0]} & set(countries))
    rank = ["Unknown", "Minor", "Moderate", "Severe", "Extreme"]
    return here and (not fields or said[1] in fields) and rank.index(said[2]) >= rank.index(floor)


@given(
    archive, st.lists(st.sampled_from(["ME", "BA"]), unique=True), st.lists(st.sampled_from(["conflict", "seismic"]), unique=True), st.sampled_from(SEVERITIES)
)
def test_the_preview_is_the_count_by_brute_force(kept: list[tuple[list[str], str, str, int]], countries: list[str], fields: list[str], floor: str) -> None:
    """(Country A or B) and field and a floor of severity, over an archive, since the tenth day."""
    entries = [
        warning(NOW_US + day * DAY_US, warning=f"w{number}", areas=places, field=field, severity=severity, expires_us=NOW_US + 99 * DAY_US)
        for number, (places, field, severity, day) in enumerate(kept)
    ]
    asked = subscription(filter={"areas": countries, "fields": fields, "severity_at_least": floor})
    expected = sum(said[3] >= 10 and is_told((countries, fields, floor), said) for said in kept)
    assert preview(asked, held(*entries), REGION, NOW_US + 10 * DAY_US) == expected


def test_five_updates_are_one_thread_with_one_subject() -> None:
    """Also where the headline changes; a digest prints the newest only."""
    entries = [warning()]
    for number in range(5):
        entries.append(following(entries[-1], texts=(Wording(language="en", headline=f"Now {number}"),)))
    found = notices(subscription(), held(*entries), REGION, 0)
    assert len(found) == 6
    assert {(notice.thread, notice.subject) for notice in found} == {(found[0].thread, "unrest.riot [ME-NODE w1]")}
    assert [notice.headline for notice in latest_of_threads(found)] == ["Now 4"]


def test_a_thread_keeps_its_subject_when_its_beginning_arrives_late() -> None:
    """What was used before is given, and stays."""
    alert = warning()
    update = following(alert, event="unrest.mob")
    (first,) = notices(subscription(), held(update), REGION, 0)
    later = notices(subscription(), held(update, alert), REGION, 0, {first.thread: first.subject})
    assert {notice.subject for notice in later} == {"unrest.mob [ME-NODE w1]"}


def test_who_was_told_of_a_warning_hears_of_its_end() -> None:
    """Though a mild cancel is below the floor; who was never told hears nothing."""
    alert = warning()
    chain = held(alert, following(alert, "cancel", severity="Minor"))
    assert [notice.act for notice in notices(subscription(filter={"severity_at_least": "Severe"}), chain, REGION, 0)] == ["issue", "cancel"]
    assert notices(subscription(filter={"severity_at_least": "Extreme"}), chain, REGION, 0) == ()


def test_an_exercise_says_so_first_in_the_readers_language() -> None:
    """The prefix stands three times."""
    chain = chains(log(warning(exercise=True), exercise=True))
    (notice,) = notices(subscription(language="sr-Cyrl"), chain, REGION, 0)
    assert notice.subject.startswith("ВЕЖБА ВЕЖБА ВЕЖБА: ")
    assert notice.exercise


NIGHT = {"quiet_from": "22:00", "quiet_to": "07:00"}


def test_in_quiet_hours_notices_wait_for_their_end_and_go_as_one_digest() -> None:
    """Two of the night go together at seven; one of the day goes at once."""
    asked = subscription(**NIGHT)
    night = [told(at("23:30"), asked), told(at("03:00", 16), asked, warning="w2")]
    waiting = due(asked, night, at("03:30", 16))
    assert (waiting.at_once, waiting.digest) == ((), ())
    assert {each.until_us for each in waiting.waiting} == {at("07:00", 16)}
    morning = due(asked, [*night, told(at("07:00", 16), asked, warning="w3")], at("07:00", 16))
    assert [notice.warning for notice in morning.digest] == ["w1", "w2"]
    assert [notice.warning for notice in morning.at_once] == ["w3"]
    assert morning.waiting == ()


def test_an_extreme_warning_passes_quiet_hours_and_digests_if_so_set() -> None:
    """Else it waits as the others do."""
    for passes in (True, False):
        asked = subscription(**NIGHT, digest="daily", extreme_passes=passes)
        notice = told(at("23:30"), asked, severity="Extreme")
        assert (due(asked, [notice], at("23:30")).at_once == (notice,)) is passes


@pytest.mark.parametrize(
    ("digest", "said", "goes"),
    [
        ("none", at("12:10"), at("12:10")),
        ("hourly", at("12:10"), at("13:00")),
        ("daily", at("12:10"), at("07:00", 16)),
        ("daily", at("06:59"), at("07:00")),
        ("weekly", at("12:10"), at("07:00", 21)),
        ("hourly", at("21:30"), at("07:00", 16)),
    ],
)
def test_a_digest_goes_at_its_hour(digest: str, said: int, goes: int) -> None:
    """The 15th of September 2026 is a Tuesday; a digest that falls in quiet hours waits for their end."""
    asked = subscription(**NIGHT, digest=digest)
    assert ready_us(asked, told(said, asked)) == goes


def test_quiet_hours_follow_the_clock_through_its_changes() -> None:
    """On 25 October 2026 the night is an hour longer, on 29 March 2026 an hour shorter; an end that is leapt over comes an hour later."""
    asked = subscription(**NIGHT)
    for day, month, hours in ((24, 10, 10), (28, 3, 8)):
        said = at("22:00", day, month)
        assert ready_us(asked, told(said, asked)) - said == hours * HOUR_US
    leapt = subscription(quiet_from="22:00", quiet_to="02:30")
    assert ready_us(leapt, told(at("23:00", 28, 3), leapt)) == at("03:30", 29, 3)


def test_after_a_stop_in_the_night_nothing_goes_before_the_morning() -> None:
    """What was due at noon and was not sent waits when the node comes back at midnight."""
    asked = subscription(**NIGHT)
    notice = told(at("12:00"), asked)
    (waiting,) = due(asked, [notice], at("23:59")).waiting
    assert waiting.until_us == at("07:00", 16)


def test_quiet_hours_end_in_the_same_night_though_the_clock_shows_their_end_twice() -> None:
    """On 25 October 2026 it is 02:10 twice in Podgorica; what comes at the second 02:10 waits for 20 minutes, not for a day."""
    asked = subscription(quiet_from="22:00", quiet_to="02:30")
    for hour, fold in ((0, 0), (1, 1)):
        said = from_datetime(datetime(2026, 10, 25, 2, 10, tzinfo=ZoneInfo(ZONE), fold=fold))
        assert said == from_datetime(datetime(2026, 10, 25, hour, 10, tzinfo=UTC))
        assert ready_us(asked, told(said, asked)) - said == 20 * 60_000_000


clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))


@given(
    st.integers(NOW_US, NOW_US + 400 * DAY_US),
    clocks,
    clocks,
    st.sampled_from(["none", "hourly", "daily", "weekly"]),
    st.sampled_from([ZONE, "UTC", "America/St_Johns"]),
)
def test_nothing_goes_in_quiet_hours_and_nothing_is_lost(said_us: int, first: str, last: str, digest: str, zone: str) -> None:
    """At any instant a notice goes or waits; when its wait is over it goes, in some eight days at most."""
    hours = {"quiet_from": first, "quiet_to": last} if first != last else {}
    asked = subscription(**hours, digest=digest, zone=zone)
    notice = told(said_us, asked)
    goes_us = ready_us(asked, notice)
    assert said_us <= goes_us <= said_us + 9 * DAY_US
    assert not is_quiet(goes_us, asked.quiet_from, asked.quiet_to, zone)
    for now_us in (said_us, goes_us - 1, goes_us):
        found = due(asked, [notice], now_us)
        assert len(found.at_once) + len(found.digest) + len(found.waiting) == 1
        assert not found.waiting or found.waiting[0].until_us > now_us
    assert due(asked, [notice], goes_us).waiting == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"channel": "nobody"}, "mail address"),
        ({"channel": "a@b.org\nBcc: all@b.org"}, "channel"),
        ({"channel": "https://user:secret@host/x"}, "mail address"),
        ({"channel": "file:///etc/passwd"}, "mail address"),
        ({"quiet_from": "22:00"}, "quiet hours need"),
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "HH:MM"),
        ({"zone": "Europe/Atlantis"}, "no time zone"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"digest": "sometimes"}, "digest"),
        ({"filter": {"religion": "any"}}, "religion"),
    ],
)
def test_a_subscription_that_cannot_be_used_is_refused_with_one_sentence(changes: dict[str, object], why: str) -> None:
    """No other address, no other clock, no other filter."""
    facts = {"name": "duty", "party": "BA-NODE", "channel": "duty@example.org"} | changes
    with pytest.raises(BadSetting) as refused:
        read_subscription(facts)  # type: ignore[arg-type]
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_subscription_reads_back_as_it_was_written() -> None:
    """With a webhook, a filter and quiet hours."""
    asked = subscription(**NIGHT, channel="https://example.org/hook", filter={"areas": ["ME"], "severity_at_least": "Severe"}, digest="weekly")
    assert read_subscription(subscription_to_json(asked)) == asked
    assert (asked.is_mail, subscription().is_mail) == (False, True)


@given(st.permutations([warning(), following(warning()), warning(warning="w2")]))
def test_notices_do_not_depend_on_the_order_of_arrival(entries: list[Entry]) -> None:
    """The same entries, the same notices with the same ids."""
    assert notices(subscription(), held(*entries), REGION, 0) == notices(subscription(), held(*entries[::-1]), REGION, 0)
