"""Sources: adding, running, going on after a cut, and saying how they are; against loopback servers that behave as the real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from loopback import listening
from made import NOW_US
from node import servers
from node.servers import Server
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.times import DAY_US, SECOND_US, from_datetime
from vigie.node import sources
from vigie.node.feeds import feed_kinds
from vigie.node.line import FetchLimits
from vigie.node.mappings import presets
from vigie.node.packs import packs, readers
from vigie.node.settings import Node, open_node
from vigie.node.sources import RunOutcome
from vigie.store import held_reports, list_files, visible

QUICK = FetchLimits(connect_s=2, read_s=2, total_s=10, attempts=2, wait_s=0.01, longest_wait_s=1)
MINUTE_US = 60 * SECOND_US
FIRST, SECOND = "5f6ea5e2-0000-4000-8000-000000000001", "5f6ea5e2-0000-4000-8000-000000000002"


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback server."""
    with servers.serving() as made:
        yield made


def run(node: Node, name: str, now_us: int = NOW_US, **more: Any) -> RunOutcome:
    """A run with little patience."""
    return sources.run(node, name, now_us, limits=QUICK, **more)


def word(node: Node, name: str, now_us: int = NOW_US) -> str:
    """How a source is, in one word."""
    return next(found.word for found in sources.status(node, now_us) if found.entry.source.name == name)


def count(node: Node) -> int:
    """How many reports the node's own party sees."""
    return len(visible(node.store, node.audience(node.settings.party, NOW_US)))


def incoming(node: Node) -> list[str]:
    """What lies about of fetched files."""
    return sorted(path.name for path in (node.folder / "incoming").rglob("*") if path.is_file() and path.suffix != ".lock")


def add_kev(node: Node, server: Server, **more: Any) -> str:
    """Adds the catalogue of exploited vulnerabilities; the path that it is at."""
    sources.add(node, "cisa-kev", address=f"{server.address}/kev.json", fetch="file", **more)
    return "/kev.json"


def test_every_known_source_can_be_run_or_says_what_it_lacks() -> None:
    """Its way of fetching and its reader exist, or it needs an account."""
    kinds, names = feed_kinds(), {reader.name for reader in readers()} | set(presets())
    for source in (source for pack in packs().values() for source in pack.sources):
        assert source.fetch in kinds, source.name
        assert source.reader in names or (not source.reader and (source.account or source.fetch == "by-hand")), source.name


def test_a_known_source_is_taken_in_and_not_sent_again(node: Node, server: Server) -> None:
    """The second run is answered by 304."""
    server.at(add_kev(node, server), servers.file(servers.kev(5), etag='"1"'))
    first, second = run(node, "cisa-kev"), run(node, "cisa-kev", NOW_US + DAY_US)
    assert (first.status, first.reports, first.files, first.sentence) == ("new", 5, 1, "")
    assert (second.status, second.files) == ("nothing new", 0)
    assert server.asked[1].headers["If-None-Match"] == '"1"'
    assert incoming(node) == []


def test_the_state_survives_a_restart(node: Node, server: Server) -> None:
    """Another process knows what was taken in, when, and the server's ETag."""
    server.at(add_kev(node, server, tlp="green"), servers.file(servers.kev(5), etag='"1"'))
    run(node, "cisa-kev")
    again = open_node(node.folder)
    found = next(found for found in sources.status(again, NOW_US) if found.entry.source.name == "cisa-kev")
    assert (found.word, found.records, found.succeeded_us, found.entry.tlp) == ("fresh", 5, NOW_US, "GREEN")
    assert found.newest_us == from_datetime(datetime(2024, 3, 5, tzinfo=UTC))
    assert run(again, "cisa-kev").status == "nothing new"
    again.store.close()


def test_without_a_word_of_the_operator_a_source_is_amber_for_the_owner(node: Node, server: Server) -> None:
    """AMBER without a list; a TLP that is named later holds for what comes from then on."""
    for row, (tlp, expected) in enumerate([(None, "AMBER"), ("CLEAR", "CLEAR")], start=1):
        server.at(add_kev(node, server, tlp=tlp), servers.file(servers.kev(row)))
        run(node, "cisa-kev")
        (held,) = held_reports(node.store, node.audience("ME-NODE", NOW_US), [row])
        assert (held.label.tlp, held.label.rel_to) == (expected, None)


