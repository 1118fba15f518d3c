// What states, rules and counts of the exchange are called.
import { number } from "../lib/format";
import { t, tn } from "../lib/words.svelte";
import type { State } from "./shapes";

const STATES: Record<State, () => string> = {
  fresh: () => t("well"),
  late: () => t("late"),
  failing: () => t("failing"),
  never: () => t("never asked"),
  asks: () => t("only asks us"),
};

const RULES: Record<string, () => string> = {
  owner: () => t("Kept for its owner alone, as its source's terms or its label ask"),
  tlp: () => t("The TLP colour, without a list of readers"),
  list: () => t("Not on the list of readers"),
  clearance: () => t("Not cleared for the level"),
  caveat: () => t("A caveat that they do not hold"),
  excluded: () => t("Excluded by name"),
  embargo: () => t("Under embargo"),
  orcon: () => t("Its owner has given no leave to pass it on"),
  relay: () => t("Received, and not ours to pass on"),
  theirs: () => t("Their own, which they have already"),
  word: () => t("They see another word of the same report"),
};

const COUNTS: Record<string, (n: number) => string> = {
  offered: (n) => tn("{n} record told", "{n} records told", n),
  taken: (n) => tn("{n} record taken in", "{n} records taken in", n),
  known: (n) => tn("{n} known already", "{n} known already", n),
  withdrawn: (n) => tn("{n} withdrawn", "{n} withdrawn", n),
  erased: (n) => tn("{n} erased", "{n} erased", n),
  refused: (n) => tn("{n} refused as erased here", "{n} refused as erased here", n),
  unproved: (n) => tn("{n} unproved", "{n} unproved", n),
};

const KINDS: Record<string, () => string> = {
  offered: () => t("Records told"),
  taken: () => t("Records taken in"),
  known: () => t("Known already"),
  withdrawn: () => t("Withdrawn"),
  erased: () => t("Erased"),
  refused: () => t("Refused"),
  unproved: () => t("Unproved"),
};

/** The state of the exchange with a partner. */
export function stateWords(state: State): string {
  return STATES[state]();
}

/** The rule that keeps something from a reader. */
export function ruleWords(rule: string): string {
  return RULES[rule]?.() ?? rule;
}

/** One kind of count, as a filter names it. */
export function kindWords(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}

/** All counts of a page that are not 0, in one line. */
export function countWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => COUNTS[name]?.(count) ?? `${name} ${number(count)}`)
    .join(", ");
}

/** Everybody, or the party's name. */
export function partyWords(party: string): string {
  return party === "PUBLIC" ? t("The public") : party;
}
