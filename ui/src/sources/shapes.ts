// The shapes of what the screens of sources ask the node.

export interface Run {
  file: number;
  name: string;
  at: string;
  reports: number;
  unchanged: number;
  rejects: number;
}

export interface Latency {
  median_s: number;
  p90_s: number;
  n: number;
}

export type Word = "fresh" | "late" | "silent" | "failing" | "never run" | "needs account" | "by hand";

export interface Source {
  name: string;
  title: string;
  field: string;
  word: Word;
  files: number;
  reports: number;
  unchanged: number;
  rejects: number;
  last: string | null;
  latency: Latency | null;
  runs: Run[];
  address?: string;
  licence?: string;
  floor?: "open" | "owner";
  followed?: boolean;
  cadence_minutes?: number;
  tried?: string | null;
  succeeded?: string | null;
  new?: string | null;
  due?: string | null;
  silence?: { gap_s: number; usual_s: number | null } | null;
  fault?: string;
  notes?: string[];
}

export interface Agency {
  agency: string;
  field: string;
  reports: number;
  last: string;
  silent_days: number;
  usual_days: number;
  word: "silent" | "speaks" | "new";
  latency?: Latency | null;
}

export interface Told {
  own: boolean;
  agencies: Agency[];
  sources?: Source[];
  unfollowed?: { name: string; title: string; field: string; account: string }[];
  rejected?: (Run & { source: string })[];
  may_act?: boolean;
}

export interface Reject {
  file: number;
  name: string;
  place: string;
  what: string;
  field: string;
  expected: string;
  got: string | null;
}

export interface Rejects {
  items: Reject[];
  total: number;
  page: number;
  per_page: number;
  is_operator: boolean;
}

export interface Outcome {
  name: string;
  status: "taken in" | "known" | "refused";
  reports: number;
  unchanged: number;
  rejects: number;
  tied: number;
  relabelled: number;
  closed: number;
  restricted: boolean;
  why: string;
  file?: number;
}

export interface Column {
  name: string;
  understood: "field" | "detail" | "blanked" | "ignored";
  targets: string[];
  examples: string[];
  confidence: "sure" | "likely" | "doubtful";
  reasons: ("name" | "cells" | "unlike" | "chosen" | "personal" | "spare")[];
  unit: string;
  units: string[];
  fits: string[];
}

/** The keys of a mapping file, as the page corrects them; what it does not know it keeps as it is. */
export interface Mapping {
  name: string;
  field?: string;
  kind?: string;
  agency?: string;
  date_order?: "ymd" | "dmy" | "mdy";
  time_zone?: string;
  columns?: Record<string, string | string[]>;
  measures?: Record<string, string | string[]>;
  units?: Record<string, string>;
  kinds?: Record<string, string | Record<string, string>>;
  personal?: string[];
  drop?: string[];
  [key: string]: unknown;
}

/** A report that a row would become: the facts that the preview shows. */
export interface Shown {
  agency: string;
  agency_ref?: string;
  field: string;
  kind: string;
  begin: string;
  end: string;
  place?: string;
  country?: string;
  lon?: number;
  lat?: number;
  magnitude?: number;
  scale?: string;
  summary?: string;
}

/** What would become of a table under a mapping. */
export interface Tried {
  columns: Column[];
  toml: string;
  reports: number;
  rejects: number;
  is_whole: boolean;
  examples: Shown[];
  bad: Omit<Reject, "file" | "name">[];
  fault: string;
}

export interface Looked extends Tried {
  upload: string;
  name: string;
  bytes: number;
  how: "guessed" | "kept" | "own" | "reader";
  reader: string;
  mapping: Mapping | null;
  agency: string;
  before: { received: string; reports: number; unchanged: number; rejects: number } | null;
  targets: string[];
  units: Record<string, string[]>;
  fields: { name: string; title: string }[];
  labels: { name: string; tlp: string; readers: string[]; opens: boolean }[];
  parties: string[];
}
