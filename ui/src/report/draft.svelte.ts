// The draft of a report, kept in this browser on every change; what was sent while the line was down waits here and is sent when it is back.
import { send, sentence, Fault } from "../lib/data";
import { me } from "../lib/me.svelte";
import type { Draft, Sent, Waiting } from "./shapes";

/** An empty draft with a reference of its own: whatever is sent under it is one report. */
export function blank(): Draft {
  return {
    ref: crypto.randomUUID?.() ?? madeUp(),
    ...{ kind: "", typed: "", how: "day", day: "", clock: "", part: "morning", until_day: "", until_clock: "", about: false, zone: zoneHere() },
    ...{ place: "", country: "", lon: null, lat: null, radius_km: 5, grade_source: "", grade_word: "", size: "", scale: "" },
    ...{ summary: "", language: me.language || "en", readers: "own", named: [] },
  };
}

/** A random reference where the browser makes none itself: it does so on safe lines only. */
function madeUp(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}

export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Where this account's drafts lie in this browser: one place for each party, account and world. */
function shelf(what: string): string {
  return `vigie.report.${what}.${me.party}.${me.account ?? ""}.${me.exercise ? "exercise" : "real"}`;
}

export function kept(): Draft | null {
  const found = read<Partial<Draft>>("draft");
  return found && typeof found.ref === "string" ? { ...blank(), ...found } : null;
}

export function keep(draft: Draft): void {
  if (isBlank(draft)) localStorage.removeItem(shelf("draft"));
  else localStorage.setItem(shelf("draft"), JSON.stringify(draft));
}

/** Whether nothing worth keeping was filled in. */
export function isBlank(draft: Draft): boolean {
  return !draft.kind && !draft.typed.trim() && !draft.summary.trim() && !draft.place && draft.lon === null && !draft.day;
}

function read<T>(what: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(shelf(what)) ?? "null") as T | null;
  } catch {
    return null;
  }
}

/** The reports that wait for the line. */
export const queue: { waiting: Waiting[]; isSending: boolean; why: string } = $state({ waiting: [], isSending: false, why: "" });

export function openQueue(): void {
  queue.waiting = read<Waiting[]>("queue") ?? [];
}

function store(waiting: Waiting[]): void {
  queue.waiting = waiting;
  if (waiting.length) localStorage.setItem(shelf("queue"), JSON.stringify(waiting));
  else localStorage.removeItem(shelf("queue"));
}

/** Puts a draft into the queue, written now: from here on its words are fixed. */
export function enqueue(draft: Draft): void {
  const waiting: Waiting = { draft: $state.snapshot(draft), written: new Date().toISOString() };
  store([...queue.waiting.filter((one) => one.draft.ref !== draft.ref), waiting]);
}

export function takeBack(ref: string): void {
  store(queue.waiting.filter((one) => one.draft.ref !== ref));
}

interface Heard {
  onsent: (sent: Sent, draft: Draft) => void;
  onrefused: (draft: Draft, words: string) => void;
}

/** Sends what waits, oldest first, until the line fails; what the node refuses stays for its writer. */
export async function flush({ onsent, onrefused }: Heard): Promise<void> {
  if (queue.isSending) return;
  queue.isSending = true;
  queue.why = "";
  for (const one of queue.waiting.filter(({ refused }) => !refused)) {
    try {
      const sent = await send<Sent>("/data/report", body(one), me.form_key ?? "");
      takeBack(one.draft.ref);
      onsent(sent, one.draft);
    } catch (raised) {
      if (mayPass(raised)) {
        queue.why = sentence(raised);
        break;
      }
      store(queue.waiting.map((other) => (other.draft.ref === one.draft.ref ? { ...other, refused: sentence(raised) } : other)));
      onrefused(one.draft, sentence(raised));
    }
  }
  queue.isSending = false;
}

/** Whether it may be taken another time: the line is down, the node is busy, or nobody is signed in any more. */
function mayPass(raised: unknown): boolean {
  return raised instanceof Fault && (raised.status === 0 || raised.status === 403 || raised.status >= 500);
}

/** A draft as the node takes it. */
export function body({ draft: d, written }: Waiting): object {
  return {
    ref: d.ref,
    written,
    kind: d.kind,
    when: when(d),
    ...(d.lon !== null && d.lat !== null ? { lon: d.lon, lat: d.lat, radius_km: d.radius_km } : {}),
    place: d.place,
    country: d.lon === null ? d.country : "",
    grade: d.grade_source && d.grade_word ? d.grade_source + d.grade_word : "",
    ...(d.size !== "" && d.scale ? { size: Number(d.size.replace(",", ".")), scale: d.scale } : {}),
    summary: d.summary,
    language: d.language,
    tlp: d.readers === "own" || d.readers === "named" ? "AMBER" : d.readers,
    rel_to: d.readers === "named" ? [...d.named] : [],
  };
}

/** The time of a draft with the parts that its way of saying asks for, and no others. */
export function when(d: Draft): Record<string, string | boolean> {
  const known: Record<string, string | boolean> = { how: d.how, zone: d.zone };
  if (d.how === "now") return known;
  if (d.how === "day") return { ...known, day: d.day };
  if (d.how === "part") return { ...known, day: d.day, part: d.part };
  if (d.how === "instant") return { ...known, day: d.day, clock: d.clock, about: d.about };
  return { ...known, day: d.day, clock: d.clock, until_day: d.until_day || d.day, until_clock: d.until_clock };
}
