"""Leaks, one of each kind that a change to the program might bring: each puts a leaky function in the place of a sound one, for one test.

None of this is in the program. A leak shows to who may not read it that something is held: by a count, an id, an order, a word, a time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import structlog
from sqlalchemy import false, func, select, true
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.cli import exchange
from vigie.harmonise import Learned, estimate_background
from vigie.model.catalogue import Catalogue
from vigie.model.linkmodel import untrained
from vigie.node import answers, export, kept, outlook, pictures, settings, worlds
from vigie.node import worlds as making
from vigie.node.kept_logs import KeptLogs
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import Window, change_count, list_files, predicate, readable_log, reading, visible
from vigie.store import entries as words
from vigie.store.schema import reports
from vigie.web import activity_pages, api, borders, memory, pages, public_pages, warning_pages
from web.world import NOW_US
from web.worlds_apart import OWN

Patch = pytest.MonkeyPatch
Leak = Callable[[Patch], None]


@contextmanager
def without_labels() -> Iterator[None]:
    """As long as this lasts, whoever reads reads everything."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (reading, words):
            patch.setattr(module, "open_to", lambda _audience, _records: true())
        yield


def whole_catalogue(node: Node, *, exercise: bool) -> Catalogue:
    """All reports that the node holds, whoever may read them."""
    with without_labels():
        return visible(node.store, node.audience(OWN, NOW_US), Window(exercise=exercise))


def count_of(node: Node) -> int:
    """How many versions of reports the node holds."""
    with node.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(reports)).scalar() or 0)


def asked_last(patch: Patch) -> list[Node]:
    """The node that was asked last, in a list: for functions that are not told it."""
    asked: list[Node] = []
    world, read = answers.KeptWorlds.world, KeptLogs.read

    def noting_world(self: Any, *, exercise: bool) -> World:
        asked[:] = [self.node]
        return world(self, exercise=exercise)

    def noting_log(self: Any, party: str, now_us: int, *, exercise: bool) -> Any:
        asked[:] = [self.node]
        return read(self, party, now_us, exercise=exercise)

    patch.setattr(answers.KeptWorlds, "world", noting_world)
    patch.setattr(KeptLogs, "read", noting_log)
    return asked


def _worlds_by(patch: Patch, change: Callable[[Node, Any, Any, World], World]) -> None:
    """Every world of the pages and of the commands is changed as soon as it is made."""
    make = making.make_world

    def changed(node: Node, audience: Any, atlas: Any, *, exercise: bool, watch: Any = None) -> World:
        return change(node, audience, atlas, make(node, audience, atlas, exercise=exercise, watch=watch))

    patch.setattr(kept, "make_world", changed)


def a_count_over_everything(patch: Patch) -> None:
    """`numberMatched` counts what is held."""
    asked, sound = asked_last(patch), api._numbers
    patch.setattr(api, "_numbers", lambda matched, returned, links: sound(matched + count_of(asked[0]), returned, links))


def a_figure_for_prometheus(patch: Patch) -> None:
    """The figures say how many files were taken in, rejects and all."""
    asked, sound = asked_last(patch), api.metrics_text
    patch.setattr(api, "metrics_text", lambda found: f"{sound(list(found))}vigie_files {len(list_files(asked[0].store))}\n")


def an_id_that_depends_on_a_hidden_member(patch: Patch) -> None:
    """Reports are linked before labels are looked at: an event bears the id that it has with all its members."""

    def renamed(node: Node, audience: Any, atlas: Any, world: World) -> World:
        with without_labels():
            whole = making.make_world(node, audience, atlas, exercise=world.exercise)
        of_row = {int(row): whole.events.id[int(number)] for row, number in zip(whole.catalogue.row, whole.event_of, strict=True)}
        ids = [of_row.get(int(world.catalogue.row[members[0]]), own) for own, members in zip(world.events.id, world.events.members, strict=True)]
        return replace(world, events=replace(world.events, id=tuple(ids)))

    _worlds_by(patch, renamed)


def a_learned_parameter(patch: Patch) -> None:
    """The rate of unrelated events is estimated from everything."""
    whole: list[Catalogue] = []
    make = making.make_world

    def noting(node: Node, audience: Any, atlas: Any, *, exercise: bool, watch: Any = None) -> World:
        whole[:] = [whole_catalogue(node, exercise=exercise)]
        return make(node, audience, atlas, exercise=exercise, watch=watch)

    def learned(catalogue: Catalogue, sameness: Any, _decided: Any = ()) -> Learned:
        fields = {catalogue.field.text(0)}
        return Learned(untrained(sameness), estimate_background(whole[0].take(np.flatnonzero(whole[0].field.is_in(fields))), sameness))

    patch.setattr(kept, "make_world", noting)
    patch.setattr(worlds, "learned_before", learned)


