"""CAP messages of others: taken in once, kept as they came, and an acknowledgement found its warning."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from vigie.exchange import CapMessage, Chained, cap_instant, cap_xml, chain_states, check_cap, read_cap, without_people
from vigie.model.canonical import Json
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.errors import BadReport
from vigie.model.label import Label
from vigie.model.languages import SEVERITY_WORDS, STATUS_WORDS
from vigie.model.said import MAX_TEXT, body_of, read_body
from vigie.model.times import format_time
from vigie.model.warning import Answer, Content
from vigie.node.desk import log_of
from vigie.node.settings import Node, owner_label
from vigie.node.warning_facts import Shown, is_written_for
from vigie.store import add_entry
from vigie.warn.answers import BY_CAP

_MAX_BYTES = 1 << 20


def receive_alert(node: Node, path: Path, tlp: str, now_us: int) -> str:
    """Takes in one CAP 1.2 message; what became of it, in one sentence. Raises `BadReport` for a file that is none, or a draft."""
    with path.open("rb") as stream:
        data = stream.read(_MAX_BYTES + 1)
    message = without_people(read_cap(data, path.name))
    if message.status == "Draft":
        raise BadReport("The CAP message is a draft and was never published", source=path.name, record=message.identifier)
    said = _answer_of(node, message, now_us) if message.msg_type == "Ack" else None
    entry = said or _alert(message, owner_label(node.settings.party, tlp))
    log = log_of(node, node.settings.party, now_us, exercise=entry.exercise)
    if any((known.type, known.owner, known.ref) == (entry.type, entry.owner, entry.ref) for known in log.entries):
        return "taken in before; nothing changed."
    add_entry(node.store, entry)
    faults = check_cap(message)
    what = f"{message.sender} acknowledges {entry.ref.partition('|')[0]}." if said else f"{message.status} {message.msg_type} of {message.sender} taken in."
    return f"{what} {len(faults)} faults: {faults[0]}" if faults else what


def _alert(message: CapMessage, label: Label) -> Entry:
    return Entry(
        type="alert",
        owner=label.owner,
        ref=f"{message.sender}|{message.identifier}|{message.sent}",
        label=label,
        said_us=message.sent_us,
        by=BY_CAP,
        exercise=message.status == "Exercise",
        body={"cap": cap_xml(message).decode()},
    )


def _answer_of(node: Node, message: CapMessage, now_us: int) -> Entry | None:
    """The answer that an acknowledgement seems to be, where it names one of our own warnings, of the same status, and a party that we know.

    Nobody has signed it: it says so, and it counts as said when it came here, whatever time it bears.
    """
    if message.sender not in node.directory.parties:
        return None
    exercise = message.status == "Exercise"
    own = {entry_id(entry): entry for entry in log_of(node, node.settings.party, now_us, exercise=exercise).of("warning")}
    found = next((own[reference.identifier] for reference in message.references if reference.identifier in own), None)
    if found is None or message.status != _status(found):
        return None
    text = f"unverified: a CAP message that bears the time {format_time(message.sent_us)}. {message.note}".strip()[:MAX_TEXT]
    body = Answer(warning=found.ref, entry=entry_id(found), word="received", text=text)
    label = Label(message.sender, tlp="AMBER", rel_to=frozenset({found.owner}))
    ref = f"{found.ref}|{message.identifier}"
    return Entry(type="answer", owner=message.sender, ref=ref, label=label, said_us=now_us, by=BY_CAP, exercise=exercise, body=body_of(body))


def _status(warning: Entry) -> str:
    """The CAP status that the warning went out with."""
    if warning.exercise:
        return "Exercise"
    return "Test" if read_body(Content, warning.body).test else "Actual"


def received_alerts(log: Log) -> tuple[Chained, ...]:
    """The messages of others that the reader may read, each with how it stands now; tests of others' systems are left out."""
    messages = [_message(str(entry.body["cap"]), entry.ref) for entry in log.of("alert")]
    return chain_states([message for message in messages if message.status in ("Actual", "Exercise")], log.now_us)


@lru_cache(maxsize=4096)
def _message(text: str, source: str) -> CapMessage:
    return read_cap(text.encode(), source)


def alert_facts(log: Log, shown: Shown) -> list[dict[str, Json]]:
    """The messages of others in the reader's language where they are written in it: the live ones first, then the newest.

    A message that only calls back another is not listed where that one is: it stands there as cancelled.
    """
    listed = [item for item in received_alerts(log) if item.state != "cancel"]
    return [_facts(item, shown) for item in sorted(listed, key=lambda item: (item.state != "live", -item.message.sent_us, item.message.sender))]


def _facts(item: Chained, shown: Shown) -> dict[str, Json]:
    message = item.message
    fits = [info for info in message.infos if is_written_for(info.language, shown.language)]
    info = next(iter((*fits, *message.infos)), None)
    severity = info.severity if info else "Unknown"
    return {
        "id": message.identifier,
        "sender": message.sender,
        "sent": shown.moment(message.sent_us),
        "state": item.state,
        "state_words": shown.say(STATUS_WORDS.get(item.state, STATUS_WORDS["cancelled"])),
        "severity": severity,
        "severity_words": shown.say(SEVERITY_WORDS[severity]),
        "headline": (info.headline or info.event) if info else message.note,
        "text_language": info.language if info else "",
        "areas": [area.description for area in info.areas] if info else [],
        "expires": shown.moment(cap_instant(info.expires)) if info and info.expires else None,
    }
