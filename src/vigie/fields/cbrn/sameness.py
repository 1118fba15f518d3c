"""When two reports speak of one CBRN incident: such incidents are rare, so nearness in time and place tells much. Defaults of ours, not fitted."""

from __future__ import annotations

from vigie.model.sameness import Sameness, SizeScale

_HOUR_S = 3_600.0

SAMENESS = Sameness(
    time_window_s=48 * _HOUR_S,
    place_window_km=40.0,
    coarse_time_window_s=31 * 24 * _HOUR_S,
    coarse_place_window_km=150.0,
    sigma_s=3 * _HOUR_S,
    sigma_floor_s=0.5 * _HOUR_S,
    radius_km=5.0,
    radius_floor_km=1.0,
    sizes={"casualties": SizeScale(family="casualties", sigma=0.5, spread=0.9, logarithmic=True)},
    # Agencies often disagree on the sort at first: that two speak of CBRN at all is what counts.
    kind_nats=(-2.0, 0.0, 1.0),
    rate_km=100.0,
    rate_days=30.0,
)
