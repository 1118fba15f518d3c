// The plain words of the screens of sources: states, durations, hints, and what a field of a report is called.
import { ago, number } from "../lib/format";
import { me } from "../lib/me.svelte";
import { t, tn } from "../lib/words.svelte";
import type { Agency, Column, Latency, Outcome, Source, Word } from "./shapes";

const WORDS: Record<Word, () => string> = {
  fresh: () => t("fresh"),
  late: () => t("late"),
  silent: () => t("silent"),
  failing: () => t("failing"),
  "never run": () => t("never run"),
  "needs account": () => t("needs account"),
  "by hand": () => t("by hand"),
};

export function word(of: Word): string {
  return WORDS[of]();
}

/** How much a state asks of somebody: good, wait, bad, or nothing. */
export function tone(of: Word): "good" | "wait" | "bad" | "plain" {
  if (of === "fresh") return "good";
  if (of === "late" || of === "silent") return "wait";
  return of === "failing" ? "bad" : "plain";
}

/** Now, as the node's clock had it when the page began. */
export function nowMs(): number {
  return Date.parse(me.as_of) || Date.now();
}

/** What a state means for this source, in one sentence. */
export function stateSentence(source: Source): string {
  const when = (time: string | null | undefined): string => (time ? ago(time, nowMs()) : t("never"));
  if (source.word === "fresh") return t("Something new came {when}.", { when: when(source.new ?? source.succeeded) });
  if (source.word === "late") return t("Last fetched {when}, though it is due every {cadence}.", { when: when(source.succeeded), cadence: lasting((source.cadence_minutes ?? 0) * 60) });
  if (source.word === "silent") return t("It answers, but nothing new came since {when}. Ask the agency: silence is not peace.", { when: when(source.new) });
  if (source.word === "failing") return source.fault || t("The last run failed.");
  if (source.word === "needs account") return t("The agency wants an account, and this node has no token for it.");
  if (source.word === "never run") return t("It is known, but was not fetched yet.");
  return source.last ? t("Taken in by hand or by its address; last {when}.", { when: when(source.last) }) : "";
}

/** A duration in the largest unit that says enough. */
export function lasting(seconds: number): string {
  if (seconds < 90) return tn("{n} second", "{n} seconds", Math.round(seconds));
  if (seconds < 5_400) return tn("{n} minute", "{n} minutes", Math.round(seconds / 60));
  if (seconds < 172_800) return tn("{n} hour", "{n} hours", Math.round(seconds / 3_600));
  return tn("{n} day", "{n} days", Math.round(seconds / 86_400));
}

/** How long reports are under way: the median, and what nine in ten take at most. */
export function late(latency: Latency | null | undefined): string {
  if (!latency) return t("not known");
  return t("{median}, nine in ten within {most}", { median: lasting(latency.median_s), most: lasting(latency.p90_s) });
}

export function agencyWord(agency: Agency): string {
  if (agency.word === "silent") return t("silent");
  return agency.word === "new" ? t("no rhythm yet") : t("speaks");
}

/** What may be done about a row that could not be read. */
export function hint(what: string, field: string): string {
  if (/another number of cells/.test(what)) return t("A delimiter inside a text, perhaps: ask for the text in quotation marks.");
  if (/not UTF-8/.test(what)) return t("Save the file as UTF-8 and send it again.");
  if (/cell cannot be understood|column is missing/.test(what)) return field ? t("Correct the cell, or what the column means in the mapping, then try again.") : t("Correct the mapping, then try again.");
  if (/no such field/.test(what)) return t("The field needs a pack that this node does not have.");
  if (/erased/.test(what)) return t("Nothing: it was erased here, and does not come back.");
  if (/too long|nested|not finite|NUL/.test(what)) return t("Ask the agency for this record once more.");
  return t("Look at the row with the agency, then try again.");
}

/** What became of a file, in one sentence. */
export function outcomeSentence(done: Outcome): string {
  if (done.status === "refused") return done.why;
  const counts = [
    tn("{n} new report", "{n} new reports", done.reports),
    done.unchanged ? tn("{n} known before", "{n} known before", done.unchanged) : "",
    done.rejects ? tn("{n} row could not be read", "{n} rows could not be read", done.rejects) : "",
    done.closed ? tn("{n} keeps its stricter label", "{n} keep their stricter label", done.closed) : "",
  ].filter(Boolean);
  const said = `${counts.join(", ")}.`;
  return done.status === "known" || (done.unchanged > 0 && !done.reports) ? `${t("This file was taken in before; nothing was doubled.")} ${said}` : said;
}

const TARGETS: Record<string, () => string> = {
  agency_ref: () => t("the agency's own number"),
  agency: () => t("agency"),
  field: () => t("field"),
  kind: () => t("kind"),
  begin: () => t("when: day or begin"),
  clock: () => t("time of day"),
  end: () => t("when it ended"),
  end_clock: () => t("time of day of the end"),
  time_meaning: () => t("what the interval means"),
  time_precision: () => t("how exact the time is (code)"),
  sigma_s: () => t("uncertainty of the time"),
  issued: () => t("when the agency said it"),
  lon: () => t("longitude"),
  lat: () => t("latitude"),
  outline: () => t("outline"),
  radius_km: () => t("uncertainty of the place"),
  place_precision: () => t("how exact the place is (code)"),
  major_km: () => t("ellipse: long half axis"),
  minor_km: () => t("ellipse: short half axis"),
  azimuth: () => t("ellipse: direction"),
  depth_km: () => t("depth"),
  place: () => t("name of the place"),
  country: () => t("country"),
  magnitude: () => t("how bad: the number"),
  scale: () => t("how bad: the scale"),
  measures: () => t("further numbers"),
  actors: () => t("organisations"),
  summary: () => t("summary"),
  language: () => t("language"),
  grade: () => t("how sure: grade"),
  exercise: () => t("exercise"),
  revision: () => t("revision"),
};

export function targetTitle(target: string): string {
  return TARGETS[target]?.() ?? target;
}

export function confidenceWord(of: Column["confidence"]): string {
  return of === "sure" ? t("sure") : of === "likely" ? t("likely") : t("doubtful");
}

/** Why a column is understood as it is. */
export function reasonSentence(column: Column): string {
  const said: Record<Column["reasons"][number], () => string> = {
    name: () => t("its name is often met for this"),
    cells: () => t("its cells look like it"),
    unlike: () => t("its cells do not look like it"),
    chosen: () => t("chosen"),
    personal: () => t("its name says that it is about persons"),
    spare: () => t("no field of a report is filled by it"),
  };
  return column.reasons.map((reason) => said[reason]()).join(", ");
}

/** A size in kilobytes or megabytes. */
export function size(bytes: number): string {
  return bytes < 1_000_000 ? t("{n} kB", { n: number(Math.max(1, Math.round(bytes / 1_000))) }) : t("{n} MB", { n: number(bytes / 1_000_000, 1) });
}
