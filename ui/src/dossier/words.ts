// What a dossier says in words: who may read it, why a value counts, what a decision says, what became of reports.
import { t, tn } from "../lib/words.svelte";
import type { Brief, Decision } from "../lib/decide";
import { whenText } from "../lib/measures";
import { kindTitle } from "../lib/me.svelte";
import type { Dossier } from "./shapes";

/** Who may read the event, in plain words. */
export function readersText(label: Dossier["label"]): string {
  if (label.readers?.includes("PUBLIC") || label.tlp === "CLEAR") return t("Everybody may read it.");
  if (label.readers?.length === 1) return t("{party} alone may read all of it.", { party: label.readers[0]! });
  if (label.readers) return t("All of it may be read by: {parties}.", { parties: label.readers.join(", ") });
  const levels: Record<string, string> = {
    GREEN: t("It is for the community, and not for the public."),
    AMBER: t("It is for those who need to know, and not to be passed on."),
    "AMBER+STRICT": t("It is for your own organisation alone."),
    RED: t("It is for the named readers alone, and for nobody else."),
  };
  return levels[label.tlp] ?? "";
}

/** The topics of which one report gives the event its value, in order. */
export const TOPICS = ["kind", "time", "place", "depth", "magnitude", "severity"] as const;

/** What a topic is called. */
export function topicTitle(topic: string): string {
  const titles: Record<string, string> = {
    ...{ kind: t("Kind"), time: t("Time"), place: t("Position") },
    ...{ depth: t("Depth"), magnitude: t("Size"), severity: t("Severity") },
  };
  return titles[topic] ?? topic;
}

/** By which rule a report's value counts. */
export function topicRule(topic: string): string {
  const rules: Record<string, string> = {
    kind: t("the kind that most agencies give, then the most specific"),
    time: t("the time that is known best"),
    place: t("the position with the smallest uncertainty"),
    depth: t("the depth of the report whose position is known best"),
    magnitude: t("a moment magnitude first, then the scale and the value that most agencies give"),
    severity: t("follows from the size, or else from the kind"),
  };
  return rules[topic] ?? "";
}

/** What a decision says, in a few words. */
export function decisionText(item: Decision): string {
  const reports = item.groups.flat();
  const named = reports.length > 4 ? `${reports.slice(0, 3).join(", ")} ${tn("and {n} more", "and {n} more", reports.length - 3)}` : reports.join(", ");
  if (item.verdict === "withdrawn") return t("Withdrawn: what was said of {reports}", { reports: named });
  return item.verdict === "same" ? t("One event: {reports}", { reports: named }) : t("Not one event: {reports}", { reports: named });
}

/** Whether a decision is obeyed. */
export function stateText(state: string): string {
  const states: Record<string, string> = {
    obeyed: t("obeyed"),
    contradicts: t("not obeyed: it contradicts a weightier decision"),
    "contradicts in part": t("obeyed in part: the rest contradicts a weightier decision"),
    withdrawn: t("withdrawn"),
    "not here": t("it speaks of reports that are not here"),
  };
  return states[state] ?? state;
}

/** An event in one line. */
export function briefText(event: Brief): string {
  const where = event.unit_name ?? event.country_name ?? "";
  return [kindTitle(event.kind), whenText(event.begin, event.end), where].filter(Boolean).join(" · ");
}

/** How many reports, in words. */
export function reportsText(count: number): string {
  return tn("{n} report", "{n} reports", count);
}

/** What became of the reports of an act, in one sentence. */
export function effectText(found: { event: Brief; reports: string[] }[], reports: number): string {
  const told = { reports: reportsText(reports), whole: reportsText(found[0]?.event.reports ?? 0) };
  if (found.length === 1) return t("Done. {reports}: now in one event of {whole}.", told);
  return t("Done. {reports}: now in {n} events, of {counts}.", { ...told, n: found.length, counts: found.map((one) => reportsText(one.event.reports)).join(", ") });
}
