"""The score of a linking: known answers, the naive enumeration, and what is refused."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.exercise.score import Score, score_files, score_links
from vigie.model.errors import BadReport, BadSetting


def _table(groups: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"report_id": list(groups), "event_id": list(groups.values())}, schema={"report_id": pl.String, "event_id": pl.String})


def _score(true: str, found: str) -> Score:
    """The score where letters name the events of reports r0, r1, ..."""
    tables = [_table({f"r{number}": letter for number, letter in enumerate(letters)}) for letters in (true, found)]
    return score_links(*tables)


def test_the_truth_itself_scores_one() -> None:
    """Whatever the events are called."""
    score = _score("AABBBC", "zzyyyx")
    assert (score.precision, score.recall, score.f1) == (1, 1, 1)
    assert (score.true_pairs, score.reports, score.true_events, score.linked_events) == (4, 6, 3, 3)


def test_a_split_event_costs_recall_and_a_merged_one_precision() -> None:
    """By hand: AAA split into two and one leaves 1 of 3 pairs; two pairs merged give 2 right of 6."""
    split, merged = _score("AAA", "xxy"), _score("AABB", "xxxx")
    assert (split.precision, split.recall, split.f1) == (1, pytest.approx(1 / 3), pytest.approx(0.5))
    assert (merged.precision, merged.recall, merged.f1) == (pytest.approx(1 / 3), 1, pytest.approx(0.5))


def test_nothing_linked_is_precise_and_nothing_to_link_is_recalled() -> None:
    """The empty shares are 1."""
    assert _score("AAB", "xyz").precision == 1
    assert _score("AAB", "xyz").f1 == 0
    assert _score("ABC", "xyz").f1 == 1


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from("wxyz")), min_size=1, max_size=30))
def test_counts_agree_with_listing_every_pair(rows: list[tuple[str, str]]) -> None:
    """The contingency counts are the naive enumeration."""
    score = _score("".join(true for true, _ in rows), "".join(found for _, found in rows))
    pairs = list(combinations(rows, 2))
    assert score.true_pairs == sum(one[0] == other[0] for one, other in pairs)
    assert score.linked_pairs == sum(one[1] == other[1] for one, other in pairs)
    assert score.right_pairs == sum(one == other for one, other in pairs)


@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    """Shuffled links give the same score."""
    truth, links = _table({f"r{n}": "AABBBC"[n] for n in range(6)}), _table({f"r{n}": "xxxyyy"[n] for n in order})
    assert score_links(truth, links) == _score("AABBBC", "xxxyyy")


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ({"r0": "x"}, "not linked"),
        ({"r0": "x", "r1": "x", "r9": "x"}, "does not know"),
        ({"r0": "x", "r1": ""}, "empty cells"),
    ],
)
def test_ids_that_do_not_fit_are_refused(links: dict[str, str], said: str) -> None:
    """Missing, unknown and empty ids are named."""
    with pytest.raises(BadReport, match=said):
        score_links(_table({"r0": "A", "r1": "A"}), _table(links))


def test_a_report_that_stands_twice_is_refused() -> None:
    """Every report is linked once, also when both lines agree."""
    links = pl.DataFrame({"report_id": ["r0", "r0", "r1"], "event_id": ["x", "x", "x"]})
    with pytest.raises(BadReport, match="more than once"):
        score_links(_table({"r0": "A", "r1": "A"}), links)


def test_a_missing_column_is_named() -> None:
    """The links need their two columns."""
    with pytest.raises(BadReport, match="event_id"):
        score_links(_table({"r0": "A"}), pl.DataFrame({"report_id": ["r0"]}))


def test_files_are_read_from_the_folder_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    """What `vigie link` writes has a probability too."""
    (tmp_path / "truth.csv").write_text("report_id,event_id\n1,A\n2,A\n", "utf-8")
    links = tmp_path / "links.csv"
    links.write_text("report_id,event_id,probability\n2,x,0.9\n1,x,0.9\n", "utf-8")
    assert score_files(tmp_path, links).f1 == score_files(tmp_path / "truth.csv", links).f1 == 1


def test_a_file_that_is_not_there_is_the_operators_to_mend(tmp_path: Path) -> None:
    """The sentence names the file."""
    with pytest.raises(BadSetting, match=r"truth\.csv"):
        score_files(tmp_path, tmp_path / "links.csv")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2,3\n", b"\n\n"])
def test_a_file_that_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    """With one sentence, not a traceback."""
    (tmp_path / "truth.csv").write_text("report_id,event_id\n1,A\n", "utf-8")
    (tmp_path / "links.csv").write_bytes(content)
    with pytest.raises(BadReport):
        score_files(tmp_path, tmp_path / "links.csv")