def test_the_terms_of_a_source_are_a_floor(node: Node, server: Server) -> None:
    """What may not be redistributed is for the owner alone, whatever TLP was named; and nobody loosens that."""
    sources.add(node, "circl-osint", address=servers.publish_misp(server, {FIRST: 1_700_000_000}), tlp="CLEAR")
    assert run(node, "circl-osint").reports >= 1
    (held,) = held_reports(node.store, node.audience("ME-NODE", NOW_US), [1])
    assert held.label.rel_to == frozenset()
    with pytest.raises(NotReleasable, match="cannot be loosened"):
        sources.add(node, "circl-osint", floor="open")


def test_a_table_with_names_of_its_own_is_read_by_a_mapping(node: Node, server: Server, tmp_path: Path) -> None:
    """The mapping is part of what the operator chose."""
    mapping = tmp_path / "desk.toml"
    mapping.write_text('name = "desk"\nfield = "conflict"\nkind = "conflict.protest"\n[columns]\nbegin = "day"\nlon = "x"\nlat = "y"\n')
    address = server.at("/own.csv", servers.file(b"day,x,y\n2024-03-01,19.8,41.3\n"))
    sources.add(node, "our-desk", address=address, field="conflict", agency="DESK", mapping=mapping, licence="CC BY 4.0", tlp="clear")
    outcome = run(open_node(node.folder), "our-desk")
    assert (outcome.reports, outcome.sentence) == (1, "")
    (held,) = held_reports(node.store, node.audience("PUBLIC", NOW_US), [1])
    assert (held.report.agency, held.label.tlp) == ("DESK", "CLEAR")


@pytest.mark.parametrize("manifest", [b"[]", b"<html>", b"{", b"[" * 100_000])
def test_a_manifest_that_is_none_is_one_sentence(node: Node, server: Server, manifest: bytes) -> None:
    """Nothing is taken in, nothing breaks."""
    server.at("/feed/manifest.json", servers.file(manifest))
    sources.add(node, "circl-osint", address=f"{server.address}/feed/manifest.json")
    assert "manifest is something else" in run(node, "circl-osint").sentence


def test_a_page_of_html_is_not_taken_for_data(node: Node, server: Server) -> None:
    """Status 200 with an error page: refused in one sentence, and the ETag is not remembered."""
    path = add_kev(node, server)
    server.at(path, servers.in_turn(servers.file(b"<!DOCTYPE html><p>Maintenance</p>", etag='"1"'), servers.file(servers.kev(2), etag='"1"')))
    outcome = run(node, "cisa-kev")
    assert outcome.status == "failed"
    assert "something else than the source's format" in outcome.sentence
    assert (word(node, "cisa-kev"), count(node)) == ("failing", 0)
    assert run(node, "cisa-kev").reports == 2
    assert word(node, "cisa-kev") == "fresh"


def test_a_file_of_which_nothing_can_be_read_is_a_fault(node: Node, server: Server) -> None:
    """An agency that changed its format must not look like an agency with nothing new."""
    broken = servers.kev(3).replace(b"dateAdded", b"date_added")
    server.at(add_kev(node, server), servers.file(broken, etag='"1"'))
    outcome = run(node, "cisa-kev")
    assert "Not one record of the file can be read" in outcome.sentence
    assert "etag" not in str(sources.find(node, "cisa-kev").state.get("feed"))


def quakes(server: Server, days: int = 20, most: int = 20) -> servers.Quakes:
    """A seismic source with some events a day until now."""
    begin = datetime.fromtimestamp(NOW_US / SECOND_US, UTC) - timedelta(days=days)
    made = servers.Quakes(servers.quakes_text(days * 6, begin, timedelta(hours=4)), most)
    server.at("/fdsnws/event/1/query", made)
    return made


def test_a_seismic_source_gives_all_its_events_whatever_its_limit(node: Node, server: Server) -> None:
    """The server answers 413 to long periods; none of the events is lost, and the region is asked for."""
    made = quakes(server)
    sources.add(node, "emsc", address=f"{server.address}/fdsnws/event/1/")
    outcome = run(node, "emsc")
    assert (outcome.status, outcome.reports, outcome.sentence) == ("new", len(made.events), "")
    assert made.refusals > 0
    assert server.asked[0].query["minlatitude"] == "36"


