"""The pages of activities: what is being done, how partners agreed to it, and the forms of those who may act on it.

A form that is sent twice does no more than one that is sent once; after a fault the page comes again with one sentence and what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.activities.approval import FROM
from vigie.activities.record import STANDINGS, Known, day_of, known, standing
from vigie.model.activity import STATUSES, Activity, PartnerRole
from vigie.model.entry import body_digest
from vigie.model.errors import BadReport
from vigie.model.label import Label
from vigie.model.languages import LANGUAGES
from vigie.model.priorities import MECHANISMS, fields_of
from vigie.model.procedure import Act
from vigie.model.said import body_of
from vigie.node import procedures
from vigie.node.accounts import may
from vigie.node.activity_facts import activity_facts, activity_line
from vigie.node.iati_files import export_iati
from vigie.node.outlook import Outlook
from vigie.node.packs import packs
from vigie.node.priorities import priorities_of
from vigie.web.activity_forms import MAX_TITLES, activity_of_form, values_of_activity
from vigie.web.asking import ActivityQuery, TongueQuery, check_once
from vigie.web.desk_forms import allow_at, done
from vigie.web.desk_pages import desk_sheet, shown_here
from vigie.web.draft_forms import TEXT_LANGUAGES, lines
from vigie.web.paging import part_of
from vigie.web.seats import Member, Reader, Seat
from vigie.web.sessions import Form
from vigie.web.sheets import sheet
from vigie.web.warning_pages import frame_of

IATI_TYPE = "application/xml"
NEXT_ACTS: Sequence[Act] = ("submit", "screen", "review", "list", "return", "discuss", "start", "close", "evaluate", "withdraw")
"""The acts that are a button, in the order of a procedure; those of a silence have forms of their own."""

ACT_BUTTONS: Mapping[str, str] = {
    "submit": "Submit for screening",
    "screen": "Screen: it fits and nobody does it already",
    "review": "Send to peer review",
    "list": "Put on the list for agreement",
    "return": "Send back to draft",
    "discuss": "Take up for discussion",
    "start": "Start the work",
    "close": "Close: the work is done",
    "evaluate": "Evaluated",
    "withdraw": "Withdraw",
}
MUST_SAY = ("return", "withdraw")
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
    """A page about activities, for everybody; its own words are English."""
    english = seat.in_english()
    subnav = [("activities", "/activities", "Activities"), ("stocktake", "/stocktake", "Stocktake"), ("coverage", "/coverage", "Coverage against risk")]
    common: dict[str, Any] = {"here": "activities", "page": "activities", "subnav": subnav, "fault": "", "sent": {}}
    session = seat.session
    common["may"] = lambda act: session is not None and may(session.role, act)
    return sheet(name, seat.desk, **(frame_of(english, "/activities") | common | parts))


@routes.get("/activities")
def activities_page(seat: Reader, query: Annotated[ActivitiesQuery, Query()]) -> Response:
    """All activities that the reader may read, those that run first."""
    found = [each for each in _ordered(known(seat.log), seat) if _is_wanted(each, seat, query)]
    asked = "".join(f"&{name}={value}" for name in ("standing", "field", "country") if (value := getattr(query, name)))
    part = part_of(found, query.page or 1, lambda number: seat.path(f"/activities?page={number}{asked}"))
    shown = shown_here(seat)
    countries = {share.code for each in known(seat.log) for share in each.activity.countries}
    return activity_sheet(
        "activities.html",
        seat,
        items=[activity_line(each, shown) for each in part.items],
        total=len(found),
        pager=part,
        asked={"standing": query.standing or "", "field": query.field or "", "country": query.country or ""},
        standings=STANDINGS,
        countries=sorted(countries),
        iati=seat.path("/activities.iati.xml"),
    )


def _ordered(found: Sequence[Known], seat: Seat) -> list[Known]:
    """Running ones first, then planned ones, then what is over; within each the newest word first."""
    order = {name: place for place, name in enumerate(("running", "planned", "suspended", "finished", "withdrawn", None))}
    return sorted(found, key=lambda each: order[standing(each, day_of(seat.now_us))])


def _is_wanted(each: Known, seat: Seat, query: ActivitiesQuery) -> bool:
    if query.standing and standing(each, day_of(seat.now_us)) != query.standing:
        return False
    if query.field and query.field not in fields_of(each.activity, priorities_of(seat.desk.node)):
        return False
    return not query.country or query.country in {share.code for share in each.activity.countries} or query.country in each.activity.areas


@routes.get("/activities.iati.xml")
def activities_iati(seat: Reader, _query: Asked) -> Response:
    """The activities that the reader may read, as IATI 2.03."""
    made = export_iati(seat.desk.node, seat.party, seat.now_us, exercise=seat.exercise)
    name = "activities-exercise.xml" if seat.exercise else "activities.xml"
    return Response(made.data, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=IATI_TYPE)


def known_here(seat: Seat, owner: str, ref: str) -> Known:
    """The activity of that owner and name; 404 where the reader has none."""
    found = next((each for each in known(seat.log) if (each.owner, each.ref) == (owner, ref)), None)
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
        here_path=f"/activities/{owner}/{ref}",
        is_own=seat.party == owner,
        heads={chain.warning: chain.head.content.texts[0].headline for chain in seat.chains},
        priorities=[(name, priorities_of(seat.desk.node)[name].title if name in priorities_of(seat.desk.node) else name) for name in found.activity.priorities],
        next_acts=[(act, ACT_BUTTONS[act], act in MUST_SAY) for act in next_acts(found)] if seat.party == owner else [],
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


def label_values(label: Label) -> dict[str, str]:
    """A label as the fields of the form: who may read it."""
    if label.rel_to is None and label.tlp in ("CLEAR", "GREEN"):
        return {"readers": label.tlp}
    named = sorted(label.rel_to or ())
    return {"readers": "named" if named else "own", "named": "\n".join(named)}


def form_sheet(seat: Seat, sent: Mapping[str, str], ref: str = "", *, fault: str = "", status: int = 200) -> Response:
    """The form of an activity, with what was typed."""
    heads = {chain.warning: chain.head.content.texts[0].headline for chain in seat.chains}
    outlook: Outlook = seat.outlook
    return desk_sheet(
        "activity.html",
        seat,
        "activities",
        status=status,
        sent=dict(sent),
        ref=ref,
        answers=[(name, heads[name]) for name in lines(sent, "answers") if name in heads],
        texts=range(1, MAX_TITLES + 1),
        languages=[*dict.fromkeys((*LANGUAGES, *TEXT_LANGUAGES))],
        mechanisms=MECHANISMS,
        priorities=[(name, item.title) for name, item in priorities_of(seat.desk.node).items()],
        chosen=lines(sent, "priorities"),
        risks=[(name, problem.title) for name, problem in outlook.book.problems.items()],
        chosen_risks=lines(sent, "risks"),
        statuses=STATUSES,
        roles=ROLES,
        readers=sorted({*seat.desk.node.directory.parties, seat.desk.node.settings.party} - {seat.party}),
        fields_known=list(packs()),
        fault=fault,
    )


def label_of_form(form: Mapping[str, str]) -> tuple[str, list[str] | None]:
    """The TLP level and the readers that the form means; none where it leaves them as they are."""
    choice = form.get("readers", "")
    if choice in ("CLEAR", "GREEN"):
        return choice, None
    return ("AMBER", lines(form, "named") if choice == "named" else []) if choice else ("", None)


@routes.post("/desk/activities")
def activity_sent(seat: Member, form: Form, _query: Asked) -> Response:
    """A new activity; one that answers warnings is the party's answer to them too."""
    allow_at(seat, "draft")

    def act() -> str:
        activity = activity_of_form(form)
        found = _sent_before(seat, activity)
        ref = found or _begun(seat, form, activity)
        return f"/activities/{seat.party}/{ref}"

    return done(seat, act, lambda fault, status: form_sheet(seat, form, fault=fault, status=status))


