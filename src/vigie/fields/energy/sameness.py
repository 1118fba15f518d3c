"""When two reports speak of one outage. Defaults of ours, not fitted: no public set with labels is known to us."""

from __future__ import annotations

from vigie.model.sameness import Sameness, SizeScale

_HOUR_S = 3_600.0

SAMENESS = Sameness(
    time_window_s=36 * _HOUR_S,
    place_window_km=40.0,
    coarse_time_window_s=31 * 24 * _HOUR_S,
    coarse_place_window_km=150.0,
    sigma_s=2 * _HOUR_S,
    sigma_floor_s=0.25 * _HOUR_S,
    radius_km=8.0,
    radius_floor_km=2.0,
    sizes={
        "mw": SizeScale(family="power", sigma=0.2, spread=1.3, logarithmic=True),
        "clients": SizeScale(family="clients", sigma=0.4, spread=1.8, logarithmic=True),
    },
    kind_nats=(-2.0, -0.5, 1.0),
    rate_km=60.0,
)