def test_a_seismic_run_that_was_cut_off_goes_on_in_the_middle(node: Node, server: Server) -> None:
    """The time reached is part of the state: after a fault the pages that came are not asked for again."""
    made = quakes(server)
    answers = [made] * 12 + [servers.status(500)] * 4
    server.at("/fdsnws/event/1/query", servers.in_turn(*answers))
    sources.add(node, "emsc", address=f"{server.address}/fdsnws/event/1/")
    first = run(node, "emsc")
    assert first.status == "failed"
    assert 0 < first.reports < len(made.events)
    server.at("/fdsnws/event/1/query", made)
    before = len(server.asked)
    second = run(open_node(node.folder), "emsc", NOW_US + DAY_US)
    assert first.reports + second.reports == len(made.events)
    begun = min(talk.query["starttime"] for talk in server.asked[before:])
    assert begun > server.asked[0].query["starttime"]


def test_a_later_seismic_run_asks_for_the_last_days_alone(node: Node, server: Server) -> None:
    """Revised solutions come late, so a few days are asked for again."""
    quakes(server)
    sources.add(node, "emsc", address=f"{server.address}/fdsnws/event/1/", options={"box": "world", "lookback_days": "1"})
    run(node, "emsc")
    before = len(server.asked)
    assert run(node, "emsc", NOW_US + DAY_US).status == "nothing new"
    (asked,) = server.asked[before:]
    assert asked.query["starttime"] == str(datetime.fromtimestamp((NOW_US - DAY_US) // SECOND_US, UTC).isoformat()).removesuffix("+00:00")
    assert "minlatitude" not in asked.query


def test_a_period_can_be_asked_for(node: Node, server: Server) -> None:
    """It leaves what the ordinary runs have reached as it was."""
    made = quakes(server)
    sources.add(node, "emsc", address=f"{server.address}/fdsnws/event/1/")
    outcome = run(node, "emsc", since_us=NOW_US - 20 * DAY_US, until_us=NOW_US - 15 * DAY_US)
    assert outcome.reports == 31
    assert run(node, "emsc").reports == len(made.events) - 31
    with pytest.raises(BadSetting, match="ends before it begins"):
        run(node, "emsc", since_us=NOW_US, until_us=NOW_US - DAY_US)


STAMPS = [f"20240301{hour:02d}{minute:02d}00" for hour in range(3) for minute in (0, 15, 30, 45)]


def add_gdelt(node: Node, server: Server, upto: int, **more: Any) -> None:
    """Publishes the first files and adds the source."""
    sources.add(node, "gdelt-events", address=servers.publish_gdelt(server, STAMPS[:upto], **more))


def test_gdelt_begins_with_the_newest_file(node: Node, server: Server) -> None:
    """Size and MD5 of `lastupdate.txt` hold, and no address in it is followed."""
    add_gdelt(node, server, 4)
    outcome = run(node, "gdelt-events")
    assert (outcome.reports, outcome.sentence) == (2, "")
    assert server.paths() == ["/v2/lastupdate.txt", f"/v2/{STAMPS[3]}.export.CSV.zip"]


def test_gdelt_catches_up_newest_first(node: Node, server: Server) -> None:
    """What was missed comes after the newest file; a file that is not there is tried again, then given up."""
    add_gdelt(node, server, 2)
    run(node, "gdelt-events")
    add_gdelt(node, server, 8)
    server.at(f"/v2/{STAMPS[4]}.export.CSV.zip", servers.in_turn(servers.status(404), servers.file(servers.gdelt_zip(STAMPS[4]))))
    before = len(server.asked)
    outcome = run(node, "gdelt-events", NOW_US + DAY_US)
    assert [path[4:18] for path in server.paths()[before + 1 :]] == [STAMPS[number] for number in (7, 6, 5, 4, 3, 2)]
    assert (outcome.files, outcome.reports) == (5, 10)
    assert outcome.notes == (f"GDELT's file {STAMPS[4]}.export.CSV.zip is not there or cannot be read; it is tried again",)
    assert run(node, "gdelt-events", NOW_US + 2 * DAY_US).reports == 2
    assert run(node, "gdelt-events", NOW_US + 3 * DAY_US).status == "nothing new"


def test_a_gdelt_file_that_is_damaged_does_not_stop_the_others(node: Node, server: Server) -> None:
    """It is a fault of this run and tried again; the others are taken in."""
    add_gdelt(node, server, 1)
    run(node, "gdelt-events")
    add_gdelt(node, server, 4)
    server.at(f"/v2/{STAMPS[2]}.export.CSV.zip", servers.in_turn(servers.file(b"PK\x03\x04broken"), servers.file(servers.gdelt_zip(STAMPS[2]))))
    outcome = run(node, "gdelt-events")
    assert (outcome.status, outcome.reports) == ("failed", 4)
    assert run(node, "gdelt-events").reports == 2
    assert word(node, "gdelt-events") == "fresh"


def test_a_gdelt_file_with_another_md5_is_refused(node: Node, server: Server) -> None:
    """Damage on the way is found."""
    add_gdelt(node, server, 1, wrong_md5=True)
    assert "another MD5" in run(node, "gdelt-events").sentence
    assert count(node) == 0


def test_gdelt_can_be_asked_for_an_earlier_day(node: Node, server: Server) -> None:
    """From the first day named up to the newest file."""
    add_gdelt(node, server, 8)
    since_us = from_datetime(datetime(2024, 3, 1, 0, 40, tzinfo=UTC))
    assert run(node, "gdelt-events", since_us=since_us).files == 5


def test_a_misp_feed_gives_new_and_changed_events_alone(node: Node, server: Server) -> None:
    """The manifest says which changed; the unchanged are not fetched."""
    sources.add(node, "circl-osint", address=servers.publish_misp(server, {FIRST: 1_700_000_000, SECOND: 1_700_000_100}))
    run(node, "circl-osint")
    assert server.paths() == ["/feed/manifest.json", f"/feed/{FIRST}.json", f"/feed/{SECOND}.json"]
    assert run(node, "circl-osint").files == 0
    servers.publish_misp(server, {FIRST: 1_700_000_500, SECOND: 1_700_000_100})
    before = len(server.asked)
    run(node, "circl-osint")
    assert server.paths()[before:] == ["/feed/manifest.json", f"/feed/{FIRST}.json"]


def test_a_misp_event_that_is_missing_comes_later(node: Node, server: Server) -> None:
    """The manifest is asked again in full until every event is there."""
    address = servers.publish_misp(server, {FIRST: 1_700_000_000, SECOND: 1_700_000_100, "../../etc/passwd": 1})
    whole = server.answers.pop(f"/feed/{FIRST}.json")
    sources.add(node, "circl-osint", address=address)
    outcome = run(node, "circl-osint")
    assert outcome.files == 1
    assert "does not have it" in outcome.notes[0]
    server.answers[f"/feed/{FIRST}.json"] = whole
    assert run(node, "circl-osint").files == 1
    assert not any("passwd" in path for path in server.paths())


def test_a_run_that_is_killed_between_fetch_and_intake_leaves_nothing_half(node: Node, server: Server) -> None:
    """After kill -9 the store is as before, nothing counts as fetched, and the next run takes all in."""
    server.at(add_kev(node, server), servers.file(servers.kev(4), etag='"1"'))
    program = (
        "import os, signal, sys; from pathlib import Path; from vigie.node import intake, source_runs; from vigie.node.settings import open_node\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "source_runs.run(open_node(Path(sys.argv[1])), 'cisa-kev', int(sys.argv[2]), lambda step, *_: die() if step == 'reading' else None)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(node.folder), str(NOW_US)], check=False, capture_output=True, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = open_node(node.folder)
    assert (count(again), list_files(again.store)) == (0, [])
    outcome = run(again, "cisa-kev")
    assert (outcome.reports, incoming(again)) == (4, [])
    again.store.close()


def test_two_runs_of_one_source_never_meet(node: Node, server: Server) -> None:
    """The second is told to wait."""
    path = add_kev(node, server)
    seen: list[str] = []

    def meanwhile(talk: servers.Talk) -> None:
        with pytest.raises(BadSetting) as fault:
            run(open_node(node.folder), "cisa-kev")
        seen.append(str(fault.value))
        servers.file(servers.kev(1))(talk)

    server.at(path, meanwhile)
    assert run(node, "cisa-kev").reports == 1
    assert "by another process" in seen[0]


def test_a_source_that_brings_nothing_new_for_long_is_silent(node: Node, server: Server) -> None:
    """It answers, but three times its usual gap has passed."""
    path = add_kev(node, server, cadence_minutes=60)
    for hour in range(4):
        server.at(path, servers.file(servers.kev(hour + 1), etag=f'"{hour}"'))
        assert run(node, "cisa-kev", NOW_US + hour * 60 * MINUTE_US).reports == 1
    for hour in range(4, 8):
        later_us = NOW_US + hour * 60 * MINUTE_US
        assert run(node, "cisa-kev", later_us).status == "nothing new"
        assert word(node, "cisa-kev", later_us) == ("fresh" if hour < 7 else "silent")


def test_the_word_of_a_source_follows_its_runs(node: Node, server: Server) -> None:
    """Never run, fresh, late, failing."""
    path = add_kev(node, server, cadence_minutes=60)
    assert word(node, "cisa-kev") == "never run"
    server.at(path, servers.file(servers.kev(1)))
    run(node, "cisa-kev")
    assert word(node, "cisa-kev") == "fresh"
    assert word(node, "cisa-kev", NOW_US + 121 * MINUTE_US) == "late"
    server.at(path, servers.status(404))
    run(node, "cisa-kev", NOW_US + 122 * MINUTE_US)
    assert word(node, "cisa-kev", NOW_US + 122 * MINUTE_US) == "failing"


def test_sources_are_run_when_they_are_due(node: Node, server: Server) -> None:
    """Added ones only, at their cadence; one that fails is tried sooner, and does not stop the others."""
    server.at(add_kev(node, server, cadence_minutes=120), servers.file(servers.kev(1)))
    server.at("/broken/query", servers.status(500))
    sources.add(node, "emsc", address=f"{server.address}/broken/")
    outcomes = sources.run_due(node, NOW_US, limits=QUICK)
    assert [(outcome.name, outcome.status) for outcome in outcomes] == [("cisa-kev", "new"), ("emsc", "failed")]
    assert [outcome.name for outcome in sources.run_due(node, NOW_US + 15 * MINUTE_US, limits=QUICK)] == ["emsc"]
    assert [outcome.name for outcome in sources.run_due(node, NOW_US + 121 * MINUTE_US, limits=QUICK)] == ["cisa-kev", "emsc"]


def test_a_server_that_asks_for_a_long_wait_is_left_alone_so_long(node: Node, server: Server) -> None:
    """Retry-After moves the next run."""
    server.at(add_kev(node, server), servers.status(429, Retry_After="7200"))
    run(node, "cisa-kev")
    assert sources.run_due(node, NOW_US + 119 * MINUTE_US, limits=QUICK) == []
    assert len(sources.run_due(node, NOW_US + 120 * MINUTE_US, limits=QUICK)) == 1


def test_a_source_that_needs_an_account_says_where_to_get_it(node: Node) -> None:
    """One sentence; nothing is asked of the network."""
    outcome = run(node, "ucdp-api")
    assert outcome.sentence.startswith("The source needs an account (ucdp-api); UCDP asks for a token")
    assert "VIGIE_SOURCE_UCDP_API_TOKEN" in outcome.sentence
    assert word(node, "ucdp-api") == "needs account"


@pytest.mark.parametrize("place", ["variable", "file"])
def test_a_token_is_sent_but_neither_stored_nor_shown(node: Node, server: Server, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """From the environment or the operator's file; the store does not hold it."""
    if place == "variable":
        monkeypatch.setenv("VIGIE_SOURCE_UCDP_API_TOKEN", "s3cr3t-s3cr3t")
    else:
        (node.folder / "keys" / "tokens.toml").write_text('ucdp-api = "s3cr3t-s3cr3t"\n', encoding="utf-8")
    sources.add(node, "ucdp-api", address=server.at("/api/gedevents/25.1", servers.status(403)), fetch="ucdp-api")
    outcome = run(node, "ucdp-api")
    assert server.asked[0].headers["x-ucdp-access-token"] == "s3cr3t-s3cr3t"
    assert "s3cr3t" not in outcome.sentence + str(sources.status(node, NOW_US))
    assert not any(b"s3cr3t" in path.read_bytes() for path in node.folder.glob("vigie.sqlite*"))


def test_a_source_of_ones_own_is_taken_in(node: Node, server: Server) -> None:
    """A table with Vigie's own columns; without a licence it is for the owner alone."""
    rows = "report_id,field,kind,begin,lon,lat\n1,conflict,conflict.protest,2024-03-01,19.8,41.3\n"
    address = server.at("/own.csv", servers.file(rows.encode()))
    entry = sources.add(node, "our-desk", address=address, field="conflict", reader="vigie", agency="DESK")
    assert (entry.is_own, entry.source.floor) == (True, "owner")
    outcome = run(node, "our-desk")
    assert (outcome.reports, outcome.sentence) == (1, "")
    assert visible(node.store, node.audience("ME-NODE", NOW_US)).agency.names == ("DESK",)
    assert list_files(node.store)[0].source == "our-desk"


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "lacks a part"),
        ({"address": "http://x.example/", "field": "weather"}, "no such field"),
        ({"address": "file:///etc/passwd", "field": "conflict"}, "not one of the web"),
        ({"address": "http://me:pw@x.example/", "field": "conflict"}, "carries a name or a password"),
        ({"address": "http://x.example/", "field": "conflict", "reader": "nobody"}, "no such reader"),
        ({"address": "http://x.example/", "field": "conflict", "fetch": "pigeon"}, "no such way to fetch"),
        ({"address": "http://x.example/", "field": "conflict", "cadence_minutes": 0}, "wrong sort"),
        ({"address": "http://x.example/", "field": "conflict", "colour": "red"}, "no such part"),
        ({"address": "http://x.example/", "field": "conflict", "floor": "none"}, "floor is not known"),
        ({"address": "http://x.example/", "field": "conflict", "tlp": "PINK"}, "no such TLP level"),
        ({"address": "http://x.example/", "field": "conflict", "options": {"box": "1,2"}}, "does not take this option"),
        ({"address": "http://x.example/", "field": "conflict", "token_header": "X-Key"}, "header for the token"),
    ],
)
def test_what_cannot_be_understood_is_refused_when_it_is_added(node: Node, facts: dict[str, Any], sentence: str) -> None:
    """One sentence, and nothing is kept."""
    with pytest.raises(BadSetting, match=sentence):
        sources.add(node, "own", **facts)
    assert "own" not in [entry.source.name for entry in sources.known(node)]


