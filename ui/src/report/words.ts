// The plain words of the scales that a report uses: how reliable a source is, how credible a word, how large something was, and who may read it.
import { t } from "../lib/words.svelte";

export const SOURCES: { name: string; title: () => string }[] = [
  { name: "A", title: () => t("A: always right so far") },
  { name: "B", title: () => t("B: mostly right so far") },
  { name: "C", title: () => t("C: fairly often right") },
  { name: "D", title: () => t("D: often wrong") },
  { name: "E", title: () => t("E: not to be relied on") },
  { name: "F", title: () => t("F: not known, a new source") },
];

export const CREDIBILITY: { name: string; title: () => string }[] = [
  { name: "1", title: () => t("1: confirmed by others") },
  { name: "2", title: () => t("2: probably true") },
  { name: "3", title: () => t("3: possibly true") },
  { name: "4", title: () => t("4: doubtful") },
  { name: "5", title: () => t("5: improbable") },
  { name: "6", title: () => t("6: cannot be judged") },
];

const SIZES: Record<string, () => string> = {
  deaths: () => t("People killed"),
  casualties: () => t("People killed or injured"),
  ML: () => t("Local magnitude (ML)"),
  Mw: () => t("Moment magnitude (Mw)"),
  systems: () => t("Systems affected"),
  MW: () => t("Megawatts lost"),
  clients: () => t("Customers without supply"),
  area_m2: () => t("Area in square metres"),
};

/** What a measure counts. */
export function sizeTitle(scale: string): string {
  return SIZES[scale]?.() ?? scale;
}

/** Whether a measure counts things, so that a phone shows the keys of numbers alone. */
export function isCount(scale: string): boolean {
  return ["deaths", "casualties", "systems", "clients"].includes(scale);
}
