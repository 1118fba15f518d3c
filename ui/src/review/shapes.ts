// What the node says of the review: the queue, one question, and the log of decisions.
import type { Brief, Decision } from "../lib/decide";
import type { Row, Side } from "../lib/sides";

export interface End {
  agency: string;
  kind: string;
  begin: string;
  event: string;
  name: string;
  title: string;
}

/** A question in short, as the queue has it. */
export interface Asked {
  link: string;
  number: number;
  first: End;
  second: End;
  between: [string, string];
  probability: number | null;
  reasons: Record<string, number>;
  together: boolean;
  worth: number;
  reports: number;
}

/** One question with both reports in full, and the events that it touches. */
export interface Whole extends Asked {
  said: Side[];
  rows: Row[];
  events: Brief[];
  sides: [number, number];
  waiting: number;
  /** How the pair stands by the party's own word: `open`, or a decision and its version. */
  standing: string;
}

export interface Head {
  audience: string;
  own: boolean;
  may_decide: boolean;
  role: string | null;
}

export interface Queue extends Head {
  waiting: number;
  answered_today: number;
  questions: Asked[];
}

export interface Log extends Head {
  count: number;
  page: number;
  decisions: Decision[];
}

export type Verdict = "same" | "apart";
