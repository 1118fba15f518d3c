"""Notices: once, in one thread, to those who may read the warning and to nobody else; against a real mail server and a real web server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy
from aiosmtpd.controller import Controller

from loopback import listening
from vigie.model.atlas import Atlas
from vigie.model.entry import Entry, entry_id
from vigie.model.errors import BadSetting, PeerUnavailable, VigieError
from vigie.model.label import PUBLIC, Label
from vigie.model.said import body_of
from vigie.model.times import DAY_US, SECOND_US, parse_time
from vigie.model.warning import Content, Severity, Wording
from vigie.node.mail import MailServer, checked_address, mail_server
from vigie.node.notify import GIVE_UP_US, read_ledger, send_due, send_test
from vigie.node.settings import Node, init_node, open_node
from vigie.node.subscription_list import (
    Kept,
    add_subscription,
    find_subscription,
    list_subscriptions,
    preview_count,
    remove_subscription,
    webhook_secret,
)
from vigie.node.webhooks import checked_webhook
from vigie.store import add_entry
from vigie.warn.subscriptions import read_subscription

MINUTE_US, HOUR_US = 60 * SECOND_US, 3600 * SECOND_US
NOON_US = parse_time("2026-09-21T12:00:00Z")
DIRECTORY = '[parties.RS-NODE]\norg = "RS"\ncommunity = true\n[parties.AL-NODE]\norg = "AL"\n'


@dataclass
class PostOffice:
    """A mail server: what it took, what it answers, and what it does before it answers."""

    port: int
    took: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    came: Event = field(default_factory=Event)
    free: Event = field(default_factory=Event)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - the server's name for it
        """Takes one message."""
        self.took.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.came.set()
        await asyncio.to_thread(self.free.wait, 60)
        return self.answer

    def said(self, name: str) -> list[str]:
        """A header of each message, in order."""
        return [str(message[name]) for message in self.took]


@contextmanager
def mail_office() -> Iterator[PostOffice]:
    """A mail server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    office = PostOffice(port)
    office.free.set()
    controller = Controller(office, hostname="127.0.0.1", port=port, server_hostname="localhost")
    controller.start()
    try:
        yield office
    finally:
        office.free.set()
        controller.stop()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server."""
    with mail_office() as made:
        yield made


@dataclass
class Hooks:
    """A web server that takes webhooks: where it is, what it took, and what it answers, one after the other, the last for ever."""

    address: str
    took: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [204])


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    """A web server that takes webhooks."""
    found = Hooks("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.took.append(({name.lower(): value for name, value in self.headers.items()}, self.rfile.read(int(self.headers["Content-Length"]))))
            status = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with listening(Handler) as address:
        found.address = f"{address}/hook"
        yield found


@pytest.fixture
def posted(tmp_path: Path, office: PostOffice) -> Iterator[Node]:
    """A node of ME-NODE that knows two partners and a mail server."""
    made = ready(tmp_path / "posted", office)
    yield made
    made.store.close()


def ready(folder: Path, office: PostOffice) -> Node:
    """A node that knows two partners and a mail server."""
    init_node(folder, "ME-NODE").store.close()
    (folder / "directory.toml").write_text(DIRECTORY)
    (folder / "mail.toml").write_text(f'host = "127.0.0.1"\nport = {office.port}\nsender = "vigie@node.example"\nsecurity = "none"\n')
    return open_node(folder)


def subscribe(node: Node, atlas: Atlas, *, party: str = "RS-NODE", exercise: bool = False, created_us: int = NOON_US - DAY_US, **facts: Any) -> Kept:
    """A subscription of RS-NODE's desk by mail to every warning, with changes."""
    said = {"name": "desk", "party": party, "channel": "desk@rs.example", **facts}
    kept = Kept(subscription=read_subscription(said), created_us=created_us, exercise=exercise, may_be_private=True)
    return add_subscription(node, atlas, kept)


TO_RS = Label("ME-NODE", tlp="AMBER", rel_to=frozenset({"RS-NODE"}))


