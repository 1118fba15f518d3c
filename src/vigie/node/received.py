"""CAP messages of others: taken in once, kept as they came, and an acknowledgement found its warning."""

from __future__ import annotations

from pathlib import Path

from vigie.exchange import CapMessage, Chained, cap_xml, chain_states, check_cap, read_cap, without_people
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.errors import BadReport
from vigie.model.label import Label
from vigie.model.warning import Answer, body_of
from vigie.node.desk import log_of
from vigie.node.settings import Node, owner_label
from vigie.store import add_entry

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
        by="cap",
        exercise=message.status == "Exercise",
        body={"cap": cap_xml(message).decode()},
    )


def _answer_of(node: Node, message: CapMessage, now_us: int) -> Entry | None:
    """The answer that an acknowledgement is, where it names one of our own warnings and comes from a party that we know."""
    if message.sender not in node.directory.parties:
        return None
    exercise = message.status == "Exercise"
    own = {entry_id(entry): entry for entry in log_of(node, node.settings.party, now_us, exercise=exercise).of("warning")}
    found = next((own[reference.identifier] for reference in message.references if reference.identifier in own), None)
    if found is None:
        return None
    body = Answer(warning=found.ref, entry=entry_id(found), word="received", text=message.note)
    label = Label(message.sender, tlp="AMBER", rel_to=frozenset({found.owner}))
    ref = f"{found.ref}|{message.identifier}"
    return Entry(type="answer", owner=message.sender, ref=ref, label=label, said_us=message.sent_us, by="cap", exercise=exercise, body=body_of(body))


def received_alerts(log: Log) -> tuple[Chained, ...]:
    """The messages of others that the reader may read, each with how it stands now; tests of others' systems are left out."""
    messages = [read_cap(str(entry.body["cap"]).encode(), entry.ref) for entry in log.of("alert")]
    return chain_states([message for message in messages if message.status in ("Actual", "Exercise")], log.now_us)
