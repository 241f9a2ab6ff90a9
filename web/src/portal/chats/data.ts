/** The customer's own chats, followed live. */
import { api, ok } from "$/api/client";
import type { Chat, Message } from "$/api/types";
import { queryClient } from "$/data/query";
import { live } from "$/live/live.svelte";

export const chatKeys = {
  all: ["own-chats"] as const,
  list: ["own-chats", "list"] as const,
  one: (id: string) => ["own-chats", "one", id] as const,
  messages: (id: string) => ["own-chats", "messages", id] as const,
};

type Page = { items: Chat[]; next_cursor?: string | null };

/** Options for `createInfiniteQuery`: latest first. */
export function ownChats() {
  return {
    queryKey: chatKeys.list,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }): Promise<Page> =>
      ok(api.GET("/v1/chats", { params: { query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page) => last.next_cursor ?? null,
  };
}

/** Options for `createQuery`: one chat; its place in the queue changes without an event of its own, so it is asked for again. */
export function ownChat(id: string) {
  return {
    queryKey: chatKeys.one(id),
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/chats/{id}", { params: { path: { id } }, signal })),
    refetchInterval: ({ state }: { state: { data: Chat | undefined } }) => (state.data?.status === "waiting" ? 15_000 : false as const),
  };
}

/** Options for `createQuery`: everything said in it, oldest first. */
export function chatMessages(id: string) {
  return {
    queryKey: chatKeys.messages(id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Message[]> => {
      const query = { latest: true, limit: 100 };
      const page = await ok(api.GET("/v1/chats/{id}/messages", { params: { path: { id }, query }, signal }));
      return page.items.toSorted((a, b) => a.position - b.position);
    },
  };
}

/** Adds what came after the last message seen. */
export async function fetchNewChatMessages(id: string): Promise<void> {
  const shown = queryClient.getQueryData<Message[]>(chatKeys.messages(id));
  // It is being read just now, perhaps without this: read again.
  if (!shown) return queryClient.invalidateQueries({ queryKey: chatKeys.messages(id) });
  const query = { after: shown.at(-1)?.position ?? 0, limit: 100 };
  const page = await ok(api.GET("/v1/chats/{id}/messages", { params: { path: { id }, query } }));
  queryClient.setQueryData<Message[]>(chatKeys.messages(id), (messages = []) => {
    const known = new Set(messages.map((message) => message.id));
    return [...messages, ...page.items.filter((message) => !known.has(message.id))].toSorted((a, b) => a.position - b.position);
  });
}

/** Keeps the list true. Returns how to stop. */
export function followOwnChats(): () => void {
  const again = () => void queryClient.invalidateQueries({ queryKey: chatKeys.list });
  return live.listen("chats", { event: again, resync: again });
}

/** Keeps one chat true from where it was read, so that nothing is missed between reading and listening. Returns how to stop. */
export function followOwnChat(id: string): () => void {
  const after = queryClient.getQueryData<Message[]>(chatKeys.messages(id))?.at(-1)?.position;
  return live.listen(`chat:${id}`, {
    ...(after === undefined ? {} : { after }),
    event(event) {
      if (event.event_type === "MessagePosted") void fetchNewChatMessages(id).catch(() => undefined);
      void queryClient.invalidateQueries({ queryKey: chatKeys.one(id) });
    },
    resync() {
      void queryClient.invalidateQueries({ queryKey: chatKeys.one(id) });
      void queryClient.invalidateQueries({ queryKey: chatKeys.messages(id) });
    },
  });
}