def an_error_text(patch: Patch) -> None:
    """An event that the reader may not see is refused in other words than one that is not there."""
    sound = api._event

    def told(desk: Any, seen: Any, world: World, number: int | None) -> Response:
        if number is None and len(whole_catalogue(desk.node, exercise=world.exercise)) > len(world.catalogue):
            raise HTTPException(403, "You may not see this event.")
        return sound(desk, seen, world, number)

    patch.setattr(api, "_event", told)


def a_cached_page(patch: Patch) -> None:
    """An answer is kept by what was asked, not by who asked."""
    sound: dict[tuple[int, str], Response] = {}

    def kept_answer(self: Any, asked: str, _world: World, make: Callable[[], Response]) -> Response:
        key = (id(self), asked.partition("/")[2])
        if key not in sound:
            sound[key] = make()
        return sound[key]

    patch.setattr(memory.Memory, "answer", kept_answer)


def a_kept_world(patch: Patch) -> None:
    """A world is kept by the node alone, and shown to the next audience."""
    sound, held = answers.kept_world, dict[tuple[int, bool], World]()

    def shared(node: Node, audience: Any, atlas: Any, *, exercise: bool, **told: Any) -> World:
        key = (id(node), exercise)
        if key not in held:
            held[key] = sound(node, audience, atlas, exercise=exercise, **told)
        return replace(held[key], party=audience.party)

    patch.setattr(answers, "kept_world", shared)


def a_forecast(patch: Patch) -> None:
    """What the rules and the risks say ahead rests on all reports: the outlook, which is what comes nearest to a forecast as yet."""
    sound = outlook.make_outlook

    def ahead(node: Node, atlas: Any, world: World, log: Any, history: Any = None) -> Any:
        with without_labels():
            whole = making.make_world(node, node.audience(world.party, log.now_us), atlas, exercise=world.exercise)
            return sound(node, atlas, whole, log, history)

    patch.setattr(outlook, "make_outlook", ahead)


def an_etag(patch: Patch) -> None:
    """The ETag moves with every change of the store."""
    asked, sound = asked_last(patch), borders._finished

    def tagged(start: Any, body: bytes, known: str, borne: Any) -> tuple[Any, bytes]:
        message, said = sound(start, body, known, borne)
        mark = hashlib.sha256(body + str(change_count(asked[0].store) if asked else 0).encode()).hexdigest()[:32].encode()
        headers = [(name, b'W/"' + mark + b'"' if name.lower() == b"etag" else value) for name, value in message["headers"]]
        return {**message, "headers": headers}, said

    patch.setattr(borders, "_finished", tagged)


def a_header(patch: Patch) -> None:
    """Last-Modified tells when anything was taken in last."""
    asked, sound = asked_last(patch), borders._finished

    def dated(start: Any, body: bytes, known: str, borne: Any) -> tuple[Any, bytes]:
        message, said = sound(start, body, known, borne)
        return {**message, "headers": [*message["headers"], (b"last-modified", str(count_of(asked[0]) if asked else 0).encode())]}, said

    patch.setattr(borders, "_finished", dated)


def an_export(patch: Patch) -> None:
    """A file for others is written from the node's own view."""
    sound = exchange.world_of
    patch.setattr(exchange, "world_of", lambda node, _party, atlas, *, exercise: sound(node, OWN, atlas, exercise=exercise))
    patch.setattr(export, "refuse_owner_only", lambda _node, _world: None)


def an_export_of_activities(patch: Patch) -> None:
    """The IATI file holds the node's own activities, whoever asks."""
    sound = activity_pages.export_iati
    patch.setattr(activity_pages, "export_iati", lambda node, _party, now_us, *, exercise: sound(node, OWN, now_us, exercise=exercise))


def a_sort_order(patch: Patch) -> None:
    """The form offers agencies by how much they told the node, not by their names."""
    sound = pages._options

    def ordered(seat: Any, world: World, query: Any) -> dict[str, list[tuple[str, str]]]:
        with seat.desk.node.store.reading() as connection:
            told = Counter(connection.execute(select(reports.c.agency)).scalars())
        made = sound(seat, world, query)
        return made | {"agency": sorted(made["agency"], key=lambda item: (-told[item[0]], item))}

    patch.setattr(pages, "_options", ordered)


def a_sort_order_of_lists(patch: Patch) -> None:
    """The API gives reports by their places in the store, those of the same remainder together."""
    sound = api.page_of_reports

    def ordered(world: World, rows: Any, after: str, limit: int) -> tuple[Any, str]:
        page, following = sound(world, rows, after, limit)
        return page[np.lexsort((page, world.catalogue.row[page] % 2))], following

    patch.setattr(api, "page_of_reports", ordered)


