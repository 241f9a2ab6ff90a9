/** What the forms send. */
import { newKey } from "$/api/key";
import { Problem } from "$/api/problem";
import { draft } from "$/live/drafts.svelte";
import type { Topic } from "$/live/protocol";
import type { Door } from "./door";

/** What the form's draft is called, and what was sent of it. */
export const FORM = "form";
const SENT = "sent";

/** What the form before a chat asks; the message begins the chat, or is left while nobody is there. */
export interface Asked {
  name: string;
  email: string;
  department: string;
  message: string;
}

/** What was typed into the form and not sent; null: nothing. */
export function begun(): Asked | null {
  const { name, email, department, message } = recall<Partial<Asked>>(draft.get(FORM)) ?? {};
  const fields = { name: name ?? "", email: email ?? "", department: department ?? "", message: message ?? "" };
  return Object.values(fields).some((field) => field.trim()) ? fields : null;
}

/** Keeps what is typed; what stands there without anybody typing it is not worth keeping. */
export function keepBegun(asked: Asked, given: Pick<Asked, "name" | "email">): void {
  const typed = asked.message.trim() || asked.department || asked.name.trim() !== given.name || asked.email.trim() !== given.email;
  draft.set(FORM, typed ? JSON.stringify(asked) : "");
}

/** What was typed in a conversation that takes no more goes into the form. */
export function carryOver(topic: Topic): void {
  const text = draft.get(topic).trim();
  if (!text) return;
  const asked = begun() ?? { name: "", email: "", department: "", message: "" };
  draft.set(FORM, JSON.stringify({ ...asked, message: [asked.message.trim(), text].filter(Boolean).join("\n\n") }));
  draft.clear(topic);
}

function recall<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

/** Something to send: the same words again are the same request, sent under the same key. */
export interface Filled {
  path: string;
  body: Record<string, string>;
  key: string;
  /** It was sent before, and whether it arrived is not known. */
  again: boolean;
}

/** Remembers what was sent last, as long as nobody knows whether it arrived: on the next page too. */
export class Form {
  /** `words` are the visitor's; `about`, such as the page they are on, may be another one at the next try. */
  fill(path: string, words: Record<string, string>, about: Record<string, string> = {}): Filled {
    const said = JSON.stringify([path, words]);
    const before = recall<{ said: string; filled: Filled }>(draft.get(SENT));
    const again = before?.said === said;
    const filled = again ? { ...before!.filled, again } : { path, body: { ...words, ...about }, key: newKey(), again };
    draft.set(SENT, JSON.stringify({ said, filled }));
    return filled;
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
    if (!unknown) draft.clear(SENT);
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
