"""The pages of activities: what is being done, how partners agreed to it, and the forms of those who may act on it.

A form that is sent twice does no more than one that is sent once; after a fault the page comes again with one sentence and what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import pydantic
from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.activities.approval import FROM
from vigie.activities.record import STANDINGS, Known, day_of, standing
from vigie.exchange.iati import MEDIA_TYPE_IATI
from vigie.model.activity import STATUSES, Activity, PartnerRole
from vigie.model.atlas import units_of
from vigie.model.entry import body_digest
from vigie.model.errors import BadReport, BadSetting
from vigie.model.languages import LANGUAGES, said, to_say
from vigie.model.priorities import MECHANISMS, areas_of, fields_of
from vigie.model.procedure import Act
from vigie.model.said import body_of
from vigie.node import procedures
from vigie.node.accounts import may
from vigie.node.activity_facts import activity_facts, activity_line
from vigie.node.facts import area_name
from vigie.node.iati_files import export_iati, with_remarks
from vigie.node.packs import packs
from vigie.node.priorities import priorities_of, priority_titles
from vigie.node.rules import rule_book
from vigie.web.activity_forms import MAX_TITLES, activity_of_form, label_of_form, label_said, label_values, values_of_activity
from vigie.web.asking import ActivityQuery, ListQuery, TongueQuery, check_once
from vigie.web.desk_forms import allow_at, done
from vigie.web.desk_pages import desk_sheet, shown_here
from vigie.web.draft_forms import TEXT_LANGUAGES, lines
from vigie.web.paging import part_of
from vigie.web.seats import Member, Reader, Seat
from vigie.web.sessions import Form
from vigie.web.sheets import sheet
from vigie.web.stock_words import activity_parts
from vigie.web.warning_pages import frame_of

NEXT_ACTS: Sequence[Act] = ("submit", "screen", "review", "list", "return", "discuss", "start", "close", "evaluate", "withdraw")
"""The acts that are a button, in the order of a procedure; those of a silence have forms of their own."""

ACT_BUTTONS: Mapping[str, str] = {
    "submit": to_say("Submit for screening"),
    "screen": to_say("Screen: it fits and nobody does it already"),
    "review": to_say("Send to peer review"),
    "list": to_say("Put on the list for agreement"),
    "return": to_say("Send back to draft"),
    "discuss": to_say("Take up for discussion"),
    "start": to_say("Start the work"),
    "close": to_say("Close: the work is done"),
    "evaluate": to_say("Evaluated"),
    "withdraw": to_say("Withdraw"),
}
MUST_SAY = ("return", "withdraw")
OVER = ("", "running", "closed", "evaluated", "withdrawn")
"""The states in which nothing waits to be agreed."""

ROLES: tuple[str, ...] = PartnerRole.__args__  # type: ignore[attr-defined] # the words of a Literal

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

Named = Annotated[str, Path(max_length=200)]
Asked = Annotated[TongueQuery, Query()]
_Word = Annotated[str | None, pydantic.Field(max_length=100)]


class ActivitiesQuery(TongueQuery):
    """Which activities, and which page of their list."""

    standing: _Word = None
    field: _Word = None
    country: _Word = None
    page: Annotated[int | None, pydantic.Field(ge=1, le=100_000)] = None


def activity_sheet(name: str, seat: Seat, **parts: Any) -> Response:
    """A page about activities, for everybody."""
    common: dict[str, Any] = {"here": "activities", "page": "activities", "subnav": activity_parts(seat.tongue), "fault": "", "sent": {}, "path_of": path_of}
    session = seat.session
    common["may"] = lambda act: session is not None and may(session.role, act)
    return sheet(name, seat.desk, **(frame_of(seat) | common | parts))


@routes.get("/activities")
def activities_page(seat: Reader, query: Annotated[ActivitiesQuery, Query()]) -> Response:
    """All activities that the reader may read, those that run first."""
    check_asked(query)
    found = _ordered(filter(_wanted(seat, query), seat.activities), seat)
    asked = {"standing": query.standing or "", "field": query.field or "", "country": (query.country or "").upper()}
    more = "".join(f"&{name}={quote(value, safe='')}" for name, value in asked.items() if value)
    part = part_of(found, query.page or 1, lambda number: seat.path(f"/activities?page={number}{more}"))
    shown = shown_here(seat)
    return activity_sheet(
        "activities.html",
        seat,
        items=[activity_line(each, shown) for each in part.items],
        total=len(found),
        pager=part,
        asked=asked,
        standings=STANDINGS,
        countries=_countries(seat),
        iati=seat.path("/activities.iati.xml"),
    )


def check_asked(query: ActivitiesQuery) -> None:
    """Raises `BadSetting` for a filter that there is not: a mistyped word must not look as if nothing were being done."""
    if query.standing and query.standing not in STANDINGS:
        raise BadSetting("No activity stands like that", field="standing", got=query.standing, expected=", ".join(STANDINGS))
    if query.field and query.field not in packs():
        raise BadSetting("There is no such field", field="field", got=query.field, expected=", ".join(packs()))


def _countries(seat: Seat) -> list[tuple[str, str]]:
    """The countries that activities name, and their names, in the order of the names."""
    codes = {share.code for each in seat.activities for share in each.activity.countries}
    return sorted(((code, area_name(seat.desk.atlas, code, seat.tongue) or code) for code in codes), key=lambda item: item[1])


def _ordered(found: Iterable[Known], seat: Seat) -> list[Known]:
    """Running ones first, then planned ones, then what is over; within each the newest word first."""
    order = {name: place for place, name in enumerate(("running", "planned", "suspended", "finished", "withdrawn", None))}
    return sorted(found, key=lambda each: order[standing(each, day_of(seat.now_us))])


def _wanted(seat: Seat, query: ActivitiesQuery) -> Callable[[Known], bool]:
    """Whether an activity is asked for. A country is asked for with its units."""
    today, priorities, country = day_of(seat.now_us), priorities_of(seat.desk.node), (query.country or "").upper()
    within = {country, *(unit.code for unit in units_of(seat.desk.atlas, country))}

    def is_wanted(each: Known) -> bool:
        if query.standing and standing(each, today) != query.standing:
            return False
        if query.field and query.field not in fields_of(each.activity, priorities):
            return False
        return not country or not within.isdisjoint(areas_of(each.activity))

    return is_wanted


@routes.get("/activities.iati.xml")
def activities_iati(seat: Reader, _query: Asked) -> Response:
    """The activities that the reader may read, as IATI 2.03."""
    try:
        made = export_iati(seat.desk.node, seat.party, seat.now_us, exercise=seat.exercise)
    except BadReport as fault:
        raise HTTPException(409 if seat.activities else 404, str(fault)) from fault
    name = "activities-exercise.xml" if seat.exercise else "activities.xml"
    return Response(with_remarks(made), headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=MEDIA_TYPE_IATI)


def path_of(owner: str, ref: str) -> str:
    """The address of an activity."""
    return f"/activities/{quote(owner, safe='')}/{quote(ref, safe='')}"


def known_here(seat: Seat, owner: str, ref: str) -> Known:
    """The activity of that owner and name; 404 where the reader has none."""
    found = next((each for each in seat.activities if (each.owner, each.ref) == (owner, ref)), None)
    if found is None:
        raise HTTPException(404)
    return found


@routes.get("/activities/{owner}/{ref}")
def activity_page(seat: Reader, owner: Named, ref: Named, _query: Asked) -> Response:
    """One activity: what, by whom, where, what it answers, its results, and the course of its procedure."""
    return one_sheet(seat, owner, ref)


def one_sheet(seat: Seat, owner: str, ref: str, *, fault: str = "", about: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of an activity; after a fault with one sentence at the form that it is `about`, and with what was typed."""
    found = known_here(seat, owner, ref)
    facts = activity_facts(found, shown_here(seat))
    open_round = found.course.open_round
    last = found.course.rounds[-1] if found.course.rounds else None
    return activity_sheet(
        "activity-page.html",
        seat,
        status=status,
        item=facts,
        here_path=path_of(owner, ref),
        is_own=seat.party == owner,
        heads={chain.warning: chain.head.content.texts[0].headline for chain in seat.chains},
        priorities=priority_titles(seat.desk.node, found.activity.priorities),
        next_acts=[(act, said(seat.tongue, ACT_BUTTONS[act]), act in MUST_SAY) for act in next_acts(found)] if seat.party == owner else [],
        may_silence=seat.party == owner and found.course.state in FROM["silence"],
        may_extend=seat.party == owner and open_round is not None,
        may_break=open_round is not None and seat.party in open_round.parties,
        may_sheet=seat.party == owner and last is not None and last.outcome in ("agreed", "noted", "agreed and noted") and not last.sheet_day,
        parties=sorted({*seat.desk.node.directory.parties, seat.desk.node.settings.party} - {seat.party}),
        about=about,
        fault=fault,
        sent=dict(sent or {}),
    )


