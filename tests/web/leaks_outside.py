"""Leaks at the faces of the exchange and of accounts: what a partner's node is told, references, the audit log, tokens. See `leaks`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import true

from vigie.node import referring, serving
from vigie.node.accounts import Session
from vigie.node.desk import log_of
from vigie.store import offering
from vigie.warn.chain import chains
from vigie.web import audit_pages, bearers, exchange_data, risk_data
from web.leaks import Patch, asked_last
from web.worlds_apart import OWN


def a_page_that_says_more_follows(patch: Patch) -> None:
    """A partner's page says that more follows where rows follow, whoever may read them."""
    patch.setattr(offering, "_concerns", lambda _stream, _audience, _place: true())


def a_page_whose_limit_counts_what_is_hidden(patch: Patch) -> None:
    """The limit of a partner's page is counted before the filter, so that hidden rows shrink the page."""

    def told_of(connection: Any, audience: Any, stream: str, told: offering.Told, limit: int) -> None:
        rows = offering._rows(connection, stream, offering.STREAMS[stream][1] > getattr(told.place, stream), limit)
        told.offered += [(stream, row) for row in rows if offering._is_open(row, told.place) and offering._is_for(row, audience)]
        told.place = replace(told.place, **({stream: rows[-1].number} if rows else {}))

    patch.setattr(offering, "_tell_new", told_of)
    patch.setattr(serving, "tell_more", offering.tell)


def an_audit_log_for_anybody(patch: Patch) -> None:
    """Whoever is signed in may look at what was done at the node."""
    patch.setattr(audit_pages, "check_own", lambda _seat: None)
    patch.setattr(audit_pages, "allow", lambda _session, _right: None)


def an_exchange_for_anybody(patch: Patch) -> None:
    """Whoever is signed in may look at how the exchange stands, and at what others would see."""
    patch.setattr(exchange_data, "is_own", lambda _seat: True)


def a_risk_beside_all_that_is_said(patch: Patch) -> None:
    """The sums over risks count every warning that the node's own party reads."""
    asked, sound = asked_last(patch), risk_data.summary_facts

    def summed(shown: Any, counts: Any, desk: Any) -> Any:
        log = desk.reader.log
        everything = chains(log_of(asked[0], OWN, log.now_us, exercise=log.exercise))
        return {**sound(shown, counts, desk), "gaps": sum(len(chain.history) for chain in everything)}

    patch.setattr(risk_data, "summary_facts", summed)


def a_token_of_the_owner(patch: Patch) -> None:
    """A program with a token reads as the node's own party, whoever's account it is."""
    sound = bearers.session_with

    def raised(node: Any, token: Any, now_us: int) -> Session | None:
        found = sound(node, token, now_us)
        return replace(found, party=OWN) if found else None

    patch.setattr(bearers, "session_with", raised)


def a_reference_to_what_is_hidden(patch: Patch) -> None:
    """A partner is referred to the first report of an event, whether or not it may read it."""
    sound = referring.find_reports
    patch.setattr(referring, "find_reports", lambda store, audience, name: sound(store, replace(audience, party=audience.home), name))
