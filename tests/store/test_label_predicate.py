"""The label predicate in SQL equals `may_read`, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategies import directories, labels, readers
from vigie.model.label import PUBLIC, Directory, Label, join, may_read, may_show
from vigie.store import Store, create_store
from vigie.store.label_book import label_number
from vigie.store.predicate import readable_labels, shown_labels

now_times = st.integers(0, 30)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def labelled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all generated cases: labels are only ever added."""
    url = f"sqlite:///{tmp_path_factory.mktemp('labels')}/labels.sqlite"
    if request.param == "postgresql":
        make: Callable[[], str] = lambda: request.getfixturevalue("postgres_url")  # noqa: E731 - only asked for where it is needed
        url = make()
    store = create_store(url)
    yield store
    store.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(labels, min_size=1, max_size=6), directories, readers | st.just(PUBLIC), now_times)
def test_sql_opens_exactly_the_labels_that_may_read_opens(labelled: Store, some: list[Label], directory: Directory, party: str, now: int) -> None:
    """Simple labels and joined ones, known and unknown values, lists that are missing and lists that are empty."""
    every = [*some, *(join(first, second, directory) for first, second in pairwise(some))]
    with labelled.writing() as connection:
        numbers = {label_number(connection, label): label for label in every}
        opened = set(connection.execute(readable_labels(party, directory, now)).scalars())
    assert opened & set(numbers) == {number for number, label in numbers.items() if may_read(party, label, directory, now)}


@pytest.mark.parametrize("is_granted", [False, True])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(labels, min_size=1, max_size=6), directory=directories, home=readers, party=readers | st.just(PUBLIC), now=now_times)
def test_sql_shows_of_what_was_received_exactly_what_may_be_shown(
    labelled: Store, *, is_granted: bool, some: list[Label], directory: Directory, home: str, party: str, now: int
) -> None:
    """Marks of simple labels and of the parts of joined ones; the owner's leave stands in for orcon and for nothing else."""
    every = [*some, *(join(first, second, directory) for first, second in pairwise(some))]
    with labelled.writing() as connection:
        numbers = {label_number(connection, label): label for label in every}
        shown = set(connection.execute(shown_labels(home, party, directory, now, is_granted=is_granted)).scalars())
    if party != home:
        assert shown & set(numbers) == {number for number, label in numbers.items() if may_show(home, party, label, directory, now, is_granted=is_granted)}
