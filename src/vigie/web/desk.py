"""What every route has at hand: the node, the atlas, the clock and the kept worlds of each audience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import pydantic
from fastapi import Depends, Request

from vigie.model.atlas import Atlas
from vigie.model.languages import LANGUAGES
from vigie.node.answers import KeptWorlds
from vigie.node.kept_logs import KeptLogs
from vigie.node.settings import Node
from vigie.web.memory import Memory
from vigie.web.refusals import Refusals

if TYPE_CHECKING:
    from vigie.node.outlook import KeptOutlooks
    from vigie.node.partner_view import KeptViews


@dataclass(frozen=True, slots=True)
class Desk:
    """The node that answers, and what it answers with; `worlds` are those of PUBLIC."""

    node: Node
    atlas: Atlas
    now: Callable[[], int]
    worlds: KeptWorlds
    memory: Memory = field(default_factory=Memory)
    refusals: Refusals = field(default_factory=Refusals)
    _parties: dict[str, KeptWorlds] = field(default_factory=dict)
    _outlooks: list[KeptOutlooks] = field(default_factory=list)
    _logs: list[KeptLogs] = field(default_factory=list)
    _views: list[KeptViews] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The language of place names."""
        return self.node.settings.language

    @property
    def usual_language(self) -> str:
        """The language of pages that name none: the node's own where texts are written in it, else English."""
        return self.language if self.language in LANGUAGES else "en"

    def worlds_of(self, party: str) -> KeptWorlds:
        """The worlds of a party, kept like those of PUBLIC."""
        if party == self.worlds.party:
            return self.worlds
        return self._parties.setdefault(party, KeptWorlds(self.node, self.atlas, self.now, party))

    def logs(self) -> KeptLogs:
        """The logs of all audiences."""
        if not self._logs:
            self._logs.append(KeptLogs(self.node))
        return self._logs[0]

    def outlooks(self) -> KeptOutlooks:
        """The outlooks of all parties; the engine of rules is read in when somebody first asks for one."""
        from vigie.node.outlook import KeptOutlooks

        if not self._outlooks:
            self._outlooks.append(KeptOutlooks(self.node, self.atlas))
        return self._outlooks[0]

    def views(self) -> KeptViews:
        """What partners would see, for the node's own people: beside the worlds that answer those partners."""
        from vigie.node.partner_view import KeptViews

        if not self._views:
            self._views.append(KeptViews(self.node, self.atlas, self.now))
        return self._views[0]


def desk_of(request: Request) -> Desk:
    """The desk of this application."""
    found: Desk = request.app.state.desk
    return found


At = Annotated[Desk, Depends(desk_of)]


def question(path: str, query: pydantic.BaseModel, now_us: int) -> str:
    """What is asked, and in which minute: the answer to the same question holds as long as its world does."""
    return f"{address(path, query)} {now_us // 60_000_000}"


def address(path: str, query: pydantic.BaseModel, **changed: str) -> str:
    """The address that asks the same with some parameters changed; without a host, so that nobody's Host header ends in a link."""
    asked = {name: str(value) for name, value in query.model_dump(exclude_none=True).items()} | changed
    said = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
