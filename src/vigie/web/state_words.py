"""The words that stand for states, acts, roles and verdicts: names that programs use and that people read, marked so that each has a translation.

A template says such a name by `t(name)`. What is not here is said as it is.
"""

from __future__ import annotations

from vigie.model.languages import to_say

PROCEDURE = (
    *(to_say("draft"), to_say("screened"), to_say("peer review"), to_say("list"), to_say("under silence"), to_say("agreed"), to_say("noted")),
    *(to_say("agreed and noted"), to_say("broken"), to_say("discussion"), to_say("running"), to_say("closed"), to_say("evaluated"), to_say("withdrawn")),
    *(to_say("open"), to_say("planned"), to_say("finished"), to_say("suspended"), to_say("no procedure"), to_say("revised")),
)
"""How an activity, its procedure and a silence stand."""

PARTNERS = (to_say("lead"), to_say("partner"), to_say("funder"), to_say("accountable"), to_say("implementer"), to_say("host"))

JOBS = (to_say("running"), to_say("well"), to_say("late"), to_say("failing"), to_say("cut off"), to_say("never run"))
"""How a job of the node is."""

VERDICTS = (
    *(to_say("hit"), to_say("duplicate"), to_say("near miss"), to_say("false alarm"), to_say("pending"), to_say("rate"), to_say("miss"), to_say("averted")),
    *(to_say("cannot tell"), to_say("obeyed"), to_say("not here"), to_say("contradicts"), to_say("contradicts in part"), to_say("withdrawn")),
    *(to_say("one event"), to_say("not one event")),
)
"""What became of a signal, a warning or a decision."""

LEVELS = (to_say("green"), to_say("amber"), to_say("red"), to_say("confirming"), to_say("disconfirming"), to_say("critical"), to_say("part"))
"""Levels, and what an indicator is to a problem."""

GROUPS = (to_say("all"), to_say("rule"), to_say("problem"), to_say("person"), to_say("party"))
"""Of what a score is."""

ROLES = (to_say("reader"), to_say("analyst"), to_say("releaser"), to_say("operator"))
"""What an account may do."""

CHANNELS = (to_say("page"), to_say("mail"), to_say("phone"), to_say("radio"), to_say("fax"), to_say("other"))

CHECKS = (to_say("waiting"), to_say("answered in time"), to_say("answered late"), to_say("not answered"))
"""How a communication check stands."""

PARTS = (
    *(to_say("title"), to_say("language"), to_say("updated"), to_say("date"), to_say("place"), to_say("country"), to_say("institution"), to_say("theme")),
    *(to_say("kind"), to_say("field"), to_say("role"), to_say("accepted"), to_say("rejected")),
    *(to_say("very sure"), to_say("rather sure"), to_say("not sure"), to_say("a guess")),
)
"""Parts of a page that was read, what became of it, and how sure they are."""

LOG = (to_say("released"), to_say("answer"), to_say("escalation"), to_say("activity"), to_say("assessment"), to_say("submitted"))
"""Lines of a warning's log, and states of its drafts."""

PERIODS = (to_say("day"), to_say("week"), to_say("month"), to_say("year"))

RECORDS = (to_say("event"), to_say("warning"), to_say("signal"), to_say("rule"), to_say("problem"))

VALUES = (to_say("time"), to_say("depth"), to_say("magnitude"), to_say("severity"))
"""What an event's values are called, beside place and kind."""
