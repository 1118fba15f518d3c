"""All leaks, each with one reader that it shows to and some questions that it shows at: those are asked where time is short, all others with them else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vigie.model.label import PUBLIC
from web import leaks, leaks_outside
from web.leaks import Leak
from web.worlds_apart import THIRD


@dataclass(frozen=True)
class Seeded:
    """A leak; `only` are beginnings of questions that `faces` asks in any case, `party` who asks them, after the owner has looked or not."""

    put: Leak
    only: tuple[str, ...]
    party: str = PUBLIC
    after_owner: bool = False


_EVENTS, _REPORTS, _PICTURE = ("GET /api/events",), ("GET /api/reports",), ("GET /api/picture",)
_ALL = (
    Seeded(leaks.a_count_over_everything, _REPORTS),
    Seeded(leaks.a_figure_for_prometheus, ("GET /metrics",), after_owner=True),
    Seeded(leaks.an_id_that_depends_on_a_hidden_member, _EVENTS),
    Seeded(leaks.a_learned_parameter, ("GET /api/events/by-report/EMSC/q1 ",)),
    Seeded(leaks.an_error_text, ("GET /api/events/by-report/",)),
    Seeded(leaks.a_cached_page, _PICTURE, after_owner=True),
    Seeded(leaks.a_kept_world, ("GET /api/vocabulary", "GET /plain/events/"), after_owner=True),
    Seeded(leaks.a_forecast, ("GET /coverage",)),
    Seeded(leaks.an_etag, _EVENTS),
    Seeded(leaks.a_header, _PICTURE),
    Seeded(leaks.an_export, ("RUN export",)),
    Seeded(leaks.an_export_of_activities, ("GET /activities.iati.xml",)),
    Seeded(leaks.a_sort_order, ("GET /plain",)),
    Seeded(leaks.a_sort_order_of_lists, _REPORTS),
    Seeded(leaks.a_log_line_sent_out, _PICTURE),
    Seeded(leaks.a_page_key, ("GET /api/reports?limit=1",)),
    Seeded(leaks.a_hidden_decision, _REPORTS),
    Seeded(leaks.a_dangling_link, ("GET /plain/events/",)),
    Seeded(leaks.a_version_counter, _REPORTS),
    Seeded(leaks.a_records_own_id, ("GET /api/events/by-report/",)),
    Seeded(leaks.a_count_on_a_page, ("GET /warnings",)),
    Seeded(leaks.a_time_in_a_feed, ("GET /public/feed.atom",), THIRD),
    Seeded(leaks.a_silence_that_was_broken, _PICTURE),
    Seeded(leaks.another_clock, _REPORTS),
    Seeded(leaks.a_rule_of_the_label_left_out, ("GET /activities.iati.xml",)),
    Seeded(leaks.another_partys_record_passed_on, _REPORTS, THIRD),
    Seeded(leaks.words_of_the_desk, ("GET /desk",), THIRD),
    Seeded(leaks_outside.a_page_that_says_more_follows, ("PULL",), THIRD),
    Seeded(leaks_outside.a_page_whose_limit_counts_what_is_hidden, ("PULL",), THIRD),
    Seeded(leaks_outside.an_audit_log_for_anybody, ("GET /desk/audit",), THIRD),
    Seeded(leaks_outside.an_exchange_for_anybody, ("GET /data/exchange",), THIRD),
    Seeded(leaks_outside.a_risk_beside_all_that_is_said, ("GET /data/risks",), THIRD),
    Seeded(leaks_outside.a_token_of_the_owner, _REPORTS, THIRD),
)
LEAKS: Mapping[str, Seeded] = {seeded.put.__name__: seeded for seeded in _ALL}
"""By name."""

LATER = frozenset(
    {
        "a_figure_for_prometheus",
        "a_kept_world",
        "a_header",
        "an_export_of_activities",
        "a_sort_order_of_lists",
        "a_dangling_link",
        "a_count_on_a_page",
        "a_time_in_a_feed",
        "a_silence_that_was_broken",
        "a_rule_of_the_label_left_out",
        "words_of_the_desk",
        "an_exchange_for_anybody",
        "a_risk_beside_all_that_is_said",
    }
)
"""Those that are put in where time is not short; each is like one of the others."""

NAMED = (
    "a_count_over_everything",
    "an_id_that_depends_on_a_hidden_member",
    "a_learned_parameter",
    "an_error_text",
    "a_cached_page",
    "a_forecast",
    "an_etag",
    "an_export",
    "a_sort_order",
    "a_log_line_sent_out",
)
"""The ten that are looked for at least."""
