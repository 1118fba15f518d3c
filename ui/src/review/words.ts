// What the review says in words: what an answer would change, and what it did.
import { reportsText } from "../dossier/words";
import { Fault } from "../lib/data";
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

/** Who has answered the same question otherwise meanwhile, so that nothing was written; empty where that is not what went wrong. */
export function overtakenText(fault: unknown): string {
  if (!(fault instanceof Fault) || fault.status !== 409) return "";
  const told = { account: String(fault.facts["by"] ?? ""), answer: verdictText(fault.facts["verdict"] === "same" ? "same" : "apart") };
  return t("It was answered meanwhile by {account}: {answer}. Nothing was written. To change it, withdraw that answer under Decisions first.", told);
}
