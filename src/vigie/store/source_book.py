"""What the node remembers of each source between runs: its settings and its state, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from vigie.model.canonical import Json, canonical_text
from vigie.store.database import Store
from vigie.store.schema import source_states


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source: its own settings (what `sources add` was told) and its state (what the last runs left)."""

    name: str
    settings: Mapping[str, Json]
    state: Mapping[str, Json]


def save_source_state(store: Store, source: SourceState) -> None:
    """Writes a source's settings and state, replacing what was there."""
    with store.writing() as connection:
        connection.execute(delete(source_states).where(source_states.c.name == source.name))
        connection.execute(insert(source_states).values(name=source.name, settings=canonical_text(source.settings), state=canonical_text(source.state)))


def list_source_states(store: Store) -> list[SourceState]:
    """Every source that was added or run, by name."""
    with store.reading() as connection:
        return [
            SourceState(row.name, json.loads(row.settings), json.loads(row.state))
            for row in connection.execute(select(source_states).order_by(source_states.c.name))
        ]
