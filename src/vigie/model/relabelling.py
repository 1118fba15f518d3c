"""What is said about a record's label: that it shall be another one, by whom, and what a second person said to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pydantic

from vigie.model.said import Noun, Short, Text


class Relabelling(Noun):
    """A change of one record's label. `record` is the version that was looked at, `label` the new and `before` the old label, as `label_to_json` has them."""

    record: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]
    name: Short
    label: dict[str, Any]
    before: dict[str, Any]
    proposer: Short
    state: Literal["open", "done", "refused"] = "open"
    reason: Text = ""
