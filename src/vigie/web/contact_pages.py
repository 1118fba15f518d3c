"""The desk's page of points of contact and communication checks: the directory, who is waited for, the forms, and how the parties did in a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from vigie.activities.checks import check_states, contacts, year_lines, yearly
from vigie.model.canonical import Json
from vigie.model.contact import Contact
from vigie.model.errors import BadReport
from vigie.model.said import read_body
from vigie.model.times import format_time
from vigie.node import contacts as acts
from vigie.node.contact_facts import check_facts, contact_facts, label_choice, year_facts
from vigie.node.desk import new_name
from vigie.node.packs import packs
from vigie.web.asking import TongueQuery, check_once
from vigie.web.desk_forms import allow_at, done
from vigie.web.desk_pages import Named, desk_sheet
from vigie.web.draft_forms import lines, time_of
from vigie.web.seats import Member, Seat
from vigie.web.sessions import Form

HERE = "/desk/contacts"
CHANNELS = ("page", "mail", "phone", "radio", "fax", "other")
MOST_CHECKS = 100
"""How many checks that are over the page lists, the newest first."""

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


class ContactQuery(TongueQuery):
    """Of which year the table is, and which point of contact is to be changed."""

    year: Annotated[int | None, pydantic.Field(ge=1900, le=2099)] = None
    edit: Annotated[str | None, pydantic.Field(max_length=200)] = None


Asked = Annotated[ContactQuery, Query()]


@routes.get(HERE)
def contacts_page(seat: Member, query: Asked) -> Response:
    """The directory, the checks, and the yearly table."""
    return contacts_sheet(seat, year=query.year, edit=query.edit or "")


@routes.get("/desk/contacts.csv")
def contacts_csv(seat: Member, query: Asked) -> Response:
    """The yearly table as CSV."""
    year = query.year or year_now(seat)
    rows = yearly(check_states(seat.log, seat.now_us), year)
    return Response(
        "\n".join(year_lines(rows, year)) + "\n", media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="checks-{year}.csv"'}
    )


def year_now(seat: Seat) -> int:
    """The calendar year (UTC) that it is."""
    return int(format_time(seat.now_us)[:4])


def contacts_sheet(
    seat: Seat, *, year: int | None = None, edit: str = "", fault: str = "", about: str = "", sent: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    """The page; after a fault with one sentence at the form that it is `about`, and with what was typed."""
    known = contacts(seat.log)
    states = check_states(seat.log, seat.now_us)
    checks = [check_facts(state, known, seat.party) for state in states]
    chosen = year or year_now(seat)
    years = sorted({year_now(seat), chosen, *(int(item["sent"][:4]) for item in checks)}, reverse=True)
    people = [contact_facts(item, known, seat.party) for item in known]
    return desk_sheet(
        "contacts.html",
        seat,
        "contacts",
        status=status,
        people=[item for item in people if not item["is_closed"]],
        closed=[item for item in people if item["is_closed"]],
        asked=[item for item in checks if item["is_asked_of_me"] and not item["answers"]],
        pending=[item for item in checks if item["is_mine"] and item["state"] in ("waiting", "unanswered")],
        over=[item for item in checks if item["state"] in ("answered", "late") or not (item["is_mine"] or item["is_asked_of_me"])][:MOST_CHECKS],
        year=chosen,
        years=years,
        table=year_facts(yearly(states, chosen)),
        fresh=new_name("k"),
        form=dict(sent or {}) if about == "contact" else editing(seat, edit),
        parties=sorted({seat.party, *([*seat.desk.node.directory.parties, seat.desk.node.settings.party] if is_node(seat) else [])}),
        readers=sorted({*seat.desk.node.directory.parties, seat.desk.node.settings.party} - {seat.party}),
        channels=CHANNELS,
        field_names=list(packs()),
        fault=fault,
        about=about,
        sent=dict(sent or {}),
    )


def is_node(seat: Seat) -> bool:
    """Whether the node's own party looks: it alone may write down the points of contact of others."""
    return seat.party == seat.desk.node.settings.party


