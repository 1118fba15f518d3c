"""Points of contact and communication checks: each act looks at who acts and what stands, and adds one entry. Nothing is ever changed.

A point of contact is a post of an institution, never a person. A party writes down its own; the node's party may also write down those of others,
as known to it. A check is read by the party that asks and the party that is asked, and so is its answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from zoneinfo import available_timezones

from vigie.activities.checks import ON_PAGE, CheckState, Escalation, Listed, check_states, contact_named, contacts
from vigie.model.atlas import Atlas, area_by_code
from vigie.model.canonical import Json
from vigie.model.contact import Channel, Check, Contact, Reply
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, TLP_ORDER, Label
from vigie.model.said import body_of, read_body
from vigie.model.times import DAY_US, SECOND_US, format_time
from vigie.node.atlas import load_atlas
from vigie.node.desk import Desk, check_may, log_of, new_name, word_of
from vigie.node.jobs import counted
from vigie.node.packs import packs
from vigie.node.posts import check_line, check_post
from vigie.node.settings import Node
from vigie.store import add_entry, add_note

BOOK = "checks asked on"
"""The node's book of what was asked of deputies."""

LONGEST_CHECK_DAYS = 31
"""The longest that a check may wait (our own choice): a contact that has a month has answered nothing."""

USUAL_TEXT = "Communication check: please answer when you read this."
_MINUTE_US = 60 * SECOND_US
_CHECK_NAME = re.compile(r"k-[0-9a-f]{16,20}")


def save_contact(desk: Desk, contact: Contact, ref: str = "", version: int = 0, *, tlp: str = "AMBER", rel_to: Collection[str] | None = ()) -> Entry:
    """A point of contact, or its next version; `version` is then the one that was looked at. Without `rel_to` the TLP level alone says who reads it.

    Raises `BadReport` where it looks like a person or a private address or names what nobody knows, `NotReleasable` where the account may not say it.
    """
    check_may(desk, "answer")
    label = _contact_label(desk, tlp, rel_to)
    if desk.actor.party not in (contact.party, desk.node.settings.party):
        raise NotReleasable("A party writes down its own points of contact only", record=desk.actor.party, got=contact.party)
    said = _known(desk, contact, ref)
    standing = _own(desk, ref) if ref else next((item for item in _own_all(desk) if (item.contact, item.entry.label) == (said, label)), None)
    if standing and (standing.contact, standing.entry.label) == (said, label):
        return standing.entry
    if standing and version != standing.entry.version:
        raise BadSetting("Somebody else has changed this meanwhile", record=f"contact {ref}", todo="look at it again")
    entry = word_of(desk, "contact", ref or new_name("p"), said, label)
    return add_entry(desk.node.store, replace(entry, version=version + 1 if standing else 1))


def close_contact(desk: Desk, ref: str) -> Entry:
    """The point of contact as one that is reached no more; it stays in the log, and closing it twice changes nothing."""
    found = _own(desk, ref)
    label = found.entry.label
    return save_contact(desk, found.contact.model_copy(update={"is_closed": True}), ref, found.entry.version, tlp=label.tlp, rel_to=label.rel_to)


def _known(desk: Desk, contact: Contact, ref: str) -> Contact:
    """The contact with its codes as the node writes them. Raises `BadReport` with one sentence for what nobody knows, and for persons."""
    node, atlas = desk.node, load_atlas()
    check_post(contact.institution, contact.role, contact.hours)
    for line in contact.lines:
        check_line(line, contact.institution)
    if contact.party == PUBLIC or contact.party not in (node.settings.party, *node.directory.parties):
        raise BadReport("No such party is known", field="party", got=contact.party, expected="the node's own or one of directory.toml")
    if contact.zone and contact.zone not in available_timezones():
        raise BadReport("There is no such time zone", field="zone", got=contact.zone, expected="a name such as Europe/Podgorica")
    if unknown := sorted(set(contact.fields) - set(packs())):
        raise BadReport("There is no such field", field="fields", got=unknown[0], expected=", ".join(packs()))
    _check_deputy(desk, contact, ref)
    return contact.model_copy(update={"countries": tuple(_country(atlas, code) for code in contact.countries)})


def _country(atlas: Atlas, code: str) -> str:
    area = area_by_code(atlas, code)
    if area is None or area.level != 0:
        raise BadReport("There is no such country", field="countries", got=code, expected="two letters, such as ME, or XK for Kosovo")
    return area.code


