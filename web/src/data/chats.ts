/** Chats: lists kept true by live events. */
import { api, ok } from "$/api/client";
import { live } from "$/live/live.svelte";
import { queryClient } from "./query";

export const chatKeys = { all: ["chats"] as const, list: ["chats", "list"] as const };

/** Options for `createQuery`: chats waiting or under way, and those that ended lately. */
export function chatList() {
  return {
    queryKey: chatKeys.list,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/chats", { params: { query: { limit: 50 } }, signal })),
  };
}

/** Asks again when something happened. Returns how to stop. */
export function followChats(): () => void {
  const again = () => void queryClient.invalidateQueries({ queryKey: chatKeys.all });
  return live.listen("chats", { event: again, resync: again });
}
