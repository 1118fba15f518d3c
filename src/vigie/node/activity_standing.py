"""How an activity stands now, for a page that shows it beside something else: without reading all other activities of the log."""

from __future__ import annotations

from dataclasses import replace

from vigie.activities.record import day_of, known, standing
from vigie.model.entry import Entry, Log


def status_of(entry: Entry, status: str, log: Log) -> str:
    """The status that it has on the day of the log, after its procedure and its dates; what its owner says (`status`) where neither tells.

    The words are those of `model.languages.ACTIVITY_WORDS`.
    """
    about = tuple(
        each
        for each in log.entries
        if (each.type == "activity" and (each.owner, each.ref) == (entry.owner, entry.ref))
        or (each.type == "step" and (each.body.get("owner"), each.body.get("activity")) == (entry.owner, entry.ref))
    )
    found = next((each for each in known(replace(log, entries=about)) if (each.owner, each.ref) == (entry.owner, entry.ref)), None)
    stands = standing(found, day_of(log.now_us)) if found else None
    return {"finished": "closed", None: status}.get(stands, stands or status)
