/** Beginning a visit, and what its answers mean. */
import { Problem, Unreachable } from "$/api/problem";
import type { Chat } from "$/api/types";
import type { Door } from "./door";
import { vouchedBy, vouching } from "./identity";
import type { Followed, Visit } from "./keep";
import type { Identity } from "./start";

/**
 * Begins a visit; what an unknown visitor did `before` goes on in it once the site says who they are. Null: the desk does
 * not believe what the site says. Throws what may be otherwise later.
 */
export async function beginVisit(door: Door, before: Visit | null, identity: Identity | null): Promise<Visit | null> {
  const earlier = before?.vouched === null ? before : null;
  const about = { page: location.href, language: navigator.language, ...vouching(identity) };
  try {
    const { token, visit_id: visitId } = await door.beginVisit(about, earlier?.token ?? null);
    return { token, visitId, vouched: vouchedBy(identity), outbox: earlier ? outboxOfVisit(earlier) : visitId };
  } catch (error) {
    if (!identity || passes(error)) throw error;
    return null;
  }
}

/** Whose what a visit has not sent yet is. */
export function outboxOfVisit({ outbox, visitId }: Visit): string {
  return outbox ?? visitId;
}

/**
 * The chat to show: the one that is followed, unless it is over and there is a later one; one that is over only as long as
 * it matters or is `shown`.
 */
export async function chatToShow(door: Door, followed: Followed | null, shown: string | undefined): Promise<Chat | null> {
  if (followed) door.knows(followed.position);
  const latest = await door.latestChat();
  const other = followed && !followed.left && followed.id !== latest?.id ? await door.chat(followed.id) : null;
  const chat = other && other.status !== "closed" ? other : latest;
  if (!chat || (followed?.left && followed.id === chat.id)) return null;
  return chat.id === shown || chat.status !== "closed" || chat.unread_count > 0 || chat.rating == null ? chat : null;
}

/** Whether the same may well succeed later. */
export function passes(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && error.passing);
}

/** Whether the visit that asked has ended. */
export function isOver(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}