def a_log_line_sent_out(patch: Patch) -> None:
    """Whoever has a world made is told on the log, and at a command on the screen, how many reports are held."""

    def told(node: Node, _audience: Any, _atlas: Any, world: World) -> World:
        structlog.get_logger().info("world made", held=count_of(node))
        return world

    _worlds_by(patch, told)


def a_page_key(patch: Patch) -> None:
    """The key of the next page holds a place in the store."""
    asked, sound = asked_last(patch), answers._write_key
    patch.setattr(answers, "_write_key", lambda begin_us, name: f"{sound(begin_us, name)}.{count_of(asked[0])}")


def a_hidden_decision(patch: Patch) -> None:
    """Reports are linked as the node's own analysts decided, also where the reader may not read that."""
    sound = making.decided_rows

    def decided(node: Node, _audience: Any, catalogue: Catalogue, *, exercise: bool) -> Any:
        return sound(node, node.audience(OWN, NOW_US), catalogue, exercise=exercise)

    patch.setattr(making, "decided_rows", decided)


def a_dangling_link(patch: Patch) -> None:
    """An event says how many of its reports are withheld."""
    for module in (api, pages):
        _withheld(patch, module, module.event_answer)


def _withheld(patch: Patch, module: Any, sound: Any) -> None:
    def counted(seen: Any, world: World, number: int, language: str = "en") -> dict[str, Any]:
        whole = whole_catalogue(seen.node, exercise=world.exercise)
        begin_us = int(world.events.begin_us[number])
        near = int((np.abs(whole.begin_us - begin_us) < 60_000_000).sum()) - len(world.events.members[number])
        return sound(seen, world, number, language) | {"withheld": near, "when": f"{near} withheld"}

    patch.setattr(module, "event_answer", counted)


def a_version_counter(patch: Patch) -> None:
    """A report says which version of its key it is."""
    sound = answers.report_answer
    patch.setattr(answers, "report_answer", lambda world, row, held: sound(world, row, held) | {"version": held.version})


def a_records_own_id(patch: Patch) -> None:
    """A report is found by the id of its record, which tells its version."""
    sound = answers.find_reports
    patch.setattr(answers, "find_reports", lambda store, audience, name: [replace(one, record_id="") for one in sound(store, audience, name)])


def a_count_on_a_page(patch: Patch) -> None:
    """The list of warnings counts all words of the log."""

    def counted(seat: Any, _found: Any) -> list[tuple[str, str, int]]:
        node = seat.desk.node
        return [("all", "Severe", len(readable_log(node.store, node.audience(OWN, seat.now_us), exercise=seat.exercise).entries))]

    patch.setattr(warning_pages, "tally", counted)


def a_time_in_a_feed(patch: Patch) -> None:
    """The public feed was updated when anything was said last."""
    asked, sound = asked_last(patch), public_pages.public_feed

    def dated(facts: Mapping[str, Any]) -> bytes:
        log = readable_log(asked[0].store, asked[0].audience(OWN, NOW_US), exercise=bool(facts["exercise"]))
        return sound(facts) + f"<!-- {max((entry.said_us for entry in log.entries), default=0)} {len(log.entries)} -->".encode()

    patch.setattr(public_pages, "public_feed", dated)


def a_silence_that_was_broken(patch: Patch) -> None:
    """Whether an agency has fallen silent is judged by all that it said."""
    asked = asked_last(patch)

    def heard(world: World, now_us: int) -> list[Any]:
        whole = whole_catalogue(asked[0], exercise=world.exercise)
        return [pictures._silence_facts(item) for item in pictures.silences(whole, now_us)]

    patch.setattr(pictures, "silent_agencies", heard)


def another_clock(patch: Patch) -> None:
    """Embargoes end two days early."""
    sound = settings.Node.audience
    patch.setattr(settings.Node, "audience", lambda node, party, now_us: sound(node, party, now_us + 2 * 86_400_000_000))


def a_rule_of_the_label_left_out(patch: Patch) -> None:
    """Nobody asks for caveats."""
    patch.setattr(predicate, "_lacks_caveat", lambda _held: false())


def another_partys_record_passed_on(patch: Patch) -> None:
    """What a partner released to the node is shown on as if it were the node's own."""
    patch.setattr(predicate, "_passes", lambda *_asked, **_leave: true())


def words_of_the_desk(patch: Patch) -> None:
    """Who is signed in gets the log of the node's own party."""
    sound = KeptLogs.read
    patch.setattr(KeptLogs, "read", lambda self, _party, now_us, *, exercise: sound(self, OWN, now_us, exercise=exercise))
