"""What activities are about: priorities and mechanisms, each with the fields of the program that it stands for. A node may add its own (`priorities.toml`).

The seven priorities are those in which partners of the region have drawn up projects; the sector is the nearest five-digit code of the OECD's DAC list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vigie.model.activity import Activity
from vigie.model.languages import to_say


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority: its title in English, the fields of packs whose risks it answers, and a DAC sector (empty = none is near)."""

    name: str
    title: str
    fields: frozenset[str]
    sector: str = ""


PRIORITIES: Mapping[str, Priority] = {
    found.name: found
    for found in (
        Priority("mines", to_say("Mines and unexploded ordnance"), frozenset({"mines"}), "15250"),
        Priority("environment", to_say("Environmental security"), frozenset({"seismic"}), "41010"),
        Priority("counter-terrorism", to_say("Counter-terrorism"), frozenset({"conflict"})),
        Priority("cyber", to_say("Cyber defence"), frozenset({"cyber"}), "22040"),
        Priority("human-social", to_say("Human and social aspects of security"), frozenset({"conflict", "cooperation"}), "15220"),
        Priority("energy", to_say("Energy security"), frozenset({"energy"}), "23110"),
        Priority("cbrn", to_say("Defence against CBRN agents"), frozenset({"cbrn"})),
    )
}
"""The priorities that every node knows, by name."""

MECHANISMS: Mapping[str, str] = {
    "project": to_say("multi-year project"),
    "workshop": to_say("workshop"),
    "training": to_say("training course"),
    "institute": to_say("study institute"),
    "exercise": to_say("exercise"),
    "agreement": to_say("agreement"),
    "mediation": to_say("mediation"),
    "assistance": to_say("assistance"),
}
"""The forms that an activity may have, with their titles; any other word is kept as it is given."""


def areas_of(activity: Activity) -> tuple[str, ...]:
    """The codes of the areas that it names: its units, those of its places, and its countries."""
    places = (place.area for place in activity.places if place.area)
    return tuple(dict.fromkeys((*activity.areas, *places, *(share.code for share in activity.countries))))


def fields_of(activity: Activity, known: Mapping[str, Priority] = PRIORITIES) -> frozenset[str]:
    """The fields that an activity is about: those that it names, and those of its priorities.

    >>> sorted(fields_of(Activity(titles={"en": "Training"}, priorities=("cyber",), fields=("energy",))))
    ['cyber', 'energy']
    """
    return frozenset(activity.fields).union(*(known[name].fields for name in activity.priorities if name in known))
