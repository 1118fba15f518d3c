"""How a field tells whether two reports speak of one event: the parameters of the linking engine.

Each field pack holds one `Sameness`; the engine (`vigie.harmonise`) knows no field. Scores are in nats: the logarithm
of how much likelier the two reports are if they speak of one event than if an unrelated event had made the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeScale:
    """How a scale measures size. Scales of one `family` are compared with each other, unlike families never.

    `sigma` is the error of one report on this scale, conversion to the family's common axis included;
    `spread` the standard deviation of that size among unrelated events. With `logarithmic` the size is ln(1 + value).
    """

    family: str
    sigma: float
    spread: float
    logarithmic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """Parameters of linking for one field; they work untrained.

    Windows are the largest differences that are looked at: the first two for reports precise enough for them, the
    `coarse` ones for vaguer reports. What is vaguer still is only proposed to the analyst.
    `sigma_s` and `radius_km` (68 %) stand in where an agency states no error; the floors are added in quadrature to
    every error, and stated errors are multiplied by `stated_error_factor` first (agencies state the error of their
    model, not that of the world). `sizes` is keyed by the scale's name in lower case.
    `kind_nats[l]` scores two kinds that share their first l dotted levels; the last value holds for all deeper ones.
    `one_report_agencies` declare at most one report an event (`*`: all of them); any other agency's second report
    costs `agency_penalty_nats`, learned no less than `least_penalty_nats`. `rate_km` and `rate_days` are the cell in which unrelated events are counted.
    Events recur where there have been events, `spot_km` (one standard deviation) from them; 0 where places tell nothing.
    Fewer than `least_learned` reports teach nothing: the priors hold (the 904 reports of four agencies on Nigeria in 2011
    did worse with what was learned from them). One event brings about `kin` further ones there within the time window.
    A pair is linked from `threshold_nats` on, and is doubtful within `doubt_nats` of it; probability is the logistic
    of `sharpness` times the distance to the threshold.
    """

    time_window_s: float = 3 * _DAY_S
    place_window_km: float = 50.0
    coarse_time_window_s: float = 31 * _DAY_S
    coarse_place_window_km: float = 200.0
    sigma_s: float = 0.5 * _DAY_S
    sigma_floor_s: float = 0.1 * _DAY_S
    radius_km: float = 15.0
    radius_floor_km: float = 2.0
    stated_error_factor: float = 1.0
    wide_share: float = 0.1
    wide_factor: float = 6.0
    sizes: Mapping[str, SizeScale] = field(default_factory=dict)
    size_cap_nats: float = 6.0
    kind_nats: tuple[float, ...] = (-2.0, 0.5, 1.0)
    agency_penalty_nats: float = 8.0
    least_penalty_nats: float = 2.0
    least_learned: int = 2_000
    one_report_agencies: frozenset[str] = frozenset()
    rate_km: float = 50.0
    rate_days: float = 7.0
    spot_km: float = 2.0
    kin: float = 0.1
    threshold_nats: float = 0.0
    doubt_nats: float = 2.0
    sharpness: float = 1.0

    def __post_init__(self) -> None:
        positive = (
            "time_window_s",
            "place_window_km",
            "sigma_s",
            "radius_km",
            "sigma_floor_s",
            "radius_floor_km",
            "rate_km",
            "rate_days",
            "sharpness",
            "wide_factor",
        )
        for name in positive:
            if not getattr(self, name) > 0:
                msg = f"{name} must be positive, not {getattr(self, name)}"
                raise ValueError(msg)
        if self.spot_km < 0 or self.kin < 0:
            msg = "spot_km and kin must not be negative"
            raise ValueError(msg)
        if self.coarse_time_window_s < self.time_window_s or self.coarse_place_window_km < self.place_window_km:
            msg = "a coarse window must not be smaller than the fine one"
            raise ValueError(msg)
        if not 0 < self.wide_share < 1 or not self.kind_nats:
            msg = "wide_share lies between 0 and 1, and kind_nats has at least one value"
            raise ValueError(msg)
