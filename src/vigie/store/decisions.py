"""Analysts' decisions on links."""

from __future__ import annotations

from sqlalchemy import insert, select

from vigie.model.decision import Decision
from vigie.store.database import Store
from vigie.store.intake import count_change
from vigie.store.label_book import label_number, labels_by_number
from vigie.store.predicate import readable_labels
from vigie.store.reading import Audience
from vigie.store.schema import decisions


def add_decision(store: Store, decision: Decision) -> None:
    """Writes an analyst's word down; the latest word on a pair counts."""
    with store.writing() as connection:
        first, second = sorted((decision.first, decision.second))
        pair = {"first_agency": first[0], "first_ref": first[1], "second_agency": second[0], "second_ref": second[1]}
        rest = {"same": decision.same, "reason": decision.reason, "decided_us": decision.decided_us, "label_id": label_number(connection, decision.label)}
        connection.execute(insert(decisions).values(**pair, **rest))
        count_change(connection)


def visible_decisions(store: Store, audience: Audience) -> list[Decision]:
    """The decisions that the audience may read, the latest on each pair, oldest first."""
    open_labels = readable_labels(audience.party, audience.directory, audience.now_us)
    with store.reading() as connection:
        labels = labels_by_number(connection, audience.directory)
        rows = connection.execute(select(decisions).where(decisions.c.label_id.in_(open_labels)).order_by(decisions.c.decided_us, decisions.c.id)).all()
    latest = {
        (first, second): Decision(first, second, row.same, row.reason, labels[row.label_id], row.decided_us)
        for row in rows
        for first, second in [((row.first_agency, row.first_ref), (row.second_agency, row.second_ref))]
    }
    return list(latest.values())
