"""The scenes, in order: who acts, in which form, and what is told about it. Each scene is one step on the strip."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from watch_tour.archive import CALM, STRUCK
from watch_tour.cooperation import agreed, arrived, covered, looked, met, planned, screened, silent, started, told, uncovered
from watch_tour.faults import TourError
from watch_tour.player import Player, sheet
from watch_tour.stage import ACCEPTS, CONTESTS, DRILL
from watch_tour.words import ACTIVITY, COUNTER, ENGLISH, FRENCH, NUMBERS, OPTIONS

RULES = ("conflict.obstruction", "conflict.violent_protest")
NOBODY = "The public"
SIGNAL = "Roads, crossings or buildings obstructed"


def delivered(player: Player) -> None:
    """The archive has come."""
    player.wait(lambda: _reports(player) > 0, "The first delivery of the source")
    player.open(f"/plain?{DRILL}")
    player.tell(
        NOBODY,
        "A scheduled source has delivered five years of made-up reports.",
        "An exercise: every page says so.",
    )


def _reports(player: Player) -> int:
    """How many reports PUBLIC sees in the exercise."""
    return int(json.loads(player.bytes_of(f"/api/picture?{DRILL}"))["reports"])


def schedule(player: Player) -> None:
    """The operator looks at the jobs."""
    player.sign_in("desk-operator", f"/desk/schedule?{DRILL}")
    player.tell(
        "Operator",
        "vigie watch fetches, links and asks the rules, each at its pace.",
        "What runs late is shown as late.",
    )


def refused(player: Player) -> None:
    """A rule that was not replayed cannot be switched on."""
    player.open(f"/desk/rules?{DRILL}")
    player.press("Switch on " + SIGNAL, within=_rule(RULES[0]))
    if not player.fault():
        raise TourError("The node switched on a rule that was never replayed.")
    player.tell(
        "Operator",
        "A rule is switched on untested, and the node refuses.",
        "Nobody should be woken by a rule that was never tried.",
        at=_rule(RULES[0]),
    )


def _rule(name: str) -> str:
    return f'[id="rule-{name}"]'


def replayed(player: Player) -> None:
    """Both rules are replayed."""
    for name in RULES:
        player.do(_button(player, name, "Replay"), within=_rule(name))
    player.tell(
        "Operator",
        "Now it is replayed: hits, misses, false alarms.",
        "Each date is judged by what was known then.",
        at=_rule(RULES[0]),
    )


def _button(player: Player, rule: str, word: str) -> str:
    """The whole name of a button of a rule, with the words that only readers of screens hear."""
    button = player.page.locator(_rule(rule)).get_by_role("button").filter(has_text=word).first
    return " ".join((button.text_content() or "").split())


def enabled(player: Player) -> None:
    """Both rules are switched on."""
    for name in RULES:
        player.do(_button(player, name, "Switch on"), within=_rule(name))
    player.tell(
        "Operator",
        "Two rules are on: obstruction, and unrest that turns violent.",
        "They compare each area with its own past. No rule counts peaceful assembly.",
        at=_rule(RULES[1]),
    )


def published(player: Player) -> None:
    """The feed publishes the burst; the next round takes it in."""
    player.feed.files |= player.later
    player.open(f"/desk/schedule?{DRILL}")
    player.tell(
        "Three agencies",
        "They publish what they saw in nine days.",
        "The source is due every minute; the next round takes it in.",
    )
    player.sign_out()


def taken_in(player: Player) -> None:
    """What the jobs say after the round."""
    player.wait(lambda: _has_signal(player), "A signal of the rule", player.reload)
    player.open(f"/desk/schedule?{DRILL}")
    player.tell(
        "vigie watch",
        "The round has come: fetched, linked, and the rules were asked.",
        "Nobody pressed a button.",
        at="[aria-labelledby=jobs-title]",
    )
    player.sign_out()


def _has_signal(player: Player) -> bool:
    return f"{SIGNAL}: {STRUCK}".encode() in player.bytes_of(f"/desk?{DRILL}")


def linked(player: Player) -> None:
    """An event with its reports."""
    chosen = json.loads(player.bytes_of(f"/api/events?{DRILL}&country=ME&field=conflict&min_agencies=3&limit=200"))["features"]
    struck = [one for one in chosen if one["properties"]["unit_name"] == STRUCK and one["properties"]["kind"] == "unrest.obstruct"]
    latest = max(struck, key=lambda one: one["properties"]["begin"])
    player.open(f"/plain/events/{latest['properties']['id']}?{DRILL}")
    player.tell(
        NOBODY,
        "Reports become events: three agencies speak of one blockade.",
        "Counted once; each report stays readable.",
        at="[aria-labelledby=said-title]",
    )


def fired(player: Player) -> None:
    """The analyst finds the signal."""
    player.sign_in("desk-analyst", f"/desk?{DRILL}")
    player.tell(
        "Analyst",
        f"The round is over: two signals for {STRUCK} wait on the desk.",
        f"{CALM} had the larger crowd, in peace, and raised nothing.",
        at="[aria-labelledby=signals-title]",
    )


def why(player: Player) -> None:
    """Why it fired."""
    player.page.get_by_role("link", name=f"{SIGNAL}: {STRUCK}").click()
    player.page.wait_for_load_state()
    player.tell("Analyst", "Why it fired: the count, what is usual here, and the rule's record.", "An alarm that cannot explain itself is not acted on.")


def drafted(player: Player) -> None:
    """A draft begins from the signal."""
    player.do("Draft a warning")
    player.tell(
        "Analyst",
        "The draft is filled from the records: area, time, evidence.",
        "The judgement is the analyst's.",
    )


def written(player: Player) -> None:
    """The analyst writes the English text, the numbers and the recipients."""
    player.fill({f"{name}_1": text for name, text in ENGLISH.items()})
    player.page.locator("#reviewed_1").check()
    player.fill(NUMBERS | _times())
    player.choose({"confidence": "moderate", "stage": "alert", "severity": "Severe", "tlp": "CLEAR"})
    player.fill(OPTIONS)
    for name in ("PUBLIC", ACCEPTS, CONTESTS):
        player.page.locator(f"#to-{name}").check()
    player.page.locator("#listed").uncheck()
    player.tell(
        "Analyst",
        "What, where, when, how likely, and how sure we are.",
        "Also the other explanation, and what would change our mind.",
        at="#low",
    )


def _times() -> dict[str, str]:
    """When the warning expires and is looked at again, as the form wants it."""
    now = datetime.now(UTC)
    return {name: f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in (("expires_us", 14), ("next_review_us", 3))}


def translated(player: Player) -> None:
    """The French text is added."""
    if not player.page.locator("#headline_2").is_visible():
        player.page.get_by_text("Add a language").first.click()
    player.page.locator("#language_2").select_option("fr")
    player.fill({f"{name}_2": text for name, text in FRENCH.items()})
    player.tell("Analyst", "A French text beside the English one.", "Until a speaker has read it, readers are told so.", at="#headline_2")


def handed(player: Player) -> None:
    """The draft is handed to a second person."""
    player.do("Save and hand to a second person")
    player.tell(
        "Analyst",
        "Handed over. Who wrote a warning cannot approve it.",
        "The label is checked against every recipient.",
        at="[aria-labelledby=checks-title]",
    )
    player.sign_out()


def approved(player: Player) -> None:
    """The second person reads and approves."""
    player.sign_in("desk-chief", f"/desk?{DRILL}")
    player.page.get_by_role("link", name=ENGLISH["headline"]).first.click()
    player.page.wait_for_load_state()
    player.show("[aria-labelledby=preview-title]")
    player.rest(1)
    player.do("Approve")
    player.tell(
        "Head of desk",
        "A second person has read exactly this text and approved it.",
        "Had one letter changed meanwhile, the approval would not count.",
        at="[aria-labelledby=release-title]",
    )


def released(player: Player) -> None:
    """The warning goes out."""
    player.do("Release it")
    player.warning = player.page.url.partition("?")[0].rpartition("/")[2]
    player.tell(
        "Head of desk",
        "Released. From now on the time of each recipient runs.",
        "Who does not answer in time stands on a list.",
        at="[aria-labelledby=who-title]",
    )
    player.sign_out()


def accepted(player: Player) -> None:
    """The first partner accepts."""
    player.sign_in("me-duty", f"/desk?{DRILL}")
    player.page.get_by_role("link", name=ENGLISH["headline"]).first.click()
    player.page.wait_for_load_state()
    player.do(_word(player, "accepted"))
    player.tell(
        ACCEPTS,
        "A partner party reads the warning on its own desk and accepts it.",
        "It stands in for a partner's own node.",
        at="[aria-labelledby=answers-title]",
    )
    player.sign_out()


def _word(player: Player, word: str) -> str:
    return " ".join((player.page.locator(f'button[name=word][value="{word}"]').first.text_content() or "").split())


def contested(player: Player) -> None:
    """The second partner contests, with a reason."""
    player.sign_in("rs-duty", f"/warnings/{player.warning}?{DRILL}")
    player.page.locator("details.say:has(#text-contested) > summary").click()
    player.fill({"text-contested": COUNTER})
    player.do(_word(player, "contested"), within="details.say:has(#text-contested)")
    player.tell(
        CONTESTS,
        "Another contests it, and has to say why.",
        "Dissent is kept beside the warning, not lost in a telephone call.",
        at="[aria-labelledby=answers-title]",
    )
    player.sign_out()


def heard(player: Player) -> None:
    """The desk sees both answers."""
    player.sign_in("desk-analyst", f"/desk/warnings/{player.warning}?{DRILL}")
    player.tell(
        "Analyst",
        "The desk sees who answered what, and when.",
        "The next update has to deal with the counter-argument.",
        at="[aria-labelledby=who-title]",
    )


def acted(player: Player) -> None:
    """The first partner opens an activity of its own."""
    player.sign_in("me-duty", f"/desk/activities/new?answers={player.warning}&{DRILL}")
    today = datetime.now(UTC).date()
    player.fill(ACTIVITY | {"begin": today.isoformat(), "end": (today + timedelta(days=14)).isoformat()})
    player.choose({"status": "running", "readers": "CLEAR"})
    player.rest(1)
    player.do("Open the activity")
    player.open(f"/warnings/{player.warning}?{DRILL}")
    player.tell(
        ACCEPTS,
        "A partner adds a deed of its own: a mediation.",
        "One can ask which warnings led to something.",
        at="[aria-labelledby=acts-title]",
    )
    player.sign_out()


def shown(player: Player) -> None:
    """The public page in French."""
    player.open(f"/warnings/{player.warning}?language=fr&{DRILL}")
    player.tell(NOBODY, "The public page in French, marked as not yet read by a speaker.", "It needs no JavaScript and prints well.")


def kept(player: Player) -> None:
    """What the public does not see."""
    player.open(f"/warnings/{player.warning}?{DRILL}")
    player.tell(
        NOBODY,
        "The public sees the deeds that were released, not what the partners answered.",
        "Every page passes the same gate.",
        at="[aria-labelledby=answers-title]",
    )


def machine_read(player: Player) -> None:
    """The CAP message."""
    path = f"/warnings/{player.warning}/cap.xml?{DRILL}"
    text = player.bytes_of(path).decode()
    sheet(player.page, "The same warning as a CAP 1.2 message", f"What programs get at {path}", text)
    player.tell(
        "Programs",
        "CAP 1.2: what sirens, apps and alert systems understand.",
        "Its status is Exercise, so that no machine takes it for real.",
    )


def followed(player: Player) -> None:
    """The feed."""
    path = f"/warnings.atom?{DRILL}"
    sheet(player.page, "The feed of live warnings (Atom)", f"What programs get at {path}", player.bytes_of(path).decode())
    player.tell("Programs", "A feed of what is in force.", "Only the newest message of each warning stands in it.")


def briefed(player: Player) -> None:
    """The brief."""
    player.open(f"/brief?country=ME&{DRILL}")
    player.tell(
        NOBODY,
        "One page for those who decide: map, events, warnings, activities, sources.",
        "It prints on one sheet, and as PDF.",
    )
    player.stage.vigie("brief", "--country", "ME", "--exercise", "--for", "PUBLIC", "--out", str(player.stage.folder / "brief.pdf"))


SCENES = (
    delivered, schedule, refused, replayed, enabled, published, arrived, met, taken_in, linked, fired, why, drafted, written, translated, handed, approved,
    released, accepted, contested, heard, uncovered, planned, screened, silent, looked, agreed, started, covered, acted, shown, kept, told, machine_read,
    followed, briefed,
)  # fmt: skip
"""All scenes; the story is told after them."""

SHOWN_IN_MANUAL = {
    "why": "watch-signal.png",
    "approved": "watch-approval.png",
    "arrived": "watch-page.png",
    "uncovered": "watch-coverage.png",
    "shown": "watch-public.png",
}
"""The scenes whose pictures stand in the manual."""
