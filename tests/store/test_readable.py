"""Which version of a record counts for whom: SQL against the rule written a second time, naively. On SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from strategies import PARTIES, directories, instants, labels, readers
from vigie.model.label import PUBLIC, Directory, Label, may_read, may_show
from vigie.store import Audience, Store, Window, create_store, readable_log, readable_versions, visible
from vigie.store.extent import readable_extent, readable_words
from vigie.store.label_book import label_number
from vigie.store.schema import entries, reports

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of one key: what it says (a number), under which label, and whether another node released it to this one."""

    number: int
    says: int
    label: Label
    received: bool


histories = st.lists(st.tuples(st.integers(1, 2), st.integers(0, 1), labels, st.booleans()), min_size=1, max_size=5).map(
    lambda drawn: [Version(number, says, label, received) for number, (_, says, label, received) in enumerate(drawn, 1)]
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all generated cases, each of keys of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('readable')}/readable.sqlite"
    if request.param == "postgresql":
        make: Callable[[], str] = lambda: request.getfixturevalue("postgres_url")  # noqa: E731 - only asked for where it is needed
        url = make()
    store = create_store(url)
    yield store
    store.close()


def write_reports(store: Store, history: Sequence[Version]) -> dict[int, Version]:
    """Writes versions of a new key; each by its row."""
    key = sha256(str(next(_numbers)).encode()).digest()
    rows = {}
    with store.writing() as connection:
        for version in history:
            facts = dict.fromkeys(("witness_low", "tile", "revision", "begin_us", "end_us", "file_id"), 0)
            plain = {"witness_high": version.number, "testimony": int.from_bytes(key[:7]), "agency": "A", "field": "f", "kind": "f.k"}
            named = {"key": key[:16], "record_id": sha256(key + bytes([version.number])).digest(), "facts": bytes([version.says]) * 32, "owner": "A"}
            flags = {"lasted": False, "exercise": False, "received": version.received, "version": version.number}
            label_id = label_number(connection, version.label)
            written = connection.execute(insert(reports).values(**facts, **plain, **named, **flags, label_id=label_id).returning(reports.c.row))
            rows[int(written.scalar_one())] = version
    return rows


def write_words(store: Store, history: Sequence[Version]) -> str:
    """Writes versions of a new word; its name."""
    ref = f"w{next(_numbers)}"
    with store.writing() as connection:
        for version in history:
            named = {"type": "draft", "owner": "A", "ref": ref, "exercise": False, "version": version.number, "by": "", "said_us": version.number}
            digest = sha256(f"{ref} {version.number}".encode()).digest()
            said = {"record_id": digest, "label_id": label_number(connection, version.label), "body": f'{{"n":{version.says}}}', "received": version.received}
            connection.execute(insert(entries).values(**named, **said))
    return ref


def still_stands(version: Version, history: Sequence[Version]) -> bool:
    """Whether no later version says the same under another label."""
    return not any(later.number > version.number and later.says == version.says and later.label != version.label for later in history)


def opens(version: Version, audience: Audience) -> bool:
    """Whether the label, and where the version came from, let the audience read it."""
    who = (audience.party, version.label, audience.directory, audience.now_us)
    return may_show(audience.home, *who) if version.received else may_read(*who)


def standing(history: Sequence[Version], audience: Audience) -> list[int]:
    """The versions that the audience may read and that were not relabelled."""
    return [version.number for version in history if opens(version, audience) and still_stands(version, history)]


homes = st.sampled_from(["", *PARTIES[:3]])
audiences = st.builds(Audience, readers | st.just(PUBLIC), directories, instants, homes)
generated = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@generated
@given(histories, audiences)
def test_the_latest_version_counts_that_stands_and_may_be_read(shared: Store, history: list[Version], audience: Audience) -> None:
    """Of reports one version; the history of it has all that stand."""
    rows = write_reports(shared, history)
    seen = [rows[row].number for row in visible(shared, audience, Window()).row.tolist() if row in rows]
    assert seen == standing(history, audience)[-1:]
    versions = readable_versions(shared, audience, Window(), np.zeros(0, np.int64))
    assert [rows[row].number for row in versions.row.tolist() if row in rows] == standing(history, audience)


@generated
@given(histories, audiences)
def test_the_log_has_every_version_that_stands_and_may_be_read(shared: Store, history: list[Version], audience: Audience) -> None:
    """Of entries every version."""
    ref = write_words(shared, history)
    found = readable_log(shared, audience, exercise=False).entries
    assert [entry.version for entry in found if entry.ref == ref] == standing(history, audience)


@generated
@given(histories, audiences)
def test_the_extents_move_exactly_when_what_may_be_read_moves(shared: Store, history: list[Version], audience: Audience) -> None:
    """A kept world is made again when a version is added, renewed or taken back, and not when something hidden is written."""

    def state() -> tuple[object, ...]:
        rows, log = visible(shared, audience, Window()).row.tolist(), readable_log(shared, audience, exercise=False).entries
        return rows, [(entry.ref, entry.version) for entry in log]

    def extents() -> tuple[object, ...]:
        return readable_extent(shared, audience, exercise=False), readable_words(shared, audience, exercise=False)

    before, extent = state(), extents()
    write_reports(shared, history)
    write_words(shared, history)
    for then, now, held, holds in zip(before, state(), extent, extents(), strict=True):
        assert (then == now) is (held == holds)


def test_a_received_record_is_home_s_own_to_read_and_stays_there(shared: Store) -> None:
    """Released to home by a rule that home's own directory does not know; nobody else sees it."""
    history = [Version(1, 0, Label("PARTNER", rel_to=frozenset({"THEIR-GROUP"})), received=True)]
    rows = write_reports(shared, history)
    ref = write_words(shared, history)
    for party, sees in (("HOME", True), ("B", False), (PUBLIC, False)):
        audience = Audience(party, Directory(), 0, "HOME")
        assert (set(rows) <= set(visible(shared, audience).row.tolist())) is sees
        assert any(entry.ref == ref for entry in readable_log(shared, audience, exercise=False).entries) is sees
