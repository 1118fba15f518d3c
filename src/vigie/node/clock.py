"""The one place that reads the machine's clock. Everything else is told the time."""

from __future__ import annotations

from datetime import UTC, datetime

from vigie.model.times import from_datetime


def now_us() -> int:
    """Microseconds since 1970, UTC."""
    return from_datetime(datetime.now(UTC))
