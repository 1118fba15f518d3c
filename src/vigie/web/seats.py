"""A seat: who looks at the node, at which of its two worlds, in which language and when. Every page of warnings and of the desk is made for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request

from vigie.activities.record import Known
from vigie.model.entry import Log
from vigie.model.label import PUBLIC
from vigie.model.languages import check_language
from vigie.node.accounts import Session
from vigie.node.desk import Actor
from vigie.node.desk import Desk as PartyDesk
from vigie.node.kept_logs import Read
from vigie.node.worlds import World
from vigie.warn.answers import Responses
from vigie.warn.chain import Chain, Proposal
from vigie.web.bearers import has_bearer
from vigie.web.desk import At, Desk
from vigie.web.sessions import COOKIE, Signed, maybe_signed_in
from vigie.web.ways import in_place, is_partly_translated

if TYPE_CHECKING:
    from vigie.node.outlook import Outlook


@dataclass(frozen=True, slots=True)
class Seat:
    """`session` is None for a reader who is not signed in, and whose audience is PUBLIC; `tongue` is the language of the page.

    `place` is the address of the page without world and language.

    Log, world and outlook are looked at once: all of a page is made from the same.
    """

    desk: Desk
    session: Session | None
    exercise: bool
    tongue: str
    now_us: int
    place: str = ""
    _seen: dict[str, Any] = field(default_factory=dict)

    @property
    def party(self) -> str:
        """The audience."""
        return self.session.party if self.session else PUBLIC

    @property
    def read(self) -> Read:
        """All that the audience may read, understood."""
        found: Read = self._once("read", lambda: self.desk.logs().read(self.party, self.now_us, exercise=self.exercise))
        return found

    @property
    def log(self) -> Log:
        """All that the audience may read."""
        return self.read.log

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The warnings that the audience may read, newest head first."""
        return self.read.chains

    @property
    def drafts(self) -> tuple[Proposal, ...]:
        """The drafts that the audience may read, newest first."""
        return self.read.drafts

    @property
    def activities(self) -> tuple[Known, ...]:
        """The activities that the audience may read, the one that was changed last first."""
        found: tuple[Known, ...] = self._once("activities", lambda: self.read.activities)
        return found

    def responses(self, found: Iterable[Chain], deputies: Mapping[str, str]) -> tuple[Responses, ...]:
        """What was answered to these warnings, as far as the audience may read it."""
        return self.read.responses(tuple(found), deputies)

    @property
    def world(self) -> World:
        """The audience's world."""
        found: World = self._once("world", lambda: self.desk.worlds_of(self.party).world(exercise=self.exercise))
        return found

    @property
    def outlook(self) -> Outlook:
        """What the rules say to the audience."""
        found: Outlook = self._once("outlook", lambda: self.desk.outlooks().outlook(self.world, self.log))
        return found

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._seen:
            self._seen[name] = make()
        return self._seen[name]

    @property
    def at_desk(self) -> PartyDesk:
        """The desk that acts are done at."""
        account, role = (self.session.account, self.session.role) if self.session else ("", "")
        return PartyDesk(self.desk.node, Actor(account, self.party, role), self.now_us, self.exercise)

    @property
    def at_draft(self) -> PartyDesk:
        """The desk with the world at hand, for acts that look evidence up."""
        return replace(self.at_desk, seen=self.world)

    def path(self, there: str) -> str:
        """The address of a page in the same world and language."""
        return in_place(there, self.desk.usual_language, self.tongue, exercise=self.exercise)


def reader_of(request: Request, desk: At) -> Seat:
    """The seat of whoever reads: a party that is signed in or whose token is shown, else PUBLIC."""
    session = maybe_signed_in(request) if COOKIE in request.cookies or has_bearer(request) else None
    return seat_for(request, desk, session)


def member_of(request: Request, desk: At, session: Signed) -> Seat:
    """The seat of somebody who is signed in; everybody else is led to the sign-in page."""
    return seat_for(request, desk, session)


def seat_for(request: Request, desk: Desk, session: Session | None) -> Seat:
    """The seat of who asks, in the world and language that the address names."""
    asked = request.query_params.get("language", "")
    language = check_language(asked, is_partial=is_partly_translated(request.url.path)) if asked else desk.usual_language
    return Seat(desk, session, request.query_params.get("exercise") == "true", language, desk.now(), place_of(request))


def place_of(request: Request) -> str:
    """The address of a page without world and language; of a form that was sent, the part of the node that it belongs to."""
    path = request.url.path
    if request.method not in ("GET", "HEAD"):
        return "/" + path.split("/")[1]
    kept = [(name, value) for name, value in request.query_params.multi_items() if value and name not in ("exercise", "language")]
    return f"{path}?{urlencode(kept)}" if kept else path


Reader = Annotated[Seat, Depends(reader_of)]
Member = Annotated[Seat, Depends(member_of)]
