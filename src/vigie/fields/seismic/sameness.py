"""When two bulletins speak of one earthquake.

The values were set by hand on two development sets whose association the ISC's analysts made: twelve hours of the world
after the Chile earthquake of 27 February 2010, and Yunnan and Sichuan 1925-1997 (ISC Bulletin; International
Seismological Centre, On-line Bulletin). Threshold, floors and what is said of aftershocks were chosen again on the same sets
when the engine came to know of recurring spots, where small changes of them change least: F1 on the first moves by up
to 0.005 with them, on the second by 0.016. With them the first is found at 0.995 (0.993 with what is learned from it),
without ISC and ISCJB, whose solutions rest on the others', at 0.992 (0.991), and the second at 1.000.
"""

from __future__ import annotations

from vigie.model.sameness import Sameness, SizeScale

_SCALES = ("m", "mb", "mblg", "md", "ml", "mpv", "ms", "mw", "mwb", "mwc", "mwp", "mwr", "mww")


def _magnitude(sigma: float) -> SizeScale:
    """Any two magnitudes may be compared: in the world set 95 % of true pairs differ by 0.9 or less on whatever scales.

    `spread` is the standard deviation of magnitudes in a bulletin: under Gutenberg and Richter's law with b = 1 it is
    log10(e) = 0.43, and about twice that where the threshold of completeness varies from place to place.
    """
    return SizeScale(family="magnitude", sigma=sigma, spread=0.8)


SAMENESS = Sameness(
    # True pairs of the world set differ by at most 92 s and 531 km.
    time_window_s=120.0,
    place_window_km=600.0,
    # Historical earthquakes: the day is known, or the month.
    coarse_time_window_s=31 * 86_400.0,
    coarse_place_window_km=600.0,
    # Half of the true pairs differ by more than 2.2 s and 13 km, so no error is below the floors, whatever was stated:
    # two places, each wrong by 10 km (68 %), are 14 km apart.
    sigma_s=3.0,
    sigma_floor_s=2.0,
    radius_km=30.0,
    radius_floor_km=10.0,
    # Heavy tails: one pair in twenty differs by 20 s or 153 km.
    wide_share=0.3,
    wide_factor=8.0,
    sizes={name: _magnitude(0.25) for name in _SCALES},
    kind_nats=(-2.0, 0.5, 0.5),
    # A location and its moment-tensor centroid are two solutions of one agency: costly, not forbidden.
    agency_penalty_nats=8.0,
    # An aftershock zone is some 100 km across and its rate changes within a day.
    rate_km=100.0,
    rate_days=0.5,
    # Aftershocks follow where there was an earthquake, some 20 km around.
    spot_km=20.0,
    kin=0.05,
    # From -5 to -3 nothing changes much: unrelated earthquakes are counted carefully, from the reports that are to be linked.
    threshold_nats=-4.0,
    # Instruments err by their own law, and are many to an event: few reports teach enough.
    least_learned=500,
)