def next_acts(found: Known) -> list[Act]:
    """The acts that its state allows, in the order of a procedure."""
    return [act for act in NEXT_ACTS if found.course.state in FROM[act]]


@routes.get("/desk/activities/new")
def new_page(seat: Member, query: Annotated[ActivityQuery, Query()]) -> Response:
    """The form of a new activity."""
    return form_sheet(seat, {"answers": query.answers or "", "language_1": "en"})


@routes.get("/desk/activities/{ref}/edit")
def edit_page(seat: Member, ref: Named, _query: Asked) -> Response:
    """The form of an activity of the party's own."""
    found = known_here(seat, seat.party, ref)
    return form_sheet(seat, values_of_activity(found.activity) | label_values(found.entry.label) | {"version": str(found.entry.version)}, ref)


def form_sheet(seat: Seat, sent: Mapping[str, str], ref: str = "", *, fault: str = "", status: int = 200) -> Response:
    """The form of an activity, with what was typed."""
    heads = {chain.warning: chain.head.content.texts[0].headline for chain in seat.chains}
    problems = rule_book(seat.desk.node).problems
    return desk_sheet(
        "activity.html",
        seat,
        "activities",
        status=status,
        sent=dict(sent),
        ref=ref,
        answers=[(name, heads[name]) for name in lines(sent, "answers") if name in heads],
        texts=range(1, MAX_TITLES + 1),
        languages=[*dict.fromkeys((*LANGUAGES, *TEXT_LANGUAGES, *(tag for place in range(1, MAX_TITLES + 1) if (tag := sent.get(f"language_{place}")))))],
        mechanisms=MECHANISMS,
        priorities=priority_titles(seat.desk.node, dict.fromkeys((*priorities_of(seat.desk.node), *lines(sent, "priorities")))),
        chosen=lines(sent, "priorities"),
        risks=[(name, problems[name].title if name in problems else name) for name in dict.fromkeys((*problems, *lines(sent, "risks")))],
        chosen_risks=lines(sent, "risks"),
        statuses=STATUSES,
        roles=ROLES,
        readers=sorted({*seat.desk.node.directory.parties, seat.desk.node.settings.party} - {seat.party}),
        fields_known=list(packs()),
        fault=fault,
    )


