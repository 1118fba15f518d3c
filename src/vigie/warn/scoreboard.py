"""How good the warnings were: per rule, problem, person and party, each figure with its n and its interval.

An episode is one warning, however often it was updated, and its forecast is the one of its first release. It is a hit where its owner's
assessment says that the thing began after the issue; one event counts once. What began before the issue was missed, and is shown as late.
Misses are assessments that say so, and the episodes in which a rule's outcome came and no warning stood. What was perhaps averted, or
cannot be told, is in neither numerator nor denominator; a second precision counts it as false alarms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Literal

from vigie.model.entry import Entry, Log
from vigie.model.history import Region
from vigie.model.rule import Onset
from vigie.model.said import said_in
from vigie.model.times import SECOND_US
from vigie.model.warning import Assessment
from vigie.warn.answers import Responses
from vigie.warn.brier import Brier, brier_score, is_few, note_of
from vigie.warn.chain import CLOSING, Chain
from vigie.warn.share import Share, wilson

_HOUR_US = 3_600 * SECOND_US
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")

Group = Literal["all", "rule", "problem", "person", "party"]
Verdict = Literal["hit", "late", "miss", "false alarm", "averted", "cannot tell", "open"]
COLUMNS = (
    "group",
    "name",
    "episodes",
    "open",
    "hits",
    "duplicates",
    "late",
    "misses",
    "false_alarms",
    "averted",
    "cannot_tell",
    "precision",
    "precision_low",
    "precision_high",
    "precision_n",
    "strict_precision",
    "recall",
    "recall_low",
    "recall_high",
    "recall_n",
    "lead_median_h",
    "lead_n",
    "acknowledged_median_h",
    "acknowledged_n",
    "decided_median_h",
    "decided_n",
    "brier",
    "reliability",
    "resolution",
    "uncertainty",
    "within_bins",
    "skill",
    "brier_n",
    "note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An episode in which what a rule warns of came and no warning stood: `event` names the happening, so that it counts once."""

    event: str
    began_us: int
    rule: str = ""
    problem: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of hours: how many, the least, quartiles and the greatest; None where there are none."""

    n: int
    least_h: float | None
    quarter_h: float | None
    median_h: float | None
    three_quarters_h: float | None
    greatest_h: float | None
    hours: tuple[float, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One warning, or one missed happening, as it is scored. `probability` is the middle of the stated interval; times are µs, None = never."""

    owner: str
    warning: str
    rule: str
    problem: str
    account: str
    verdict: Verdict
    events: tuple[str, ...]
    issued_us: int | None
    began_us: int | None
    probability: float | None
    acknowledged_us: tuple[int, ...] = ()
    """Waits from being addressed to the first word, one for each recipient that answered; likewise `decided_us`."""
    decided_us: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of one rule, problem, person, party, or of all."""

    group: Group
    name: str
    episodes: int
    open: int
    hits: int
    duplicates: int
    late: int
    misses: int
    false_alarms: int
    averted: int
    cannot_tell: int
    precision: Share
    strict_precision: Share
    recall: Share
    lead: Spread
    acknowledged: Spread
    decided: Spread
    brier: Brier

    @property
    def note(self) -> str:
        """How many episodes are scored, and whether that is too few."""
        return note_of(self.episodes)

    @property
    def is_few(self) -> bool:
        """Whether the figures rest on fewer episodes than should be relied on."""
        return is_few(self.episodes)


def spread(waits_us: Iterable[int]) -> Spread:
    """The distribution of waits given in µs, as hours; quartiles by linear interpolation."""
    hours = sorted(wait / _HOUR_US for wait in waits_us)
    if not hours:
        return Spread(0, None, None, None, None, None)
    first, middle, third = quantiles(hours, n=4, method="inclusive") if len(hours) > 1 else hours * 3
    return Spread(len(hours), hours[0], first, middle, third, hours[-1], tuple(hours))


def episodes(answered: Iterable[Responses], log: Log, missed: Iterable[Missed] = ()) -> tuple[Episode, ...]:
    """Every warning and every missed happening to be scored. Tests are left out; accounts are named for the log's own party only."""
    warned = [_episode(each, log) for each in answered if not each.chain.head.content.test]
    said = [*warned, *_missed_by_word(log, {(each.owner, each.warning) for each in warned})]
    known = {event for each in said if each.verdict in {"hit", "miss", "late"} for event in each.events}
    unseen = {each.event: each for each in sorted(missed, key=lambda each: (-each.began_us, each.rule)) if each.event not in known}
    return (*said, *(_unseen(each) for each in sorted(unseen.values(), key=lambda each: (each.began_us, each.event))))


