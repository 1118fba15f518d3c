// The address: the whole state of the app is in the URL, so that a bookmark is a saved view.

export type Query = Record<string, string>;

interface Address {
  path: string;
  query: Query;
}

/** What is shown now: the path, and what is asked of it. */
export const address: Address = $state(read());

/** What every address of the app carries along. */
const CARRIED = ["exercise", "language"] as const;

function read(): Address {
  return { path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

/** The address of a path in the same world and language; an empty value takes a parameter away. */
export function href(path: string, query: Query = {}): string {
  const carried = Object.fromEntries(CARRIED.map((name) => [name, address.query[name] ?? ""]));
  return written(path, { ...carried, ...query });
}

/** The address of what is shown now with some parameters changed. */
export function changed(query: Query): string {
  return written(address.path, { ...address.query, ...query });
}

function written(path: string, query: Query): string {
  const said = Object.entries(query).filter(([, value]) => value !== "");
  const text = new URLSearchParams(said).toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text ? `${path}?${text}` : path;
}

/** Shows another address, which the back button leaves again. */
export function go(to: string): void {
  history.pushState(null, "", to);
  Object.assign(address, read());
}

/** Shows another address in place of this one: for what changes many times a second, such as the window of the map. */
export function replace(to: string): void {
  history.replaceState(null, "", to);
  Object.assign(address, read());
}

/** Whether the address is one that the app draws itself; all others are pages of the server. */
export function isOurs(path: string): boolean {
  return path === "/" || /^\/(events|review|sources|exchange|report|risks)(\/|$)/.test(path);
}

/** Follows the back button, and catches clicks on links to the app's own addresses. */
export function followLinks(): void {
  addEventListener("popstate", () => Object.assign(address, read()));
  document.addEventListener("click", (click) => {
    const link = click.target instanceof Element ? click.target.closest("a") : null;
    if (!link || isSpecial(click, link)) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || !isOurs(to.pathname) || (to.hash && to.pathname === location.pathname)) return;
    click.preventDefault();
    go(to.pathname + to.search);
  });
}

function isSpecial(click: MouseEvent, link: HTMLAnchorElement): boolean {
  const isPlain = click.button === 0 && !click.metaKey && !click.ctrlKey && !click.shiftKey && !click.altKey;
  return click.defaultPrevented || !isPlain || link.target !== "" || link.hasAttribute("download");
}
