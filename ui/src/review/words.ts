// What the review says in words: what an answer would change, and what it did.
import { reportsText } from "../dossier/words";
import { t } from "../lib/words.svelte";
import type { Verdict } from "./shapes";

interface Touched {
  together: boolean;
  sides: [number, number];
  reports: number;
}

/** What the answer would change. */
export function wouldText(asked: Touched, verdict: Verdict): string {
  const told = { one: reportsText(asked.sides[0]), other: reportsText(asked.sides[1]), whole: reportsText(asked.reports) };
  if (asked.together) return verdict === "same" ? t("They stay one event of {whole}.", told) : t("The event of {whole} falls into {one} and {other}.", told);
  return verdict === "same" ? t("Two events, of {one} and {other}, become one of {whole}.", told) : t("They stay two events.");
}

/** What was answered. */
export function verdictText(verdict: Verdict): string {
  return verdict === "same" ? t("One event") : t("Not one event");
}

/** What was answered and what it changes, in one sentence. */
export function answeredText(asked: Touched & { names: [string, string] }, verdict: Verdict): string {
  return t("{answer}: {first} and {second}. {change}", { answer: verdictText(verdict), first: asked.names[0], second: asked.names[1], change: wouldText(asked, verdict) });
}
