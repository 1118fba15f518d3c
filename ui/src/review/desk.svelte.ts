// The analyst at the queue: which question is shown, what was answered, what is on its way to the node. An answer counts at once and is taken back where the node refuses it.
import { get, Fault, sentence } from "../lib/data";
import { decide } from "../lib/decide";
import { say } from "../lib/say.svelte";
import { t } from "../lib/words.svelte";
import type { Asked, Queue, Verdict, Whole } from "./shapes";
import { answeredText, overtakenText } from "./words";

/** An answer that was given here. `decision` is empty until the node has written it down. */
export interface Answered {
  asked: Asked;
  place: number;
  words: string;
  verdict: Verdict;
  decision: string;
  version: number;
  knew: string;
}

export class ReviewDesk {
  /** The questions that are asked still, in order; the one that is shown is `here`. */
  asked: Asked[] = $state.raw([]);
  here: string = $state("");
  whole: Whole | null = $state.raw(null);
  head: Queue | null = $state.raw(null);
  answered: Answered[] = $state.raw([]);
  waiting: number = $state(0);
  today: number = $state(0);
  fault: string = $state("");
  last: string = $state("");
  /** The question whose answer was refused because nobody is signed in any more. */
  signedOutAt: string = $state("");
  onWay: number = $state(0);
  #skipped = new Set<string>();
  #kept = new Map<string, Promise<Whole>>();
  #line: Promise<void> = Promise.resolve();

  /** Asks for the queue; the question of that name is shown first, if it is asked. */
  async open(link: string): Promise<void> {
    await this.#renew();
    if (link && !this.asked.some((one) => one.link === link)) {
      const found = await this.#fetched(link).catch(() => null);
      if (found) this.asked = [found, ...this.asked];
      else this.#note(t("The question of this address is not asked any more."));
    }
    await this.show(this.asked.some((one) => one.link === link) ? link : (this.asked[0]?.link ?? ""));
  }

