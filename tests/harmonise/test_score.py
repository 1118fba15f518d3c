"""The compiled score against the equations written a second time, naively."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from harmonise.crowds import RULES, catalogue
from vigie.harmonise.grid import build_grids, crowded
from vigie.harmonise.score import Codes, Numbers, Rules, offset_km, prior_shares, rules_of, score_parts
from vigie.harmonise.search import Edges, search
from vigie.harmonise.testimony import C_EE, C_NN, POINT, RATE, T, read_testimonies
from vigie.model.sameness import Sameness


def _normal(x: np.ndarray, covariance: np.ndarray) -> float:
    return float(np.exp(-x @ np.linalg.inv(covariance) @ x / 2) / np.sqrt(np.linalg.det(2 * np.pi * covariance)))


def _both(time: np.ndarray, time_covariance: np.ndarray, place: np.ndarray, place_covariance: np.ndarray) -> float:
    late, far, gross = prior_shares(RULES)
    usual_time, wide_time = _normal(time, time_covariance), _normal(time, 36 * time_covariance)
    usual_place, wide_place = _normal(place, place_covariance), _normal(place, 36 * place_covariance)
    usual = (1 - late - far - gross) * usual_time * usual_place
    return usual + late * wide_time * usual_place + far * usual_time * wide_place + gross * wide_time * wide_place


def test_the_score_is_the_formula() -> None:
    """Ln of the density of both differences over the rate, with the errors of both reports; the windows cancel."""
    known = read_testimonies(
        catalogue(
            {"sigma_s": 3600.0, "radius_km": 5.0}, {"sigma_s": 7200.0, "major_km": 20.0, "minor_km": 4.0, "azimuth": 30.0, "lon": 20.1, "begin_us": 10**10}
        ),
        RULES,
    )
    known.numbers[:, RATE] = 1e-10
    total = sum(score_parts(known.numbers, known.codes, 0, 1, rules_of(RULES, known.shared_levels, ("a",))))
    time_var = 3600.0**2 + 7200.0**2 + 2 * RULES.sigma_floor_s**2
    angle, scale = math.radians(30.0), RULES.radius_floor_km
    axes = np.array([[math.sin(angle), math.cos(angle)], [math.cos(angle), -math.sin(angle)]])
    ellipse = axes.T @ np.diag([20.0**2, 4.0**2]) @ axes
    covariance = (ellipse + np.eye(2) * (5.0**2 + 2 * scale**2)) / 1.5096**2
    offset = np.array([0.1 * math.cos(math.radians(42.0)), 0.0]) * math.pi / 180 * 6371.0088
    apart = offset if known.numbers[0, C_EE] == known.numbers[0, C_NN] else -offset
    density = _both(np.array([1e4]), np.array([[time_var]]), apart, covariance)
    assert total == pytest.approx(math.log(density / 1e-10), abs=1e-3)


def test_a_68_percent_radius_holds_68_percent() -> None:
    """The sigma of a round error is its radius over 1.51."""
    known = read_testimonies(catalogue({"radius_km": 30.0}), replace(RULES, radius_floor_km=1e-6))
    drawn = np.random.default_rng(1).normal(0, math.sqrt(known.numbers[0, C_EE]), (100_000, 2))
    assert (np.hypot(*drawn.T) < 30.0).mean() == pytest.approx(0.68, abs=0.005)


def candidate_edges(numbers: Numbers, codes: Codes, rules: Rules, sameness: Sameness) -> Edges:
    """All pairs within the windows whose score is at most `doubt` below the threshold."""
    grids = build_grids(numbers, codes, np.flatnonzero(~crowded(numbers, codes, sameness)), sameness)
    return search(numbers, codes, grids, grids, rules, sameness)


def test_the_grid_finds_every_pair_that_scores_enough() -> None:
    """The blocked search equals the double loop over all pairs."""
    rng = np.random.default_rng(3)
    reports = [
        {"agency": "abcd"[rng.integers(4)], "lon": float(lon), "lat": float(lat), "begin_us": int(time), "radius_km": float(radius), "sigma_s": float(sigma)}
        for lon, lat, time, radius, sigma in zip(
            (rng.normal(180, 1.5, 150) + 180) % 360 - 180, rng.normal(70, 0.7, 150), rng.integers(0, 10**12, 150),
            rng.choice([3.0, 20.0, 90.0], 150), rng.choice([600.0, 2e5, 1e6], 150), strict=True,
        )
    ]  # fmt: skip
    known = read_testimonies(catalogue(*reports), RULES)
    known.numbers[:, RATE] = 1e-11
    known.codes[:, POINT] = -1
    rules = rules_of(RULES, known.shared_levels, tuple("abcd"))
    edges = candidate_edges(known.numbers, known.codes, rules, RULES)
    found = {(int(a), int(b)) for a, b in edges.pairs}
    assert len(found) == len(edges.pairs) > 100
    scores = {tuple(pair): score for pair, score in zip(edges.pairs.tolist(), edges.score, strict=True)}
    for a in range(150):
        for b in range(a + 1, 150):
            score = sum(score_parts(known.numbers, known.codes, a, b, rules)) - 8.0 * (known.codes[a, 0] == known.codes[b, 0])
            near = np.hypot(*offset_km(known.numbers, a, b)) <= RULES.place_window_km and abs(known.numbers[a, T] - known.numbers[b, T]) <= RULES.time_window_s
            if near and score >= -RULES.doubt_nats:
                assert scores[a, b] == pytest.approx(score)
