// The bars of a histogram as plain numbers, and the steps of the period beneath them.
import { day, moment, month } from "../lib/format";
import type { Profile } from "./shapes";

export interface Bar {
  name: string;
  count: number;
  from: number;
  to: number;
  x: number;
  width: number;
  gap: number;
  height: number;
}

const HOUR_MS = 3_600_000;
const STEP: Record<string, (from: Date) => number> = {
  hour: (from) => +from + HOUR_MS,
  day: (from) => +from + 24 * HOUR_MS,
  week: (from) => +from + 168 * HOUR_MS,
  month: (from) => Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1),
  year: (from) => laterYear(from, 1),
  decade: (from) => laterYear(from, 10),
  century: (from) => laterYear(from, 100),
};
/** The same day some years later; `Date.UTC` would take a year below 100 for one of the 20th century. */
function laterYear(from: Date, years: number): number {
  const later = new Date(from);
  return later.setUTCFullYear(from.getUTCFullYear() + years);
}

/** The bars of a histogram on a canvas; a small count stays visible beside a large one. */
export function barsOf({ period, starts, counts }: Profile, width: number, height: number): Bar[] {
  const [most, step] = [Math.max(1, ...counts), width / Math.max(starts.length, 1)];
  return starts.map((start, place) => {
    const from = new Date(start);
    const count = counts[place]!;
    return { name: periodName(from, period), count, from: +from, to: STEP[period]!(from), x: place * step, width: step, gap: Math.min(step * 0.2, 1.6), height: count === 0 ? 0 : Math.max(1.5, (height * count) / most) };
  });
}

/** A period as the reader's language names it. */
export function periodName(from: Date, period: string): string {
  if (period === "hour") return moment(from);
  if (period === "month") return month(from);
  return period === "day" || period === "week" ? day(from) : String(from.getUTCFullYear());
}

/** The bar that an instant lies in. */
export function bandAt(bars: Bar[], ms: number): Bar | undefined {
  return bars.find((bar) => ms >= bar.from && ms < bar.to) ?? (bars.length > 0 && ms >= bars.at(-1)!.to ? bars.at(-1) : bars[0]);
}

interface Range {
  from: number;
  to: number;
}

/** The period after a step of a button: moved by its own length, halved or doubled about its middle, within the range of all events. */
export function between(how: "earlier" | "later" | "wider" | "narrower", { from, to }: Range, range: Range): Range {
  const length = to - from;
  if (how === "earlier") return { from: from - length, to: from };
  if (how === "later") return { from: to, to: to + length };
  if (how === "narrower") return { from: from + length / 4, to: to - length / 4 };
  return { from: Math.max(range.from, from - length / 2), to: Math.min(range.to, to + length / 2) };
}
