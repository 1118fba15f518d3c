"""Who is told of which warnings, when and in which thread: saved filters, a floor of severity, quiet hours and digests. Nothing is sent here.

All conditions of a filter must hold; several values of one condition are alternatives. Who has been told of a warning is told of all that
becomes of it, also where an update or a cancel no longer fits the filter. The warnings given are those that the subscription's party may
read: the release gate is the same as the screen's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import pydantic

from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.errors import BadSetting
from vigie.model.history import Region
from vigie.model.languages import EXERCISE, said
from vigie.model.warning import SEVERITIES, Content, Severity, Stage
from vigie.warn.chain import Chain, Version
from vigie.warn.quiet import is_quiet, minute_of_day, next_digest_us, next_loud_us, zone_of

_MAIL = re.compile(r"[^@\s<>,;:\"()\\]+@[^@\s<>,;:\"()\\]+")
_WEBHOOK = re.compile(r"https?://[^\s/@]+(/\S*)?")

_Name = Annotated[str, pydantic.Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Filter(pydantic.BaseModel):
    """Which warnings: every condition must hold; an empty one holds always.

    `areas` are countries or first-level units of the atlas; `kinds` are compared with the warning's event, whole or with a trailing `.*`.
    Tests of the channel are left out unless `tests` is set.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    areas: tuple[_Name, ...] = ()
    fields: tuple[_Name, ...] = ()
    kinds: tuple[_Name, ...] = ()
    severity_at_least: Severity = "Unknown"
    stages: tuple[Stage, ...] = ()
    problems: tuple[_Name, ...] = ()
    tests: bool = False


