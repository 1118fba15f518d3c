"""Sending mail: one message, through the operator's own mail server, with a Message-ID that is the same at every attempt.

The server is named in `mail.toml` in the node's folder, the password in the environment. Mail goes over TLS, except to this machine itself.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Literal

import pydantic

from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.times import SECOND_US
from vigie.node.line import is_loopback
from vigie.node.settings import Node

MAIL_FILE = "mail.toml"
PASSWORD = "VIGIE_MAIL_PASSWORD"  # noqa: S105 - the name of a variable
PATIENCE_S = 30.0
_PASSING = range(400, 500)
"""Answers of a mail server that mean: later perhaps (RFC 5321, 4.2.1)."""
_MOST_SUBJECT = 180


class MailServer(pydantic.BaseModel):
    """What `mail.toml` holds."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    host: str = pydantic.Field(min_length=1, max_length=253, description="the mail server that takes the node's mail")
    port: int = pydantic.Field(default=587, ge=1, le=65535, description="its port")
    sender: str = pydantic.Field(max_length=254, description="the address that mail comes from")
    user: str = pydantic.Field(default="", max_length=254, description=f"the account there; empty = none; its password is in {PASSWORD}")
    security: Literal["starttls", "tls", "none"] = pydantic.Field(default="starttls", description="how the line is secured; none only to this machine itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one address. `name` makes its Message-ID; `thread` names the first letter of its thread, empty if it is the first itself."""

    name: str
    to: str
    subject: str
    text: str
    thread: str = ""
    language: str = "en"


def mail_server(node: Node) -> MailServer:
    """The mail server of a node. Raises `BadSetting` where none is named or a part of it is wrong."""
    path = node.folder / MAIL_FILE
    if not path.exists():
        raise BadSetting("The node has no mail server", source=MAIL_FILE, todo="name one there: host and sender, and if need be port, user and security")
    try:
        found = MailServer.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadSetting("The file is not TOML", source=MAIL_FILE, got=str(fault)) from fault
    except pydantic.ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise BadSetting("A setting is wrong", source=MAIL_FILE, field=name, got=str(first.get("input")), expected=first["msg"]) from fault
    checked_address(found.sender, MAIL_FILE)
    if found.security == "none" and not is_loopback(found.host):
        raise BadSetting("Warnings are not sent over an open line", source=MAIL_FILE, got=f"none, to {found.host}", expected="starttls or tls")
    return found


def checked_address(text: str, source: str = "") -> str:
    """The mail address. Raises `BadSetting` where it is not one that fits into a header."""
    try:
        parsed = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError) as fault:
        raise BadSetting("The mail address cannot be understood", source=source, got=text, expected="such as desk@example.org") from fault
    if not parsed.username or not parsed.domain or not text.isprintable() or re.search(r"[\s<>,;\"]", text):
        raise BadSetting("The mail address cannot be understood", source=source, got=text, expected="such as desk@example.org")
    return text


def message_of(letter: Letter, sender: str, now_us: int) -> EmailMessage:
    """The message: plain text, in one thread by its References (RFC 5322, 3.6.4), marked as sent by a program (RFC 3834, 5)."""
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP if letter.to.isascii() and sender.isascii() else SMTPUTF8)
    message["From"], message["To"] = sender, letter.to
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(now_us // SECOND_US, UTC))
    message["Message-ID"] = f"<{letter.name}@{domain}>"
    if letter.thread and letter.thread != letter.name:
        message["In-Reply-To"] = message["References"] = f"<{letter.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    message.set_content(letter.text)
    return message


def one_line(text: str) -> str:
    """A text that fits into a header: no line breaks, no control characters, not too long."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= _MOST_SUBJECT else f"{plain[: _MOST_SUBJECT - 1]}…"


def send_letter(server: MailServer, letter: Letter, now_us: int) -> None:
    """Gives a letter to the mail server. Raises `PeerUnavailable` where it may take it later, `BadSetting` where it never will."""
    where = f"{server.host}:{server.port}"
    try:
        with _session(server) as session:
            session.send_message(message_of(letter, server.sender, now_us), from_addr=server.sender, to_addrs=[letter.to])
    except smtplib.SMTPNotSupportedError as fault:
        raise BadSetting("The mail server lacks what is needed", source=where, got=str(fault), todo=f"change security or user in {MAIL_FILE}") from fault
    except smtplib.SMTPRecipientsRefused as fault:
        code = next((code for code, _ in fault.recipients.values()), 0)
        raise _refusal(code, where, "The mail server does not take mail for the address") from fault
    except smtplib.SMTPResponseException as fault:
        raise _refusal(fault.smtp_code, where, "The mail server does not take the mail") from fault
    except ssl.SSLError as fault:
        raise PeerUnavailable("The mail server's line cannot be secured", source=where, got=fault.reason or "", todo="check its certificate") from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise PeerUnavailable("The mail server cannot be reached", source=where, got=type(fault).__name__, todo="it is tried again") from fault


def _refusal(code: int, where: str, what: str) -> PeerUnavailable | BadSetting:
    """The server's number only: its words may hold the address, or more."""
    if code in _PASSING:
        return PeerUnavailable(what, source=where, got=str(code), todo="it is tried again")
    return BadSetting(what, source=where, got=str(code), todo=f"check the address, and the sender and user in {MAIL_FILE}")


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """An open session with the server, secured and logged in as its settings say."""
    context = ssl.create_default_context()
    if server.security == "tls":
        session: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_S, context=context)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_S)
    with session:
        if server.security == "starttls":
            session.starttls(context=context)
        if server.user:
            session.login(server.user, os.environ.get(PASSWORD, ""))
        yield session