def missed_of(onsets: Iterable[Onset], chains: Iterable[Chain], region: Region, party: str) -> tuple[Missed, ...]:
    """The onsets at which no warning of the party stood for the area: misses come from the events, not from what people own up to."""
    standing = [chain for chain in chains if chain.owner == party and not chain.head.content.test]
    return tuple(
        Missed(event=onset.event, began_us=onset.at_us, rule=onset.rule, problem=onset.problem, party=party)
        for onset in onsets
        if not any(_stood(chain, onset, region) for chain in standing)
    )


def _stood(chain: Chain, onset: Onset, region: Region) -> bool:
    """Whether the warning was out when it began, for an area that holds it or lies in it."""
    head = chain.head
    until_us = head.said_us if head.content.act in CLOSING else head.content.expires_us
    named = {*head.content.areas, *(region.country_of(area) for area in head.content.areas)}
    is_there = not onset.area or onset.area in named or region.country_of(onset.area) in head.content.areas
    return is_there and chain.first.said_us < onset.at_us <= until_us


def scoreboard(answered: Iterable[Responses], log: Log, missed: Iterable[Missed] = (), climatology: float | None = None) -> tuple[Score, ...]:
    """The scores of all, then of each party, problem, rule and person that has an episode, by name.

    `climatology` is the long-term share of episodes in which the thing comes, for the skill; None takes the share in the sample itself.
    """
    scored = episodes(answered, log, missed)
    groups: dict[tuple[Group, str], list[Episode]] = {("all", ""): list(scored)}
    for group, attribute in (("party", "owner"), ("problem", "problem"), ("rule", "rule"), ("person", "account")):
        for name in sorted({getattr(each, attribute) for each in scored} - {""}):
            groups[group, name] = [each for each in scored if getattr(each, attribute) == name]  # type: ignore[index] # the four are groups
    return tuple(score_of(group, name, members, climatology) for (group, name), members in groups.items())


def score_of(group: Group, name: str, members: Sequence[Episode], climatology: float | None = None) -> Score:
    """The score of these episodes; two hits that name one event are one hit and one duplicate."""
    single, duplicates = _single(members)
    count = {verdict: sum(each.verdict == verdict for each in single) for verdict in ("hit", "late", "miss", "false alarm", "averted", "cannot tell", "open")}
    warned = count["hit"] + count["false alarm"]
    misses = count["miss"] + count["late"]
    return Score(
        group=group,
        name=name,
        episodes=warned + misses,
        open=count["open"],
        hits=count["hit"],
        duplicates=duplicates,
        late=count["late"],
        misses=misses,
        false_alarms=count["false alarm"],
        averted=count["averted"],
        cannot_tell=count["cannot tell"],
        precision=wilson(count["hit"], warned),
        strict_precision=wilson(count["hit"], warned + count["averted"] + count["cannot tell"]),
        recall=wilson(count["hit"], count["hit"] + misses),
        brier=brier_score(_forecasts(single), climatology),
        **_times(single),
    )


def score_rows(scores: Iterable[Score]) -> list[list[str]]:
    """The scores as rows of a CSV file, the header first; what is not known is empty."""
    return [list(COLUMNS), *([_cell(value) for value in _values(score)] for score in scores)]


