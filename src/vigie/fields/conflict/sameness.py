"""When two accounts speak of one violent incident.

The values were set by hand on four agencies' accounts of Nigeria in 2011 (Donnay and others 2019, J. Conflict Resolution
63(5), 1337-1364), which has no public labels: the measure was how often linked accounts agree on the number of deaths,
while deaths were left out of the score.
"""

from __future__ import annotations

from vigie.model.sameness import Sameness, SizeScale

_DAY_S = 86_400.0

SAMENESS = Sameness(
    # Agencies differ by a day or two where one of them dates by the news and not by the incident.
    time_window_s=3 * _DAY_S,
    place_window_km=30.0,
    # Episodes, and accounts that know the month or the province only.
    coarse_time_window_s=31 * _DAY_S,
    coarse_place_window_km=150.0,
    sigma_s=0.5 * _DAY_S,
    sigma_floor_s=0.1 * _DAY_S,
    # Two gazetteers' points of one town differ by a few km.
    radius_km=4.0,
    radius_floor_km=1.0,
    # A death toll grows in the days after: the error is in proportion, and 3 against 5 is no contradiction.
    sizes={name: SizeScale(family="deaths", sigma=0.4, spread=0.9, logarithmic=True) for name in ("deaths", "fatalities", "killed")},
    # The first level tells violence from protest and talks; agencies name one incident differently below it.
    kind_nats=(-3.0, -0.5, 1.0),
    # Accounts of one agency on one day in one town are distinct incidents in its own coding rules.
    agency_penalty_nats=8.0,
    least_penalty_nats=6.0,
    rate_km=25.0,
    rate_days=7.0,
    # What happens in a town happens there again, and brings about more in the days after.
    spot_km=3.0,
    threshold_nats=0.5,
)
