// What the node says of one event: the answer of /data/events/{id}.
import type { Brief, Decision } from "../lib/decide";
import type { Row, Side } from "../lib/sides";

export interface End {
  agency: string;
  kind: string;
  begin: string;
  event: string;
}

export interface Tie {
  first: End;
  second: End;
  between: [string, string];
  probability: number | null;
  reasons: Record<string, number>;
  decided: boolean;
}

export interface EventFacts {
  id: string;
  exercise: boolean;
  field: string;
  kind: string;
  title: string;
  begin: string;
  end: string;
  lon: number | null;
  lat: number | null;
  radius_km: number | null;
  depth_km: number | null;
  magnitude: number | null;
  scale: string | null;
  severity: number | null;
  country_name: string | null;
  unit_name: string | null;
  agencies: string[];
  reports: number;
  probability: number | null;
  chosen: Record<string, string>;
  links: Tie[];
  doubtful: Tie[];
  parts: Tie[];
}

export interface Report extends Side {
  title: string;
  revision?: number;
  /** Whether what was sent is kept, and may be had. */
  is_kept: boolean;
}

export interface Candidate extends Brief {
  km: number | null;
  later_s: number;
  probability: number | null;
}

export interface Dossier {
  audience: string;
  own: boolean;
  may_decide: boolean;
  role: string | null;
  event: EventFacts;
  label: { tlp: string; policies: string[]; readers: string[] | null };
  reports: Report[];
  rows: Row[];
  history: { at: string; is_said: boolean; report: string; revision: number }[];
  decisions: Decision[];
  answers: {
    warnings: { warning: string; owner: string; status: string; headline: string }[];
    activities: { owner: string; ref: string; title: string; status: string }[];
  };
  near: Candidate[];
  notes: string[];
  attribution: string[];
}
