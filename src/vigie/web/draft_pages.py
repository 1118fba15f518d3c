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
from vigie.model.languages import FORM, said
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

ACTS = {"issue": "a first issue", "update": "an update", "cancel": "a call-back", "end": "an end"}
STATES = {"open": "being written", "submitted": "waits for a second person", "withdrawn": "withdrawn", "released": "released"}

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
        evidence=records_of(seat.in_english(), draft.content.evidence),
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
        "severities": [(name, name.lower()) for name in SEVERITIES],
        "urgencies": list(URGENCY_WORDS.items()),
        "field_names": [(name, pack.title) for name, pack in packs().items()],
        "tlps": [(name, f"TLP:{name}") for name in TLP_ORDER],
        "parties": [PUBLIC, *sorted(known | set(draft.content.recipients) - {PUBLIC})],
        "chosen": chosen,
        "area_words": [area_name(atlas, code, "en") or code for code in chosen],
        "countries": [_country(atlas, code, chosen) for code in country_order(atlas)],
    }


def country_order(atlas: Atlas) -> list[str]:
    """The countries of the region by English name."""
    return sorted(atlas.region, key=lambda code: area_name(atlas, code, "en") or code)


def _country(atlas: Atlas, code: str, chosen: list[str]) -> dict[str, Any]:
    units = sorted(((unit.code, name_of(unit)) for unit in units_of(atlas, code)), key=lambda item: item[1])
    count = sum(area in chosen for area in (code, *(unit for unit, _ in units)))
    known = area_by_code(atlas, code)
    return {"code": code, "name": area_name(atlas, code, "en") if known else code, "units": units, "count": count, "is_open": bool(count)}


def _standing(seat: Seat, found: Proposal) -> dict[str, Any]:
    """Where the draft stands, and why whoever looks at it may not approve or release it."""
    session, four_eyes = seat.session, seat.desk.node.settings.four_eyes
    role, account = (session.role, session.account) if session else ("", "")
    refused = [vote for vote in found.votes if not vote.approved]
    no_role = f"An account with the role {role} cannot"
    return {
        "state": found.draft.state,
        "state_words": STATES[found.draft.state],
        "act_words": ACTS[found.draft.content.act],
        "authors": [name for name in found.authors if name],
        "approvers": found.approvers,
        "refused": refused,
        "agreed": [{"by": vote.by, "when": shown_here(seat).moment(vote.said_us), "is_mine": vote.by == account} for vote in found.votes if vote.approved],
        "has_approved": account in found.approvers,
        "saved": shown_here(seat).moment(found.entry.said_us),
        "digest": found.digest,
        "can_write": may(role, "draft") and found.draft.state in ("open", "submitted"),
        "approve_refusal": may_approve(found, seat.log, four_eyes=four_eyes, by=account) if may(role, "approve") else f"{no_role} approve.",
        "release_refusal": may_release(found, seat.log, four_eyes=four_eyes, by=account) if may(role, "release") else f"{no_role} release.",
    }


def _looks(seat: Seat, draft: Draft) -> dict[str, Any]:
    """The checks, who would read it, and how it looks in each language."""
    label, sentence = release_words(seat, draft)
    return {
        "checks": [*_text_checks(draft.content), *_time_checks(seat, draft.content), (label is not None, sentence)],
        "readers": _readers(seat, draft),
        "previews": [_preview(seat, draft.content, text.language) for text in draft.content.texts],
    }


def release_words(seat: Seat, draft: Draft) -> tuple[Label | None, str]:
    """The label that the draft would be released under, in words; or none, and the sentence that names what stands in the way."""
    if not draft.content.recipients:
        return None, "Nobody is told: choose recipients."
    try:
        check_list(seat, draft)
        label = release_check(seat.at_draft, draft)
    except VigieError as fault:
        return None, str(fault)
    return label, f"It would be released as {label_words(label)}."


def check_list(seat: Seat, draft: Draft) -> None:
    """Raises `NotReleasable` where nothing but the list of those who may read it stands in the way: it says that the box is to be unticked."""
    if draft.rel_to is None or PUBLIC not in draft.content.recipients:
        return
    try:
        release_check(seat.at_draft, draft.model_copy(update={"rel_to": None}))
    except VigieError:
        return
    raise NotReleasable("PUBLIC is told, but only those named may read it", todo="untick “only those named above may read it”")


def _text_checks(content: Content) -> list[tuple[bool, str]]:
    long = [
        (len(text.headline) <= MAX_HEADLINE, f"The headline in {text.language} has {len(text.headline)} of {MAX_HEADLINE} characters.")
        for text in content.texts
    ]
    unread = [text.language for text in content.texts if not text.reviewed]
    first = content.texts[0]
    blank = [name for name in ("what", "where", "when", "why", "alternative", "mind") if not getattr(first, name)]
    return [
        *long,
        (
            not unread,
            f"Not read by a speaker of the language yet: {', '.join(unread)}." if unread else "Every text has been read by a speaker of its language.",
        ),
        (not blank, f"Still blank: {', '.join(blank)}." if blank else "Every part of the text form is there."),
        (content.likelihood is not None, "A likelihood is given." if content.likelihood else "No likelihood is given."),
        (bool(content.confidence_why), "The confidence has its reason." if content.confidence_why else "The confidence has no reason."),
        (bool(content.options), "There are options for action." if content.options else "There is no option for action."),
        (bool(content.areas), "There is an area." if content.areas else "No area is chosen."),
    ]


def _time_checks(seat: Seat, content: Content) -> list[tuple[bool, str]]:
    is_future = content.expires_us > seat.now_us
    review_us = content.next_review_us
    is_reviewed = review_us is not None and seat.now_us < review_us <= content.expires_us
    review = "It is reviewed before it expires." if is_reviewed else "The next review should lie between now and the expiry."
    rests = (bool(content.evidence), f"It rests on {len(content.evidence)} records." if content.evidence else "It names no record that it rests on.")
    second = [] if content.stage in NO_REVIEW else [(True, "A second person must approve it.")] if seat.desk.node.settings.four_eyes else []
    return [(is_future, "It expires in the future." if is_future else "It has expired already."), (is_reviewed, review), rests, *second]


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
