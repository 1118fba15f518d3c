// A question to the node and where it stands: asked, answered or failed. A newer question gives an older one up.
import { Fault, isGivenUp, sentence } from "./data";

/** `now` is the last answer, which stays while the next one is awaited, so that nothing jumps. */
export class Question<T> {
  now: T | null = $state(null);
  fault: string = $state("");
  isBusy: boolean = $state(false);
  /** Whether the node refused the question as it stands: then the last answer is one to another question. */
  isRefused: boolean = $state(false);
  #gaveUp: AbortController | null = null;

  /** Asks; the promise is fulfilled when the answer, or the fault, is here. */
  async ask(how: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#gaveUp?.abort();
    const mine = (this.#gaveUp = new AbortController());
    this.isBusy = true;
    try {
      const answer = await how(mine.signal);
      if (mine.signal.aborted) return;
      this.now = answer;
      this.fault = "";
      this.isRefused = false;
    } catch (fault) {
      if (isGivenUp(fault) || mine.signal.aborted) return;
      this.fault = sentence(fault);
      this.isRefused = fault instanceof Fault && fault.status === 400;
    }
    this.isBusy = false;
  }
}