@routes.post("/desk/activities")
def activity_sent(seat: Member, form: Form, _query: Asked) -> Response:
    """A new activity; one that answers warnings is the party's answer to them too."""
    allow_at(seat, "draft")

    def act() -> str:
        activity = activity_of_form(form)
        found = _sent_before(seat, activity)
        ref = found or _begun(seat, form, activity)
        return path_of(seat.party, ref)

    return done(seat, act, lambda fault, status: form_sheet(seat, form, fault=fault, status=status))


def _sent_before(seat: Seat, activity: Activity) -> str:
    wanted = body_digest(body_of(activity))
    return next((entry.ref for entry in seat.log.of("activity") if entry.owner == seat.party and body_digest(entry.body) == wanted), "")


def _begun(seat: Seat, form: Mapping[str, str], activity: Activity) -> str:
    tlp, rel_to = label_of_form(form)
    if activity.answers:
        if tlp not in ("", "CLEAR"):
            raise BadReport("An activity that answers a warning is read by those who got the warning", field="readers", expected="that, or everybody")
        return procedures.open_activity(seat.at_desk, activity, tlp).ref
    return procedures.save_activity(seat.at_draft, activity, tlp=tlp, rel_to=rel_to).ref


@routes.post("/desk/activities/{ref}")
def edit_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """The next version of an activity of the party's own."""
    allow_at(seat, "draft")
    found = known_here(seat, seat.party, ref)

    def act() -> str:
        activity = activity_of_form(form, found.activity)
        is_same_label = label_values(found.entry.label) == label_said(form)
        (tlp, rel_to), version = ("", None) if is_same_label else label_of_form(form), form.get("version", "")
        is_same = body_digest(body_of(activity)) == body_digest(found.entry.body) and not tlp
        if not is_same:
            procedures.save_activity(seat.at_draft, activity, ref, int(version) if version.isdecimal() else 0, tlp, rel_to)
        return path_of(seat.party, ref)

    return done(seat, act, lambda fault, status: form_sheet(seat, form, ref, fault=fault, status=status))