def test_a_name_that_nobody_knows_is_one_sentence(node: Node) -> None:
    """With the names that are known."""
    with pytest.raises(BadSetting, match=r"There is no such source: got 'nobody', expected .*emsc"):
        run(node, "nobody")


def test_nothing_of_a_run_is_readable_by_others(node: Node, server: Server) -> None:
    """What was fetched may hold personal data until it is read: the folder is the operator's alone."""
    path, modes = add_kev(node, server), list[int]()

    def look(talk: servers.Talk) -> None:
        modes.append(Path(node.folder / "incoming").stat().st_mode & 0o777)
        servers.file(servers.kev(1))(talk)

    server.at(path, look)
    run(node, "cisa-kev")
    assert modes == [0o700]


def test_a_file_at_an_address_is_fetched_once_and_thrown_away(node: Node, tmp_path: Path) -> None:
    """For `vigie ingest https://...`: whole, under its own name, and gone afterwards."""
    from http.server import SimpleHTTPRequestHandler

    from vigie.node.remote import fetched, is_address

    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "reports.csv").write_text("a,b\n1,2\n")
    with (
        listening(partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "served"))) as address,
        fetched(node, f"{address}/reports.csv?x=1", NOW_US) as path,
    ):
        assert (path.name, path.read_text()) == ("reports.csv", "a,b\n1,2\n")
    assert not path.exists()
    assert is_address(address)
    assert not is_address("reports.csv")
