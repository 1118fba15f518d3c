// What the node answers about risks and what answers them, as /data/risks and /data/risks/map say it.

export type Verdict = "gap" | "planned only" | "open" | "covered" | "not known" | "no known risk";

export interface Signal {
  id: string;
  rule: string;
  title: string;
  area_name: string;
  raised: string;
  count: number;
  expected: number | null;
  is_over: boolean;
  why: string;
}

export interface Answer {
  party: string;
  word: string;
  words: string;
  text: string;
}

export interface Warning {
  id: string;
  issuer: string;
  status: string;
  is_live: boolean;
  stage: string;
  stage_words: string;
  severity: string;
  severity_words: string;
  headline: string;
  text_language: string;
  likelihood: { words: string } | null;
  expires: string;
  answers: Answer[];
  silent: { party: string; overdue: boolean }[];
  waits: string;
}

export interface Deadline {
  kind: "answer" | "our answer" | "silence" | "review" | "expires";
  at: string;
  over: boolean;
  of: string;
  parties: string[];
}

export interface Activity {
  party: string;
  id: string;
  title: string;
  reach?: "here" | "country-wide" | "in part" | "answers";
  silence: { until: string; parties: string[] } | null;
}

export interface Risk {
  area: string;
  area_name: string;
  country: string;
  country_name: string;
  field: string;
  field_title: string;
  level: "high" | "raised" | "low" | "unknown";
  verdict: Verdict;
  verdict_words: string;
  verdict_why: string;
  why: string[];
  problems: { name: string; title: string; level: string; why: string; review_due: boolean }[];
  events: { total: number; shown: { id: string; field: string; kind: string; title: string; severity: number | null; agencies: string[]; day: string }[] };
  signals: Signal[];
  warnings: Warning[];
  wide: Warning[];
  deadlines: Deadline[];
  running: { total: number; shown: Activity[] };
  planned: { total: number; shown: Activity[] };
  elsewhere: number;
  done: { warning: string; party: string; words: string; text: string }[];
  forecasts: unknown[];
}

/** As of when risks are shown: the instant and day of the risks, the clock that warnings and deadlines go by, and the last day of an exercise that is over. */
export interface AsOf {
  as_of: string;
  day: string;
  today: string;
  clock: string;
  is_now: boolean;
  is_at_end_of_exercise: boolean;
  exercise_ends: string | null;
}

export interface Risks extends AsOf {
  party: string;
  exercise: boolean;
  are_signals_told: boolean;
  summary: { verdicts: { verdict: Verdict; words: string; rows: number }[]; gaps: number; worst: { area: string; area_name: string; field: string }[]; deadlines: number; overdue: number };
  total: number;
  page: number;
  pages: number;
  rows: Risk[];
  loose: { totals: { signals: number; warnings: number; silences: number }; signals: Signal[]; warnings: Warning[]; silences: Activity[]; deadlines: Deadline[] };
  countries: { code: string; name: string }[];
  fields: { name: string; title: string }[];
  notes: string[];
  forecasts: unknown[];
  may: { draft: boolean };
}

export interface RiskMap extends AsOf {
  width: number;
  height: number;
  countries: { code: string; name: string; x: number; y: number; home: boolean; path: string }[];
  units: { code: string; name: string; country: string; verdict: Verdict; path: string }[];
  words: Record<Verdict, string>;
  notes: string[];
}