def editing(seat: Seat, ref: str) -> dict[str, str]:
    """The form's fields for a point of contact that is to be changed; none for a new one, or for one of somebody else's."""
    found = next((item for item in contacts(seat.log) if (item.entry.ref, item.entry.owner) == (ref, seat.party)), None)
    if found is None:
        return {}
    said, label = found.contact, found.entry.label
    lists = {"fields": said.fields, "countries": said.countries, "languages": said.languages}
    return {
        **{name: getattr(said, name) for name in ("party", "institution", "role", "hours", "zone", "deputy")},
        **{name: ", ".join(values) for name, values in lists.items()},
        "lines": "\n".join(f"{line.channel}: {line.address}" for line in said.lines),
        "ref": ref,
        "version": str(found.entry.version),
        "readers": label_choice(label),
        "named": "\n".join(sorted(label.rel_to or ())),
    }


@routes.post(HERE)
def contact_sent(seat: Member, form: Form, _query: Asked) -> Response:
    """Writes a point of contact down, or changes one."""
    allow_at(seat, "answer")

    def act() -> str:
        tlp, named = label_of(form)
        version = int(form["version"]) if form.get("version", "").isdecimal() else 0
        acts.save_contact(seat.at_desk, contact_of_form(form), form.get("ref", ""), version, tlp=tlp, rel_to=named)
        return HERE

    return done(seat, act, lambda fault, status: contacts_sheet(seat, fault=fault, about="contact", sent=form, status=status))


def label_of(form: Mapping[str, str]) -> tuple[str, list[str]]:
    """The TLP level and the named readers that the form means."""
    choice = form.get("readers", "own")
    if choice in ("CLEAR", "GREEN"):
        return choice, []
    return "AMBER", lines(form, "named") if choice == "named" else []


def contact_of_form(form: Mapping[str, str]) -> Contact:
    """The point of contact that a form means. Raises `BadReport` with one sentence."""
    parted = [line.partition(":") for line in lines(form, "lines")]
    given: list[Json] = [{"channel": channel.strip().lower(), "address": address.strip()} for channel, _, address in parted]
    said: dict[str, Json] = {name: form.get(name, "").strip() for name in ("party", "institution", "role", "hours", "zone", "deputy")}
    lists: dict[str, Json] = {name: [*_words(form.get(name, ""))] for name in ("fields", "countries", "languages")}
    return read_body(Contact, said | lists | {"lines": given})


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").replace("\n", " ").split() if word]


@routes.post("/desk/contacts/{ref}/close")
def close_sent(seat: Member, _form: Form, ref: Named, _query: Asked) -> Response:
    """Closes a point of contact."""
    allow_at(seat, "answer")

    def act() -> str:
        acts.close_contact(seat.at_desk, ref)
        return HERE

    return done(seat, act, lambda fault, status: contacts_sheet(seat, fault=fault, about="page", status=status))


@routes.post("/desk/contacts/{ref}/checks")
def check_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """Sends a check; the same form twice sends one."""
    allow_at(seat, "answer")

    def act() -> str:
        channel: Any = form.get("channel", "page")
        acts.send_check(seat.at_desk, ref, minutes=_number(form.get("minutes", "")), text=form.get("text", ""), channel=channel, ref=form.get("name", ""))
        return HERE

    return done(seat, act, lambda fault, status: contacts_sheet(seat, fault=fault, about=f"check {ref}", sent=form, status=status))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as fault:
        raise BadReport("The number of minutes cannot be understood", field="minutes", got=text, expected="a number such as 30") from fault


@routes.post("/desk/checks/{ref}/answers")
def answer_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """The answer of the party that was asked."""
    allow_at(seat, "answer")

    def act() -> str:
        acts.answer_check(seat.at_desk, ref, form.get("text", ""))
        return HERE

    return done(seat, act, lambda fault, status: contacts_sheet(seat, fault=fault, about=f"answer {ref}", sent=form, status=status))


@routes.post("/desk/checks/{ref}/records")
def record_sent(seat: Member, form: Form, ref: Named, _query: Asked) -> Response:
    """An answer that came by phone, radio or mail, written down by who asked."""
    allow_at(seat, "answer")

    def act() -> str:
        at_us = time_of(form.get("at", ""), None, "at")
        if at_us is None:
            raise BadReport("Say when the answer came", field="at", expected="a day and an hour, UTC")
        acts.record_answer(seat.at_desk, ref, form.get("text", ""), at_us=at_us)
        return HERE

    return done(seat, act, lambda fault, status: contacts_sheet(seat, fault=fault, about=f"record {ref}", sent=form, status=status))
