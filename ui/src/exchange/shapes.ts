// What the node answers about the exchange, as /data/exchange and the addresses below it say it.

export type State = "fresh" | "late" | "failing" | "never" | "asks";

export interface Peer {
  party: string;
  org: string;
  in_directory: boolean;
  address: string;
  fingerprint: string;
  key: string;
  revoked: number;
  added: string;
  state: State;
  since: string | null;
  well: string | null;
  fault: string;
  faults: number;
  last_fault: string | null;
  in: { cursor: string; pass: number; is_whole: boolean; held: number; unproved: boolean; why_unproved: string; recent: Record<string, number>; last: string | null };
  out: { cursor: string; told_rows: number; unconfirmed: boolean; waiting: number; waiting_more: boolean; recent: Record<string, number>; last: string | null };
}

export interface Waiting {
  ref: string;
  record: string;
  before: string;
  after: string;
  gained: string[];
  by: string;
  reason: string;
  said: string;
  approve: string;
  refuse: string;
}

export interface Exchange {
  as_of: string;
  card: { party: string; fingerprint: string; key: string; since: string; statements: number; revoked: number };
  round: { every_s: number; watched: boolean; word: string; began: string | null; said: string; fault: string };
  recent_days: number;
  peers: Peer[];
  look_as: string[];
  labels: Waiting[];
  kinds: string[];
  may: { release: boolean; audit: boolean };
}

export interface Sums {
  ours: number;
  theirs: number;
  whole: number;
  part: number;
  hidden: number;
}

export interface View {
  party: string;
  org: string;
  in_directory: boolean;
  is_partner: boolean;
  as_of: string;
  totals: { events: Sums; reports: { ours: number; theirs: number; hidden: number; earlier: number }; warnings: { ours: number; theirs: number; hidden: number; other: number } };
  fields: { field: string; title: string; events: Sums; reports: { ours: number; theirs: number; hidden: number }; warnings: { ours: number; theirs: number } }[];
  reasons: { rule: string; events: number; reports: number; warnings: number }[];
  labels: { total: number; lines: { label: string; received: boolean; reports: number; seen: number; why: string[] }[] };
  warnings: { id: string; issuer: string; headline: string; field: string; status: string; label: string; state: "hidden" | "other"; why: string[] }[];
  told: { records: number; lines: { of: string; what: string; title: string; records: number }[] } | null;
}

export interface Item {
  id: string;
  field: string;
  kind: string;
  title: string;
  severity: number | null;
  country_name: string | null;
  unit_name: string | null;
  agencies: string[];
  reports: number;
  scale: string | null;
  magnitude: number | null;
  when: string;
  state?: "hidden" | "part" | "whole";
  seen?: number;
  why?: string[];
  labels?: string[];
  ours?: string[];
}

export interface ItemPage {
  side: string;
  total: number;
  page: number;
  pages: number;
  items: Item[];
  notes: string[];
}

export interface OneEvent extends Item {
  their_events: Item[];
  reports_by_label: { id: string; agency: string; ref: string | null; title: string; when: string; owner: string; label: string; seen: boolean; why: string[] }[];
}

export interface LogPage {
  rows: { number: number; at: string; peer: string; direction: "in" | "out"; counts: Record<string, number> }[];
  before: number | null;
}

export interface AuditPage {
  rows: { number: number; at: string; account: string; party: string; act: string; subject: string; facts: Record<string, unknown> }[];
  before: number | null;
  waiting: number;
  acts: string[];
  chain: { rows: number; head: string; verified: boolean | null; faults: string[] };
}
