"""What people do at the desk, one form an act: checked, done once, and led on to a page.

After a fault the page comes again with one sentence and with what was typed. A form that is sent twice does no more than one that is sent once.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, NotReleasable, VigieError
from vigie.model.said import read_body
from vigie.model.times import DAY_US, SECOND_US
from vigie.model.warning import Assessment, Content, Draft, Wording
from vigie.node import desk
from vigie.node.compose import draft_from_signal
from vigie.node.outlook import disable_rule, enable_rule, known_rule, replay_of, replay_rule
from vigie.node.packs import packs
from vigie.web.asking import check_once
from vigie.web.desk_pages import (
    Asked,
    Named,
    check_own,
    own_warning_sheet,
    rules_sheet,
    signal_named,
    signal_sheet,
    triage_of,
)
from vigie.web.draft_forms import draft_of_form, lines, time_of
from vigie.web.draft_pages import check_list, draft_sheet, proposal_named
from vigie.web.seats import Member, Seat
from vigie.web.sessions import Form, allow
from vigie.web.warning_pages import chain_named, warning_sheet

NEW_DRAFT_DAYS = 14
_STATUS: dict[type[VigieError], int] = {BadReport: 400, NotReleasable: 403, BadSetting: 409}

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

Again = Callable[[str, int], Response]
"""Makes the page again, with a sentence and a status."""


def done(seat: Seat, act: Callable[[], str], again: Again) -> Response:
    """Does the act and leads on to the path that it gives; after a fault the page again, with its sentence."""
    try:
        return RedirectResponse(seat.path(act()), 303)
    except (BadReport, BadSetting, NotReleasable) as fault:
        return again(str(fault), _STATUS[type(fault)])


@routes.post("/desk/signals/{name}/triage")
def triage_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """Dismisses a signal with a reason, or snoozes it until a day."""
    allow_at(seat, "triage")
    signal = signal_named(seat.outlook, name)

    def act() -> str:
        word, reason = form.get("word", ""), form.get("reason", "").strip()
        until_us = time_of(form.get("until", ""), None, "until") if word == "snoozed" else None
        if until_us is not None and until_us <= seat.now_us:
            raise BadReport("A signal is snoozed until a day that is still to come", field="until", got=form.get("until", ""))
        last = triage_of(seat, signal)
        if last is None or (last["word"], last.get("reason", ""), last.get("until_us")) != (word, reason, until_us):
            desk.triage(seat.at_desk, signal, word, reason=reason, until_us=until_us)
        return "/desk"

    return done(seat, act, lambda fault, status: signal_sheet(seat, name, fault=fault, sent=form, status=status))


@routes.post("/desk/signals/{name}/promote")
def promote_sent(seat: Member, _form: Form, name: Named, _query: Asked) -> Response:
    """Begins a draft from a signal, or leads to the one that was begun."""
    allow_at(seat, "draft")
    signal = signal_named(seat.outlook, name)

    def act() -> str:
        last = triage_of(seat, signal)
        if last and last.get("draft"):
            return f"/desk/drafts/{last['draft']}"
        draft = draft_from_signal(seat.desk.node, seat.desk.atlas, seat.outlook, signal)
        return f"/desk/drafts/{desk.open_draft(seat.at_desk, draft, signal.id).ref}"

    return done(seat, act, lambda fault, status: signal_sheet(seat, name, fault=fault, status=status))


@routes.post("/desk/drafts")
def new_draft_sent(seat: Member, _form: Form, _query: Asked) -> Response:
    """Begins a draft of its own; one of the same account that is still as it was begun is taken again."""
    allow_at(seat, "draft")
    begun = next(
        (item for item in seat.drafts if item.draft.state == "open" and item.versions == 1 and item.entry.by == account_of(seat) and is_blank(item.draft)),
        None,
    )
    entry = begun.entry if begun else desk.open_draft(seat.at_desk, blank_draft(seat))
    return RedirectResponse(seat.path(f"/desk/drafts/{entry.ref}"), 303)


def is_blank(draft: Draft) -> bool:
    """Whether nothing has been written yet."""
    return draft.content.texts[0].headline == _NEW_HEADLINE and not draft.content.signal


_NEW_HEADLINE = "New warning"


def blank_draft(seat: Seat) -> Draft:
    """A draft that says nothing yet, for two weeks from now."""
    begin_us = seat.now_us // (60 * SECOND_US) * (60 * SECOND_US)
    content = Content(
        warning=desk.new_name("w"),
        event=_NEW_HEADLINE,
        field=next(iter(packs())),
        onset_us=begin_us,
        expires_us=begin_us + NEW_DRAFT_DAYS * DAY_US,
        texts=(Wording(language="en", headline=_NEW_HEADLINE),),
    )
    return Draft(content=content)


def account_of(seat: Seat) -> str:
    """The account that is signed in."""
    return seat.session.account if seat.session else ""


def allow_at(seat: Seat, act: str) -> None:
    """Raises 403 where the account's role does not allow the act."""
    if seat.session is not None:
        allow(seat.session, act)


