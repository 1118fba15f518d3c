"""What an analyst's hundred answers are worth: `python bench/review.py --reports 20000 --seeds 1 2 3 4 5`.

Made-up exercises with known truth are linked, a hundred questions are asked, each is answered from the truth, and the reports are linked again under the
answers. The questions are chosen in three ways: by what an answer is worth (`vigie.node.review_value`), as `vigie review` asks them; at random among the
doubtful links; and nearest to a chance of one half first. They are asked all at once, or in five rounds of twenty with linking in between.
Prints the F1 over pairs before and after, for every seed and in the mean. Learning from the answers is left out here: what is gained is the pairs alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise import learn, link, pair_scores
from vigie.ingest.table import read_catalogue
from vigie.model.catalogue import Catalogue, concat
from vigie.model.event import Links, concat_links
from vigie.model.pack import ReadContext
from vigie.node.exercises import make_exercise_files
from vigie.node.mappings import preset_mapping, terms_of
from vigie.node.packs import pack
from vigie.node.review_value import NEGLIGIBLE, questions

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Linked:
    """The reports of all fields, linked: `cluster` (n,), accepted and doubtful links, by row of the catalogue."""

    cluster: Ints
    links: Links
    doubtful: Links


@dataclass(frozen=True, slots=True)
class Exercise:
    """Reports and the true event of each (n,)."""

    catalogue: Catalogue
    truth: Ints


def made_exercise(reports: int, seed: int) -> Exercise:
    """An exercise of so many reports, read as any table is."""
    with tempfile.TemporaryDirectory() as folder:
        files = make_exercise_files(Path(folder) / "made", reports, seed, int)
        mapping = preset_mapping("vigie")
        read = [read_catalogue(path, mapping, ReadContext(path.name, ""), terms_of(mapping)) for path in files]
        lines = (Path(folder) / "made" / "truth.csv").read_text().splitlines()[1:]
    true = dict(line.split(",")[:2] for line in lines)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(true.values()))}
    return Exercise(concat([part for part, _, _ in read]), np.array([numbers[true[name]] for _, names, _ in read for name in names]))


def linked(exercise: Exercise, answers: Mapping[tuple[int, int], bool], known: Mapping[str, Linked]) -> dict[str, Linked]:
    """Every field linked under the answers; a field without a new answer is taken from `known`."""
    return {name: _linked_field(exercise.catalogue, name, answers, known) for name in exercise.catalogue.field.names}


def _linked_field(catalogue: Catalogue, name: str, answers: Mapping[tuple[int, int], bool], known: Mapping[str, Linked]) -> Linked:
    rows = np.flatnonzero(catalogue.field.is_in([name]))
    place = {int(row): number for number, row in enumerate(rows)}
    own = {pair: same for pair, same in answers.items() if pair[0] in place}
    if name in known and not own:
        return known[name]
    must, cannot = ([(place[a], place[b]) for (a, b), same in own.items() if same is wanted] for wanted in (True, False))
    part, sameness = catalogue.take(rows), pack(name).sameness
    found = link(part, sameness, must_link=must, cannot_link=cannot, learned=learn(part, sameness))
    moved = [replace(some, first=rows[some.first], second=rows[some.second]) for some in (found.links, found.doubtful)]
    return Linked(found.cluster, moved[0], moved[1])


def whole(exercise: Exercise, fields: Mapping[str, Linked]) -> Linked:
    """The fields side by side."""
    cluster, start = np.zeros(len(exercise.catalogue), np.int64), 0
    for name, some in fields.items():
        cluster[exercise.catalogue.field.is_in([name])] = some.cluster + start
        start += int(some.cluster.max(initial=-1)) + 1
    return Linked(cluster, concat_links([some.links for some in fields.values()]), concat_links([some.doubtful for some in fields.values()]))


Choose = Callable[[Linked, np.random.Generator], Links]


def by_worth(found: Linked, _rng: np.random.Generator) -> Links:
    """The links as `vigie review` asks about them."""
    return questions(found.links, found.doubtful, found.cluster).links


def at_random(found: Linked, rng: np.random.Generator) -> Links:
    """The doubtful links in any order."""
    return found.doubtful.take(rng.permutation(len(found.doubtful)))


def nearest(found: Linked, _rng: np.random.Generator) -> Links:
    """The doubtful links, those nearest to one half first."""
    return found.doubtful.take(np.argsort(np.abs(found.doubtful.probability - 0.5), kind="stable"))


def asked(exercise: Exercise, choose: Choose, rounds: Sequence[int], seed: int, before: Mapping[str, Linked]) -> tuple[float, int]:
    """F1 after these rounds of questions, each answered from the truth; and how many answers changed what stood."""
    rng, fields, answers, changed = np.random.default_rng(seed), dict(before), dict[tuple[int, int], bool](), 0
    for count in rounds:
        now = whole(exercise, fields)
        fresh = _round(choose(now, rng), now.cluster, answers, count)
        said = {pair: bool(exercise.truth[pair[0]] == exercise.truth[pair[1]]) for pair in fresh}
        changed += sum(same is not bool(now.cluster[first] == now.cluster[second]) for (first, second), same in said.items())
        answers |= said
        fields = linked(exercise, answers, fields)
    return f1(exercise, fields), changed


def _round(links: Links, cluster: Ints, answers: Mapping[tuple[int, int], bool], count: int) -> list[tuple[int, int]]:
    """The first so many questions, of which no two are about one event: an answer may make the other question idle."""
    found, seen = list[tuple[int, int]](), set[int]()
    for first, second in zip(links.first.tolist(), links.second.tolist(), strict=True):
        pair, events = (min(first, second), max(first, second)), {int(cluster[first]), int(cluster[second])}
        if pair not in answers and not events & seen:
            found.append(pair)
            seen |= events
        if len(found) == count:
            break
    return found


def f1(exercise: Exercise, fields: Mapping[str, Linked]) -> float:
    """F1 over pairs, all fields together."""
    return pair_scores(whole(exercise, fields).cluster, exercise.truth).f1


def measured(reports: int, seed: int, count: int) -> dict[str, float]:
    """The F1 before, and after each way of asking."""
    exercise = made_exercise(reports, seed)
    before = linked(exercise, {}, {})
    found: dict[str, float] = {"before": f1(exercise, before)}
    for how, rounds in (("at once", [count]), ("in rounds", [20] * (count // 20))):
        for name, choose in (("worth", by_worth), ("random", at_random), ("nearest", nearest)):
            found[f"{name}, {how}"], found[f"{name}, {how}: answers that changed something"] = asked(exercise, choose, rounds, seed, before)
    return found


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    found = {seed: measured(options.reports, seed, options.questions) for seed in options.seeds}
    mean = {name: round(float(np.mean([some[name] for some in found.values()])), 5) for name in next(iter(found.values()))}
    seeds = {str(seed): {name: round(value, 5) for name, value in some.items()} for seed, some in found.items()}
    json.dump({"reports": options.reports, "questions": options.questions, "negligible": NEGLIGIBLE, "mean": mean, "seeds": seeds}, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