@routes.post("/activities/{owner}/{ref}/steps")
def step_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """A step of the procedure, by its owner; the same step twice changes nothing."""
    return _on_page(seat, owner, ref, form, "step", lambda: _take(seat, owner, ref, form))


def _take(seat: Seat, owner: str, ref: str, form: Mapping[str, str]) -> None:
    act, text, day = form.get("act", ""), form.get("text", ""), form.get("day", "")
    course = known_here(seat, owner, ref).course
    last = next((line for line in reversed(course.lines) if not line.is_without_effect), None)
    is_said = last is not None and (last.act, last.text, last.by) == (act, text.strip(), seat.at_desk.actor.account)
    if not is_said or (act == "sheet" and course.rounds[-1].sheet_day != day.strip()):
        procedures.take_step(seat.at_desk, owner, ref, act, text, day)


def check_owner(seat: Seat, owner: str) -> None:
    """Raises `BadSetting` where the activity is another party's."""
    if seat.party != owner:
        raise BadSetting(f"Only {owner} can do that with its activity")


@routes.post("/activities/{owner}/{ref}/silence")
def silence_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """Puts an activity under silence until a local time in a zone."""

    def act() -> None:
        check_owner(seat, owner)
        until, zone = form.get("until", ""), form.get("zone", "").strip()
        if not zone:
            raise BadReport("A deadline needs its time zone", field="zone", expected="a name of the IANA list such as Europe/Sarajevo")
        deadline_us, parties = procedures.deadline_of(until, zone), lines(form, "parties")
        agree, note = form.get("agree", "").strip(), form.get("note", "").strip()
        asked = known_here(seat, owner, ref).course.open_round
        if asked is None or (asked.deadlines[0][0], list(asked.parties), asked.agree, asked.note) != (deadline_us, parties, agree, note):
            procedures.open_silence(seat.at_desk, ref, deadline_us, zone, parties, agree, note)

    return _on_page(seat, owner, ref, form, "silence", act)


@routes.post("/activities/{owner}/{ref}/extend")
def extend_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """Gives the silence that runs a later deadline."""

    def act() -> None:
        check_owner(seat, owner)
        zone = form.get("zone", "").strip()
        deadline_us = procedures.deadline_of(form.get("until", ""), zone)
        asked = known_here(seat, owner, ref).course.open_round
        if asked is None or len(asked.deadlines) == 1 or asked.deadline_us != deadline_us:
            procedures.extend_silence(seat.at_desk, ref, deadline_us, zone)

    return _on_page(seat, owner, ref, form, "extend", act)


@routes.post("/activities/{owner}/{ref}/break")
def break_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """Breaks the silence; the reason is for the owner, or for nobody else."""

    def act() -> None:
        rel_to: list[str] | None = [] if form.get("restricted") else None
        procedures.break_silence(seat.at_desk, owner, ref, form.get("reason", ""), rel_to)

    return _on_page(seat, owner, ref, form, "break", act)


def _on_page(seat: Seat, owner: str, ref: str, form: Mapping[str, str], about: str, do: Callable[[], None]) -> Response:
    """Does an act of the page of an activity, and leads back to it."""
    allow_at(seat, "answer")
    known_here(seat, owner, ref)

    def act() -> str:
        do()
        return path_of(owner, ref)

    return done(seat, act, lambda fault, status: one_sheet(seat, owner, ref, fault=fault, about=about, sent=form, status=status))


@routes.get("/desk/activities")
def desk_page(seat: Member, query: Annotated[ListQuery, Query()]) -> Response:
    """What waits for the party: silences that it is asked for, and its own activities by state."""
    shown, own = shown_here(seat), [each for each in seat.activities if each.owner == seat.party]
    asked = [each for each in seat.activities if each.owner != seat.party and each.course.open_round and seat.party in each.course.open_round.parties]
    groups = {
        "asked": sorted(asked, key=_deadline),
        "waiting": [each for each in own if each.course.state not in OVER],
        "others": [each for each in own if each.course.state in OVER],
    }
    listed = [(name, each) for name, found in groups.items() for each in found]
    part = part_of(listed, query.page or 1, lambda number: seat.path(f"/desk/activities?page={number}"))
    return desk_sheet(
        "desk-activities.html",
        seat,
        "activities",
        path_of=path_of,
        counts={name: len(found) for name, found in groups.items()},
        pager=part,
        **{group: [activity_line(each, shown) for name, each in part.items if name == group] for group in groups},
    )


def _deadline(each: Known) -> int:
    return each.course.open_round.deadline_us if each.course.open_round else 0