def _check_deputy(desk: Desk, contact: Contact, ref: str) -> None:
    if not contact.deputy:
        return
    found = contact_named(contacts(desk.log), contact.deputy, desk.actor.party)
    if found is None or contact.deputy == ref:
        raise BadReport("The deputy must be another point of contact that is known here", field="deputy", got=contact.deputy)
    if found.contact.is_closed and not contact.is_closed:
        raise BadReport("The deputy is closed", field="deputy", got=contact.deputy, todo="name another point of contact")


def _contact_label(desk: Desk, tlp: str, rel_to: Collection[str] | None) -> Label:
    """The label of a point of contact: AMBER and stricter go to nobody but the owner and who is named."""
    level = tlp.upper() or "AMBER"
    if level not in TLP_ORDER:
        raise BadReport("There is no such TLP level", got=tlp, expected=", ".join(TLP_ORDER))
    named = frozenset(rel_to or ())
    if unknown := sorted(named - {desk.node.settings.party, *desk.node.directory.parties, *desk.node.directory.groups}):
        raise BadReport("No such party is known", field="rel_to", got=unknown[0], expected="parties or groups of directory.toml")
    is_listed = bool(named) or level not in ("CLEAR", "GREEN")
    if level == "CLEAR" and not is_listed:
        check_may(desk, "release")
    return Label(desk.actor.party, tlp=level, rel_to=named if is_listed else None)


def contact_of(desk: Desk, ref: str) -> Listed:
    """The point of contact of that name that the party may read. Raises `BadSetting` where there is none."""
    found = contact_named(contacts(desk.log), ref, desk.actor.party)
    if found is None:
        raise BadSetting("There is no such point of contact", got=ref, todo="see `vigie contacts list`")
    return found


def _own_all(desk: Desk) -> list[Listed]:
    return [item for item in contacts(desk.log) if item.entry.owner == desk.actor.party]


def _own(desk: Desk, ref: str) -> Listed:
    found = contact_of(desk, ref)
    if found.entry.owner != desk.actor.party:
        raise BadSetting("Only who wrote a point of contact down can change it", record=ref, todo="write it down as known to you")
    return found


def send_check(
    desk: Desk, contact: str, *, until_us: int | None = None, minutes: float | None = None, text: str = "", channel: Channel = "page", ref: str = ""
) -> Entry:
    """A timed check of a point of contact, read by both parties; until an instant or for so many minutes. One of that `ref` that was sent is given back.

    Raises `BadSetting` where the contact is closed or one's own, `BadReport` where the time is past, too long, or the channel is none of the contact's.
    """
    check_may(desk, "answer")
    if ref and not _CHECK_NAME.fullmatch(ref):
        raise BadReport("The name of the check cannot be used", got=ref, expected="k- and 16 digits")
    known = next((item for item in desk.log.of("check") if (item.owner, item.ref) == (desk.actor.party, ref)), None)
    if known is not None:
        return known
    found = contact_of(desk, contact)
    _check_askable(desk, found, channel)
    said: dict[str, Json] = {
        "contact": contact,
        "party": found.contact.party,
        "text": text.strip() or USUAL_TEXT,
        "channel": channel,
        "until_us": _until(desk, until_us, minutes),
    }
    label = Label(desk.actor.party, tlp="AMBER", rel_to=frozenset({found.contact.party}))
    return add_entry(desk.node.store, word_of(desk, "check", ref or new_name("k"), read_body(Check, said), label))


def _until(desk: Desk, until_us: int | None, minutes: float | None) -> int:
    if (until_us is None) == (minutes is None):
        raise BadReport("A check needs the instant until which it waits, or how many minutes", field="until")
    end_us = until_us if until_us is not None else desk.now_us + round(min(minutes or 0, 1e9) * _MINUTE_US)
    if not desk.now_us < end_us <= desk.now_us + LONGEST_CHECK_DAYS * DAY_US:
        expected = f"an instant to come, no further than {LONGEST_CHECK_DAYS} days"
        raise BadReport("A check cannot wait until then", field="until", got=format_time(end_us), expected=expected)
    return end_us


def _check_askable(desk: Desk, found: Listed, channel: str) -> None:
    contact = found.contact
    if contact.is_closed:
        raise BadSetting("The point of contact is closed", record=found.entry.ref, todo="choose another one")
    if contact.party == desk.actor.party:
        raise BadSetting("A party does not check itself", record=found.entry.ref, todo="choose a point of contact of another party")
    if channel != ON_PAGE and channel not in {line.channel for line in contact.lines}:
        known = ", ".join(sorted({line.channel for line in contact.lines} | {ON_PAGE}))
        raise BadReport("The point of contact has no such line", record=found.entry.ref, field="channel", got=channel, expected=known)


