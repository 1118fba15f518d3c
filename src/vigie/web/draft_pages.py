"""The page of a draft: its form, what would still stop it, and what each recipient would see of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.atlas import Atlas, area_by_code, name_of, units_of
from vigie.model.errors import NotReleasable, VigieError
from vigie.model.label import PUBLIC, TLP_ORDER, Label, may_read
from vigie.model.languages import FORM, SEVERITY_WORDS, said, said_n, to_say
from vigie.model.said import MAX_HEADLINE
from vigie.model.warning import SEVERITIES, Content, Draft
from vigie.node.accounts import may
from vigie.node.desk import evidence_labels, release_check
from vigie.node.facts import area_name
from vigie.node.packs import packs
from vigie.node.warning_facts import URGENCY_WORDS, Shown, content_facts, label_words
from vigie.warn.chain import NO_REVIEW, Proposal, may_approve, may_release
from vigie.warn.release import blocked_recipients, release_label
from vigie.web.asking import check_once
from vigie.web.desk_pages import Asked, Named, desk_sheet, shown_here
from vigie.web.draft_forms import TEXT_LANGUAGES, lines, option_places, text_places, values_of
from vigie.web.seats import Member, Seat
from vigie.web.warning_pages import records_of
from vigie.web.warning_words import words

NO_APPROVAL = to_say("An account with the role {role} cannot approve.")
NO_RELEASE = to_say("An account with the role {role} cannot release.")
ACTS = {"issue": to_say("a first issue"), "update": to_say("an update"), "cancel": to_say("a call-back"), "end": to_say("an end")}
STATES = {
    "open": to_say("being written"),
    "submitted": to_say("waits for a second person"),
    "withdrawn": to_say("withdrawn"),
    "released": to_say("released"),
}

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@routes.get("/desk/drafts/{ref}")
def draft_page(seat: Member, ref: Named, _query: Asked) -> Response:
    """The form of a draft as it was saved last."""
    return draft_sheet(seat, ref)


def proposal_named(seat: Seat, ref: str) -> Proposal:
    """The draft of that name that the party wrote; 404 where there is none."""
    found = next((item for item in seat.drafts if item.ref == ref and item.owner == seat.party), None)
    if found is None:
        raise HTTPException(404)
    return found


def draft_sheet(seat: Seat, ref: str, *, fault: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page of a draft; after a fault with one sentence, and with what was typed."""
    found = proposal_named(seat, ref)
    draft = found.draft
    typed = dict(sent) if sent and "headline_1" in sent else values_of(draft)
    return desk_sheet(
        "draft.html",
        seat,
        "board",
        status=status,
        fault=fault,
        sent=dict(sent or {}),
        v=typed,
        ref=ref,
        version=typed.get("version", str(found.entry.version)),
        headline=draft.content.texts[0].headline,
        text_places=text_places(typed),
        option_places=option_places(typed),
        told=lines(typed, "recipients"),
        kept=lines(typed, "keep"),
        evidence=records_of(seat, draft.content.evidence),
        replay=draft.content.replay,
        figures=draft.content.figures,
        notes=(),
        **_choices(seat, typed, draft),
        **_standing(seat, found),
        **_looks(seat, draft),
    )


def _choices(seat: Seat, typed: Mapping[str, str], draft: Draft) -> dict[str, Any]:
    """What the form offers."""
    directory, atlas, chosen = seat.desk.node.directory, seat.desk.atlas, lines(typed, "areas")
    known = {*directory.parties, seat.desk.node.settings.party} - {seat.party}
    return {
        "languages": list(dict.fromkeys([*TEXT_LANGUAGES, *(text.language for text in draft.content.texts)])),
        "severities": [(name, said(seat.tongue, SEVERITY_WORDS[name])) for name in SEVERITIES],
        "urgencies": [(name, said(seat.tongue, text)) for name, text in URGENCY_WORDS.items()],
        "field_names": [(name, said(seat.tongue, pack.title)) for name, pack in packs().items()],
        "tlps": [(name, f"TLP:{name}") for name in TLP_ORDER],
        "parties": [PUBLIC, *sorted(known | set(draft.content.recipients) - {PUBLIC})],
        "chosen": chosen,
        "area_words": [area_name(atlas, code, seat.tongue) or code for code in chosen],
        "countries": [_country(atlas, code, chosen, seat.tongue) for code in country_order(atlas, seat.tongue)],
    }


