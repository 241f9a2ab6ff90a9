/**
 * The chats that are not over, as one list merged from what was asked for and what was heard of since. Pure: every function
 * answers with a new list, or with the same one if nothing changed, so that what shows it is left alone.
 */
import type { Chat } from "$/api/types";

/** Puts what is known of one chat into the list: newer replaces older, an ended chat leaves. */
export function mergeChat(chats: readonly Chat[], chat: Chat): readonly Chat[] {
  const at = chats.findIndex((one) => one.id === chat.id);
  const known = chats[at];
  if (known && known.position > chat.position) return chats;
  if (chat.status === "closed") return known ? chats.toSpliced(at, 1) : chats;
  return known ? chats.with(at, chat) : [...chats, chat];
}

/**
 * Puts a list that was asked for in the place of the one shown, keeping whatever was heard of while the question was under way:
 * what is shown at a later position than in the answer stays as it is shown.
 */
export function mergeAnswer(shown: readonly Chat[], answer: readonly Chat[], askedAt: number): readonly Chat[] {
  const newer = shown.filter((chat) => chat.position > askedAt && !answer.some((one) => one.id === chat.id));
  const byId = new Map(shown.map((chat) => [chat.id, chat]));
  return [...answer, ...newer].map((chat) => {
    const known = byId.get(chat.id);
    return known && known.position > chat.position ? known : chat;
  });
}

/** The latest position of anything in the list. */
export function positionOf(chats: readonly Chat[]): number {
  return chats.reduce((latest, chat) => Math.max(latest, chat.position), 0);
}

export interface Arrangement {
  /** Offered to the reader, who has not accepted yet. */
  offered: Chat[];
  /** The reader's own. */
  mine: Chat[];
  /** Waiting for anybody, or offered to somebody else; who is next first. */
  queue: Chat[];
  /** Under way with somebody else. */
  others: Chat[];
}

/** Waiting for somebody to accept it. */
export function isWaiting(chat: Chat): boolean {
  return chat.status === "waiting" || chat.status === "transferred";
}

function byStart(a: Chat, b: Chat): number {
  return a.started_at < b.started_at ? -1 : a.started_at > b.started_at ? 1 : a.id < b.id ? -1 : 1;
}

function byAcceptance(a: Chat, b: Chat): number {
  const [one, other] = [a.accepted_at ?? a.started_at, b.accepted_at ?? b.started_at];
  return one < other ? -1 : one > other ? 1 : byStart(a, b);
}

/** Who has what, from one reader's side. Each chat is in one place, and keeps it however much is written in it. */
export function arrange(chats: readonly Chat[], reader: string): Arrangement {
  const arrangement: Arrangement = { offered: [], mine: [], queue: [], others: [] };
  for (const chat of chats) {
    if (chat.status === "closed") continue;
    if (isWaiting(chat)) arrangement[chat.agent_id === reader ? "offered" : "queue"].push(chat);
    else arrangement[chat.agent_id === reader ? "mine" : "others"].push(chat);
  }
  arrangement.offered.sort(byStart);
  arrangement.queue.sort(byStart);
  arrangement.mine.sort(byAcceptance);
  arrangement.others.sort(byAcceptance);
  return arrangement;
}

/** Each waiting chat's place in the whole queue, from 1: the server counts the same way, but only when asked. */
export function places(chats: readonly Chat[]): ReadonlyMap<string, number> {
  return new Map(chats.filter(isWaiting).toSorted(byStart).map((chat, index) => [chat.id, index + 1]));
}

/** What the reader can accept now and could not before: offered to them, or waiting for anybody. */
export function arrivals(before: readonly Chat[], after: readonly Chat[], reader: string): Chat[] {
  const acceptable = (chat: Chat) => isWaiting(chat) && (!chat.agent_id || chat.agent_id === reader);
  const known = new Map(before.map((chat) => [chat.id, chat]));
  return after.filter((chat) => {
    const was = known.get(chat.id);
    if (!acceptable(chat)) return false;
    return !was || !acceptable(was) || (chat.agent_id === reader && was.agent_id !== reader);
  });
}
