/** What the forms send. */
import { newKey } from "$/api/key";
import { Problem } from "$/api/problem";
import type { Door } from "./door";

/** What the form before a chat asks; the message begins the chat, or is left while nobody is there. */
export interface Asked {
  name: string;
  email: string;
  department: string;
  message: string;
}

/** Something to send: the same words again are the same request, sent under the same key. */
export interface Filled {
  path: string;
  body: Record<string, string>;
  key: string;
  /** It was sent before, and whether it arrived is not known. */
  again: boolean;
}

/** Remembers what was sent last, as long as nobody knows whether it arrived. */
export class Form {
  #words = "";
  #filled: Filled | null = null;

  /** `words` are the visitor's; `about`, such as the page they are on, may be another one at the next try. */
  fill(path: string, words: Record<string, string>, about: Record<string, string> = {}): Filled {
    const said = JSON.stringify([path, words]);
    const again = this.#filled !== null && said === this.#words;
    this.#words = said;
    this.#filled = again ? { ...this.#filled!, again } : { path, body: { ...words, ...about }, key: newKey(), again };
    return this.#filled;
  }

  /** Sends it. Throws what went wrong. */
  async send<T>(door: Door, { path, body, key }: Filled): Promise<T> {
    try {
      const answer = await door.command<T>("POST", path, body, key);
      this.settled();
      return answer;
    } catch (error) {
      this.settled(error);
      throw error;
    }
  }

  /** It arrived, or was refused: the key stands for that, and is not used for anything else. */
  settled(error?: unknown): void {
    const unknown = error !== undefined && (!(error instanceof Problem) || error.passing);
    if (!unknown) this.#filled = null;
  }
}

/** The chat a visitor has to go on in, if that is why another was refused. */
export function openChat(error: unknown): string | null {
  if (!(error instanceof Problem) || error.code !== "chat_open") return null;
  const id = error.members.chat_id;
  return typeof id === "string" ? id : null;
}

export function wordsOf({ name, email, department, message }: Asked): Record<string, string> {
  return { message, ...given({ name, email, department_id: department }) };
}

/** Only what was filled in. */
export function given(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value));
}