def country_order(atlas: Atlas, language: str) -> list[str]:
    """The countries of the region by their names in this language."""
    return sorted(atlas.region, key=lambda code: area_name(atlas, code, language) or code)


def _country(atlas: Atlas, code: str, chosen: list[str], language: str) -> dict[str, Any]:
    units = sorted(((unit.code, name_of(unit, language)) for unit in units_of(atlas, code)), key=lambda item: item[1])
    count = sum(area in chosen for area in (code, *(unit for unit, _ in units)))
    known = area_by_code(atlas, code)
    return {"code": code, "name": area_name(atlas, code, language) if known else code, "units": units, "count": count, "is_open": bool(count)}


def _standing(seat: Seat, found: Proposal) -> dict[str, Any]:
    """Where the draft stands, and why whoever looks at it may not approve or release it."""
    session, four_eyes = seat.session, seat.desk.node.settings.four_eyes
    role, account = (session.role, session.account) if session else ("", "")
    refused = [vote for vote in found.votes if not vote.approved]
    no_role = {"role": said(seat.tongue, role)}
    return {
        "state": found.draft.state,
        "state_words": said(seat.tongue, STATES[found.draft.state]),
        "act_words": said(seat.tongue, ACTS[found.draft.content.act]),
        "authors": [name for name in found.authors if name],
        "approvers": found.approvers,
        "refused": refused,
        "agreed": [{"by": vote.by, "when": shown_here(seat).moment(vote.said_us), "is_mine": vote.by == account} for vote in found.votes if vote.approved],
        "has_approved": account in found.approvers,
        "saved": shown_here(seat).moment(found.entry.said_us),
        "digest": found.digest,
        "can_write": may(role, "draft") and found.draft.state in ("open", "submitted"),
        "approve_refusal": may_approve(found, seat.log, four_eyes=four_eyes, by=account) if may(role, "approve") else said(seat.tongue, NO_APPROVAL, **no_role),
        "release_refusal": may_release(found, seat.log, four_eyes=four_eyes, by=account) if may(role, "release") else said(seat.tongue, NO_RELEASE, **no_role),
    }


def _looks(seat: Seat, draft: Draft) -> dict[str, Any]:
    """The checks, who would read it, and how it looks in each language."""
    label, sentence = release_words(seat, draft)
    return {
        "checks": [*_text_checks(seat.tongue, draft.content), *_time_checks(seat, draft.content), (label is not None, sentence)],
        "readers": _readers(seat, draft),
        "previews": [_preview(seat, draft.content, text.language) for text in draft.content.texts],
    }


def release_words(seat: Seat, draft: Draft) -> tuple[Label | None, str]:
    """The label that the draft would be released under, in words; or none, and the sentence that names what stands in the way."""
    if not draft.content.recipients:
        return None, said(seat.tongue, "Nobody is told: choose recipients.")
    try:
        check_list(seat, draft)
        label = release_check(seat.at_draft, draft)
    except VigieError as fault:
        return None, str(fault)
    return label, said(seat.tongue, "It would be released as {label}.", label=label_words(label))


def check_list(seat: Seat, draft: Draft) -> None:
    """Raises `NotReleasable` where nothing but the list of those who may read it stands in the way: it says that the box is to be unticked."""
    if draft.rel_to is None or PUBLIC not in draft.content.recipients:
        return
    try:
        release_check(seat.at_draft, draft.model_copy(update={"rel_to": None}))
    except VigieError:
        return
    raise NotReleasable("PUBLIC is told, but only those named may read it", todo="untick “only those named above may read it”")


