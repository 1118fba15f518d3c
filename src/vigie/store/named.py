"""Rows of reports by their agencies' references: how what was said of a report finds it again, in whatever version the audience may read."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from vigie.store.database import Store
from vigie.store.reading import Audience, Window, readable
from vigie.store.schema import reports

_AT_ONCE = 5_000


def rows_named(store: Store, audience: Audience, names: Collection[tuple[str, str]], *, exercise: bool) -> dict[tuple[str, str], list[int]]:
    """The rows of the readable reports that bear these names, (agency, reference); a name that the audience may read no report of is left out."""
    wanted, refs = set(names), sorted({ref for _, ref in names})
    found: dict[tuple[str, str], list[int]] = {}
    columns = (reports.c.row, reports.c.agency, reports.c.agency_ref)
    with store.reading() as connection:
        for start in range(0, len(refs), _AT_ONCE):
            condition = reports.c.agency_ref.in_(refs[start : start + _AT_ONCE])
            query = select(*columns).where(condition, readable(audience, Window(exercise=exercise))).order_by(reports.c.row)
            for row, agency, ref in connection.execute(query):
                if (agency, ref) in wanted:
                    found.setdefault((agency, ref), []).append(row)
    return found
