// A time that was said, told back as a plain sentence in the clocks of its place, with UTC beside it.
import { day, span } from "../lib/format";
import { t } from "../lib/words.svelte";
import type { Draft, How, Part, Understood } from "./shapes";

export const HOWS: { name: How; title: () => string }[] = [
  { name: "now", title: () => t("Just now") },
  { name: "instant", title: () => t("At a time") },
  { name: "part", title: () => t("Part of a day") },
  { name: "day", title: () => t("Some time that day") },
  { name: "between", title: () => t("Some time between") },
  { name: "lasted", title: () => t("From … to …") },
];

export const PARTS: { name: Part; title: () => string; hours: [number, number] }[] = [
  { name: "morning", title: () => t("morning"), hours: [6, 12] },
  { name: "afternoon", title: () => t("afternoon"), hours: [12, 18] },
  { name: "evening", title: () => t("evening"), hours: [18, 24] },
  { name: "night", title: () => t("night"), hours: [22, 30] },
];

/** Whether all that this way of saying a time asks for is filled in. */
export function isSaid(draft: Draft): boolean {
  if (draft.how === "now") return true;
  if (!draft.day) return false;
  if (draft.how === "day" || draft.how === "part") return true;
  return draft.clock !== "" && (draft.how === "instant" || draft.until_clock !== "");
}

/** Begin and end as the clocks of the place show them: `2026-11-23T06:00`; also known without a line. */
export function wall(draft: Draft): [string, string] {
  if (draft.how === "day") return [`${draft.day}T00:00`, later(draft.day, 24)];
  if (draft.how === "part") {
    const [from, to] = PARTS.find((part) => part.name === draft.part)!.hours;
    return [later(draft.day, from), later(draft.day, to)];
  }
  const begin = `${draft.day}T${draft.clock}`;
  return draft.how === "instant" ? [begin, begin] : [begin, `${draft.until_day || draft.day}T${draft.until_clock}`];
}

function later(day: string, hours: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + hours * 3_600_000).toISOString().slice(0, 16);
}

/** The sentence of a time: "between 06:00 and 12:00 on 23 November 2026 (local time Europe/Podgorica)". */
export function told(draft: Draft): string {
  const place = { zone: draft.zone };
  if (draft.how === "now") return t("now, within a few minutes");
  const [begin, end] = wall(draft);
  if (draft.how === "day") return t("some time on {day} (local time {zone})", { day: dayOf(begin), ...place });
  if (draft.how === "instant" && draft.about) return t("at about {clock} on {day} (local time {zone})", { clock: clockOf(begin), day: dayOf(begin), ...place });
  if (draft.how === "instant") return t("at {clock} on {day} (local time {zone})", { clock: clockOf(begin), day: dayOf(begin), ...place });
  const times = { begin: clockOf(begin), end: clockOf(end), day: dayOf(begin), last_day: dayOf(end), ...place };
  const isOneDay = begin.slice(0, 10) === end.slice(0, 10) || (end.endsWith("T00:00") && later(begin.slice(0, 10), 24) === end);
  if (draft.how === "lasted") return isOneDay ? t("from {begin} to {end} on {day} (local time {zone})", times) : t("from {begin} on {day} to {end} on {last_day} (local time {zone})", times);
  return isOneDay ? t("between {begin} and {end} on {day} (local time {zone})", times) : t("between {begin} on {day} and {end} on {last_day} (local time {zone})", times);
}

function clockOf(wallTime: string): string {
  return wallTime.slice(11, 16);
}

function dayOf(wallTime: string): string {
  const at = new Date(`${wallTime.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(+at) ? wallTime.slice(0, 10) : day(at);
}

/** The same in UTC, as the node understood it. */
export function toldInUtc(found: Understood): string {
  return t("In UTC: {span}", { span: span(found.begin, found.end) });
}
