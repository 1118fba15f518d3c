// Decisions: what an analyst says of reports, by the one way that there is, and where the reports are after it.
import { get, send } from "./data";
import { me } from "./me.svelte";

export interface Written {
  decision: string;
  version: number;
  verdict: "same" | "apart" | "withdrawn";
}

export type Act =
  | { act: "same" | "apart"; first: string; second: string; knew: string }
  | { act: "merge"; event: string[] }
  | { act: "split"; event: string; report: string[] }
  | { act: "withdraw"; decision: string; version?: string };

/** A decision as the log has it. */
export interface Decision {
  decision: string;
  owner: string;
  by: string | null;
  said: string;
  verdict: "same" | "apart" | "withdrawn";
  was: string | null;
  reason: string;
  groups: string[][];
  version: number;
  state: string;
  may_undo: boolean;
}

/** An event in short. */
export interface Brief {
  id: string;
  field: string;
  kind: string;
  title: string;
  begin: string;
  end: string;
  lon: number | null;
  lat: number | null;
  magnitude: number | null;
  scale: string | null;
  severity: number | null;
  country_name: string | null;
  unit_name: string | null;
  agencies: string[];
  reports: number;
}

/** Where reports are now: events with those of the reports that they hold. */
export interface Whereabouts {
  found: { event: Brief; reports: string[] }[];
  after: Brief[];
}

const MOST_ASKED = 100;

/** Writes a decision down; raises `Fault` with the node's one sentence. */
export function decide(act: Act, reason = ""): Promise<Written> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...act, reason })) for (const one of [value].flat()) form.append(name, one);
  return send<Written>("/api/decisions", form, me.form_key ?? "", { language: "" });
}

/** In which events these reports are now; of more than a hundred the first are asked after. */
export function whereabouts(reports: string[], event = ""): Promise<Whereabouts> {
  return get<Whereabouts>("/data/whereabouts", { reports: reports.slice(0, MOST_ASKED).join(","), event });
}
