// What verdicts, levels, reaches and deadlines are called.
import { t } from "../lib/words.svelte";
import type { Activity, Deadline, Risk, Verdict } from "./shapes";

/** The verdicts, the gravest first, as the node orders them. */
export const VERDICTS: readonly Verdict[] = ["gap", "planned only", "open", "covered", "not known", "no known risk"];

const VERDICT_WORDS: Record<Verdict, () => string> = {
  gap: () => t("High risk, nothing answers it"),
  "planned only": () => t("Only planned"),
  open: () => t("Raised risk, nothing answers it"),
  covered: () => t("Answered"),
  "not known": () => t("Not known"),
  "no known risk": () => t("No raised risk known"),
};

const LEVEL_WORDS: Record<Risk["level"], () => string> = {
  high: () => t("high risk"),
  raised: () => t("raised risk"),
  low: () => t("no raised risk known"),
  unknown: () => t("not known"),
};

const REACH_WORDS: Record<NonNullable<Activity["reach"]>, () => string> = {
  here: () => t("there"),
  "country-wide": () => t("for the whole country"),
  "in part": () => t("in a part of it"),
  answers: () => t("says that it answers this"),
};

const DEADLINE_WORDS: Record<Deadline["kind"], (who: string) => string> = {
  answer: (who) => t("{party} is to answer", { party: who }),
  "our answer": () => t("we are to answer"),
  silence: (who) => t("the silence of {party} ends", { party: who }),
  review: () => t("the warning is to be looked at again"),
  expires: () => t("the warning runs out"),
};

/** The verdict on what answers a risk. */
export function verdictWords(verdict: Verdict): string {
  return VERDICT_WORDS[verdict]();
}

/** The class of a verdict in style sheets. */
export function verdictClass(verdict: Verdict): string {
  return `v-${verdict.replaceAll(" ", "-")}`;
}

/** How great a risk is. */
export function levelWords(level: Risk["level"]): string {
  return LEVEL_WORDS[level]();
}

/** How an activity meets an area. */
export function reachWords(activity: Activity): string {
  return activity.reach ? REACH_WORDS[activity.reach]() : "";
}

/** What is due by a deadline, and from whom. */
export function deadlineWords(deadline: Deadline): string {
  return DEADLINE_WORDS[deadline.kind](deadline.parties.join(", "));
}
