"""Labels in the store: each distinct label once, spread out so that SQL can ask it."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert, select

from vigie.model.label import Directory, Label, label_from_json, label_text, parts_of
from vigie.store.schema import label_names, label_parts, labels


def label_number(connection: Connection, label: Label) -> int:
    """The id of the label, which is written down where it is new. Needs a writing transaction."""
    text = label_text(label)
    known = connection.execute(select(labels.c.id).where(labels.c.text == text)).scalar()
    return known if known is not None else _write_label(connection, label, text)


def _write_label(connection: Connection, label: Label, text: str) -> int:
    number = connection.execute(insert(labels).values(text=text).returning(labels.c.id)).scalar_one()
    for part_number, part in enumerate(sorted(parts_of(label), key=label_text)):
        values = {
            "owner": part.owner,
            "policy": part.policy,
            "level": part.level,
            "tlp": part.tlp,
            "has_list": part.rel_to is not None,
            "embargo_us": part.embargo_us,
        }
        connection.execute(insert(label_parts).values(label_id=number, part=part_number, **values))
        marks = [name for name in ("orcon", "relay") if getattr(part, name)]
        lists = {"rel_to": part.rel_to or (), "not_to": part.not_to, "caveats": part.caveats, "marks": marks}
        rows = [{"label_id": number, "part": part_number, "list": name, "name": entry} for name, entries in lists.items() for entry in sorted(entries)]
        if rows:
            connection.execute(insert(label_names), rows)
    return int(number)


def labels_by_number(connection: Connection, directory: Directory) -> dict[int, Label]:
    """All labels of the store."""
    return {number: label_from_json(json.loads(text), directory) for number, text in connection.execute(select(labels.c.id, labels.c.text))}
