// The choice of events as the address says it, and as the server is asked. One choice drives map, histogram and list.
import { address, changed, replace, type Query } from "../lib/address.svelte";
import { t } from "../lib/words.svelte";

/** The parameters of the address that choose events; the others (window of the map, selected event, playback) only show them. */
export const CHOICE = ["field", "kind", "country", "unit", "agency", "q", "since", "until", "bbox", "min_severity", "min_agencies", "max_agencies", "mapped", "cell_km"];

/** What else the address of the picture may hold. */
const KNOWN = new Set([...CHOICE, "last", "vs_since", "vs_until", "map", "at", "play", "after", "exercise", "language"]);

/** Conditions of the address that nobody here understands: a mistyped one must not look like an answer. */
export function unknown(query: Query): string[] {
  return Object.keys(query).filter((name) => !KNOWN.has(name));
}

const HOUR_MS = 3_600_000;

/** The presets of time: their name in the address, how long they are in ms, and what they are called. */
export const PRESETS: { last: string; ms: number; title: () => string }[] = [
  { last: "1h", ms: HOUR_MS, title: () => t("1 h") },
  { last: "6h", ms: 6 * HOUR_MS, title: () => t("6 h") },
  { last: "24h", ms: 24 * HOUR_MS, title: () => t("24 h") },
  { last: "7d", ms: 168 * HOUR_MS, title: () => t("7 d") },
  { last: "30d", ms: 720 * HOUR_MS, title: () => t("30 d") },
  { last: "365d", ms: 8_760 * HOUR_MS, title: () => t("1 y") },
];

/** What the server is asked for: a preset counts back from `now`, to the minute. */
export function asked(query: Query, now: number): Query {
  const chosen = Object.fromEntries(CHOICE.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  const preset = PRESETS.find((found) => found.last === query["last"]);
  return preset ? { ...chosen, since: iso(Math.floor((now - preset.ms) / 60_000) * 60_000), until: "" } : chosen;
}

/** An instant as the server reads it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The last instant of a period that ends so: a day counts whole, an instant is the first that is not in it any more. */
export function lastDay(until: string): number {
  return Date.parse(until) - (until.length === "YYYY-MM-DD".length ? 0 : 1);
}

/** Changes the choice: the list begins anew, and nothing stays selected. */
export function choose(changes: Query): void {
  replace(changed({ after: "", at: "", mapped: "", cell_km: "", ...changes }));
}

/** The values of a parameter that holds several. */
export function several(name: string): string[] {
  return (address.query[name] ?? "").split(",").filter((value) => value !== "");
}

/** Takes a value into a parameter that holds several, or out of it. */
export function toggle(name: string, value: string): void {
  const now = several(name);
  choose({ [name]: (now.includes(value) ? now.filter((each) => each !== value) : [...now, value]).join(",") });
}

/** Whether anything but the time is chosen. */
export function isFiltered(query: Query): boolean {
  return CHOICE.some((name) => name !== "since" && name !== "until" && Boolean(query[name]));
}
