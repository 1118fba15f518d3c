"""Many rows of one table at once, as plain tuples: for what is read and written record by record of every page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table

_AT_ONCE = 1_000


def insert_many(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]], otherwise: str = "") -> None:
    """Writes the rows, values in the order of the columns' names. `otherwise` is SQL for a row that is there already."""
    if not rows:
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))}) {otherwise}"  # noqa: S608 - names of our own columns
    connection.exec_driver_sql(statement, [tuple(row) for row in rows])


def rows_with(connection: Connection, table: Table, names: Sequence[str], column: str, values: Sequence[bytes]) -> Iterator[Any]:
    """These columns of the rows whose `column` is one of the values."""
    asked = f"SELECT {', '.join(names)} FROM {table.name} WHERE {column}"  # noqa: S608 - names of our own columns
    for part in (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE)):
        if connection.dialect.name == "sqlite":
            yield from connection.exec_driver_sql(f"{asked} IN ({', '.join('?' * len(part))})", tuple(part))
        else:
            yield from connection.exec_driver_sql(f"{asked} = ANY(%s)", (list(part),))
