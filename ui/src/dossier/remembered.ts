// What this tab remembers of the events that it has shown: the ids of their reports, so that an event whose id has changed is found again. Nothing else is kept.

const PLACE = "vigie.events";
const MOST = 40;

type Known = [string, string[]][];

function known(): Known {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? "[]") as Known;
  } catch {
    return [];
  }
}

/** Remembers the reports of an event, until the tab is closed. */
export function remember(event: string, reports: string[]): void {
  const others = known().filter(([id]) => id !== event);
  sessionStorage.setItem(PLACE, JSON.stringify([...others, [event, reports.slice(0, 100)]].slice(-MOST)));
}

/** The reports that an event had when it was last shown here; none where it never was. */
export function recalled(event: string): string[] {
  return known().find(([id]) => id === event)?.[1] ?? [];
}
