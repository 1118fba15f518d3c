"""What linking has learned of one field: how far off each agency is, how kinds agree, how dense unrelated events lie.

A `LinkModel` completes a field's `Sameness`, which holds the priors: what the data say nothing of is taken from there,
so the empty model (`untrained`) is as good as the priors. It is small and plain, and its `version` names it: the same
reports make the same model on any day.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from vigie.model.canonical import canonical_bytes, digest
from vigie.model.sameness import Sameness

INSTANT, STATED, INTERVAL, UNSTATED, REPEATED = "instant", "stated", "interval", "unstated", "repeated"
"""Forms of an error. Times: `instant` (no error stated), `stated`, `interval` (a day, a month). Places: `unstated`,
`stated`, and `repeated`: a radius that stands on so many reports that it is a code for how precise the place is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedError:
    """How far off one agency's times or places of one form are.

    For `instant` and `interval` `value` is a standard deviation in seconds (of an interval: beyond its ends), for
    `unstated` and `repeated` a radius in km that holds 68 %, for `stated` what its stated errors are multiplied by.
    `of` is the stated radius of a `repeated` form, else 0. `pairs` is the weight of the evidence, prior not counted.
    """

    agency: str
    form: str
    value: float
    pairs: float
    of: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedSize:
    """What one agency adds to the size on one scale (lower case; on the family's axis), and its standard deviation."""

    agency: str
    scale: str
    bias: float
    sigma: float
    pairs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeCurve:
    """How common sizes of one family are among all reports: densities at `first`, `first + step`, and so on."""

    family: str
    first: float
    step: float
    densities: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkModel:
    """Parameters of linking for one field as learned from one audience's reports.

    `times`, `places` and `sizes` name agencies; what they do not name has the prior. `curves` says how common sizes
    are. `wide_shares` are those of pairs that are grossly off in time alone, in place alone, in both. `levels[l]` is the share of true pairs
    whose kinds share exactly l dotted levels (the last: l or more), `levels_apart[l]` that of unrelated neighbours, and
    `kinds` how often each kind is used: together they say what it tells that two kinds agree. `repeats` is, by agency,
    the nats that a second report of one event costs. `prior_nats` is added to every pair: how much likelier one event is
    told twice than the field's prior has it. `kin` is how many further events one event brings about at its place within
    the field's time window. `slope` and `offset` turn a score above the threshold into the chance
    logistic(offset + slope * score).

    `reports` and `pairs` say how much was learned from, `decided` how many answers of analysts, `until_us` before when
    the reports were issued (None: no limit).
    """

    sameness: Sameness
    times: tuple[LearnedError, ...] = ()
    places: tuple[LearnedError, ...] = ()
    sizes: tuple[LearnedSize, ...] = ()
    curves: tuple[SizeCurve, ...] = ()
    wide_shares: tuple[float, float, float] | None = None
    levels: tuple[float, ...] = ()
    levels_apart: tuple[float, ...] = ()
    kinds: tuple[tuple[str, float], ...] = ()
    repeats: tuple[tuple[str, float], ...] = ()
    prior_nats: float = 0.0
    kin: float | None = None
    slope: float = 1.0
    offset: float = 0.0
    reports: int = 0
    pairs: float = 0.0
    decided: int = 0
    until_us: int | None = None

    @property
    def is_trained(self) -> bool:
        """Whether anything was learned at all."""
        return self.pairs > 0

    @property
    def version(self) -> str:
        """A name of twelve hexadecimal digits: the same parameters, the same name."""
        said = asdict(self)
        said["sameness"]["one_report_agencies"] = sorted(self.sameness.one_report_agencies)
        said["until_us"] = None if self.until_us is None else str(self.until_us)
        return digest(canonical_bytes(said))[:12]


def untrained(sameness: Sameness) -> LinkModel:
    """The model that knows the priors only."""
    return LinkModel(sameness=sameness)
