// Numbers and times as the reader's language writes them. Times are UTC, always, and say so where a clock time stands.
import { spoken, t, tn } from "./words.svelte";

const DAY_MS = 86_400_000;

/** A number with at most so many decimals. */
export function number(value: number, decimals = 0): string {
  return new Intl.NumberFormat(spoken().locale, { maximumFractionDigits: decimals }).format(value);
}

/** A share of one in percent. */
export function percent(share: number, decimals = 0): string {
  return new Intl.NumberFormat(spoken().locale, { style: "percent", maximumFractionDigits: decimals }).format(share);
}

/** The calendar day of an instant, UTC. */
export function day(time: string | number | Date): string {
  return formatted(time, { day: "numeric", month: "short", year: "numeric" });
}

/** An instant to the minute, UTC. */
export function moment(time: string | number | Date): string {
  return formatted(time, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** The clock time of an instant, UTC. */
export function clock(time: string | number | Date): string {
  return formatted(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
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

function formatted(time: string | number | Date, how: Intl.DateTimeFormatOptions): string {
  const at = new Date(time);
  return Number.isNaN(+at) ? String(time) : new Intl.DateTimeFormat(spoken().locale, { ...how, timeZone: "UTC" }).format(at);
}