def warn(
    node: Node,
    said_us: int = NOON_US,
    *,
    label: Label = TO_RS,
    exercise: bool = False,
    severity: Severity = "Severe",
    headline: str = "Blockade likely",
    **changes: Any,
) -> str:
    """Releases a version of a warning; its entry's id."""
    facts = {"warning": "wr-1", "event": "Road blockade", "field": "conflict", "areas": ("ME",), "onset_us": NOON_US, "expires_us": NOON_US + 30 * DAY_US}
    content = Content(**(facts | {"severity": severity, "texts": (Wording(language="en", headline=headline, what="The road is blocked."),)} | changes))
    entry = Entry(type="warning", owner="ME-NODE", ref=content.warning, label=label, said_us=said_us, body=body_of(content), exercise=exercise)
    return entry_id(add_entry(node.store, entry))


def test_a_warning_is_sent_once_whatever_happens_afterwards(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """Not again in the next round, nor after a restart, nor when the clock jumps a year ahead or twenty back."""
    subscribe(posted, atlas)
    warn(posted)
    assert send_due(posted, atlas, NOON_US) == "1 messages went out."
    for now_us in (NOON_US, NOON_US + MINUTE_US, NOON_US + 365 * DAY_US, NOON_US - 20 * 365 * DAY_US, NOON_US + DAY_US):
        again = open_node(posted.folder)
        assert send_due(again, atlas, now_us) == ""
        again.store.close()
    (message,) = office.took
    assert (message["From"], message["To"], message["Auto-Submitted"]) == ("vigie@node.example", "desk@rs.example", "auto-generated")
    body = message.get_body(("plain",))
    assert body is not None
    words = body.get_content()
    for part in ("Blockade likely", "The road is blocked.", "Montenegro", "TLP:AMBER"):
        assert part in words


def test_five_updates_of_one_event_are_one_thread_with_one_subject(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """Each names the first message; another warning begins a thread of its own."""
    subscribe(posted, atlas)
    last = ()
    for number in range(6):
        act = "update" if number else "issue"
        last = (warn(posted, NOON_US + number * HOUR_US, act=act, event=f"Road blockade, day {number}", predecessors=last),)
        send_due(posted, atlas, NOON_US + number * HOUR_US)
    warn(posted, NOON_US + 7 * HOUR_US, warning="wr-2")
    send_due(posted, atlas, NOON_US + 7 * HOUR_US)
    first = office.said("Message-ID")[0]
    assert office.said("In-Reply-To") == ["None", *[first] * 5, "None"]
    assert office.said("References") == office.said("In-Reply-To")
    assert len(set(office.said("Subject")[:6])) == 1
    assert "day 0" in office.said("Subject")[0]
    assert len(set(office.said("Message-ID"))) == 7
    assert office.said("Subject")[6] != office.said("Subject")[0]


def test_what_a_party_may_not_read_changes_no_byte_of_what_it_is_sent(tmp_path: Path, atlas: Atlas, hooks: Hooks) -> None:
    """Two nodes, one with hidden updates and warnings between: the same mails, the same webhooks, no gap, no number, no hint."""
    took: list[list[bytes]] = []
    for with_hidden in (False, True):
        hooks.took.clear()
        with mail_office() as office:
            node = ready(tmp_path / f"node{with_hidden}", office)
            subscribe(node, atlas)
            subscribe(node, atlas, name="hook", channel=hooks.address)
            subscribe(node, atlas, name="digest", digest="daily")
            first = warn(node)
            hidden = warn(node, NOON_US + 1, label=Label("ME-NODE", tlp="RED"), act="update", predecessors=(first,)) if with_hidden else ""
            if with_hidden:
                warn(node, NOON_US + 2, label=Label("ME-NODE", tlp="AMBER", rel_to=frozenset({"AL-NODE"})), warning="wr-hidden", severity="Extreme")
            for now_us in (NOON_US + MINUTE_US, NOON_US + DAY_US):
                send_due(node, atlas, now_us)
            assert bool(hidden) is with_hidden
            took.append([message.as_bytes() for message in office.took] + [body for _, body in hooks.took])
            node.store.close()
    assert took[0] == took[1]
    assert len(took[0]) == 3


def test_a_version_that_names_a_hidden_one_does_not_name_it_to_those_who_may_not_know(posted: Node, atlas: Atlas, hooks: Hooks) -> None:
    """Nor is the number of a version told, by which a gap would show."""
    subscribe(posted, atlas, channel=hooks.address)
    first = warn(posted)
    hidden = warn(posted, NOON_US + 1, label=Label("ME-NODE", tlp="RED"), act="update", predecessors=(first,))
    warn(posted, NOON_US + 2, act="update", predecessors=(first, hidden))
    send_due(posted, atlas, NOON_US + MINUTE_US)
    ((_, body),) = hooks.took
    (said,) = json.loads(body)["data"]["warnings"]
    assert said["content"]["predecessors"] == [first]
    assert hidden not in body.decode()
    assert not {"version", "number", "seq"} & set(said)


@pytest.mark.parametrize(("party", "count"), [("RS-NODE", 1), ("ME-NODE", 1), ("AL-NODE", 0), (PUBLIC, 0)])
def test_only_those_are_told_who_may_read(posted: Node, atlas: Atlas, office: PostOffice, party: str, count: int) -> None:
    """By the label, as on the screen; and the preview counts the same."""
    kept = subscribe(posted, atlas, party=party)
    warn(posted)
    send_due(posted, atlas, NOON_US)
    assert len(office.took) == count
    assert preview_count(posted, atlas, kept, NOON_US + DAY_US) == count


def test_who_may_no_longer_read_a_warning_is_not_sent_it_at_the_next_attempt(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """The gate is asked at the moment of sending: here an embargo that has not ended, then has."""
    subscribe(posted, atlas)
    warn(posted, label=replace(TO_RS, embargo_us=NOON_US + HOUR_US))
    assert send_due(posted, atlas, NOON_US + MINUTE_US) == ""
    assert send_due(posted, atlas, NOON_US + HOUR_US) == "1 messages went out."
    assert len(office.took) == 1


def test_an_exercise_reaches_only_those_who_asked_for_it_and_says_so_first(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """In the subject and in the first line; a real warning of the same name is another thread."""
    subscribe(posted, atlas)
    subscribe(posted, atlas, name="drill", channel="drill@rs.example", exercise=True)
    warn(posted, exercise=True)
    warn(posted, NOON_US + 1)
    send_due(posted, atlas, NOON_US + MINUTE_US)
    drills = [message for message in office.took if message["Subject"].startswith("EXERCISE EXERCISE EXERCISE")]
    assert [message["To"] for message in drills] == ["drill@rs.example"]
    assert sorted(office.said("To")) == ["desk@rs.example", "drill@rs.example", "drill@rs.example"]
    body = drills[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("EXERCISE EXERCISE EXERCISE")
    assert not any("EXERCISE" in message.as_string() for message in office.took if message is not drills[0])


def test_quiet_hours_end_in_one_digest_and_what_is_extreme_passes(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """Two warnings of the night come together in the morning; the extreme one came at once."""
    subscribe(posted, atlas, quiet_from="22:00", quiet_to="06:00", zone="Europe/Podgorica")
    night = parse_time("2026-09-21T23:00:00Z")
    for number, severity in enumerate(("Severe", "Extreme", "Minor")):
        warn(posted, night + number, warning=f"wr-{number}", severity=severity, headline=f"Number {number}")  # type: ignore[arg-type]
    send_due(posted, atlas, night + MINUTE_US)
    assert len(office.took) == 1
    assert "Number 1" in office.took[0].as_string()
    assert send_due(posted, atlas, parse_time("2026-09-22T03:59:00Z")) == ""
    assert send_due(posted, atlas, parse_time("2026-09-22T04:00:00Z")) == "1 messages went out."
    digest = office.took[1].as_string()
    assert "Number 0" in digest
    assert "Number 2" in digest
    assert "Warnings (2)" in office.said("Subject")[1]


def test_several_versions_that_wait_are_told_as_their_newest(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """A digest of three updates prints the last of them, and none is sent later."""
    subscribe(posted, atlas, digest="daily")
    last = ()
    for number in range(3):
        last = (warn(posted, NOON_US + number, act="update" if number else "issue", headline=f"Number {number}", predecessors=last),)
    assert send_due(posted, atlas, NOON_US + HOUR_US) == ""
    send_due(posted, atlas, NOON_US + DAY_US)
    (message,) = office.took
    assert "Number 2" in message.as_string()
    assert "Number 0" not in message.as_string()
    assert {known.state for known in read_ledger(posted).values()} == {"sent"}
    assert len(read_ledger(posted)) == 3


def test_a_mail_server_that_is_busy_gets_the_same_message_later(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """The same Message-ID, after a minute and not before; the job says what waits until it has gone."""
    subscribe(posted, atlas)
    warn(posted)
    office.answer = "451 later"
    with pytest.raises(PeerUnavailable, match="1 could not be sent yet; desk: The mail server does not take the mail"):
        send_due(posted, atlas, NOON_US)
    office.answer = "250 OK"
    with pytest.raises(PeerUnavailable, match="could not be sent yet"):
        send_due(posted, atlas, NOON_US + 59 * SECOND_US)
    assert len(office.took) == 1
    assert send_due(posted, atlas, NOON_US + MINUTE_US) == "1 messages went out."
    assert len(set(office.said("Message-ID"))) == 1
    (known,) = read_ledger(posted).values()
    assert (known.state, known.attempts) == ("sent", 2)


def test_after_two_days_a_message_is_given_up_and_remembered_as_failed(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """With its reason; an hour apart at most until then."""
    subscribe(posted, atlas)
    warn(posted)
    office.answer = "550 no such mailbox"
    now_us = NOON_US
    while now_us <= NOON_US + GIVE_UP_US:
        with pytest.raises(PeerUnavailable):
            send_due(posted, atlas, now_us)
        now_us += HOUR_US
    (known,) = read_ledger(posted).values()
    assert known.state == "failed"
    assert "got '550'" in known.fault
    assert send_due(posted, atlas, now_us) == ""


DIES = """
import sys
from pathlib import Path
from vigie.node.atlas import load_atlas
from vigie.node.notify import send_due
from vigie.node.settings import open_node
send_due(open_node(Path(sys.argv[1])), load_atlas(), int(sys.argv[2]))
"""


def test_a_node_that_is_killed_while_it_sends_sends_the_same_message_again(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """Nobody can know whether the server took it; who receives it twice sees one Message-ID."""
    subscribe(posted, atlas)
    warn(posted)
    office.free.clear()
    process = subprocess.Popen([sys.executable, "-c", DIES, str(posted.folder), str(NOON_US)], env=dict(os.environ))
    assert office.came.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    office.free.set()
    assert [known.state for known in read_ledger(posted).values()] == ["sending"]
    assert send_due(posted, atlas, NOON_US + SECOND_US) == "1 messages went out."
    assert send_due(posted, atlas, NOON_US + MINUTE_US) == ""
    assert len(office.took) == 2
    assert len(set(office.said("Message-ID"))) == 1


def test_one_reader_whose_server_is_away_keeps_no_other_waiting(posted: Node, atlas: Atlas, office: PostOffice, hooks: Hooks) -> None:
    """The others get theirs; the fault is said."""
    hooks.answers = [404]
    subscribe(posted, atlas, name="a-hook", channel=hooks.address)
    subscribe(posted, atlas)
    warn(posted)
    with pytest.raises(PeerUnavailable, match="1 messages went out, 1 could not be sent yet; a-hook: The webhook's server does not take it"):
        send_due(posted, atlas, NOON_US)
    assert len(office.took) == 1


def test_a_webhook_is_signed_and_tried_again_when_its_server_stumbles(posted: Node, atlas: Atlas, hooks: Hooks) -> None:
    """By HMAC-SHA256 over id, timestamp and body; the attempts are equal."""
    kept = subscribe(posted, atlas, channel=hooks.address)
    hooks.answers = [503, 500, 204]
    version = warn(posted)
    assert send_due(posted, atlas, NOON_US) == "1 messages went out."
    assert len(hooks.took) == 3
    assert len({(headers["webhook-id"], body) for headers, body in hooks.took}) == 1
    headers, body = hooks.took[-1]
    key = base64.b64decode(webhook_secret(posted, kept).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-timestamp"] == str(NOON_US // SECOND_US)
    said = json.loads(body)
    assert said["type"] == "warnings"
    assert said["data"]["warnings"][0]["id"] == version
    assert said["data"]["warnings"][0]["content"]["texts"][0]["headline"] == "Blockade likely"
    assert len(key) == 32


def test_a_webhook_is_not_led_elsewhere(posted: Node, atlas: Atlas, hooks: Hooks) -> None:
    """A redirect is a refusal, and nothing is sent to where it points."""
    subscribe(posted, atlas, channel=hooks.address)
    hooks.answers = [302, 204]
    warn(posted)
    with pytest.raises(PeerUnavailable, match="got '302'"):
        send_due(posted, atlas, NOON_US)
    assert len(hooks.took) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/x",
        "https://10.1.2.3/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[::7f00:1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[64:ff9b:1::808:808]/x",
        "https://[2002:7f00:1::]/x",
        "https://[fec0::1]/x",
        "https://169.254.169.254/x",
        "ftp://example.org/x",
    ],
)
def test_a_webhook_goes_over_a_closed_line_to_the_open_network(address: str) -> None:
    """Unless the operator has said otherwise."""
    with pytest.raises(BadSetting):
        checked_webhook(address)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "[64:ff9b::808:808]", "[2002:808:808::]"])
def test_an_address_of_the_open_network_is_taken_in_whatever_form(host: str) -> None:
    """Also where one of version 6 carries one of version 4."""
    assert checked_webhook(f"https://{host}/x")


def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """After two minutes nothing new is begun; the next run sends what is left, and nothing twice."""
    for name in ("first", "second", "third"):
        subscribe(posted, atlas, name=name)
    warn(posted)
    ticks = iter([0, 0, 121 * SECOND_US, 122 * SECOND_US])
    assert send_due(posted, atlas, NOON_US, lambda: next(ticks)) == "1 messages went out. 2 wait for the next run."
    assert send_due(posted, atlas, NOON_US + MINUTE_US) == "2 messages went out."
    assert send_due(posted, atlas, NOON_US + 2 * MINUTE_US) == ""
    assert len(office.took) == 3


def test_what_a_party_may_read_is_read_once_a_run(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """However many subscriptions it has: the store is asked for words once."""
    for number in range(5):
        subscribe(posted, atlas, name=f"desk-{number}")
    warn(posted)
    asked: list[str] = []
    sqlalchemy.event.listen(posted.store.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert send_due(posted, atlas, NOON_US) == "5 messages went out."
    assert sum("FROM entries" in statement for statement in asked) == 1
    assert len(office.took) == 5


def test_a_name_that_leads_into_a_private_network_is_refused_when_it_connects(posted: Node, atlas: Atlas, hooks: Hooks) -> None:
    """The name looks well; who is at the other end is seen before a word is sent."""
    address = hooks.address.replace("http://127.0.0.1", "https://localhost")
    said = {"name": "hook", "party": "RS-NODE", "channel": address}
    add_subscription(posted, atlas, Kept(subscription=read_subscription(said), created_us=NOON_US - DAY_US))
    warn(posted)
    with pytest.raises(PeerUnavailable, match="leads into a private network"):
        send_due(posted, atlas, NOON_US)
    assert hooks.took == []


def test_what_was_released_before_a_subscription_is_not_sent_to_it(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """A new reader gets no archive; and what waits for a removed one is never sent."""
    warn(posted)
    kept = subscribe(posted, atlas, created_us=NOON_US + 1, digest="daily")
    warn(posted, NOON_US + 2, warning="wr-2")
    assert send_due(posted, atlas, NOON_US + HOUR_US) == ""
    assert remove_subscription(posted, find_subscription(posted, "desk"))
    assert not remove_subscription(posted, kept)
    assert send_due(posted, atlas, NOON_US + 2 * DAY_US) == ""
    assert office.took == []
    assert list_subscriptions(posted) == []


def test_words_of_a_warning_cannot_write_headers(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """A line break in the event's name stays a space in the subject."""
    subscribe(posted, atlas)
    warn(posted, event="Blockade\r\nBcc: all@example.org")
    send_due(posted, atlas, NOON_US)
    (message,) = office.took
    assert message["Bcc"] is None
    assert "Blockade Bcc: all@example.org" in message["Subject"]


def test_a_test_goes_the_same_way_and_says_that_it_is_one(posted: Node, atlas: Atlas, office: PostOffice, hooks: Hooks) -> None:
    """By mail and by webhook; the ledger knows nothing of it."""
    send_test(posted, subscribe(posted, atlas), NOON_US)
    send_test(posted, subscribe(posted, atlas, name="hook", channel=hooks.address), NOON_US)
    assert office.said("Subject") == ["TEST Vigie: desk"]
    assert json.loads(hooks.took[0][1])["type"] == "test"
    assert read_ledger(posted) == {}


@pytest.mark.parametrize(
    "facts",
    [
        {"party": "XX-NODE"},
        {"filter": {"areas": ["QQ"]}},
        {"filter": {"fields": ["weather"]}},
        {"channel": "nobody"},
        {"zone": "Europe/Atlantis"},
        {"quiet_from": "22:00"},
        {"digest": "yearly"},
    ],
)
def test_a_subscription_that_cannot_work_is_refused_in_one_sentence(posted: Node, atlas: Atlas, facts: dict[str, Any]) -> None:
    """A party that nobody knows, an area that is none, a field that no pack knows, an address that is none, and wrong clocks."""
    with pytest.raises(BadSetting) as fault:
        subscribe(posted, atlas, **facts)
    assert str(fault.value).endswith(".")
    assert list_subscriptions(posted) == []


def test_a_name_is_taken_once_in_each_party(posted: Node, atlas: Atlas) -> None:
    """Another party may use it too, and then the party must be named."""
    subscribe(posted, atlas)
    with pytest.raises(BadSetting, match="of that name already"):
        subscribe(posted, atlas)
    subscribe(posted, atlas, party="AL-NODE")
    with pytest.raises(BadSetting, match="Several parties"):
        find_subscription(posted, "desk")
    assert find_subscription(posted, "desk", "AL-NODE").subscription.party == "AL-NODE"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('host = "mail.example"\nsender = "a@b.example"\nsecurity = "none"\n', "not sent over an open line"),
        ('host = "mail.example"\nsender = "nobody"\n', "mail address cannot be understood"),
        ('host = "mail.example"\n', "A setting is wrong"),
        ("host = ", "not TOML"),
        ('host = "mail.example"\nsender = "a@b.example"\npassword = "x"\n', "A setting is wrong"),
    ],
)
def test_a_mail_server_that_is_wrongly_named_is_one_sentence(node: Node, text: str, sentence: str) -> None:
    """And a password has no place in the file."""
    with pytest.raises(BadSetting, match="no mail server"):
        mail_server(node)
    (node.folder / "mail.toml").write_text(text)
    with pytest.raises(BadSetting, match=sentence):
        mail_server(node)


def test_a_line_that_cannot_be_secured_is_not_used(posted: Node, atlas: Atlas, office: PostOffice) -> None:
    """A server without STARTTLS gets no warning in the clear."""
    path = posted.folder / "mail.toml"
    path.write_text(path.read_text().replace('"none"', '"starttls"'))
    subscribe(posted, atlas)
    warn(posted)
    with pytest.raises(PeerUnavailable, match="lacks what is needed"):
        send_due(posted, atlas, NOON_US)
    assert office.took == []


@pytest.mark.parametrize("text", ["a@b", "desk@rs.example", "post+x@example.org"])
def test_an_address_that_is_one_is_taken(text: str) -> None:
    """As it is written."""
    assert checked_address(text) == text
    assert MailServer(host="h", sender=text).port == 587


@pytest.mark.parametrize("text", ["", "a", "a@", "@b", "a b@c", "a@b, c@d", "a@b\nBcc: c@d", "<a@b>"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    """In one sentence, before anything is sent."""
    with pytest.raises(VigieError, match="cannot be understood"):
        checked_address(text)
