// The clock of the playback: pure functions from where it stands to where it stands next.

export const DAY_MS = 86_400_000;
export type Mode = "window" | "cumulative" | "fading";

export interface Play {
  mode: Mode;
  days: number;
  speed: number;
  at: number;
}

export const WINDOWS = [1, 7, 30, 90, 365];
export const SPEEDS = [0.25, 1, 7, 30, 90, 365];

/** What is shown at an instant: the window that ends there, or all since the begin. */
export function shownAt({ mode, days, at }: Play, from: number): [number, number] {
  return mode === "cumulative" ? [from - 1, at] : [at - days * DAY_MS, at];
}

/** The instant after some seconds, or null beyond the end. */
export function after(play: Play, seconds: number, until: number): number | null {
  const next = play.at + play.speed * seconds * DAY_MS;
  return next > until + (play.mode === "cumulative" ? 0 : play.days * DAY_MS) ? null : next;
}

/** The playback as the address holds it, and back. */
export function written({ mode, days, speed, at }: Play): string {
  return [mode, days, speed, new Date(at).toISOString().slice(0, 16)].join("~");
}

export function read(text: string): Play | null {
  const [mode, days, speed, at] = text.split("~");
  const play = { mode: mode as Mode, days: Number(days), speed: Number(speed), at: Date.parse(`${at}Z`) };
  const isSound = ["window", "cumulative", "fading"].includes(play.mode) && play.days > 0 && play.speed > 0 && Number.isFinite(play.at);
  return isSound ? play : null;
}
