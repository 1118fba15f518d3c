"""When two reports speak of one finding, accident or area. Defaults of ours, not fitted: no public set with labels is known to us."""

from __future__ import annotations

from vigie.model.sameness import Sameness, SizeScale

_DAY_S = 86_400.0

SAMENESS = Sameness(
    time_window_s=4 * _DAY_S,
    place_window_km=20.0,
    coarse_time_window_s=31 * _DAY_S,
    coarse_place_window_km=60.0,
    sigma_s=0.5 * _DAY_S,
    sigma_floor_s=0.1 * _DAY_S,
    radius_km=2.0,
    radius_floor_km=0.5,
    sizes={
        "casualties": SizeScale(family="casualties", sigma=0.3, spread=0.6, logarithmic=True),
        "area_m2": SizeScale(family="area", sigma=0.3, spread=1.2, logarithmic=True),
    },
    kind_nats=(-3.0, -1.5, 1.5),
    rate_km=15.0,
    rate_days=14.0,
)
