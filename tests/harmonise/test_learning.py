"""Learning from the reports themselves: what is planted is found, few reports move little, and order leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonise.accounts import accounts, death_agreement
from harmonise.bulletins import WORLD, YUNNAN, bulletin
from harmonise.crowds import catalogue
from vigie.fields.conflict.sameness import SAMENESS as CONFLICT
from vigie.fields.seismic.sameness import SAMENESS as SEISMIC
from vigie.harmonise import Learned, explain_model, learn, link, pair_scores
from vigie.model.catalogue import Catalogue
from vigie.model.linkmodel import INSTANT, REPEATED, STATED, UNSTATED, LearnedError, untrained
from vigie.model.sameness import Sameness, SizeScale
from vigie.model.times import DAY_US

RULES = Sameness(sizes={"mw": SizeScale(family="m", sigma=0.4, spread=0.8)}, sigma_floor_s=600.0, radius_floor_km=0.5)
KINDS = ("unrest.protest", "unrest.riot", "viol.attack")


@cache
def planted(events: int = 900) -> tuple[Catalogue, np.ndarray]:
    """Events over a year, told by three agencies: a is exact, b is off by hours and its sizes are high, c gives the day only."""
    rng = np.random.default_rng(11)
    when, lon, lat = rng.integers(0, 365 * DAY_US, events), rng.uniform(18, 24, events), rng.uniform(40, 45, events)
    size, kind = rng.normal(4.5, 0.8, events), rng.choice(3, events, p=[0.6, 0.3, 0.1])
    rows, truth = [], []
    for event in range(events):
        for agency, sigma_s, radius, bias in (("a", 1_800.0, 2.0, 0.0), ("b", 36_000.0, 12.0, 0.5), ("c", 0.0, 5.0, 0.0)):
            if rng.random() < 0.7:
                spread = radius / 1.51 / 111.0
                begin = int(when[event] + rng.normal() * sigma_s * 1e6)
                begin = begin // DAY_US * DAY_US if agency == "c" else begin
                rows.append(
                    {
                        "ref": f"{event}{agency}", "agency": agency, "begin_us": begin, "end_us": begin + (DAY_US if agency == "c" else 0),
                        "lon": float(lon[event] + rng.normal() * spread * 1.36), "lat": float(lat[event] + rng.normal() * spread),
                        "radius_km": 5.0 if agency == "b" else np.nan, "magnitude": float(size[event] + bias + rng.normal() * 0.1), "scale": "Mw",
                        "kind": KINDS[kind[event] if rng.random() < 0.9 else rng.integers(3)],
                    }
                )  # fmt: skip
                truth.append(event)
    return catalogue(*rows), np.array(truth)


@cache
def learned() -> Learned:
    """What the planted reports teach."""
    return learn(planted()[0], RULES)


def _errors(model: object, part: str) -> dict[tuple[str, str], float]:
    return {(error.agency, error.form): error.value for error in getattr(model, part)}


def test_planted_errors_are_found() -> None:
    """How far off each agency's times, places and sizes are, within a third."""
    model = learned().model
    times, places = _errors(model, "times"), _errors(model, "places")
    assert times["b", "instant"] == pytest.approx(36_000, rel=0.33)
    assert times["a", "instant"] < 0.4 * times["b", "instant"]
    assert places["b", "repeated"] == pytest.approx(12.0, rel=0.33)
    sizes = {size.agency: size for size in model.sizes}
    assert sizes["b"].bias - sizes["a"].bias == pytest.approx(0.5, abs=0.08)


def test_planted_kinds_are_found() -> None:
    """True pairs share the kind far oftener than unrelated neighbours do."""
    model = learned().model
    assert model.levels[-1] / sum(model.levels) > 0.75
    assert model.levels_apart[-1] / sum(model.levels_apart) < 0.65
    assert dict(model.kinds)["unrest.protest"] == pytest.approx(0.58, abs=0.05)


