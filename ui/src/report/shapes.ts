// The shapes of what the form asks the node, and of the draft that it fills.

export type How = "now" | "instant" | "part" | "day" | "between" | "lasted";
export type Part = "morning" | "afternoon" | "evening" | "night";

/** All that the form holds; times are as the clocks of `zone` show them, `size` is the text that was typed. */
export interface Draft {
  ref: string;
  kind: string;
  /** What was typed to find the kind, while none is chosen. */
  typed: string;
  how: How;
  day: string;
  clock: string;
  part: Part;
  until_day: string;
  until_clock: string;
  about: boolean;
  zone: string;
  place: string;
  country: string;
  lon: number | null;
  lat: number | null;
  radius_km: number;
  grade_source: string;
  grade_word: string;
  size: string;
  scale: string;
  summary: string;
  language: string;
  readers: string;
  named: string[];
}

/** A draft that was sent off and waits for the line; with `refused` it waits for its writer, since the node did not take it. */
export interface Waiting {
  draft: Draft;
  written: string;
  refused?: string;
}

/** What the node answers to a report. */
export interface Sent {
  name: string;
  event: string | null;
  href: string | null;
  reports: number;
  status: "taken in" | "known";
  masked: number;
  waits: boolean;
}

export interface Kind {
  name: string;
  title: string;
  field: string;
  words: string[];
}

export interface LabelChoice {
  name: string;
  tlp: string;
  readers: string[];
  opens: boolean;
}

/** What the form offers, or why there is none. */
export interface Choices {
  may: boolean;
  why?: "signed out" | "other party" | "role";
  agency: string;
  kinds: Kind[];
  fields: { name: string; title: string; sizes: string[] }[];
  labels: LabelChoice[];
  parties: string[];
  four_eyes: boolean;
  max_summary: number;
}

export interface Place {
  name: string;
  what: "town" | "unit" | "country";
  lon: number;
  lat: number;
  radius_km: number;
  country: string;
  country_name: string;
  unit: string;
  unit_name: string;
  note?: string;
}

export interface Understood {
  begin: string;
  end: string;
  time_meaning: "lasted" | "uncertain";
  sigma_s: number | null;
  local_begin: string;
  local_end: string;
  zone: string;
}
