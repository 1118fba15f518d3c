// The keyboard: one table of keys, which `?` shows and which can be switched off (WCAG 2.1.4). Keys of one letter are silent while somebody types.
import { untrack } from "svelte";

export interface Key {
  /** As KeyboardEvent.key says it, or two of them with a space for one after the other: "g p". */
  key: string;
  does: string;
  run: () => void;
}

const OFF = "vigie.keys.off";

class Keyboard {
  /** Raw, so that a key that is bound is the very one that is given back. */
  bound: Key[] = $state.raw([]);
  isOn: boolean = $state(localStorage.getItem(OFF) === null);
}

export const keyboard = new Keyboard();
let first = "";

/** Binds keys until the function that it gives back is called: `$effect(() => bind([...]))`. */
export function bind(keys: Key[]): () => void {
  untrack(() => (keyboard.bound = [...keyboard.bound, ...keys]));
  return () => (keyboard.bound = keyboard.bound.filter((key) => !keys.includes(key)));
}

/** Switches all keys of one letter on or off, on this machine. */
export function switchKeys(isOn: boolean): void {
  keyboard.isOn = isOn;
  if (isOn) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

/** Listens from now on. */
export function listen(): void {
  addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || press.defaultPrevented || !keyboard.isOn || isTyping(press)) return;
    const pressed = first ? `${first} ${press.key}` : press.key;
    const found = keyboard.bound.findLast((key) => key.key === pressed) ?? keyboard.bound.findLast((key) => key.key === press.key);
    first = !first && keyboard.bound.some((key) => key.key.startsWith(`${press.key} `)) ? press.key : "";
    if (!found || (first && found.key !== pressed)) return;
    press.preventDefault();
    found.run();
  });
}

function isTyping(press: KeyboardEvent): boolean {
  const at = press.target;
  if (!(at instanceof HTMLElement)) return false;
  if (document.querySelector("dialog[open]") && press.key !== "?") return true;
  if (press.key === " " && at.closest("button, a, summary, [role=button]")) return true;
  return at.isContentEditable || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || (at instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(at.type));
}