def _episode(each: Responses, log: Log) -> Episode:
    chain = each.chain
    first, said = chain.first, chain.assessment
    likelihood = next((version.content.likelihood for version in chain.history if version.content.likelihood), None)
    return Episode(
        owner=chain.owner,
        warning=chain.warning,
        rule=first.content.rule,
        problem=first.content.problem,
        account=first.entry.by if chain.owner == log.party else "",
        verdict=_verdict(chain),
        events=said.events if said else (),
        issued_us=first.said_us,
        began_us=said.began_us if said else None,
        probability=(likelihood.low + likelihood.high) / 2 if likelihood else None,
        acknowledged_us=tuple(max(0, to.first_us - to.addressed_us) for to in each.recipients if to.first_us is not None),
        decided_us=tuple(max(0, to.decided_us - to.addressed_us) for to in each.recipients if to.decided_us is not None),
    )


def _verdict(chain: Chain) -> Verdict:
    if chain.assessment is None or chain.status != "assessed":
        return "open"
    began_us = chain.assessment.began_us
    is_late = chain.assessment.outcome == "hit" and began_us is not None and began_us < chain.first.said_us
    return "late" if is_late else chain.assessment.outcome


def _missed_by_word(log: Log, warned: set[tuple[str, str]]) -> list[Episode]:
    """Assessments that say "missed" of something for which no warning was released."""
    last: dict[tuple[str, str], tuple[Entry, Assessment]] = {
        (entry.owner, word.warning): (entry, word) for entry, word in said_in(log, "assessment", Assessment)
    }
    return [
        Episode(
            owner=owner,
            warning=warning,
            rule="",
            problem="",
            account="",
            verdict="miss",
            events=word.events,
            issued_us=None,
            began_us=word.began_us,
            probability=None,
        )
        for (owner, warning), (_, word) in sorted(last.items(), key=lambda pair: pair[0])
        if word.outcome == "miss" and (owner, warning) not in warned
    ]


def _unseen(each: Missed) -> Episode:
    return Episode(
        owner=each.party,
        warning="",
        rule=each.rule,
        problem=each.problem,
        account="",
        verdict="miss",
        events=(each.event,),
        issued_us=None,
        began_us=each.began_us,
        probability=None,
    )


def _single(members: Sequence[Episode]) -> tuple[list[Episode], int]:
    """The episodes without the later of any that name an event which an earlier one has already met, and how many those are."""
    taken: set[str] = set()
    single: list[Episode] = []
    ordered = sorted(members, key=lambda each: (each.verdict != "hit", each.issued_us or 0, each.owner, each.warning, each.events))
    for each in ordered:
        if each.verdict in {"hit", "late", "miss"}:
            if taken & set(each.events):
                continue
            taken |= set(each.events)
        single.append(each)
    return single, len(members) - len(single)


def _forecasts(single: Iterable[Episode]) -> list[tuple[float, bool]]:
    """The stated probabilities of what can be told, and whether it came."""
    told = ("hit", "miss", "false alarm")
    return [(each.probability, each.verdict != "false alarm") for each in single if each.probability is not None and each.verdict in told]


def _times(single: Sequence[Episode]) -> dict[str, Spread]:
    leads = [each.began_us - each.issued_us for each in single if each.verdict == "hit" and each.began_us is not None and each.issued_us is not None]
    return {
        "lead": spread(leads),
        "acknowledged": spread(wait for each in single for wait in each.acknowledged_us),
        "decided": spread(wait for each in single for wait in each.decided_us),
    }


def _values(score: Score) -> list[str | float | None]:
    counts = [getattr(score, name) for name in COLUMNS[2:11]]
    precision, recall, brier = score.precision, score.recall, score.brier
    shares = [precision.value, precision.low, precision.high, precision.n, score.strict_precision.value, recall.value, recall.low, recall.high, recall.n]
    times = [value for each in (score.lead, score.acknowledged, score.decided) for value in (each.median_h, each.n)]
    parts = [brier.score, brier.reliability, brier.resolution, brier.uncertainty, brier.within, brier.skill, brier.n]
    return [score.group, score.name, *counts, *shares, *times, *parts, score.note]


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else _tame(str(value))


def _tame(text: str) -> str:
    """The text so that a spreadsheet takes it for a text: names of rules and problems may come from others."""
    return f"'{text}" if text.startswith(_FORMULAS) else text
