// Lengths of time, distances, chances and evidence as the reader's language writes them.
import { number, percent } from "./format";
import { spoken, t, tn } from "./words.svelte";

const UNITS: [number, string][] = [[86_400, "day"], [3_600, "hour"], [60, "minute"]];

/** A length of time in the largest unit that it has two of. */
export function length(seconds: number): string {
  const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= 2 * size) ?? [1, "second"];
  return measured(seconds / size, unit, Math.abs(seconds / size) < 10 ? 1 : 0);
}

/** A distance in km: to 100 m below 10 km. */
export function distance(km: number): string {
  return measured(km, "kilometer", Math.abs(km) < 10 ? 1 : 0);
}

function measured(value: number, unit: string, decimals: number): string {
  return new Intl.NumberFormat(spoken().locale, { style: "unit", unit, unitDisplay: unit === "kilometer" ? "short" : "long", maximumFractionDigits: decimals }).format(value);
}

/** A number that always bears its sign. */
export function signed(value: number, decimals: number): string {
  return new Intl.NumberFormat(spoken().locale, { signDisplay: "exceptZero", maximumFractionDigits: decimals }).format(value).replace("-", "−");
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
