"""The owner's leave to pass one record on: where a label is marked orcon, nobody who received the record does so without it."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic

from vigie.model.said import Noun, Short, Text


class Granting(Noun):
    """Leave for one version of a record, `record`, to be passed on `to` a party by whoever holds it, `until` an instant (µs UTC).

    `state` tells whether it was given or taken back since.
    """

    record: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]
    name: Short
    to: Annotated[str, pydantic.Field(min_length=1, max_length=64)]
    until_us: Annotated[int, pydantic.Field(gt=0, lt=2**53)]
    state: Literal["given", "taken back"] = "given"
    reason: Text = ""
