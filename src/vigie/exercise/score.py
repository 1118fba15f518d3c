"""How well a linking found the truth of an exercise: precision, recall and F1 over pairs of reports.

A pair is two reports put in one event. Pairs are counted from how many reports each true and each found event share; none is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from vigie.model.errors import BadReport, BadSetting

TRUTH_COLUMNS = ("report_id", "event_id")
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of pairs and of events, and the three shares from them. Where nothing was to be found, or nothing was linked, the share is 1."""

    precision: float
    recall: float
    f1: float
    true_pairs: int
    linked_pairs: int
    right_pairs: int
    reports: int
    true_events: int
    linked_events: int


def score_files(truth: Path, links: Path) -> Score:
    """The score of a table of links (report_id, event_id, and whatever else) against `truth.csv`, or the folder that holds it.

    Raises `BadSetting` where a file is missing, and as `score_links` does.
    """
    return score_links(_read(truth / "truth.csv" if truth.is_dir() else truth), _read(links))


def score_links(truth: pl.DataFrame, links: pl.DataFrame) -> Score:
    """The score of links against the truth; both have text columns report_id and event_id, one row a report, in any order.

    Raises `BadReport` where a column or an id is missing, a report stands twice, or the two do not hold the same reports.
    """
    _check(truth, "the truth")
    _check(links, "the links")
    pairs = truth.select("report_id", true="event_id").join(links.select("report_id", found="event_id"), on="report_id", how="full", coalesce=True)
    _refuse(pairs.filter(pl.col("found").is_null()), "Reports of the truth are not linked", "the links", "every report once, single ones too")
    _refuse(pairs.filter(pl.col("true").is_null()), "Reports are linked that the truth does not know", "the links", "reports of this exercise")
    return _score(len(pairs), *(_pairs(pairs, keys) for keys in (["true"], ["found"], ["true", "found"])))


def _score(reports: int, true: tuple[int, int], linked: tuple[int, int], right: tuple[int, int]) -> Score:
    """The shares; each argument is a number of groups and of pairs."""
    precision = right[1] / linked[1] if linked[1] else 1.0
    recall = right[1] / true[1] if true[1] else 1.0
    return Score(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        true_pairs=true[1],
        linked_pairs=linked[1],
        right_pairs=right[1],
        reports=reports,
        true_events=true[0],
        linked_events=linked[0],
    )


def _pairs(table: pl.DataFrame, keys: list[str]) -> tuple[int, int]:
    """How many groups share the keys, and how many pairs of rows lie inside them."""
    sizes = table.group_by(keys).len()["len"].cast(pl.Int64)
    return len(sizes), int((sizes * (sizes - 1) // 2).sum())


def _check(table: pl.DataFrame, what: str) -> None:
    for column in TRUTH_COLUMNS:
        if column not in table.columns:
            raise BadReport(f"A column is missing from {what}", field=column, expected=", ".join(TRUTH_COLUMNS))
        if missing := int((table[column].is_null() | (table[column].cast(pl.String) == "")).sum()):
            raise BadReport(f"An id is missing from {what}", field=column, got=f"{missing} empty cells", expected="an id in every row")
    _refuse(table.filter(pl.col("report_id").is_duplicated()).unique("report_id"), "Reports stand more than once", what, "every report once")


def _refuse(rows: pl.DataFrame, what: str, where: str, expected: str) -> None:
    if rows.is_empty():
        return
    shown = sorted(rows["report_id"].cast(pl.String).to_list())[:_SHOWN]
    raise BadReport(what, source=where, field="report_id", got=f"{len(rows)} of them, such as {', '.join(shown)}", expected=expected)


def _read(path: Path) -> pl.DataFrame:
    """The table as texts."""
    if not path.is_file():
        raise BadSetting("There is no such file", source=path.name, todo="name the exercise's folder and the table of links")
    try:
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as fault:
        got = str(fault).partition("\n")[0]
        raise BadReport("The table cannot be read", source=path.name, got=got, expected="a CSV table in UTF-8 with a header") from fault
