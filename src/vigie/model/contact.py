"""Points of contact and communication checks. A point of contact is a post of an institution, reached by addresses of that post: never a person."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic

from vigie.model.said import Name, Noun, Short, Tag, Text

Channel = Literal["mail", "phone", "radio", "fax", "page", "other"]
"""`page` is the desk of the node itself."""


class Line(Noun):
    """One way to reach a post: a functional address or number."""

    channel: Channel
    address: Short


class Contact(Noun):
    """A point of contact: the post of an institution that answers for something."""

    party: Name
    institution: Annotated[Short, pydantic.Field(min_length=1)]
    role: Annotated[Short, pydantic.Field(min_length=1)]
    """Such as `duty desk`, `national CERT`, `mine action centre, operations`."""

    fields: tuple[Name, ...] = ()
    countries: tuple[Name, ...] = ()
    lines: tuple[Line, ...] = ()
    languages: tuple[Tag, ...] = ()
    hours: Short = ""
    """When the post is manned, in words such as `Mon-Fri 08:00-16:00`; empty = always."""

    zone: str = ""
    deputy: str = ""
    """The name (`ref`) of the point of contact that is asked when this one does not answer."""

    is_closed: bool = False


class Check(Noun):
    """A timed communication check: a party asks a point of contact to answer until an instant."""

    contact: Name
    """The name (`ref`) of the point of contact."""

    party: Name
    """The party that is asked."""

    text: Text = ""
    channel: Channel = "page"
    until_us: int
    follows: str = ""
    """The check that was not answered, where this one asks the deputy."""


class Reply(Noun):
    """The answer to a check: by the party that was asked, or, for a channel outside the node, written down by the one that asked."""

    check: Name
    asker: Name
    """The party that asked."""

    text: Text = ""
    answered_us: int | None = None
    """When it was answered, where that was written down later; else when the reply was said."""
