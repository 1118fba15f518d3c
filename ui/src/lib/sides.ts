// Who said what, side by side: the rows that the node sends, and how their values and differences are said in the reader's language.
import { day, moment, number } from "./format";
import { kindTitle, me } from "./me.svelte";
import { distance, length, signed, sizeText } from "./measures";
import { t } from "./words.svelte";

export interface Off {
  in: "s" | "km" | "number" | "scale" | "other";
  by?: number;
  toward?: string;
}

export interface Cell {
  value: unknown;
  chosen: boolean;
  off: Off | null;
}

export interface Row {
  name: string;
  group: "facts" | "measured" | "details";
  shape: string;
  differs: boolean;
  basis: number;
  cells: Cell[];
}

/** A column: one agency's report. */
export interface Side {
  id: string;
  name: string;
  agency: string;
  agency_ref?: string;
  begin: string;
  end: string;
  issued?: string;
  lon?: number | null;
  lat?: number | null;
  radius_km?: number | null;
  label: { tlp: string; policy: string; level: string };
  probability?: number | null;
}

const TITLES: Record<string, () => string> = {
  kind: () => t("Kind"),
  begin: () => t("Begin"),
  end: () => t("End"),
  time_meaning: () => t("Meaning of the times"),
  sigma_s: () => t("Uncertainty of time (68 %)"),
  where: () => t("Position"),
  place: () => t("Place"),
  country: () => t("Country"),
  depth_km: () => t("Depth"),
  magnitude: () => t("Size"),
  actors: () => t("Organisations"),
  summary: () => t("Summary"),
  grade: () => t("Grade"),
  issued: () => t("Issued"),
  revision: () => t("Revision"),
  agency_ref: () => t("Its own reference"),
  deaths_low: () => t("Deaths, lowest"),
  deaths_best: () => t("Deaths, best guess"),
  deaths_high: () => t("Deaths, highest"),
};

/** What a row is called; what agencies measured and said in their own words keeps the agency's name for it. */
export function rowTitle(row: Row): string {
  return (row.group !== "details" && TITLES[row.name]?.()) || row.name;
}

/** What a group of rows is called. */
export function groupTitle(group: Row["group"]): string {
  return { facts: t("As harmonised"), measured: t("As measured"), details: t("In the agency's own words") }[group];
}

type Told = Record<string, unknown>;
const isTold = (value: unknown): value is Told => typeof value === "object" && value !== null && !Array.isArray(value);

const SHAPES: Record<string, (value: Told) => string> = {
  time: (value) => timeText(value),
  place: (value) => placeText(value),
  size: (value) => sizeText(Number(value["value"]), String(value["scale"] ?? "")),
  words: (value) => String(value["text"]),
};

/** A value in plain text; nothing where the report says nothing. */
export function cellText(shape: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (isTold(value)) return SHAPES[shape]?.(value) ?? plainText(value);
  if (shape === "measure" && Array.isArray(value)) return value.filter(isTold).map(measureText).join("; ");
  return oneText(shape, value);
}

function oneText(shape: string, value: unknown): string {
  if (shape === "kind") return kindTitle(String(value));
  if (shape === "km" && typeof value === "number") return distance(value);
  if (shape === "seconds" && typeof value === "number") return length(value);
  if (shape === "moment") return `${moment(String(value))} UTC`;
  if (shape === "country") return me.countries.find((found) => found.code === value)?.name ?? String(value);
  if (shape === "word") return { lasted: t("all of this time"), uncertain: t("some time within") }[String(value)] ?? String(value);
  return plainText(value);
}

/** Whole days without a false hour; a day's end is the day before it. */
function timeText(value: Told): string {
  const at = String(value["at"]);
  return value["day"] ? day(at) : `${moment(at)} UTC`;
}

function placeText(value: Told): string {
  const [lon, lat] = [Number(value["lon"]), Number(value["lat"])];
  const ring = typeof value["radius_km"] === "number" ? ` ± ${distance(value["radius_km"])}` : "";
  return `${degrees(lat, "N", "S")}, ${degrees(lon, "E", "W")}${ring}`;
}

/** A coordinate as maps write it. */
function degrees(value: number, above: string, below: string): string {
  return `${number(Math.abs(value), 3)}° ${value < 0 ? below : above}`;
}

function measureText(value: Told): string {
  const spread = typeof value["sigma"] === "number" ? ` ± ${number(value["sigma"], 2)}` : "";
  return plainText(value["value"]) + spread + (value["agency"] ? ` (${String(value["agency"])})` : "");
}

/** Any value that an agency may have said, as text. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") return number(value, 5);
  if (Array.isArray(value)) return value.map(plainText).join(", ");
  return isTold(value) ? Object.entries(value).map(([name, inner]) => `${name}: ${plainText(inner)}`).join("; ") : String(value);
}

const WINDS: Record<string, () => string> = {
  N: () => t("north"), NE: () => t("north-east"), E: () => t("east"), SE: () => t("south-east"),
  S: () => t("south"), SW: () => t("south-west"), W: () => t("west"), NW: () => t("north-west"),
};

/** How far a cell is from the one that counts, in words: "2 h later", "14 km to the east", "+0.3". */
export function offText(shape: string, off: Off): string {
  const by = off.by ?? 0;
  if (off.in === "s") return by > 0 ? t("{length} later", { length: length(by) }) : t("{length} earlier", { length: length(-by) });
  if (off.in === "km") return t("{distance} away, to the {wind}", { distance: distance(by), wind: WINDS[off.toward ?? "N"]!() });
  if (off.in === "number") return shape === "km" ? `${signed(by, 1)} km` : signed(by, 2);
  return off.in === "scale" ? t("on another scale") : t("differs");
}
