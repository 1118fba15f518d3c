"""The scenes of cooperation: a page becomes a meeting on the map, a project answers the warning, partners agree by silence, the gap is closed."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from watch_tour.archive import STRUCK
from watch_tour.faults import TourError
from watch_tour.feed import PRESS
from watch_tour.player import Player
from watch_tour.press import AGENCY, TITLE
from watch_tour.stage import ACCEPTS, CONTESTS, DRILL
from watch_tour.words import PROJECT

ZONE = "Europe/Podgorica"
SILENCE_S, SIGN_INS = 20, 3
"""How long the silence of the tour lasts: so many seconds, and as long as so many sign-ins take on this machine, for two partners have to read it."""

COVERAGE = "/coverage"
_ROUND = "section:has(> #round-1)"
_CONFLICT = f"{COVERAGE}?country=ME&field=conflict&{DRILL}"


def arrived(player: Player) -> None:
    """A press page is taken in and waits for review."""
    player.stage.vigie("ingest", player.feed.at(PRESS), "--reader", "page", "--exercise", "--tlp", "CLEAR", "--agency", AGENCY)
    player.sign_in("desk-analyst", f"/desk/pages?{DRILL}")
    player.page.get_by_role("link", name=TITLE).click()
    player.page.wait_for_load_state()
    player.tell(
        "Analyst",
        "Meanwhile a French press page: rules read days, place, countries, institutions.",
        "Each with the words that say so; of persons only the role.",
        at="[aria-labelledby=found-title]",
    )


def met(player: Player) -> None:
    """The analyst accepts the draft, and it is on the map."""
    player.do("Accept")
    player.open(f"/plain?field=cooperation&country=ME&{DRILL}")
    player.tell(
        "Analyst",
        "Accepted: the page is a meeting on the map.",
        "Nothing stands there before a person has looked at it.",
        at=".marks circle",
    )


def uncovered(player: Player) -> None:
    """The coverage map has a gap."""
    player.open(_CONFLICT)
    player.tell(
        "Analyst",
        f"{STRUCK} is a gap: a high risk, and no known activity.",
        "Not known is shown too, and never as safe.",
        at=".cover-map",
    )
    check_verdict(player, "gap")


def check_verdict(player: Player, wanted: str) -> None:
    """Raises `TourError` where the table of the map does not say this of the struck town."""
    lines = player.bytes_of(f"{COVERAGE}.csv?country=ME&field=conflict&{DRILL}").decode().splitlines()
    found = {row["verdict"] for row in csv.DictReader(lines) if row["area_name"] == STRUCK}
    if found != {wanted}:
        raise TourError(f"The coverage of {STRUCK} is {', '.join(sorted(found)) or 'not told'} and not {wanted}.")


def planned(player: Player) -> None:
    """The analyst writes a project that answers the warning."""
    player.open(f"/desk/activities/new?answers={player.warning}&{DRILL}")
    begin = datetime.now(UTC).date()
    end = begin + timedelta(days=364)
    player.fill(PROJECT | {"planned_begin": begin.isoformat(), "planned_end": end.isoformat(), "budgets": f"{begin}; {end}; 180000; EUR"})
    player.page.locator("#priority-human-social").check()
    player.tell(
        "Analyst",
        "A project answers the warning: partners, countries, budget, results.",
        "Institutions, never persons.",
        at="fieldset:has(#partners)",
    )
    player.do("Open the activity")
    player.project = player.page.url.partition("?")[0].removeprefix(player.stage.address)
    player.do("Submit for screening")
    player.sign_out()


def screened(player: Player) -> None:
    """The head of the desk screens the project and lists it."""
    player.sign_in("desk-chief", f"{player.project}?{DRILL}")
    player.do("Screen: it fits and nobody does it already")
    player.do("Put on the list for agreement")
    player.tell(
        "Head of desk",
        "A second person screens it and puts it on the list.",
        "Partners are asked about exactly this text.",
        at="[aria-labelledby=log-title]",
    )


def silent(player: Player) -> None:
    """The project is put under silence."""
    player.page.locator("details.say:has(#until) > summary").click()
    player.fill({"parties": f"{ACCEPTS}\n{CONTESTS}", "zone": ZONE})
    seconds = round(SILENCE_S + SIGN_INS * player.sign_in_s)
    deadline = datetime.now(ZoneInfo(ZONE)) + timedelta(seconds=seconds)
    player.fill({"agree": "The project as it stands", "until": f"{deadline:%Y-%m-%d %H:%M:%S}"})
    player.do("Put under silence", within="form:has(#until)")
    player.tell(
        "Head of desk",
        f"Under silence for {seconds} seconds; usually it is weeks.",
        "Unless a partner breaks it in time, all have agreed.",
        at=_ROUND,
    )
    player.sign_out()


def looked(player: Player) -> None:
    """Both partners see what they are asked, and say nothing."""
    asked = "[aria-labelledby=asked-title]"
    player.sign_in("me-duty", f"/desk/activities?{DRILL}")
    player.tell("Both partners", "Each finds it on its desk, with the deadline, and says nothing.", "One word would break the silence.", at=asked)
    player.sign_out()
    player.sign_in("rs-duty", f"/desk/activities?{DRILL}")
    player.show(asked)
    player.rest(1)
    player.sign_out()


def agreed(player: Player) -> None:
    """The deadline has passed; the watch says so."""
    player.sign_in("desk-chief", f"/desk/schedule?{DRILL}")
    player.wait(lambda: b"silence has ended" in player.bytes_of(f"/desk/schedule?{DRILL}"), "The end of the silence", player.reload)
    player.open(f"/desk/schedule?{DRILL}")
    player.tell(
        "vigie watch",
        "The deadline has passed; the job silences tells what came of it.",
        "It counts even if the node was down.",
        at="tr:has(th:text-is('silences'))",
    )


def started(player: Player) -> None:
    """The work begins, and the project is opened to everybody."""
    player.open(f"{player.project}?{DRILL}")
    player.do("Start the work")
    player.page.get_by_role("link", name="Change it").click()
    player.page.wait_for_load_state()
    player.choose({"readers": "CLEAR"})
    player.do("Save")
    player.tell(
        "Head of desk",
        "Agreed at the deadline. The work starts, and everybody may read of it.",
        "Until now it was for those who were asked.",
        at=_ROUND,
    )


def covered(player: Player) -> None:
    """The coverage map has changed."""
    player.open(_CONFLICT)
    player.tell(
        "Head of desk",
        f"The map has changed: {STRUCK} is covered.",
        "The risk is as high as before; now something is done about it.",
        at=".cover-map",
    )
    check_verdict(player, "covered")
    player.sign_out()


def told(player: Player) -> None:
    """The page for the public."""
    player.open(f"/public?{DRILL}")
    player.tell(
        "The public",
        "One page for everybody: what is in force, what happened, what is done.",
        "In the region's languages; it also says what is not known.",
        at="[aria-labelledby=doing]",
    )
