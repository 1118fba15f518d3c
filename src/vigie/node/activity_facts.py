"""What is shown of an activity to one reader, in one language, as JSON: the form that the pages, the command line and the briefs share.

Nothing enters but the entries that the reader may read, the atlas, and the time. That a reason was given is never told to who may not read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vigie.activities.approval import Break, Course, Line, Round, reasons
from vigie.activities.record import Known, day_of, standing
from vigie.model.activity import Activity, Budget, Indicator, Place, Result, best_tag, said_best
from vigie.model.canonical import Json
from vigie.model.entry import Entry, body_digest
from vigie.model.languages import ACTIVITY_WORDS, to_say
from vigie.model.priorities import MECHANISMS, PRIORITIES, areas_of, fields_of
from vigie.model.procedure import Reason, Step
from vigie.model.said import said_in
from vigie.node.deadlines import local_text
from vigie.node.facts import area_name
from vigie.node.packs import packs
from vigie.node.warning_facts import Shown, label_words, notes_of

REASONS_NOTE = to_say("Reasons, where any are given, may be restricted.")
"""Stands under every silence that was broken, whether a reason is readable or not, given or not."""

AHEAD_NOTE = to_say(
    "A step of this activity bears a time that is still to come: a clock was wrong, and what is shown here may change. Check the clock of this node."
)
"""Stands with an activity of which something was said later than now."""

NO_PROCEDURE = "no procedure"

_Reasons = Mapping[str, tuple[Entry, Reason]]


def activity_facts(known: Known, shown: Shown) -> dict[str, Json]:
    """All that the reader sees of an activity: what it is, how it stands, and the course of its procedure."""
    activity, language = known.activity, shown.language
    return activity_line(known, shown) | {
        "titles": dict[str, Json](activity.titles),
        "text": said_best(activity.abstracts, language),
        "text_language": best_tag(activity.abstracts, language),
        "texts": dict[str, Json](activity.abstracts),
        "said": shown.moment(known.entry.said_us),
        "first": shown.moment(known.first_us),
        "by": known.entry.by,
        **_about(activity, shown),
        **_work(activity, shown),
        "course": course_facts(known, shown, reasons(shown.log)),
        "notes": [*_clock_notes(known, shown), *notes_of(areas_of(activity), shown.atlas)],
    }


def _clock_notes(known: Known, shown: Shown) -> list[str]:
    """That something was said at a time that is still to come, where it was: the course is that of the clock, and may be another one soon."""
    ahead = replace(shown.log, entries=tuple(entry for entry in shown.log.of("step") if entry.said_us > shown.log.now_us))
    is_ahead = any((step.owner, step.activity) == (known.owner, known.ref) for _, step in said_in(ahead, "step", Step))
    return [AHEAD_NOTE] if is_ahead else []


def activity_line(known: Known, shown: Shown) -> dict[str, Json]:
    """What a list shows of an activity. `version` is told to its owner alone: to others it would tell of versions that they may not read."""
    activity, open_round = known.activity, known.course.open_round
    stands = standing(known, day_of(shown.log.now_us))
    return {
        "id": known.ref,
        "party": known.owner,
        "title": activity.title(shown.language),
        "title_language": best_tag(activity.titles, shown.language),
        "identifier": activity.identifier,
        "status": activity.status,
        "status_words": shown.say(ACTIVITY_WORDS[activity.status]),
        "standing": stands or "",
        "state": known.course.state,
        "state_words": known.course.state or NO_PROCEDURE,
        "due": deadline_facts(open_round.deadline_us, open_round.zone, shown) if open_round else None,
        "begin": shown.day(activity.begin or activity.planned_begin),
        "end": shown.day(activity.end or activity.planned_end),
        "mechanism": activity.mechanism,
        "mechanism_words": shown.say(MECHANISMS[activity.mechanism]) if activity.mechanism in MECHANISMS else activity.mechanism,
        "fields": list[Json](sorted(fields_of(activity))),
        "countries": [_country(share.code, share.percent, shown) for share in activity.countries],
        "institutions": [partner.name or partner.ref for partner in activity.partners],
        "label": label_words(known.entry.label),
        "version": known.entry.version if known.owner == shown.log.party else 0,
        "exercise": shown.log.exercise,
    }


def _country(code: str, percent: object, shown: Shown) -> dict[str, Json]:
    return {"code": code, "name": area_name(shown.atlas, code, shown.language) or code, "percent": "" if percent is None else f"{percent}"}


def deadline_facts(at_us: int, zone: str, shown: Shown) -> dict[str, Json]:
    """A deadline for machines and for people: the moment in UTC, and `local` as clocks in its zone show it."""
    return (shown.moment(at_us) or {}) | {"local": local_text(at_us, zone), "zone": zone}


def _about(activity: Activity, shown: Shown) -> dict[str, Json]:
    """What it is about and what it answers."""
    known_fields = packs()
    return {
        "priorities": [{"name": name, "title": shown.say(PRIORITIES[name].title) if name in PRIORITIES else name} for name in activity.priorities],
        "field_titles": [shown.say(known_fields[name].title) if name in known_fields else name for name in sorted(fields_of(activity))],
        "sectors": [item.model_dump(mode="json") for item in activity.sectors],
        "partners": [item.model_dump(mode="json") for item in activity.partners],
        "areas": [{"code": code, "name": area_name(shown.atlas, code, shown.language) or code} for code in areas_of(activity)],
        "places": [_place(place, shown) for place in activity.places],
        "answers": list[Json](activity.answers),
        "events": [{"event": item.event, "reports": list[Json](item.reports), "words": item.words} for item in activity.events],
        "risks": list[Json](activity.risks),
        "related": [item.model_dump(mode="json") for item in activity.related],
        "provenance": activity.provenance,
    }


def _place(place: Place, shown: Shown) -> dict[str, Json]:
    named = area_name(shown.atlas, place.area, shown.language) if place.area else ""
    return {"name": place.name or named or place.area, "lon": place.lon, "lat": place.lat, "area": place.area}


def _work(activity: Activity, shown: Shown) -> dict[str, Json]:
    """Days, money, results, documents and the plan of visibility; what is not known is left out."""
    language = shown.language
    return {
        "planned_begin": shown.day(activity.planned_begin),
        "actual_begin": shown.day(activity.begin),
        "planned_end": shown.day(activity.planned_end),
        "actual_end": shown.day(activity.end),
        "budgets": [_budget(budget, shown) for budget in activity.budgets],
        "transactions": [item.model_dump(mode="json") for item in activity.transactions],
        "results": [_result(result, shown) for result in activity.results],
        "documents": [item.model_dump(mode="json") | {"title": said_best(item.titles, language)} for item in activity.documents],
        "visibility": [item.model_dump(mode="json") | {"day": shown.day(item.day)} for item in activity.visibility],
    }


def _budget(budget: Budget, shown: Shown) -> dict[str, Json]:
    said: dict[str, Json] = {"value": f"{budget.value}", "currency": budget.currency, "type": budget.type, "is_committed": budget.is_committed}
    return said | {"begin": shown.day(budget.begin), "end": shown.day(budget.end)}


def _result(result: Result, shown: Shown) -> dict[str, Json]:
    return {
        "type": result.type,
        "title": said_best(result.titles, shown.language),
        "text": said_best(result.texts, shown.language),
        "indicators": [_indicator(item, shown) for item in result.indicators],
    }


def _indicator(item: Indicator, shown: Shown) -> dict[str, Json]:
    words: dict[str, Json] = {name: getattr(item, name) for name in ("measure", "ascending", "baseline", "baseline_year", "target", "actual")}
    return words | {"title": said_best(item.titles, shown.language), "begin": shown.day(item.begin), "end": shown.day(item.end)}


def course_facts(known: Known, shown: Shown, given: _Reasons) -> dict[str, Json]:
    """The course of its procedure: state, rounds of silence with their deadlines and breaks, and the log of all steps, newest first."""
    stand = known.course
    digest = body_digest(known.entry.body)
    is_broken = any(asked.breaks for asked in stand.rounds)
    return {
        "state": stand.state,
        "state_words": stand.state or NO_PROCEDURE,
        "since": shown.moment(stand.since_us) if stand.state else None,
        "is_changed": bool(stand.content) and stand.content != digest,
        "agreed": shown.moment(stand.agreed_us),
        "rounds": [_round(asked, shown, given) for asked in reversed(stand.rounds)],
        "lines": [_line(line, stand, shown) for line in reversed(stand.lines)],
        "reasons_note": REASONS_NOTE if is_broken else "",
    }


def _round(asked: Round, shown: Shown, given: _Reasons) -> dict[str, Json]:
    return {
        "id": asked.name,
        "opened": shown.moment(asked.opened_us),
        "deadline": deadline_facts(asked.deadline_us, asked.zone, shown),
        "earlier_deadlines": [deadline_facts(at_us, asked.zone, shown) for at_us, _ in asked.deadlines[:-1]],
        "zone": asked.zone,
        "parties": list[Json](asked.parties),
        "agree": asked.agree,
        "note": asked.note,
        "outcome": asked.outcome,
        "ended": shown.moment(asked.outcome_us) if asked.outcome != "open" else None,
        "ended_local": local_text(asked.outcome_us, asked.zone) if asked.outcome != "open" else "",
        "sheet_day": asked.sheet_day,
        "breaks": [_break(each, shown, given) for each in asked.breaks],
    }


def _break(each: Break, shown: Shown, given: _Reasons) -> dict[str, Json]:
    """A break; its reason only where the reader may read it, and nothing that tells of one where not."""
    entry, reason = given.get(each.step, (None, None))
    told: dict[str, Json] = {"reason": reason.text, "reason_label": label_words(entry.label)} if entry and reason else {}
    return {"party": each.party, "at": shown.moment(each.at_us), **told}


def _line(line: Line, stand: Course, shown: Shown) -> dict[str, Json]:
    zone = next((asked.zone for asked in reversed(stand.rounds) if asked.opened_us <= line.at_us), "")
    return {
        "at": shown.moment(line.at_us),
        "party": line.party,
        "by": line.by,
        "act": line.act,
        "words": line.words,
        "text": line.text,
        "until": deadline_facts(line.until_us, zone, shown) if line.until_us is not None else None,
        "is_without_effect": line.is_without_effect,
        "why": line.why,
    }
