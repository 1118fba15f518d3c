"""The made-up agencies: what each covers, how exact it is, how it writes. All names begin with `EX-`, which no real agency's does.

The figures are our own choice, made so that the spread between two agencies resembles the one measured between real ones:
some give a day or a month only, some the centre of a town or a district, some state no error, all are grossly wrong now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

from vigie.model.errors import BadSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One made-up agency. Factors multiply the field's own errors; shares are of its reports.

    `turn` None covers every field; otherwise a specialist leaves out each third field. `home` is the number of the country where it
    sees best, None for one that watches the whole region. `keenness` weighs how often it is among the witnesses, and
    `least` from which importance (0 to 1) it sees well.
    """

    name: str
    turn: int | None = None
    home: int | None = None
    keenness: float = 1.0
    least: float = 0.0
    time_factor: float = 1.0
    place_factor: float = 1.0
    day_share: float = 0.0
    month_share: float = 0.0
    town_share: float = 0.0
    district_share: float = 0.0
    size_bias: float = 0.0
    no_size_share: float = 0.1
    other_kind_share: float = 0.08
    gross_share: float = 0.03
    delay_factor: float = 1.0
    states_errors: bool = True
    scale_turn: int = 0


AGENCIES = (
    Agency(name="EX-ALPHA", keenness=1.6, least=0.2, time_factor=1.0, place_factor=1.0, town_share=0.2, delay_factor=0.5, other_kind_share=0.05),
    Agency(
        name="EX-BRAVO", keenness=1.4, least=0.3, time_factor=1.4, place_factor=1.5, day_share=0.9, month_share=0.02, town_share=0.6,
        district_share=0.1, size_bias=-0.1, delay_factor=8.0
    ),
    Agency(name="EX-CHARLIE", turn=0, home=0, keenness=2.5, time_factor=0.7, place_factor=0.6, size_bias=0.1, delay_factor=0.2, scale_turn=1),
    Agency(name="EX-DELTA", turn=1, home=1, keenness=2.5, time_factor=0.9, place_factor=0.8, day_share=0.3, town_share=0.3, no_size_share=0.3, scale_turn=1),
    Agency(
        name="EX-ECHO", turn=2, keenness=0.9, least=0.4, time_factor=2.0, place_factor=2.0, day_share=0.5, town_share=0.5,
        states_errors=False, other_kind_share=0.15, scale_turn=2
    ),
    Agency(
        name="EX-FOXTROT", turn=0, home=3, keenness=2.5, time_factor=1.2, place_factor=1.0, day_share=0.1, size_bias=-0.15,
        gross_share=0.06, scale_turn=1
    ),
    Agency(
        name="EX-GOLF", turn=1, keenness=0.7, time_factor=1.5, place_factor=2.5, day_share=0.8, month_share=0.05, town_share=0.3,
        district_share=0.4, delay_factor=20.0
    ),
    Agency(name="EX-HOTEL", turn=2, home=6, keenness=2.5, time_factor=0.8, place_factor=0.7, town_share=0.1, size_bias=0.05, delay_factor=0.3, scale_turn=2),
    Agency(
        name="EX-INDIA", turn=0, home=8, keenness=2.0, time_factor=1.6, place_factor=1.3, day_share=1.0, town_share=0.9,
        states_errors=False, no_size_share=0.2
    ),
    Agency(
        name="EX-JULIETT", turn=1, keenness=0.6, least=0.6, time_factor=1.1, place_factor=1.2, month_share=0.03, other_kind_share=0.2,
        gross_share=0.05, delay_factor=3.0, scale_turn=1
    ),
)  # fmt: skip
"""In the order in which they take part; the first two cover every field."""

FEWEST = 4


def agencies_taking_part(count: int) -> tuple[Agency, ...]:
    """The first `count` made-up agencies. Raises `BadSetting` for fewer than 4 or more than 10."""
    if not FEWEST <= count <= len(AGENCIES):
        raise BadSetting("An exercise has another number of agencies", got=str(count), expected=f"{FEWEST} to {len(AGENCIES)}")
    return AGENCIES[:count]


def covers(agency: Agency, field_number: int) -> bool:
    """Whether the agency reports of the field with this number."""
    return agency.turn is None or (field_number + agency.turn) % 3 != 0
