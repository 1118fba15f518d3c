// Lengths of time, distances, chances and evidence as the reader's language writes them.
import { number, percent, span } from "./format";
import { t, tn } from "./words.svelte";

const UNITS: [number, (value: number, said: string) => string][] = [
  [86_400, (value, n) => tn("{n} day", "{n} days", value, { n })],
  [3_600, (value, n) => tn("{n} hour", "{n} hours", value, { n })],
  [60, (value, n) => tn("{n} minute", "{n} minutes", value, { n })],
  [1, (value, n) => tn("{n} second", "{n} seconds", value, { n })],
];

/** A length of time in the largest unit that it has two of. */
export function length(seconds: number): string {
  const [size, said] = UNITS.find(([size]) => Math.abs(seconds) >= 2 * size) ?? UNITS.at(-1)!;
  const value = seconds / size;
  return said(value, number(value, Math.abs(value) < 10 ? 1 : 0));
}

/** An interval in words; where it names a clock time it says that this is UTC. */
export function whenText(begin: string, end: string): string {
  const text = span(begin, end);
  return /\d:\d/.test(text) ? `${text} UTC` : text;
}

/** A distance in km: to 100 m below 10 km. */
export function distance(km: number): string {
  return `${number(km, Math.abs(km) < 10 ? 1 : 0)} km`;
}

/** A number that always bears its sign. */
export function signed(value: number, decimals: number): string {
  const text = number(value, decimals);
  return text.startsWith("-") ? `−${text.slice(1)}` : /[1-9]/.test(text) ? `+${text}` : text;
}

/** A chance as people read it: never a certainty, since the node sends chances rounded. */
export function chance(share: number | null | undefined): string {
  if (share === null || share === undefined) return t("not known");
  return share > 0.9995 ? t("more than {share}", { share: percent(0.999, 1) }) : percent(share, 1);
}

/** A size with its scale; deaths are counted. */
export function sizeText(value: number, scale: string): string {
  return scale === "deaths" ? tn("{n} death", "{n} deaths", value) : `${scale} ${number(value, 2)}`.trim();
}

/** What kind of evidence it is. */
export function evidenceTitle(name: string): string {
  const titles: Record<string, string> = {
    ...{ time: t("Time"), place: t("Place"), size: t("Size"), kind: t("Kind") },
    ...{ density: t("How crowded it is there"), agency: t("Agency") },
  };
  return titles[name] ?? name;
}

/** How strongly a piece of evidence speaks: 1 nat is odds of 2.7 to 1, 3 nats of 20 to 1. */
export function evidenceWords(nats: number): string {
  if (Math.abs(nats) < 1) return t("says little");
  if (Math.abs(nats) >= 3) return nats > 0 ? t("speaks strongly for one event") : t("speaks strongly against one event");
  return nats > 0 ? t("speaks for one event") : t("speaks against one event");
}

/** A severity of 10. */
export function severityText(severity: number | null): string {
  return severity === null ? t("severity not known") : t("severity {n} of 10", { n: number(severity, 1) });
}
