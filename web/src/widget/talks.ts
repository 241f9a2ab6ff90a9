/** Chats and tickets as one list: where something was said last first. Pure. */
import type { Chat, Ticket } from "$/api/types";
import type { Topic } from "$/live/protocol";

interface Row {
  id: string;
  topic: Topic;
  at: string;
  /** How what was said last begins; null where the title says it, or nobody may know any more. */
  last: string | null;
  /** The visitor said it, as far as that is known. */
  mine: boolean;
  unread: number;
  over: boolean;
}

export type Talk = Row & ({ kind: "chat"; chat: Chat } | { kind: "request"; ticket: Ticket });

/**
 * Those to show: where there are earlier ones of a kind, what is older than the last of that kind and over waits until they are
 * read. So more is added at the end, not between what somebody looks at.
 */
export function settled(talks: readonly Talk[], more: { chats: boolean; tickets: boolean }): Talk[] {
  const last = (kind: Talk["kind"]) => Math.min(...talks.filter((talk) => talk.kind === kind).map((talk) => Date.parse(talk.at)));
  const from = Math.max(more.chats ? last("chat") : -Infinity, more.tickets ? last("request") : -Infinity);
  return talks.filter((talk) => !talk.over || talk.unread > 0 || Date.parse(talk.at) >= from);
}

/** `followed` is known better than the list knows it, and so is what of it was not read. */
export function talksOf(chats: readonly Chat[], tickets: readonly Ticket[], followed: Chat | null, unread: number): Talk[] {
  const others = chats.filter(({ id }) => id !== followed?.id);
  const listed = followed && { ...followed, ...lastOf(followed, chats), unread_count: unread };
  return [...[...others, ...(listed ? [listed] : [])].map(ofChat), ...tickets.map(ofTicket)].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** The later of what two answers say was said last. */
function lastOf(followed: Chat, chats: readonly Chat[]): Pick<Chat, "last_message" | "last_message_at"> {
  const listed = chats.find(({ id }) => id === followed.id);
  const { last_message, last_message_at } = listed && listed.position > followed.position ? listed : followed;
  return { last_message: last_message ?? null, last_message_at: last_message_at ?? null };
}

function ofChat(chat: Chat): Talk {
  const { id, status, started_at, last_message_at, last_message, unread_count: unread } = chat;
  const over = status === "closed";
  return { kind: "chat", chat, id, topic: `chat:${id}`, at: last_message_at ?? started_at, last: last_message ?? null, mine: false, unread, over };
}

function ofTicket(ticket: Ticket): Talk {
  const { id, status, archived, message_count: count, last_message_at: at, last_message, last_message_by: by, unread_count: unread } = ticket;
  // What was asked is the subject as well.
  const last = count > 1 ? (last_message ?? null) : null;
  return { kind: "request", ticket, id, topic: `ticket:${id}`, at, last, mine: by.kind === "customer", unread, over: archived || status === "closed" };
}