def check_of(desk: Desk, ref: str) -> CheckState:
    """The check of that name that the party sent or was asked. Raises `BadSetting` where there is none."""
    mine = [item for item in check_states(desk.log, desk.now_us) if item.ref == ref and desk.actor.party in (item.asker, item.check.party)]
    if not mine:
        raise BadSetting("There is no such check", got=ref, todo="see `vigie contacts checks`")
    return min(mine, key=lambda item: (item.check.party != desk.actor.party, item.asker))


def answer_check(desk: Desk, check: str, text: str = "") -> Entry:
    """The answer of the party that was asked; the first one counts, and the same words again change nothing."""
    check_may(desk, "answer")
    found = check_of(desk, check)
    if found.check.party != desk.actor.party:
        raise BadSetting("Only the party that was asked can answer", record=check, got=desk.actor.party, expected=found.check.party)
    said = read_body(Reply, {"check": check, "asker": found.asker, "text": text.strip()})
    return _add_once(desk, f"{check}|{found.asker}", said, found.asker)


def record_answer(desk: Desk, check: str, text: str = "", *, at_us: int) -> Entry:
    """An answer that came by phone, radio or mail, written down by who asked, with when it came; a later word corrects an earlier one."""
    check_may(desk, "answer")
    found = check_of(desk, check)
    if found.asker != desk.actor.party:
        raise BadSetting("Only who asked can write an answer down", record=check, got=desk.actor.party, expected=found.asker)
    if found.check.channel == ON_PAGE:
        raise BadSetting("This check is answered on the page, by the party that was asked", record=check, todo="wait for its answer")
    if at_us // _MINUTE_US == found.sent_us // _MINUTE_US:
        at_us = max(at_us, found.sent_us)  # forms and clerks say the minute only
    if not found.sent_us <= at_us <= desk.now_us:
        between = f"between {format_time(found.sent_us)} and {format_time(desk.now_us)}"
        raise BadReport("The answer cannot have come then", record=check, field="at", got=format_time(at_us), expected=between)
    said = read_body(Reply, {"check": check, "asker": found.asker, "text": text.strip(), "answered_us": at_us})
    return _add_once(desk, f"{check}|record", said, found.check.party)


def _add_once(desk: Desk, ref: str, said: Reply, other: str) -> Entry:
    """The reply, read by both parties; the one that stands, where it says the same."""
    standing = max(
        (entry for entry in desk.log.of("reply") if (entry.owner, entry.ref) == (desk.actor.party, ref)), key=lambda item: item.version, default=None
    )
    if standing is not None and dict(standing.body) == body_of(said):
        return standing
    return add_entry(desk.node.store, word_of(desk, "reply", ref, said, Label(desk.actor.party, tlp="AMBER", rel_to=frozenset({other}))))


def tell_unanswered(node: Node, _atlas: Atlas, now_us: int) -> str:
    """What was asked of deputies, in one sentence: each check of the node's own party that was not answered in time goes on once, however late it is seen.

    The deputy has as long as the first one had. It is written down in the node's book; empty where nothing is unanswered.
    """
    sent, silent = 0, 0
    for exercise in (False, True):
        states = check_states(log_of(node, node.settings.party, now_us, exercise=exercise), now_us)
        own = [item for item in states if item.asker == node.settings.party]
        silent += sum(item.state == "unanswered" for item in own)
        sent += sum(_ask_deputy(node, item, item.escalation, now_us, exercise=exercise) for item in own if item.escalation)
    if not (silent or sent):
        return ""
    return f"{counted(silent, 'check is', 'checks are')} unanswered; {counted(sent, 'deputy', 'deputies')} asked."


def _ask_deputy(node: Node, state: CheckState, told: Escalation, now_us: int, *, exercise: bool) -> bool:
    """Sends the check of a deputy, where it was not sent yet; the entry comes first, so that nothing is lost between it and the note."""
    ref = f"k-{told.id.removeprefix('ce-')}"
    is_new = not state.followed_by
    if is_new:
        wait_us = state.check.until_us - state.sent_us
        said = Check(contact=told.contact, party=told.party, text=state.check.text, until_us=now_us + wait_us, follows=state.ref)
        label = Label(node.settings.party, tlp="AMBER", rel_to=frozenset({told.party}))
        whose = Entry(type="check", owner=node.settings.party, ref=ref, label=label, said_us=now_us, body=body_of(said), version=1, exercise=exercise)
        add_entry(node.store, whose)
    note: dict[str, Json] = {"check": state.ref, "party": told.party, "contact": told.contact, "at": format_time(told.at_us), "exercise": exercise}
    add_note(node.store, BOOK, told.id, note)
    return is_new
