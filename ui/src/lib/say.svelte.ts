// Status messages for everybody, screen readers too: one polite region in the frame says them.

export const said: { text: string } = $state({ text: "" });

/** Says a sentence in the status region; the same sentence again is said again. */
export function say(text: string): void {
  said.text = "";
  setTimeout(() => (said.text = text), 50);
}
