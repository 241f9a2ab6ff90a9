/** Chats: those that are not over, kept true by live events; and those that are. */
import { api, ok } from "$/api/client";
import type { paths } from "$generated/api";
import type { Chat } from "$/api/types";
import { live } from "$/live/live.svelte";
import { session } from "$/session/session.svelte";
import { mergeAnswer, mergeChat, positionOf } from "./chatBook";
import { put, queryClient } from "./query";
import { ticketKeys } from "./tickets";

export type ChatPage = { items: Chat[]; next_cursor?: string | null };
export type ChatQuery = Omit<NonNullable<paths["/v1/chats"]["get"]["parameters"]["query"]>, "cursor" | "limit">;

export const chatKeys = {
  all: ["chats"] as const,
  open: ["chats", "open"] as const,
  lists: ["chats", "list"] as const,
  list: (query: ChatQuery) => ["chats", "list", query] as const,
  one: (id: string) => ["chats", "one", id] as const,
  history: (id: string) => ["chats", "history", id] as const,
};

/** The API's longest page. */
const PAGE = 100;
/** So many open chats are shown; a queue longer than this is worked off from its head anyway. */
const MOST_OPEN = 500;

async function fetchOpen(signal?: AbortSignal): Promise<readonly Chat[]> {
  const askedAt = positionOf(queryClient.getQueryData<readonly Chat[]>(chatKeys.open) ?? []);
  const answer: Chat[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { status: "waiting,active,transferred", limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page: ChatPage = await ok(api.GET("/v1/chats", { params: { query }, ...(signal ? { signal } : {}) }));
    answer.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && answer.length < MOST_OPEN);
  return mergeAnswer(queryClient.getQueryData<readonly Chat[]>(chatKeys.open) ?? [], answer, askedAt);
}

/** Options for `createQuery`: every chat that is not over. */
export function openChats() {
  return {
    queryKey: chatKeys.open,
    queryFn: ({ signal }: { signal: AbortSignal }) => fetchOpen(signal),
    // A list that changes by the second is not compared field by field: it is replaced only where it changed.
    structuralSharing: false as const,
  };
}

/** Options for `createQuery`: one chat, over or not. */
export function chatDetail(id: string) {
  return {
    queryKey: chatKeys.one(id),
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/chats/{id}", { params: { path: { id } }, signal })),
  };
}

/** Whether it lists only what is over. */
const isOver = (query: ChatQuery) => query.status === "closed";

/** Options for `createInfiniteQuery`: a list, page after page. */
export function chatList(query: ChatQuery) {
  return {
    queryKey: chatKeys.list(query),
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }): Promise<ChatPage> =>
      ok(api.GET("/v1/chats", {
        params: { query: { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }, signal,
      })),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ChatPage) => last.next_cursor ?? null,
    // What ended meanwhile is found when the list is opened again, not pushed under the reader's hand.
    staleTime: isOver(query) ? 10_000 : 0,
  };
}

/** Puts a chat's new state wherever it is shown. */
export function patchChat(chat: Chat): void {
  const one = chatKeys.one(chat.id);
  const newer = (known?: Chat) => (known && known.position > chat.position ? known : chat);
  put(one, () => queryClient.setQueryData<Chat>(one, newer));
  // What was heard since counts: a chat that ended meanwhile does not come back.
  const latest = () => newer(queryClient.getQueryData<Chat>(one));
  put(chatKeys.open, () => queryClient.setQueryData<readonly Chat[]>(chatKeys.open, (chats) => chats && mergeChat(chats, latest())));
}

/** Asks for a chat anew and puts it in place. */
export async function refreshChat(id: string): Promise<void> {
  const chat = await ok(api.GET("/v1/chats/{id}", { params: { path: { id } } })).catch(() => null);
  if (chat) patchChat(chat);
}

const SETTLE_MS = 100;
const COUNTS_MS = 1_500;
/** With more than this at once the whole list is one question instead of many. */
const MANY = 8;

/** Keeps the chats true: what an event touches is asked for once things have settled. Returns how to stop; for the shell. */
export function followChats(): () => void {
  if (!session.may("view_chat")) return () => undefined;
  const touched = new Set<string>();
  let settling: ReturnType<typeof setTimeout> | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;

  const refresh = async () => {
    const ids = [...touched];
    touched.clear();
    const isListed = queryClient.getQueryState(chatKeys.open) !== undefined;
    if (isListed && ids.length > MANY) {
      await queryClient.refetchQueries({ queryKey: chatKeys.open });
      await Promise.all(ids.filter((id) => queryClient.getQueryState(chatKeys.one(id))).map(refreshChat));
    } else {
      await Promise.all(ids.filter((id) => isListed || queryClient.getQueryState(chatKeys.one(id))).map(refreshChat));
    }
    settling = undefined;
    // What happened while the answers were under way.
    if (touched.size > 0) settle();
  };
  const settle = () => {
    settling ??= setTimeout(() => void refresh(), SETTLE_MS);
  };

  const stop = live.listen("chats", {
    event(event) {
      touched.add(event.stream_id);
      settle();
      counting ??= setTimeout(() => {
        counting = undefined;
        void queryClient.invalidateQueries({ queryKey: ticketKeys.counts });
        void queryClient.invalidateQueries({ queryKey: chatKeys.lists, predicate: ({ queryKey }) => !isOver(queryKey[2] as ChatQuery) });
      }, COUNTS_MS);
    },
    resync: () => void queryClient.invalidateQueries({ queryKey: chatKeys.all }),
  });
  return () => {
    stop();
    clearTimeout(settling);
    clearTimeout(counting);
  };
}