  /** Says something that changes no count. */
  #note(words: string): void {
    this.last = words;
    say(words);
  }

  get place(): number {
    return this.asked.findIndex((one) => one.link === this.here);
  }

  /** Shows a question; one that is not asked any more gives way to the next. */
  async show(link: string): Promise<void> {
    this.here = link;
    if (!link) {
      this.whole = null;
      return;
    }
    try {
      const whole = await this.#fetched(link);
      if (this.here === link) this.whole = whole;
      this.#fetchNext();
    } catch (fault) {
      await this.#missed(link, fault);
    }
  }

  async #missed(link: string, fault: unknown): Promise<void> {
    if (this.here !== link) return;
    if (!(fault instanceof Fault) || fault.status !== 404) {
      this.fault = sentence(fault);
      return;
    }
    const following = this.#following(link);
    this.asked = this.asked.filter((one) => one.link !== link);
    await this.show(following);
  }

  /** Goes so many questions on, or back. */
  step(by: number): void {
    const to = this.asked[Math.min(Math.max(this.place + by, 0), this.asked.length - 1)];
    if (to && to.link !== this.here) void this.show(to.link);
  }

  /** Leaves the question undecided: it goes to the end of the queue. */
  skip(): void {
    const one = this.asked[this.place];
    if (!one) return;
    this.#skipped.add(one.link);
    const following = this.#following(one.link);
    this.asked = [...this.asked.filter((other) => other !== one), one];
    say(t("Left undecided."));
    void this.show(following);
  }

  /** Takes the answer, shows the next question at once, and sends the answer meanwhile. */
  answer(verdict: Verdict, reason: string): void {
    const whole = this.whole;
    if (!whole || whole.link !== this.here) return;
    const names: [string, string] = [whole.first.name, whole.second.name];
    const given: Answered = { asked: whole, place: this.place, words: answeredText({ ...whole, names }, verdict), verdict, decision: "", version: 0, knew: whole.standing };
    const following = this.#following(whole.link);
    this.asked = this.asked.filter((one) => one.link !== whole.link);
    this.answered = [...this.answered, given];
    this.#told(given.words, -1);
    void this.show(following);
    this.#inLine(() => this.#sent(given, reason));
  }

  /** Takes the last answer back: it is asked again, and shown. */
  undo(): void {
    const given = this.answered.at(-1);
    if (!given) return;
    this.answered = this.answered.slice(0, -1);
    this.#putBack(given);
    this.#told(t("Taken back: {first} and {second}.", { first: given.asked.first.name, second: given.asked.second.name }), 1);
    this.#inLine(() => this.#withdrawn(given));
  }

  #told(words: string, more: number): void {
    [this.fault, this.signedOutAt] = ["", ""];
    this.last = words;
    this.waiting += more;
    this.today -= more;
    say(words);
  }

  #putBack(given: Answered): void {
    const others = this.asked.filter((one) => one.link !== given.asked.link);
    this.asked = [...others.slice(0, given.place), given.asked, ...others.slice(given.place)];
    void this.show(given.asked.link);
  }

  async #sent(given: Answered, reason: string): Promise<void> {
    try {
      const [first, second] = [given.asked.first.name, given.asked.second.name];
      const written = await decide({ act: given.verdict, first, second, knew: given.knew }, reason);
      [given.decision, given.version] = [written.decision, written.version];
    } catch (fault) {
      this.answered = this.answered.filter((one) => one !== given);
      this.#putBack(given);
      this.#told("", 1);
      this.fault = overtakenText(fault) || t("The answer was not taken: {why}", { why: this.#whyNot(fault, given) });
    }
  }

  async #withdrawn(given: Answered): Promise<void> {
    if (!given.decision) return;
    try {
      await decide({ act: "withdraw", decision: given.decision, version: String(given.version) });
    } catch (fault) {
      const overtaken = overtakenText(fault);
      if (!overtaken) this.answered = [...this.answered, given];
      this.asked = this.asked.filter((one) => one.link !== given.asked.link);
      this.#told("", -1);
      this.fault = overtaken || t("It was not taken back: {why}", { why: this.#whyNot(fault, given) });
    }
  }

  #whyNot(fault: unknown, given: Answered): string {
    if (!(fault instanceof Fault) || fault.status !== 401) return sentence(fault);
    this.signedOutAt = given.asked.link;
    return t("Sign in as an analyst to answer.");
  }

  /** One thing after the other to the node, in the order in which the analyst said it; when all is said the queue is asked for again. */
  #inLine(what: () => Promise<void>): void {
    this.onWay += 1;
    this.#line = this.#line.then(what).then(async () => {
      this.onWay -= 1;
      if (this.onWay === 0) await this.#renew().catch((fault: unknown) => (this.fault = sentence(fault)));
    });
  }

  /** The queue as it is now: what was left undecided comes last. */
  async #renew(): Promise<void> {
    const found = await get<Queue>("/data/review");
    if (this.onWay > 0) return;
    this.#kept.clear();
    const early = found.questions.filter((one) => !this.#skipped.has(one.link));
    this.asked = [...early, ...found.questions.filter((one) => this.#skipped.has(one.link))];
    [this.head, this.waiting, this.today] = [found, found.waiting, found.answered_today];
    if (this.here) await this.show(this.place < 0 ? (this.asked[0]?.link ?? "") : this.here);
  }

  #following(link: string): string {
    const place = this.asked.findIndex((one) => one.link === link);
    return (this.asked[place + 1] ?? this.asked[place - 1])?.link ?? "";
  }

  #fetched(link: string): Promise<Whole> {
    const known = this.#kept.get(link) ?? get<Whole>(`/data/review/${link}`);
    this.#kept.set(link, known);
    known.catch(() => this.#kept.delete(link));
    return known;
  }

  /** The next question is here before it is asked for. */
  #fetchNext(): void {
    const next = this.#following(this.here);
    if (next && next !== this.here) void this.#fetched(next).catch(() => null);
  }
}
