// Views that a reader keeps under a name, on this machine alone.

interface View {
  name: string;
  to: string;
}

const WHERE = "vigie.views";
const MOST = 50;

export const kept: { views: View[] } = $state({ views: read() });

function read(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(WHERE) ?? "[]");
    return Array.isArray(found) ? found.filter((view): view is View => typeof view?.name === "string" && typeof view?.to === "string" && view.to.startsWith("/")) : [];
  } catch {
    return [];
  }
}

/** Keeps an address of this site under a name; the same address again only changes its name. */
export function keep(name: string, to: string): void {
  write([{ name, to }, ...kept.views.filter((view) => view.to !== to)].slice(0, MOST));
}

/** Forgets a view. */
export function throwAway(to: string): void {
  write(kept.views.filter((view) => view.to !== to));
}

function write(views: View[]): void {
  kept.views = views;
  localStorage.setItem(WHERE, JSON.stringify(views));
}
