"""Options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.times import parse_interval

if TYPE_CHECKING:
    from vigie.node.pictures import Choice
    from vigie.node.settings import Node

NodeOption = Annotated[Path | None, typer.Option("--node", help="The node's folder (else VIGIE_NODE, else ./node).", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ExerciseOption = Annotated[bool, typer.Option("--exercise", help="The exercise instead of the real world.")]
AudienceOption = Annotated[str, typer.Option("--for", help="Whose view: a party's name or PUBLIC (else the node's own).", show_default=False)]
FieldOption = Annotated[str, typer.Option("--field", help="Only this field.", show_default=False)]
CountryOption = Annotated[str, typer.Option("--country", help="Only this country (two letters, XK for Kosovo).", show_default=False)]
AgencyOption = Annotated[str, typer.Option("--agency", help="Only events that this agency reported.", show_default=False)]
SinceOption = Annotated[str, typer.Option("--since", help="From this day or instant on (ISO 8601).", show_default=False)]
UntilOption = Annotated[str, typer.Option("--until", help="Before this day or instant (ISO 8601).", show_default=False)]
BoxOption = Annotated[str, typer.Option("--bbox", help="west,south,east,north in degrees.", show_default=False)]


def the_node(folder: Path | None) -> Node:
    """The opened node that is meant."""
    from vigie.node.settings import node_folder, open_node

    return open_node(node_folder(folder))


def known_party(node: Node, party: str) -> str:
    """The party whose view is meant: the node's own where none was named. Raises `BadSetting` for one that the directory does not know."""
    if party and party not in (PUBLIC, node.settings.party, *node.directory.parties):
        expected = ", ".join([PUBLIC, node.settings.party, *sorted(node.directory.parties)])
        raise BadSetting("There is no such party", field="--for", got=party, expected=expected, todo="add it to directory.toml")
    return party or node.settings.party


def instant(text: str, name: str) -> int | None:
    """Microseconds of an option's day or instant; None where it was not given."""
    try:
        return parse_interval(text)[0] if text else None
    except ValueError as fault:
        raise BadSetting(
            "The time cannot be understood", field=name, got=text, expected="a day or an instant such as 2026-11-22 or 2026-11-22T10:00Z"
        ) from fault


def box_of(text: str) -> tuple[float, float, float, float] | None:
    """The four numbers of a box; None where it was not given."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as fault:
        raise BadSetting("The box cannot be understood", field="--bbox", got=text, expected="west,south,east,north in degrees") from fault
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 - degrees
        raise BadSetting("The box is not on Earth", field="--bbox", got=text, expected="west,south,east,north in degrees, south below north")
    return west, south, east, north


def choice_of(*, field: str = "", country: str = "", agency: str = "", since: str = "", until: str = "", bbox: str = "", min_agencies: int = 1) -> Choice:
    """The choice of events that the options describe."""
    from vigie.node.pictures import Choice

    since_us, until_us = instant(since, "--since"), instant(until, "--until")
    return Choice(field=field, country=country, agency=agency, since_us=since_us, until_us=until_us, box=box_of(bbox), min_agencies=min_agencies)


def shown_day(time_us: int) -> str:
    """A day for a table."""
    return datetime.fromtimestamp(time_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M")
