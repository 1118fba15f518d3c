"""Events become standings, signals and warnings, by written rules. Pure: no clock, no file, no chance."""

from vigie.warn.answers import DEFAULT_TIMERS, Recipient, Responses, Timers, all_responses, responses, unanswered
from vigie.warn.brier import Brier, brier_score
from vigie.warn.chain import Chain, Proposal, Version, chain_named, chains, drafts, may_approve, may_release, proposal_digest
from vigie.warn.fatigue import Fatigue, fatigue
from vigie.warn.problems import Indicator, ProblemState, problem_states
from vigie.warn.release import blocked_recipients, check_release, release_label
from vigie.warn.replay import Case, Replay, replay
from vigie.warn.scan import Scan, scan, signals
from vigie.warn.scoreboard import Missed, Score, score_rows, scoreboard
from vigie.warn.share import Share, wilson
from vigie.warn.standing import standings, watch
from vigie.warn.subscriptions import Notice, Subscription, due, matches, notices, preview

__all__ = [
    "DEFAULT_TIMERS",
    "Brier",
    "Case",
    "Chain",
    "Fatigue",
    "Indicator",
    "Missed",
    "Notice",
    "ProblemState",
    "Proposal",
    "Recipient",
    "Replay",
    "Responses",
    "Scan",
    "Score",
    "Share",
    "Subscription",
    "Timers",
    "Version",
    "all_responses",
    "blocked_recipients",
    "brier_score",
    "chain_named",
    "chains",
    "check_release",
    "drafts",
    "due",
    "fatigue",
    "matches",
    "may_approve",
    "may_release",
    "notices",
    "preview",
    "problem_states",
    "proposal_digest",
    "release_label",
    "replay",
    "responses",
    "scan",
    "score_rows",
    "scoreboard",
    "signals",
    "standings",
    "unanswered",
    "watch",
    "wilson",
]
