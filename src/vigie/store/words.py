"""The words of reports, for searching: the names of their places, and what they say in short."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select

from vigie.store.database import Store
from vigie.store.reading import Audience, open_to
from vigie.store.schema import reports

_AT_ONCE = 5_000


def report_words(store: Store, audience: Audience, rows: Sequence[int]) -> list[tuple[int, str]]:
    """The row of each of these reports that says a place or a summary, with both as one text; a row that the audience may not read is left out."""
    found: list[tuple[int, str]] = []
    says_any = or_(reports.c.place.is_not(None), reports.c.summary.is_not(None))
    with store.reading() as connection:
        for start in range(0, len(rows), _AT_ONCE):
            condition = and_(reports.c.row.in_(rows[start : start + _AT_ONCE]), says_any, open_to(audience, reports))
            for row, place, summary in connection.execute(select(reports.c.row, reports.c.place, reports.c.summary).where(condition)):
                found.append((row, " ".join(part for part in (place, summary) if part)))
    return found
