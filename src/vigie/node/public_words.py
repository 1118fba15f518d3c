"""What the public page says of its own, in whole sentences with `{placeholders}`: translated where the other texts are."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.model.languages import to_say, to_say_n

TITLE = to_say("What is known to everybody")
LEAD = to_say("{party} shows here what everybody may know: what happened, what is warned of, what is being done, and what is not known.")

HEADINGS: Mapping[str, str] = {
    "short": to_say("In short"),
    "force": to_say("Warnings in force"),
    "happened": to_say("What happened in the last {days} days"),
    "doing": to_say("What is being done"),
    "lately": to_say("Agreed or ended lately"),
    "unknown": to_say("What is not known"),
    "sources": to_say("Sources and licences"),
}
"""The headings of the page's seven parts, by the name of the part, in their order."""

WORDS: Mapping[str, str] = {
    "contents": to_say("On this page"),
    "public": to_say("Public page"),
    "feed": to_say("Feed of this page (Atom)"),
    "json": to_say("This page for programs (JSON)"),
    "no_warning": to_say("No public warning is in force; that does not mean that nothing can happen."),
    "no_event": to_say("No event of this period is known to the public; that does not mean that nothing happened."),
    "no_activity": to_say("No public activity is running or planned."),
    "no_lately": to_say("Nothing public was agreed or ended in the last {days} days."),
    "map": to_say("Map of the events of this period"),
    "map_key": to_say("The larger the circle, the more severe the event; a hollow circle was reported by one agency only."),
    "elsewhere": to_say("Elsewhere"),
    "event": to_say("Event"),
    "day": to_say("Day"),
    "size": to_say("Severity, 0 to 10"),
    "agencies": to_say("Agencies"),
    "running": to_say("Running"),
    "planned": to_say("Planned"),
    "suspended": to_say("Suspended"),
    "mechanism": to_say("Form"),
    "themes": to_say("Themes"),
    "partners": to_say("Partners"),
    "place": to_say("Place"),
    "period": to_say("Period"),
    "no_dates": to_say("The dates are not known."),
    "answers": to_say("What it answers"),
    "no_answers": to_say("It names no warning, event or risk that it answers."),
    "results": to_say("Results"),
    "result": to_say("Result"),
    "baseline": to_say("Before"),
    "target": to_say("Aim"),
    "actual": to_say("Reached"),
    "no_figure": to_say("not known"),
    "no_results": to_say("No results have been published."),
    "steps": to_say("Next public steps"),
    "no_steps": to_say("No public step is planned."),
    "documents": to_say("Documents"),
    "other_tongue": to_say("in another language"),
    "a_warning": to_say("A warning"),
    "an_event": to_say("An event"),
    "mistake": to_say("How to report a mistake"),
}
"""The smaller words of the page, by the name that its template uses."""

SILENT = to_say("{agency}, {field}: nothing since {day}; the gap is usually shorter than {days} days.")
NO_FIELD = to_say("No public report is known on: {fields}.")
NO_COUNTRY = to_say("No public event of the last {days} days is known from: {countries}.")
NO_UNITS = to_say("Shown as a whole, since the parts are not known here: {countries}.")
NOT_SHOWN = to_say("What not everybody may know is not on this page and is not counted here.")
NO_GAP = to_say("A silence is not a proof of peace: a thing that nobody reported is not on this page.")
TONGUE = to_say("The words of this page in this language have not been read by a speaker yet.")
MISTAKE = to_say("Is something wrong or missing here? Tell {party}; name the entry and the day, {day}.")
MISTAKE_AT = to_say("Is something wrong or missing here? Tell {role} of {institution}, {address}; name the entry and the day, {day}.")
AGENCIES = to_say("The reports come from: {agencies}.")
NO_AGENCY = to_say("No public report has been taken in yet.")
MAP_FROM = to_say("The map and the names come from: {sources}.")
STEP = to_say("{day}: {channel}, for {audience}")
STEP_UNDATED = to_say("The day is not set: {channel}, for {audience}")

AGREED = to_say("Agreed on {day}.")
ENDED = to_say("Ended on {day}.")
WITHDRAWN = to_say("Withdrawn on {day}.")
BETWEEN = to_say("from {begin} to {end}")
SINCE = to_say("from {begin}")
UNTIL = to_say("until {end}")

ROLE_WORDS: Mapping[str, str] = {
    "lead": to_say("lead"),
    "partner": to_say("partner"),
    "funder": to_say("funder"),
    "accountable": to_say("accountable"),
    "implementer": to_say("implementer"),
    "host": to_say("host"),
}
"""What a partner of an activity is in it."""

EVENTS = to_say_n("{n} event from {begin} to {end}.", "{n} events from {begin} to {end}.")
COUNTRIES = to_say_n("They lie in {n} country.", "They lie in {n} countries.")
IN_FORCE = to_say_n("{n} warning is in force.", "{n} warnings are in force.")
ACTIVITIES = to_say_n("{n} activity is running or planned.", "{n} activities are running or planned.")
LATELY = to_say_n("{n} activity was agreed or ended in the last {days} days.", "{n} activities were agreed or ended in the last {days} days.")
GAPS = to_say_n("{n} gap is named under “What is not known”.", "{n} gaps are named under “What is not known”.")
MORE_SILENT = to_say_n("{n} more agency has fallen silent.", "{n} more agencies have fallen silent.")
MORE = to_say_n("{n} more event", "{n} more events")
DOUBTS = to_say_n(
    "{n} pair of reports may or may not speak of one event; the counts may change.",
    "{n} pairs of reports may or may not speak of one event; the counts may change.",
)
PLACELESS = to_say_n("{n} event of this period has no known place and is on no map.", "{n} events of this period have no known place and are on no map.")
OUTSIDE = to_say_n("{n} event lies outside the map.", "{n} events lie outside the map.")
LONE = to_say_n("{n} event was reported by one agency only.", "{n} events were reported by one agency only.")
UNREAD = to_say_n(
    "{n} text of a warning in this language has not been read by a speaker yet.", "{n} texts of warnings in this language have not been read by a speaker yet."
)
UNWRITTEN = to_say_n("{n} warning is not written in this language.", "{n} warnings are not written in this language.")
UNMEASURED = to_say_n("{n} running activity has published no results.", "{n} running activities have published no results.")
UNAREAED = to_say_n("{n} activity does not say where it takes place.", "{n} activities do not say where they take place.")
