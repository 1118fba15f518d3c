"""Which labels somebody may choose for what they enter, and who would read it under each, in one place for every form."""

from __future__ import annotations

from collections.abc import Sequence

from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.label import PUBLIC, Label
from vigie.model.narrowing import is_wider
from vigie.node.desk import Desk, check_may
from vigie.node.relabel import check_label, readers_of
from vigie.node.settings import owner_label


def label_asked(desk: Desk, tlp: str, rel_to: Sequence[str]) -> Label:
    """The label of these choices: without a level and a list, for the party's own eyes. Raises for a level or a reader that nobody knows."""
    label = owner_label(desk.actor.party, tlp or None)
    if rel_to:
        label = Label(label.owner, tlp=label.tlp, rel_to=frozenset(rel_to))
    check_label(label, desk.node.directory, desk.node.settings.party)
    return label


def own_eyes(desk: Desk) -> Label:
    """The label that nobody but the party reads, and that may be opened later."""
    return owner_label(desk.actor.party, None)


def is_opened(desk: Desk, label: Label) -> bool:
    """Whether the label opens to anybody what the party would keep to itself."""
    return is_wider(label, own_eyes(desk), desk.node.directory, desk.now_us)


def check_release_at_once(desk: Desk, label: Label) -> None:
    """Raises where a label opens something at once that its actor's role may not release."""
    if is_opened(desk, label):
        check_may(desk, "release")


def label_choices(desk: Desk) -> list[Json]:
    """The labels that a form offers, the strictest first: own eyes, those who are named, the community, everybody; with who would read it."""
    party = desk.actor.party
    choices = [("own", own_eyes(desk)), *((level, Label(party, tlp=level)) for level in ("GREEN", "CLEAR"))]
    return [{"name": name, "tlp": label.tlp, "readers": list[Json](readers(desk, label)), "opens": is_opened(desk, label)} for name, label in choices]


def readers(desk: Desk, label: Label) -> list[str]:
    """The parties, and PUBLIC, that may read what bears the label, beside its owner."""
    return [name for name, reasons in readers_of(desk, label).items() if not reasons]


def parties(desk: Desk) -> list[str]:
    """The parties and groups that a list of readers can name."""
    directory = desk.node.directory
    return sorted({*directory.parties, *directory.groups, *directory.dated} - {desk.actor.party, PUBLIC})


def texts(value: object, field: str) -> list[str]:
    """The texts of a list that was sent. Raises `BadReport` for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadReport("This is no list of texts", field=field, expected='a list such as ["RS-NODE"]')
    return list(value)