_BLANK = ("what", "where", "when", "why", "alternative", "mind")
"""The parts of a text that a whole one has."""

_GIVEN = (
    ("likelihood", to_say("A likelihood is given."), to_say("No likelihood is given.")),
    ("confidence_why", to_say("The confidence has its reason."), to_say("The confidence has no reason.")),
    ("options", to_say("There are options for action."), to_say("There is no option for action.")),
    ("areas", to_say("There is an area."), to_say("No area is chosen.")),
)
"""What a content should have: its name, what is said where it is there, and where it is not."""


def _text_checks(language: str, content: Content) -> list[tuple[bool, str]]:
    unread = ", ".join(text.language for text in content.texts if not text.reviewed)
    blank = ", ".join(said(language, FORM[name]) for name in _BLANK if not getattr(content.texts[0], name))
    read = to_say("Not read by a speaker of the language yet: {tags}.") if unread else to_say("Every text has been read by a speaker of its language.")
    whole = to_say("Still blank: {names}.") if blank else to_say("Every part of the text form is there.")
    given = [(bool(getattr(content, name)), said(language, yes if getattr(content, name) else no)) for name, yes, no in _GIVEN]
    return [*_headlines(language, content), (not unread, said(language, read, tags=unread)), (not blank, said(language, whole, names=blank)), *given]


def _headlines(language: str, content: Content) -> list[tuple[bool, str]]:
    """Whether each headline is short enough."""
    text = to_say("The headline in {tag} has {number} of {most} characters.")
    return [
        (len(each.headline) <= MAX_HEADLINE, said(language, text, tag=each.language, number=len(each.headline), most=MAX_HEADLINE)) for each in content.texts
    ]


def _time_checks(seat: Seat, content: Content) -> list[tuple[bool, str]]:
    review_us, count = content.next_review_us, len(content.evidence)
    is_future = content.expires_us > seat.now_us
    is_reviewed = review_us is not None and seat.now_us < review_us <= content.expires_us
    future = to_say("It expires in the future.") if is_future else to_say("It has expired already.")
    review = to_say("It is reviewed before it expires.") if is_reviewed else to_say("The next review should lie between now and the expiry.")
    rests = (
        said_n(seat.tongue, "It rests on {n} record.", "It rests on {n} records.", count)
        if count
        else said(seat.tongue, "It names no record that it rests on.")
    )
    found = [(is_future, said(seat.tongue, future)), (is_reviewed, said(seat.tongue, review)), (bool(count), rests)]
    is_second = content.stage not in NO_REVIEW and seat.desk.node.settings.four_eyes
    return [*found, *([(True, said(seat.tongue, "A second person must approve it."))] if is_second else [])]


def _readers(seat: Seat, draft: Draft) -> list[dict[str, Any]]:
    """What each recipient would be let to read: the warning, and how many of its records."""
    directory = seat.desk.node.directory
    try:
        evidence = evidence_labels(seat.at_draft, draft.content)
        label = release_label(seat.party, draft.tlp, None if draft.rel_to is None else list(draft.rel_to), [found for _, found in evidence], directory)
    except VigieError:
        return []
    blocked = {item.recipient: item.by for item in blocked_recipients(draft.content, label, directory, seat.now_us, evidence)}
    return [
        {
            "name": name,
            "reads": name not in blocked,
            "because": ", ".join(blocked.get(name, ())),
            "records": sum(may_read(name, found, directory, seat.now_us) for _, found in evidence),
            "of": len(evidence),
        }
        for name in draft.content.recipients
    ]


def _preview(seat: Seat, content: Content, language: str) -> dict[str, Any]:
    shown = shown_here(seat)
    facts = content_facts(content, Shown(shown.atlas, language, shown.yardstick, shown.log))
    return facts | {"form": {name: said(language, text) for name, text in FORM.items()}, "w": words(language)}
