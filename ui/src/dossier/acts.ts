// The acts of an analyst on an event, and their effect as it is shown: where the reports are now.
import type { Brief } from "../lib/decide";
import { effectText } from "./words";

/** What an act did: one sentence, the events that the reports are in now, and the decision that can be undone. */
export interface Effect {
  words: string;
  events: Brief[];
  decision: string;
}

/** The effect of a decision on so many reports. */
export function effectOf(found: { event: Brief; reports: string[] }[], reports: number, decision: string): Effect {
  return { words: effectText(found, reports), events: found.map((one) => one.event), decision };
}