@routes.post("/desk/drafts/{ref}")
def draft_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """Saves a draft, saves it and hands it to a second person, or withdraws it."""
    allow_at(seat, "draft")
    found = proposal_named(seat, ref)
    do = form.get("do", "save")

    def act() -> str:
        if do == "withdraw":
            _save(seat, ref, found.draft.model_copy(update={"state": "withdrawn"}), form)
            return "/desk"
        saved = _save(seat, ref, draft_of_form(form, found.draft), form)
        if do == "strike":
            desk.strike_figures(seat.at_desk, ref, saved.version)
        if do == "submit" and desk.draft_of(seat.at_desk, ref).draft.state == "open":
            check_list(seat, desk.draft_of(seat.at_desk, ref).draft)
            desk.submit_draft(seat.at_draft, ref, saved.version)
        return f"/desk/drafts/{ref}"

    return done(seat, act, lambda fault, status: draft_sheet(seat, ref, fault=fault, sent=form, status=status))


def _save(seat: Seat, ref: str, draft: Draft, form: dict[str, str]) -> Entry:
    """The next version; the one that stands, where it says the same already: the form was sent twice, or nothing was changed."""
    found = proposal_named(seat, ref)
    if found.draft == draft.model_copy(update={"state": found.draft.state if draft.state == "open" else draft.state}):
        return found.entry
    try:
        version = int(form.get("version", ""))
    except ValueError as fault:
        raise BadReport("The form does not say which version of the draft it shows", got=form.get("version", ""), todo="open its page again") from fault
    return desk.save_draft(seat.at_desk, ref, draft, version)


@routes.post("/desk/drafts/{ref}/approval")
def approval_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """Approves a draft as it was shown, or sends it back with a reason."""
    allow_at(seat, "approve")
    found = proposal_named(seat, ref)
    is_approval = form.get("do") == "approve"

    def act() -> str:
        if not (is_approval and account_of(seat) in found.approvers and found.digest == form.get("content")):
            desk.approve(seat.at_desk, ref, form.get("content", ""), approved=is_approval, note=form.get("note", ""))
        return f"/desk/drafts/{ref}" if is_approval else "/desk"

    return done(seat, act, lambda fault, status: draft_sheet(seat, ref, fault=fault, sent=form, status=status))


@routes.post("/desk/drafts/{ref}/release")
def release_sent(seat: Member, _form: Form, ref: Named, _query: Asked) -> Response:
    """Releases a draft as a warning."""
    allow_at(seat, "release")
    found = proposal_named(seat, ref)

    def act() -> str:
        if found.draft.state != "released":
            check_list(seat, found.draft)
            desk.release(seat.at_draft, ref)
        return f"/desk/warnings/{found.draft.content.warning}"

    return done(seat, act, lambda fault, status: draft_sheet(seat, ref, fault=fault, status=status))


@routes.post("/desk/warnings/{name}/drafts")
def update_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """Begins a draft that updates, ends or cancels a warning, or leads to the one that was begun."""
    allow_at(seat, "draft")
    head = chain_named(seat, name).head
    act_word = form.get("act", "")

    def act() -> str:
        if act_word not in ("update", "cancel", "end"):
            raise BadReport("A warning is updated, cancelled or ended", got=act_word)
        begun = next((item for item in seat.drafts if _continues(item.draft, head.id, act_word) and item.owner == seat.party), None)
        return f"/desk/drafts/{begun.ref if begun else desk.draft_update(seat.at_desk, name, act_word).ref}"

    return done(seat, act, lambda fault, status: own_warning_sheet(seat, name, fault=fault, status=status))