def test_learning_finds_more_events_than_the_priors() -> None:
    """On reports that the priors do not fit."""
    reports, truth = planted()
    before, after = (pair_scores(link(reports, RULES, learned=known).cluster, truth).f1 for known in (None, learned()))
    assert after > before
    assert after > 0.9


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_reports_leaves_no_trace(random: object) -> None:
    """The model of shuffled reports is the same to the last bit, and so is its name."""
    reports, _ = planted()
    order = np.array(range(len(reports)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = learn(reports.take(order), RULES).model
    assert (again, again.version) == (learned().model, learned().model.version)


@pytest.mark.parametrize("count", [0, 1, 2, 6])
def test_few_reports_leave_the_priors(count: int) -> None:
    """No parameter runs away where there is next to nothing to learn from."""
    few = learn(planted()[0].take(np.arange(count)), RULES).model
    assert few.reports == count
    assert abs(few.prior_nats) < 1.5
    assert all(error.value == pytest.approx(RULES.sigma_s, rel=0.5) for error in few.times if error.form == "instant")


def test_identical_and_empty_reports_are_no_trouble() -> None:
    """All alike, all without place, size and kind: a model with finite parameters."""
    for reports in ([{"agency": name} for name in "abcab"], [{"lon": np.nan}, {"lon": np.nan}]):
        model = learn(catalogue(*reports), RULES).model
        assert np.isfinite([model.prior_nats, model.pairs, model.slope, model.offset]).all()


def test_what_is_issued_later_is_not_learned_from() -> None:
    """A report without a time of issue counts as issued when it begins."""
    reports, _ = planted()
    middle = int(np.median(reports.begin_us))
    early = learn(reports, RULES, until_us=middle).model
    alone = learn(reports.take(reports.begin_us < middle), RULES).model
    assert replace(early, until_us=None) == alone
    assert early.version != alone.version


def test_answers_of_analysts_move_chances_and_a_hundred_do_not_drag_the_prior() -> None:
    """Doubtful pairs all found to be apart lower the chance at the threshold; the other parameters stay nearly where they were."""
    reports, truth = planted()
    doubtful = link(reports, RULES, learned=learned()).doubtful
    pairs = list(zip(doubtful.first.tolist(), doubtful.second.tolist(), strict=True))[:100]
    assert len(pairs) > 5
    apart = learn(reports, RULES, apart=pairs).model
    same = learn(reports, RULES, same=pairs).model
    assert apart.decided == same.decided == len(pairs)
    assert apart.offset < learned().model.offset < same.offset
    assert abs(apart.prior_nats - learned().model.prior_nats) < 0.3
    told = learn(reports, RULES, same=[pair for pair in pairs if truth[pair[0]] == truth[pair[1]]]).model
    assert told.version != learned().model.version


def test_a_model_has_one_name_whatever_the_order_of_its_sets() -> None:
    """Agencies in a set come in no order; the name must not tell which."""
    names = [frozenset(["x", "y", "z"]), frozenset(["z", "y", "x"])]
    assert len({untrained(replace(RULES, one_report_agencies=one)).version for one in names}) == 1
    assert untrained(RULES).version != untrained(replace(RULES, kin=0.2)).version


def test_the_model_is_explained_in_plain_words() -> None:
    """Each agency, and where nothing was learned."""
    said = "\n".join(explain_model(learned().model, ("a", "nobody")))
    assert "b gives the radius 5 km so often that it is a code; two thirds of these places lie within" in said
    assert "c often gives a day or another interval only" in said
    assert "Nothing was learned of nobody: the field's defaults hold." in said
    assert learned().model.version in said


def test_too_few_reports_are_said_to_be_too_few() -> None:
    """With the number that a field asks for; where there are enough, that none match."""
    few = f"Nothing was learned: only 904 reports; {RULES.least_learned:,} are needed. The field's defaults hold (version {untrained(RULES).version})."
    assert explain_model(untrained(RULES), ("a",), 904) == [few]
    assert "among 9,000 reports no two seem to tell of one event" in explain_model(untrained(RULES), ("a",), 9_000)[0]


def test_a_value_at_its_bound_is_said_to_be_there() -> None:
    """It tells which way the reports point, not how far; a factor of one is no factor."""
    bound, floor = RULES.stated_error_factor / 5, RULES.sigma_s / 5
    times = [
        LearnedError(agency=name, form=form, value=value, pairs=9) for name, form, value in (("a", STATED, bound), ("b", STATED, 1.001), ("c", INSTANT, floor))
    ]
    places = [
        LearnedError(agency="a", form=UNSTATED, value=RULES.radius_km * 5, pairs=9),
        LearnedError(agency="a", form=REPEATED, value=9.0, pairs=9, of=1.5476),
    ]
    said = "\n".join(explain_model(replace(untrained(RULES), times=tuple(times), places=tuple(places), repeats=(("a", 12.0),), pairs=9.0)))
    assert f"a: the errors of times that it states are multiplied by {bound:.2g} (the least allowed) (learned" in said
    assert "b: the errors of times that it states hold as stated" in said
    assert "km (the most allowed) (learned from 9 pairs)" in said
    assert "radius 1.55 km" in said
    assert "costs 12.0 nats (the most allowed)" in said
    assert said.count("least allowed") == 2


@pytest.mark.parametrize(("name", "bar"), [(WORLD, 0.985), (YUNNAN, 0.995)])
@pytest.mark.parametrize("without", [(), ("ISC", "ISCJB")])
def test_bulletins_teach_no_harm(data: Path, name: str, bar: float, without: tuple[str, ...]) -> None:
    """Trained on their own reports the bars of the untrained engine hold."""
    known, truth = bulletin(data, name, without)
    assert pair_scores(link(known, SEISMIC, learned=learn(known, SEISMIC)).cluster, truth).f1 >= bar


def test_what_one_bulletin_teaches_holds_for_the_other(data: Path) -> None:
    """Little is lost."""
    (world, world_truth), (yunnan, yunnan_truth) = bulletin(data, WORLD), bulletin(data, YUNNAN)
    taught = {name: learn(reports, SEISMIC) for name, reports in (("world", world), ("yunnan", yunnan))}
    by_yunnan = Learned(taught["yunnan"].model, taught["world"].background)
    by_world = Learned(taught["world"].model, taught["yunnan"].background)
    assert pair_scores(link(world, SEISMIC, learned=by_yunnan).cluster, world_truth).f1 >= 0.985
    assert pair_scores(link(yunnan, SEISMIC, learned=by_world).cluster, yunnan_truth).f1 >= 0.995


def test_accounts_linked_after_learning_agree_on_deaths(data: Path) -> None:
    """As many pairs as MELTT's, agreeing no less (298 and 0.547), though neither saw the deaths."""
    known, deaths = accounts(data)
    rules = replace(CONFLICT, kind_nats=(-6.0, -4.0, -1.0, 1.0, 2.0))
    pairs, agree = death_agreement(link(known, rules, learned=learn(known, rules)).cluster, deaths)
    assert pairs >= 298
    assert agree >= 0.547
