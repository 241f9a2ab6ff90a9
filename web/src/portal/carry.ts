/** Where words go on that cannot be sent where they were written, so that nobody has to write them twice. */
import type { TicketDetail } from "$/api/types";
import { draft } from "$/live/drafts.svelte";
import { outbox } from "$/live/outbox.svelte";
import type { Topic } from "$/live/protocol";
import { type Asking, recall } from "./requests/asking";

/** What a request's form is kept as: one that follows up on another, or one of its own. */
export const formOf = (followUpOf: string | null) => `new-request:${followUpOf ?? ""}`;

/** Whether nothing can be written in a request any more. */
export function isOver(ticket: Pick<TicketDetail, "archived" | "merged" | "merged_into" | "status">): boolean {
  return ticket.archived || ticket.merged || ticket.merged_into != null || ticket.status === "closed";
}

/** What an entry of the outbox says. */
export const bodyOf = (body: unknown) => (body && typeof body === "object" && "body" in body ? String(body.body) : "");

/** Takes out what was written in a conversation and has not arrived: what was refused, then what is not sent. */
function take(from: Topic): string[] {
  const refused = outbox.of(from).filter((entry) => entry.kind === "message" && entry.state === "failed");
  const words = [...refused.map((entry) => bodyOf(entry.command.body)), draft.get(from)].map((one) => one.trim()).filter(Boolean);
  draft.clear(from);
  for (const { id } of refused) void outbox.discard(id);
  return words;
}

const joined = (before: string, words: string[]) => [before.trim(), ...words].filter(Boolean).join("\n\n");

/** It goes into a form, after what is in there. `start`: how that begins. */
export function carryToForm(from: Topic, form: string, start: Asking): void {
  const words = take(from);
  if (words.length === 0) return;
  const asking = recall(draft.get(form, "form")) ?? start;
  draft.set(form, JSON.stringify({ ...asking, description: joined(asking.description, words) }), "form");
}

/** It goes into the box of another conversation. */
export function carryToBox(from: Topic, to: Topic): void {
  const words = take(from);
  if (words.length > 0) draft.set(to, joined(draft.get(to), words));
}
