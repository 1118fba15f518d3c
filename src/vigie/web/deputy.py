"""What a deputy finds on the desk: the warnings that another post of the party has not answered in time, and that it was told of."""

from __future__ import annotations

from typing import Any

from vigie.model.languages import moment_text
from vigie.node.accounts import list_accounts
from vigie.node.deputies import awaited, escalations
from vigie.warn.answers import Responses
from vigie.web.seats import Seat


def deputy_lines(seat: Seat, known: tuple[Responses, ...]) -> list[dict[str, Any]]:
    """The warnings that whoever is signed in is asked to answer as deputy, the longest overdue first; `known` are those that the party may read."""
    account, owner = seat.session.account if seat.session else "", seat.desk.node.settings.party
    mine = [told for told in escalations(seat.desk.node) if (told.party, told.deputy, told.exercise) == (seat.party, account, seat.exercise)]
    if not mine:
        return []
    posts = ", ".join(found.name for found in list_accounts(seat.desk.node) if found.party == seat.party and found.deputy == account)
    found = [(told, awaited(told, known, owner)) for told in sorted(mine, key=lambda told: (told.due_us, told.id))]
    return [
        {
            "id": chain.warning,
            "issuer": chain.owner,
            "headline": chain.head.content.texts[0].headline,
            "posts": posts or seat.party,
            "due": moment_text(seat.tongue, told.due_us),
        }
        for told, chain in found
        if chain is not None
    ]