def _sent_before(seat: Seat, activity: Activity) -> str:
    wanted = body_digest(body_of(activity))
    return next((entry.ref for entry in seat.log.of("activity") if entry.owner == seat.party and body_digest(entry.body) == wanted), "")


def _begun(seat: Seat, form: Mapping[str, str], activity: Activity) -> str:
    tlp, rel_to = label_of_form(form)
    if activity.answers:
        return procedures.open_activity(seat.at_desk, activity, tlp).ref
    return procedures.save_activity(seat.at_draft, activity, tlp=tlp, rel_to=rel_to).ref


@routes.post("/desk/activities/{ref}")
def edit_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """The next version of an activity of the party's own."""
    allow_at(seat, "draft")
    found = known_here(seat, seat.party, ref)

    def act() -> str:
        activity = activity_of_form(form, found.activity)
        (tlp, rel_to), version = label_of_form(form), form.get("version", "")
        is_same = body_digest(body_of(activity)) == body_digest(found.entry.body) and (label_values(found.entry.label) == _label_said(form) or not tlp)
        if not is_same:
            procedures.save_activity(seat.at_draft, activity, ref, int(version) if version.isdecimal() else 0, tlp, rel_to)
        return f"/activities/{seat.party}/{ref}"

    return done(seat, act, lambda fault, status: form_sheet(seat, form, ref, fault=fault, status=status))


