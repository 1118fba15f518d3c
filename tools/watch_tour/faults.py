"""What can go wrong in a tour, as one sentence."""

from __future__ import annotations


class TourError(Exception):
    """The tour cannot go on; the message is one sentence that says why and what to do."""
