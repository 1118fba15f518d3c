// What the app asks of its node: JSON over the same origin. A fault is one sentence, the server's own where it gave one.
import { href, type Query } from "./address.svelte";
import { t } from "./words.svelte";

/** A question that was not answered; `status` is 0 where the line is down. */
export class Fault extends Error {
  readonly status: number;
  /** What else the node said of it. */
  readonly facts: Record<string, unknown>;

  constructor(words: string, status: number, facts: Record<string, unknown> = {}) {
    super(words);
    [this.status, this.facts] = [status, facts];
  }
}

interface Asked {
  signal?: AbortSignal;
}

/** The answer to a question; raises `Fault`. The world and the language of the page are asked along. */
export async function get<T>(path: string, query: Query = {}, { signal }: Asked = {}): Promise<T> {
  return answered<T>(await sent(href(path, query), signal ? { signal } : {}));
}

/** What the node answers to a form or to JSON that is sent; raises `Fault`. `key` is the session's form key. */
export async function send<T>(path: string, body: FormData | URLSearchParams | object, key = "", query: Query = {}): Promise<T> {
  const isForm = body instanceof FormData || body instanceof URLSearchParams;
  if (isForm && key && !body.has("form_key")) body.set("form_key", key);
  const headers: Record<string, string> = { ...(isForm ? {} : { "Content-Type": "application/json" }), ...(key ? { "X-Form-Key": key } : {}) };
  return answered<T>(await sent(href(path, query), { method: "POST", headers, body: isForm ? body : JSON.stringify(body) }));
}

async function sent(to: string, how: RequestInit): Promise<Response> {
  try {
    return await fetch(to, { credentials: "same-origin", ...how, headers: { Accept: "application/json", ...(how.headers ?? {}) } });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") throw fault;
    throw new Fault(t("The node cannot be reached: the line is down, or the node does not run."), 0);
  }
}

async function answered<T>(answer: Response): Promise<T> {
  const said: unknown = await answer.json().catch(() => null);
  if (answer.ok && said !== null) return said as T;
  const words = said && typeof said === "object" && "error" in said ? String(said.error) : t("The node could not answer; its log says why.");
  throw new Fault(words, answer.status, said && typeof said === "object" ? { ...said } : {});
}

/** Whether a question was given up because a newer one was asked. */
export function isGivenUp(fault: unknown): boolean {
  return fault instanceof DOMException && fault.name === "AbortError";
}

/** The sentence of a fault; faults of our own making go on to the console. */
export function sentence(fault: unknown): string {
  if (fault instanceof Fault) return fault.message;
  console.error(fault);
  return t("This page could not do that. Load it again; if it happens twice, tell the operator.");
}
