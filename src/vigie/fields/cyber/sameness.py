"""When two reports speak of one cyber incident. Defaults of ours, not fitted: no public set with labels is known to us."""

from __future__ import annotations

from vigie.model.sameness import Sameness, SizeScale

_DAY_S = 86_400.0

SAMENESS = Sameness(
    time_window_s=4 * _DAY_S,
    place_window_km=40.0,
    coarse_time_window_s=31 * _DAY_S,
    coarse_place_window_km=300.0,
    sigma_s=0.5 * _DAY_S,
    sigma_floor_s=0.05 * _DAY_S,
    radius_km=8.0,
    radius_floor_km=2.0,
    sizes={"systems": SizeScale(family="systems", sigma=0.5, spread=1.6, logarithmic=True), "cvss": SizeScale(family="cvss", sigma=0.5, spread=1.8)},
    kind_nats=(-2.0, -0.5, 1.5),
    rate_km=80.0,
)
