"""What everybody may see of activities: who does what, where, with which result, what it answers, what comes next, and what was agreed or ended lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from vigie.activities.record import Known, begin_day, day_of, end_day, standing
from vigie.model.activity import Activity, best_tag, said_best
from vigie.model.languages import said, said_n
from vigie.model.priorities import MECHANISMS, PRIORITIES, areas_of
from vigie.model.times import DAY_US
from vigie.model.warning import Evidence
from vigie.node import public_words as words
from vigie.node.answers import event_number
from vigie.node.facts import area_name, kind_title
from vigie.node.warning_facts import Shown, is_written_for, wording_for
from vigie.node.worlds import World
from vigie.warn.chain import Chain

MOST_STEPS = 5
"""How many of the next public steps of an activity are shown."""

GOING = ("running", "planned", "suspended")


MOST_ACTIVITIES = 100
"""How many activities that stand alike are shown; how many more there are is said."""


def going_now(found: Sequence[Known], now_us: int) -> dict[str, list[Known]]:
    """The activities that run, are planned or are suspended today, by how they stand."""
    stands = [(each, standing(each, day_of(now_us))) for each in found]
    return {stand: [each for each, its_stand in stands if its_stand == stand] for stand in GOING}


def activity_lines(shown: Shown, going: Mapping[str, Sequence[Known]], chains: Sequence[Chain], world: World) -> dict[str, list[dict[str, Any]]]:
    """What is shown of these activities, by how they stand; of many the first."""
    today = day_of(shown.log.now_us)
    return {
        stand: [_line(shown, each, today) | _answers(shown, each.activity, chains, world) for each in found[:MOST_ACTIVITIES]] for stand, found in going.items()
    }


def more_lines(shown: Shown, going: Mapping[str, Sequence[Known]]) -> dict[str, str]:
    """How many activities are not shown, by how they stand; empty where all are."""
    left = {stand: len(found) - MOST_ACTIVITIES for stand, found in going.items()}
    return {stand: _unshown(shown.language, count) if count > 0 else "" for stand, count in left.items()}


def _unshown(language: str, count: int) -> str:
    return said_n(language, "{n} more activity is not shown.", "{n} more activities are not shown.", count)


def lately_lines(shown: Shown, found: Sequence[Known], days: int) -> list[dict[str, Any]]:
    """The activities that were agreed, ended or withdrawn in the last so many days, the newest first. To be noted is not to be agreed."""
    since_us, told = shown.log.now_us - days * DAY_US, []
    for each in found:
        turns = [(at_us, text) for at_us, text in _turns(shown, each) if since_us <= at_us <= shown.log.now_us]
        if turns:
            facts = _line(shown, each, day_of(shown.log.now_us))
            told.append((max(turns)[0], facts | {"turns": [text for _, text in sorted(turns)], "turned": shown.moment(max(turns)[0])}))
    return [facts for _, facts in sorted(told, key=lambda pair: (-pair[0], pair[1]["id"]))]


def _turns(shown: Shown, each: Known) -> Iterator[tuple[int, str]]:
    """When it was agreed, ended or withdrawn, with its sentence."""
    stand, course = standing(each, day_of(shown.log.now_us)), each.course
    agreed = [line.outcome_us for line in course.rounds if line.is_agreed]
    if agreed:
        yield agreed[-1], said(shown.language, words.AGREED, day=_moment_day(shown, agreed[-1]))
    if stand == "finished" and (day := end_day(each)):
        yield _noon_us(day), said(shown.language, words.ENDED, day=_day(shown, day))
    if stand == "withdrawn":
        at_us = course.when("withdraw") or each.status_us
        yield at_us, said(shown.language, words.WITHDRAWN, day=_moment_day(shown, at_us))


def _noon_us(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_US


def _day(shown: Shown, day: date) -> str:
    found: Any = shown.day(day)
    return str(found["text"])


def _moment_day(shown: Shown, at_us: int) -> str:
    found: Any = shown.moment(at_us)
    return str(found["day"])


def _line(shown: Shown, each: Known, today: date) -> dict[str, Any]:
    """What an activity is, by whom, where and when, its results and next public steps."""
    activity, language = each.activity, shown.language
    tag, text_tag = best_tag(activity.titles, language), best_tag(activity.abstracts, language)
    return {
        "id": f"{each.owner}/{each.ref}",
        "owner": each.owner,
        "ref": each.ref,
        "title": activity.titles[tag],
        "title_language": tag,
        "is_own_language": is_written_for(tag, language),
        "text": said_best(activity.abstracts, language),
        "text_language": text_tag,
        "identifier": activity.identifier,
        "mechanism": said(language, MECHANISMS.get(activity.mechanism, activity.mechanism)),
        "themes": [said(language, PRIORITIES[name].title) if name in PRIORITIES else name for name in activity.priorities],
        "partners": [_partner(shown, item) for item in activity.partners],
        "codes": list(areas_of(activity)),
        "places": _places(shown, activity),
        "period": _period(shown, each),
        "results": [_result(result, language) for result in activity.results],
        "steps": _steps(shown, activity, today),
        "documents": [{"url": item.url, "title": said_best(item.titles, language)} for item in activity.documents if _is_web(item.url)],
        "said": shown.moment(each.entry.said_us),
        "updated_us": each.entry.said_us,
    }


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _partner(shown: Shown, item: Any) -> str:
    name = item.name or item.ref
    country = area_name(shown.atlas, item.country, shown.language) if item.country else ""
    role = said(shown.language, words.ROLE_WORDS[item.role])
    return f"{name} ({', '.join(part for part in (country, role) if part)})"


def _places(shown: Shown, activity: Activity) -> list[str]:
    """The names of where it takes place, each once."""
    named = [area_name(shown.atlas, code, shown.language) or code for code in areas_of(activity)]
    return list(dict.fromkeys([*(place.name for place in activity.places if place.name), *named]))


def _period(shown: Shown, each: Known) -> str:
    begin, end = begin_day(each), end_day(each)
    if begin and end:
        return said(shown.language, words.BETWEEN, begin=_day(shown, begin), end=_day(shown, end))
    if begin:
        return said(shown.language, words.SINCE, begin=_day(shown, begin))
    return said(shown.language, words.UNTIL, end=_day(shown, end)) if end else said(shown.language, words.WORDS["no_dates"])


def _result(result: Any, language: str) -> dict[str, Any]:
    """A result with its indicators; a figure that is not known is empty."""
    measured = [
        {"title": said_best(item.titles, language), "baseline": item.baseline, "target": item.target, "actual": item.actual} for item in result.indicators
    ]
    return {"title": said_best(result.titles, language), "text": said_best(result.texts, language), "indicators": measured}


def _steps(shown: Shown, activity: Activity, today: date) -> list[str]:
    """The next steps by which the public will learn of it, the nearest first, those without a day last."""
    due = [step for step in activity.visibility if not step.done and (step.day is None or step.day >= today)]
    ordered = sorted(due, key=lambda step: (step.day is None, step.day or date.max))[:MOST_STEPS]
    return [_step(shown, step) for step in ordered]


def _step(shown: Shown, step: Any) -> str:
    said_of = {"channel": step.channel, "audience": step.audience}
    if step.day is None:
        return said(shown.language, words.STEP_UNDATED, **said_of)
    return said(shown.language, words.STEP, day=_day(shown, step.day), **said_of)


def _answers(shown: Shown, activity: Activity, chains: Sequence[Chain], world: World) -> dict[str, Any]:
    """The warnings, events and risks that it answers, with a page where the public has one."""
    heads = {chain.warning: wording_for(chain.head.content, shown.language) for chain in chains}
    warnings = [
        {"title": heads[name].headline, "language": heads[name].language, "path": f"/warnings/{name}"}
        if name in heads
        else {"title": said(shown.language, words.WORDS["a_warning"]), "language": shown.language, "path": ""}
        for name in activity.answers
    ]
    events = [_event(shown, item, world) for item in activity.events]
    risks = [{"title": name, "language": "", "path": ""} for name in activity.risks]
    return {"answers": _once([*warnings, *events, *risks])}


def _once(items: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return list({(item["title"], item["path"]): item for item in items}.values())


def _event(shown: Shown, item: Evidence, world: World) -> dict[str, str]:
    number = event_number(world, item.event) if item.event else None
    if number is None:
        return {"title": item.words or said(shown.language, words.WORDS["an_event"]), "language": "" if item.words else shown.language, "path": ""}
    events = world.events
    place = area_name(shown.atlas, world.unit[number] or world.country[number], shown.language)
    title = said(shown.language, kind_title(events.field[number], events.kind[number]))
    return {"title": ", ".join(part for part in (title, place) if part), "language": shown.language, "path": f"/events/{events.id[number]}"}
