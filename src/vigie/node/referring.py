"""Referring a partner to an event: by a report of it that the partner may read, and so opens in its own world, where the event may look otherwise."""

from __future__ import annotations

from vigie.model.canonical import Json
from vigie.node.answers import KeptWorlds, event_number, events_of_report
from vigie.node.worlds import World
from vigie.store import find_reports


def number_named(kept: KeptWorlds, world: World, name: str) -> int | None:
    """The number of the event that a name stands for: its id, or a report of it (`AGENCY/REF`); None where there is none, or several."""
    number = event_number(world, name)
    if number is not None:
        return number
    found = events_of_report(kept, world, name)
    return found[0] if len(found) == 1 else None


def reference_for(kept: KeptWorlds, world: World, number: int, party: str) -> str:
    """`AGENCY/REF` of a report of the event that the partner may read, the first by name; empty where there is none."""
    audience = kept.node.audience(party, kept.now())
    members = sorted({(held.report.agency, held.report.agency_ref or "") for held in kept.held(world, world.events.members[number])})
    for agency, ref in members:
        found = find_reports(kept.node.store, audience, f"{agency}/{ref}") if ref else []
        if any((held.report.agency, held.report.agency_ref, held.report.exercise) == (agency, ref, world.exercise) for held in found):
            return f"{agency}/{ref}"
    return ""


def nothing_to_refer(party: str) -> str:
    """The one sentence for every case in which there is no reference."""
    return f"There is no report of this event that {party} could open."


def reference_facts(party: str, reference: str) -> dict[str, Json]:
    """The reference, and what the partner does with it."""
    if not reference:
        return {"to": party, "reference": None, "said": nothing_to_refer(party)}
    return {"to": party, "reference": reference, "said": f"{party} opens it as /api/events/by-report/{reference} at its own node."}
