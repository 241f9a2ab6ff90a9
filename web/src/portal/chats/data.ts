/** The customer's own chats, followed live. */
import { api, ok } from "$/api/client";
import type { Chat } from "$/api/types";
import { queryClient } from "$/data/query";
import { live } from "$/live/live.svelte";

export const chatKeys = {
  all: ["own-chats"] as const,
  list: ["own-chats", "list"] as const,
  one: (id: string) => ["own-chats", "one", id] as const,
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

/** Keeps the list true. Returns how to stop. */
export function followOwnChats(): () => void {
  const again = () => void queryClient.invalidateQueries({ queryKey: chatKeys.list });
  return live.listen("chats", { event: again, resync: again });
}