def _label_said(form: Mapping[str, str]) -> dict[str, str]:
    named = "\n".join(sorted(lines(form, "named")))
    return {"readers": form.get("readers", "")} | ({"named": named} if form.get("readers") in ("named", "own") else {})


@routes.post("/activities/{owner}/{ref}/steps")
def step_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """A step of the procedure, by its owner; the same step twice changes nothing."""
    return _on_page(seat, owner, ref, form, "step", lambda: _take(seat, owner, ref, form))


def _take(seat: Seat, owner: str, ref: str, form: Mapping[str, str]) -> None:
    act, text, day = form.get("act", ""), form.get("text", ""), form.get("day", "")
    lines_done = known_here(seat, owner, ref).course.lines
    last = next((line for line in reversed(lines_done) if not line.is_without_effect), None)
    if last is None or (last.act, last.text, last.by) != (act, text.strip(), seat.at_desk.actor.account) or act == "sheet":
        procedures.take_step(seat.at_desk, owner, ref, act, text, day)


@routes.post("/activities/{owner}/{ref}/silence")
def silence_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """Puts an activity under silence until a local time in a zone."""

    def act() -> None:
        until, zone = form.get("until", ""), form.get("zone", "").strip()
        if not zone:
            raise BadReport("A deadline needs its time zone", field="zone", expected="a name of the IANA list such as Europe/Sarajevo")
        deadline_us = procedures.deadline_of(until, zone)
        procedures.open_silence(seat.at_desk, ref, deadline_us, zone, lines(form, "parties"), form.get("agree", ""), form.get("note", ""))

    return _on_page(seat, owner, ref, form, "silence", act)


@routes.post("/activities/{owner}/{ref}/extend")
def extend_sent(seat: Member, form: Form, owner: Named, ref: Named, _query: Asked) -> Response:
    """Gives the silence that runs a later deadline."""

    def act() -> None:
        zone = form.get("zone", "").strip()
        procedures.extend_silence(seat.at_desk, ref, procedures.deadline_of(form.get("until", ""), zone), zone)

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
        return f"/activities/{owner}/{ref}"

    return done(seat, act, lambda fault, status: one_sheet(seat, owner, ref, fault=fault, about=about, sent=form, status=status))


@routes.get("/desk/activities")
def desk_page(seat: Member, _query: Asked) -> Response:
    """What waits for the party: silences that it is asked for, and its own activities by state."""
    shown, found = shown_here(seat), known(seat.log)
    asked = [each for each in found if each.course.open_round and seat.party in each.course.open_round.parties and each.owner != seat.party]
    own = [each for each in found if each.owner == seat.party]
    return desk_sheet(
        "desk-activities.html",
        seat,
        "activities",
        asked=[activity_line(each, shown) for each in sorted(asked, key=_deadline)],
        waiting=[activity_line(each, shown) for each in own if each.course.state not in ("", "running", "closed", "evaluated", "withdrawn")],
        others=[activity_line(each, shown) for each in own if each.course.state in ("", "running", "closed", "evaluated", "withdrawn")],
    )


def _deadline(each: Known) -> int:
    return each.course.open_round.deadline_us if each.course.open_round else 0
