// Numbers and times as the reader's language writes them. Times are UTC, always, and say so where a clock time stands.
import { number, spoken, t, tn } from "./words.svelte";

export { number };

type Time = string | number | Date;

const DAY_MS = 86_400_000;

/** A share of one in percent. */
export function percent(share: number, decimals = 0): string {
  return spoken().written.percent.replace("{n}", number(100 * share, decimals));
}

/** The calendar day of an instant, UTC. */
export function day(time: Time): string {
  return dated(time, spoken().written.day);
}

/** The month of an instant, UTC. */
export function month(time: Time): string {
  return dated(time, spoken().written.month);
}

/** An instant to the minute, UTC. */
export function moment(time: Time): string {
  return Number.isNaN(+new Date(time)) ? String(time) : `${day(time)}, ${clock(time)}`;
}

/** The clock time of an instant, UTC. */
export function clock(time: Time): string {
  const at = new Date(time);
  return Number.isNaN(+at) ? String(time) : at.toISOString().slice(11, 16);
}

/** An instant by a pattern of CLDR: d, MMM, LLL, y, and what stands in quotes. */
function dated(time: Time, pattern: string): string {
  const [at, { months, months_alone }] = [new Date(time), spoken().written];
  if (Number.isNaN(+at)) return String(time);
  const hasDay = pattern.includes("d");
  const said: Record<string, string> = { d: String(at.getUTCDate()), y: String(at.getUTCFullYear()) };
  return pattern.replace(/'([^']*)'|d|MMM|LLL|y/g, (token, quoted?: string) => quoted ?? said[token] ?? (hasDay ? months : months_alone)[at.getUTCMonth()]!);
}

/** An interval as people write it: whole days without a false hour, an instant to the minute. `end` is exclusive for whole days. */
export function span(begin: string, end: string): string {
  const [from, to] = [Date.parse(begin), Date.parse(end)];
  if (Number.isNaN(from)) return begin;
  if (from % DAY_MS === 0 && to % DAY_MS === 0 && to > from) return to - from === DAY_MS ? day(from) : `${day(from)} – ${day(to - DAY_MS)}`;
  if (to - from < 60_000) return moment(from);
  return from - (from % DAY_MS) === to - (to % DAY_MS) ? `${moment(from)} – ${clock(to)}` : `${moment(from)} – ${moment(to)}`;
}

/** How long ago an instant was, in the largest unit that says enough. */
export function ago(time: string | number, now: number = Date.now()): string {
  const minutes = Math.max(0, Math.round((now - +new Date(time)) / 60_000));
  if (minutes < 1) return t("just now");
  if (minutes < 60) return tn("{n} minute ago", "{n} minutes ago", minutes);
  if (minutes < 2_880) return tn("{n} hour ago", "{n} hours ago", Math.round(minutes / 60));
  return tn("{n} day ago", "{n} days ago", Math.round(minutes / 1_440));
}