def _continues(draft: Draft, head: str, act: str) -> bool:
    return draft.state in ("open", "submitted") and draft.content.act == act and head in draft.content.predecessors


@routes.post("/desk/warnings/{name}/answers")
def answer_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """A party's answer to a warning."""
    allow_at(seat, "answer")
    chain_named(seat, name)

    def act() -> str:
        desk.answer(seat.at_desk, name, form.get("word", ""), form.get("text", ""), tlp=form.get("tlp", ""))
        return f"/warnings/{name}"

    return done(seat, act, lambda fault, status: warning_sheet(seat, name, fault=fault, sent=form, status=status))


@routes.post("/desk/warnings/{name}/assessment")
def assessment_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """What became of a warning, by its owner."""
    allow_at(seat, "assess")
    chain = chain_named(seat, name)

    def act() -> str:
        began_us = time_of(form.get("began", ""), None, "began")
        said = {
            "warning": name,
            "outcome": form.get("outcome", ""),
            "text": form.get("text", "").strip(),
            "began_us": began_us,
            "events": [*lines(form, "events")],
        }
        word = read_body(Assessment, said)
        if chain.assessment != word or chain.status != "assessed":
            desk.assess(seat.at_draft, name, word.outcome, word.text, word.began_us, word.events)
        return f"/desk/warnings/{name}"

    return done(seat, act, lambda fault, status: own_warning_sheet(seat, name, fault=fault, sent=form, status=status))


@routes.post("/desk/rules/{name}")
def rule_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """Replays a rule over the archive, switches it on or off."""
    allow_at(seat, "rules")
    check_own(seat)
    node, do = seat.desk.node, form.get("do", "")

    def act() -> str:
        known_rule(node, name)
        if do == "replay":
            replay_rule(node, seat.desk.atlas, seat.world, name, seat.now_us)
        elif do == "enable":
            _check_replayed(seat, name)
            enable_rule(node, name, seat.now_us, exercise=seat.world.exercise)
        elif do == "disable":
            disable_rule(node, name, exercise=seat.world.exercise)
        else:
            raise BadReport("A rule is replayed, switched on or switched off", got=do)
        return "/desk/rules"

    return done(seat, act, lambda fault, status: rules_sheet(seat, fault=fault, about=name, status=status))


def _check_replayed(seat: Seat, name: str) -> None:
    """Raises `BadSetting` where the rule is to be replayed first, in the words of a page that has a button for it."""
    rule = known_rule(seat.desk.node, name)
    if rule.how != "judged" and replay_of(seat.desk.node, rule, exercise=seat.world.exercise) is None:
        raise BadSetting("The rule was not replayed in the wording that it has now", record=name, todo="replay it first and look at the result")


@routes.post("/desk/problems/{name}/reviews")
def review_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """That a warning problem was looked at as a whole."""
    allow_at(seat, "judge")
    check_own(seat)

    def act() -> str:
        desk.review(seat.at_desk, name, form.get("text", ""))
        return "/desk"

    return done(seat, act, lambda fault, status: rules_sheet(seat, fault=fault, about=name, sent=form, status=status))


@routes.post("/desk/rules/{name}/judgements")
def judgement_sent(seat: Member, form: Form, name: Named, _query: Asked) -> Response:
    """An analyst's level for a judged indicator in an area."""
    allow_at(seat, "judge")
    check_own(seat)

    def act() -> str:
        known_rule(seat.desk.node, name)
        until_us = time_of(form.get("until", ""), None, "until") or 0
        desk.judge(seat.at_desk, name, form.get("area", ""), form.get("level", ""), form.get("reason", ""), until_us)
        return "/desk/rules"

    return done(seat, act, lambda fault, status: rules_sheet(seat, fault=fault, about=name, sent=form, status=status))
