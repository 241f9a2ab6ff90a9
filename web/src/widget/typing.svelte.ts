/** Who is writing: the agent, as heard; the visitor, said now and then. */

/** Somebody who has not typed for so long has stopped. */
const TYPED_MS = 4_000;
const SAY_TYPING_MS = 1_500;

export class Typing {
  agent = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #said = 0;

  heard(): void {
    this.agent = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.over(), TYPED_MS);
  }

  /** The agent has said it, or there is nobody any more. */
  over(): void {
    this.agent = false;
  }

  /** Whether the visitor's writing is worth telling again. */
  toSay(): boolean {
    if (Date.now() - this.#said < SAY_TYPING_MS) return false;
    this.#said = Date.now();
    return true;
  }
}
