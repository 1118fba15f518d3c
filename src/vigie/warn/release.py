"""The label of what is released, and whether every recipient may read it: the gate that a warning passes before it goes anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.label import TLP_ORDER, Directory, Label, join, may_read
from vigie.model.warning import Content

CHOSEN = "the label chosen for the warning"
"""What blocks a recipient when none of the evidence does."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A recipient who may not read the warning, and the names of what forbids it: records of the evidence, or `CHOSEN`. For the author only."""

    recipient: str
    by: tuple[str, ...]


def release_label(owner: str, tlp: str, rel_to: Sequence[str] | None, evidence_labels: Iterable[Label], directory: Directory) -> Label:
    """The join of the chosen label with the labels of all that the warning rests on. `rel_to` None = no list.

    Raises `BadSetting` where nobody has defined the TLP colour.
    """
    if tlp not in TLP_ORDER:
        raise BadSetting("The warning's label has a colour that TLP 2.0 does not know", field="tlp", got=tlp, expected=", ".join(TLP_ORDER))
    chosen = Label(owner=owner, tlp=tlp, rel_to=None if rel_to is None else frozenset(rel_to))
    return reduce(lambda first, second: join(first, second, directory), evidence_labels, chosen)


def blocked_recipients(content: Content, label: Label, directory: Directory, now_us: int, evidence: Sequence[tuple[str, Label]] = ()) -> tuple[Blocked, ...]:
    """The recipients who may not read what bears `label` or one of the named labels of the evidence, in the warning's order.

    They are parties or PUBLIC; of a group, each member is asked.
    """
    named = dict.fromkeys(party for name in content.recipients for party in sorted(directory.meant_by(name, now_us)))
    asked = [(recipient, _blocking(recipient, label, directory, now_us, evidence)) for recipient in named]
    return tuple(Blocked(recipient, names) for recipient, names in asked if names)


def check_release(content: Content, label: Label, directory: Directory, now_us: int, evidence: Sequence[tuple[str, Label]] = ()) -> None:
    """Raises `NotReleasable` where a recipient may not read the warning: one sentence for its author, naming the recipients and the blocking records.

    `evidence` pairs the name of a record with its label. An exercise is no excuse: its labels are kept as real ones are.
    """
    blocked = blocked_recipients(content, label, directory, now_us, evidence)
    if not blocked:
        return
    colours = {name: f"{name} (TLP:{part.tlp})" for name, part in evidence}
    said = "; ".join(f"{each.recipient}, because of {' and '.join(colours.get(name, name) for name in each.by)}" for each in blocked)
    raise NotReleasable(f"The warning may not be released to {said}", todo="leave out these recipients, or what was taken from these records")


def _blocking(recipient: str, label: Label, directory: Directory, now_us: int, evidence: Sequence[tuple[str, Label]]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for name, part in evidence if not may_read(recipient, part, directory, now_us)))
    return names or (() if may_read(recipient, label, directory, now_us) else (CHOSEN,))
