/** Who is writing in a conversation just now. */
import type { Person } from "$/live/protocol";

/** The server tells it at most once a second; after so long without a word they have stopped. */
const STAYS_MS = 4_000;

export interface Typist extends Person {
  /** They write a note: no customer learns of it. */
  internal: boolean;
}

/** One conversation's typists: `note` what the live connection says, show `people`. */
export class Typists {
  #people = $state.raw<Typist[]>([]);
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** Everybody who writes, in the order in which they began. */
  get people(): readonly Typist[] {
    return this.#people;
  }

  note(from: Person, internal: boolean): void {
    const key = keyOf(from);
    clearTimeout(this.#timers.get(key));
    this.#timers.set(key, setTimeout(() => this.stopped(from), STAYS_MS));
    const known = this.#people.find((one) => keyOf(one) === key);
    if (!known) this.#people = [...this.#people, { ...from, internal }];
    else if (known.internal !== internal) this.#people = this.#people.map((one) => (one === known ? { ...from, internal } : one));
  }

  /** Their message has arrived: they do not write any longer. */
  stopped(from: Person): void {
    const key = keyOf(from);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (this.#people.some((one) => keyOf(one) === key)) this.#people = this.#people.filter((one) => keyOf(one) !== key);
  }

  clear(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
    this.#people = [];
  }
}

function keyOf(person: Person): string {
  return `${person.kind}:${person.id ?? ""}`;
}
