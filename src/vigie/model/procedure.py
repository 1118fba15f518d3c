"""The nouns of agreeing: the steps of an activity's procedure. A step is one party's word at an instant; where a procedure stands is computed from all of them.

Under silence a text is agreed unless a party breaks the silence before its deadline. To note a text is not to agree to it.
"""

from __future__ import annotations

from typing import Literal, Self

import pydantic

from vigie.model.said import Name, Noun, Text

State = Literal[
    "draft",
    "screened",
    "peer review",
    "list",
    "under silence",
    "agreed",
    "noted",
    "broken",
    "discussion",
    "running",
    "closed",
    "evaluated",
    "withdrawn",
]
STATES: tuple[State, ...] = (
    *("draft", "screened", "peer review", "list", "under silence", "agreed", "noted", "broken", "discussion"),
    *("running", "closed", "evaluated", "withdrawn"),
)

Act = Literal["submit", "screen", "review", "list", "return", "silence", "extend", "break", "sheet", "discuss", "start", "close", "evaluate", "withdraw"]
"""`submit` begins a procedure; `return` sends back to draft; `silence` opens a round, `extend` and `break` name it; `sheet` tells the day of its sheet."""

ACTS: tuple[Act, ...] = (
    *("submit", "screen", "review", "list", "return", "silence", "extend", "break"),
    *("sheet", "discuss", "start", "close", "evaluate", "withdraw"),
)


class Step(Noun):
    """One act of the procedure of the activity `activity` of the party `owner`."""

    activity: Name
    owner: Name
    act: Act
    text: Text = ""
    content: str = ""
    """The digest of the activity's body that the step is about."""

    round: str = ""
    """The round of silence: the name (`ref`) of the step that opened it."""

    deadline_us: int | None = None
    zone: str = ""
    """The IANA time zone that the deadline was said in, for showing it again."""

    parties: tuple[Name, ...] = ()
    """Whose silence is asked: they alone may break it."""

    agree: Text = ""
    """What is agreed by silence; empty = nothing is."""

    note: Text = ""
    """What is only noted."""

    day: str = ""
    """The day that a sheet bears, ISO 8601."""

    party: str = ""
    """Whose act the owner tells of, where it is not its own: so that who reads the activity later can read that its silence was broken."""

    at_us: int | None = None
    """When that act was done."""

    @pydantic.model_validator(mode="after")
    def _whole(self) -> Self:
        if self.act == "silence" and (self.deadline_us is None or not self.parties or not (self.agree.strip() or self.note.strip())):
            msg = "a silence needs a deadline, the parties that are asked, and what they agree to or note"
            raise ValueError(msg)
        if self.act == "extend" and (self.deadline_us is None or not self.round):
            msg = "an extension needs the round of silence and its new deadline"
            raise ValueError(msg)
        if self.act in ("break", "sheet") and not self.round:
            msg = "a break, as a sheet, is of one round of silence"
            raise ValueError(msg)
        if self.act in ("return", "withdraw") and not self.text.strip():
            msg = "who sends an activity back, or withdraws it, must say why"
            raise ValueError(msg)
        return self


class Reason(Noun):
    """Why a party broke a silence: under a label of its own, which may be stricter than that of the break."""

    activity: Name
    owner: Name
    step: Name
    """The name (`ref`) of the break."""

    text: Text