class Subscription(pydantic.BaseModel):
    """A saved filter and how its party is told. `channel` is a mail address or the address of a webhook (http or https).

    `quiet_from` and `quiet_to` are local times of the zone (IANA), both or neither; a digest goes at `digest_at`, a weekly one on Mondays.
    With `extreme_passes` a warning of Extreme severity waits for nothing.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: _Name
    party: _Name
    channel: _Name
    filter: Filter = Filter()
    quiet_from: str = ""
    quiet_to: str = ""
    zone: str = "UTC"
    digest: Literal["none", "hourly", "daily", "weekly"] = "none"
    digest_at: str = "07:00"
    extreme_passes: bool = True
    language: _Name = "en"

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if not _MAIL.fullmatch(self.channel) and not _WEBHOOK.fullmatch(self.channel):
            msg = "a subscription needs a mail address or the http address of a webhook"
            raise ValueError(msg)
        if bool(self.quiet_from) != bool(self.quiet_to) or (self.quiet_from and self.quiet_from == self.quiet_to):
            msg = "quiet hours need a beginning and another end"
            raise ValueError(msg)
        for clock in filter(None, (self.quiet_from, self.quiet_to, self.digest_at)):
            minute_of_day(clock)
        zone_of(self.zone)
        return self

    @property
    def is_mail(self) -> bool:
        """Whether it goes by mail; otherwise to a webhook."""
        return _MAIL.fullmatch(self.channel) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One release that one subscription is to be told of. All notices of a warning share `thread` and `subject`.

    `id` is the same on every run, so that a notice which has been sent is known again; `version` is the entry's id.
    """

    id: str
    subscription: str
    owner: str
    warning: str
    version: str
    act: str
    severity: Severity
    thread: str
    subject: str
    headline: str
    at_us: int
    exercise: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that does not go yet, and until when it waits, µs."""

    notice: Notice
    until_us: int


@dataclass(frozen=True, slots=True)
class Due:
    """What goes now, each on its own (`at_once`) or together (`digest`), and what waits, the first to go first."""

    at_once: tuple[Notice, ...]
    digest: tuple[Notice, ...]
    waiting: tuple[Waiting, ...]


def read_subscription(value: Mapping[str, Json]) -> Subscription:
    """The subscription that a JSON object holds. Raises `BadSetting` with one sentence where it does not fit."""
    try:
        return Subscription.model_validate(value)
    except pydantic.ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = str(first["msg"]).removeprefix("Value error, ")
        got = "" if first["type"] == "value_error" else str(first.get("input"))
        raise BadSetting("The subscription cannot be used", field=place, got=got, expected=said) from fault


def subscription_to_json(subscription: Subscription) -> dict[str, Any]:
    """The subscription as `read_subscription` reads it; what has its default value is left out."""
    return subscription.model_dump(mode="json", exclude_defaults=True)


def matches(subscription: Subscription, content: Content, region: Region) -> bool:
    """Whether every condition of the filter holds for what a warning says.

    A country and its units meet each other; a warning that names no area concerns the whole region.
    """
    wanted = subscription.filter
    return (
        (wanted.tests or not content.test)
        and (not wanted.areas or _meets(wanted.areas, content.areas, region))
        and (not wanted.fields or content.field in wanted.fields)
        and (not wanted.kinds or any(_is_kind(pattern, content.event) for pattern in wanted.kinds))
        and SEVERITIES.index(content.severity) <= SEVERITIES.index(wanted.severity_at_least)
        and (not wanted.stages or content.stage in wanted.stages)
        and (not wanted.problems or content.problem in wanted.problems)
    )


def notices(
    subscription: Subscription, chains: Iterable[Chain], region: Region, since_us: int, subjects: Mapping[str, str] | None = None
) -> tuple[Notice, ...]:
    """What the subscription is told of since an instant, oldest first: each release that matches, and what becomes of a warning that matched.

    `subjects` are those already used, by thread: a thread keeps its subject also when its beginning arrives late.
    """
    recent = (chain for chain in chains if any(version.said_us >= since_us for version in chain.history))
    told = ((chain, [version for version in _told(subscription, chain, region) if version.said_us >= since_us]) for chain in recent)
    found = [notice for chain, versions in told for notice in _notices_of(subscription, chain, versions, subjects or {})]
    return tuple(sorted(found, key=lambda notice: (notice.at_us, notice.id)))


def preview(subscription: Subscription, chains: Iterable[Chain], region: Region, since_us: int) -> int:
    """How many notices the subscription would have had since an instant."""
    return len(notices(subscription, chains, region, since_us))


def due(subscription: Subscription, unsent: Sequence[Notice], now_us: int) -> Due:
    """Which of the unsent notices go now and which wait for the end of quiet hours or for the digest."""
    mine = sorted((notice for notice in unsent if notice.subscription == subscription.name), key=lambda notice: (notice.at_us, notice.id))
    ready = [(notice, ready_us(subscription, notice)) for notice in mine]
    now = [(notice, at_us) for notice, at_us in ready if _goes(subscription, notice, at_us, now_us)]
    until = [(notice, max(at_us, _loud_us(subscription, now_us))) for notice, at_us in ready if not _goes(subscription, notice, at_us, now_us)]
    return Due(
        at_once=tuple(notice for notice, at_us in now if at_us == notice.at_us),
        digest=tuple(notice for notice, at_us in now if at_us > notice.at_us),
        waiting=tuple(Waiting(notice, until_us) for notice, until_us in sorted(until, key=lambda pair: (pair[1], pair[0].at_us, pair[0].id))),
    )


def ready_us(subscription: Subscription, notice: Notice) -> int:
    """From when a notice may go: its release, the next digest, or the end of the quiet hours in which that falls."""
    if _passes(subscription, notice):
        return notice.at_us
    return _loud_us(subscription, next_digest_us(notice.at_us, subscription.digest, subscription.digest_at, subscription.zone))


def latest_of_threads(told: Iterable[Notice]) -> tuple[Notice, ...]:
    """Of each thread the newest notice: what a digest prints of five updates; in time order."""
    newest = {notice.thread: notice for notice in sorted(told, key=lambda notice: (notice.at_us, notice.id))}
    return tuple(sorted(newest.values(), key=lambda notice: (notice.at_us, notice.id)))


def thread_id(chain: Chain) -> str:
    """The id of the conversation about a warning: the same for all its versions and all its readers."""
    return f"th-{digest(canonical_bytes([chain.owner, chain.warning, chain.exercise]))[:24]}"


def subject_of(chain: Chain, language: str) -> str:
    """The subject of all that is sent about a warning: its event as first released, and its name; an exercise says so first."""
    subject = " ".join(f"{chain.first.content.event} [{chain.owner} {chain.warning}]".split())
    return f"{said(language, EXERCISE)}: {subject}" if chain.exercise else subject


def _told(subscription: Subscription, chain: Chain, region: Region) -> tuple[Version, ...]:
    """The versions from the first that matches; tests only where they are wanted."""
    fits = [matches(subscription, version.content, region) for version in chain.history]
    told = chain.history[fits.index(True) :] if any(fits) else ()
    return tuple(version for version in told if subscription.filter.tests or not version.content.test)


def _notices_of(subscription: Subscription, chain: Chain, versions: Sequence[Version], subjects: Mapping[str, str]) -> list[Notice]:
    if not versions:
        return []
    thread = thread_id(chain)
    subject = subjects.get(thread) or subject_of(chain, subscription.language)
    return [_notice(subscription, chain, version, thread, subject) for version in versions]


def _notice(subscription: Subscription, chain: Chain, version: Version, thread: str, subject: str) -> Notice:
    texts = {text.language: text for text in version.content.texts}
    return Notice(
        id=f"no-{digest(canonical_bytes([subscription.name, subscription.party, version.id]))[:24]}",
        subscription=subscription.name,
        owner=chain.owner,
        warning=chain.warning,
        version=version.id,
        act=version.content.act,
        severity=version.content.severity,
        thread=thread,
        subject=subject,
        headline=texts.get(subscription.language, version.content.texts[0]).headline,
        at_us=version.said_us,
        exercise=chain.exercise,
    )


def _meets(wanted: Iterable[str], areas: Sequence[str], region: Region) -> bool:
    return not areas or any(first == second or first == region.country_of(second) or second == region.country_of(first) for first in wanted for second in areas)


def _is_kind(pattern: str, event: str) -> bool:
    return event.startswith(pattern.removesuffix("*")) or event == pattern.removesuffix(".*") if pattern.endswith(".*") else event == pattern


def _passes(subscription: Subscription, notice: Notice) -> bool:
    return subscription.extreme_passes and notice.severity == "Extreme"


def _goes(subscription: Subscription, notice: Notice, at_us: int, now_us: int) -> bool:
    return at_us <= now_us and (_passes(subscription, notice) or not is_quiet(now_us, subscription.quiet_from, subscription.quiet_to, subscription.zone))


def _loud_us(subscription: Subscription, at_us: int) -> int:
    return next_loud_us(at_us, subscription.quiet_from, subscription.quiet_to, subscription.zone)
