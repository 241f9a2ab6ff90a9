/** A ticket's conversation: its messages and notes, oldest first, followed live. */
import { api, ok } from "$/api/client";
import type { Message } from "$/api/types";
import { live } from "$/live/live.svelte";
import { queryClient } from "./query";

export const conversationKeys = { messages: (id: string) => ["tickets", "messages", id] as const };

/** Options for `createQuery`: the latest hundred, oldest first. */
export function ticketMessages(id: string) {
  return {
    queryKey: conversationKeys.messages(id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Message[]> => {
      const query = { latest: true, limit: 100 };
      const page = await ok(api.GET("/v1/tickets/{id}/messages", { params: { path: { id }, query }, signal }));
      return page.items.toSorted((a, b) => a.position - b.position);
    },
  };
}

/** Adds what came after the last message seen; what is shown stays as it is. */
export async function fetchNewMessages(id: string): Promise<void> {
  const key = conversationKeys.messages(id);
  const shown = queryClient.getQueryData<Message[]>(key);
  // It is being read just now, perhaps without this: read again.
  if (!shown) return queryClient.invalidateQueries({ queryKey: key });
  const after = shown.at(-1)?.position ?? 0;
  const page = await ok(api.GET("/v1/tickets/{id}/messages", { params: { path: { id }, query: { after, limit: 100 } } }));
  queryClient.setQueryData<Message[]>(key, (messages = []) => {
    const known = new Set(messages.map((message) => message.id));
    return [...messages, ...page.items.filter((message) => !known.has(message.id))].toSorted((a, b) => a.position - b.position);
  });
}

/** Keeps one conversation true from where it was read, so that nothing is missed between reading and listening. Returns how to stop. */
export function followConversation(id: string): () => void {
  const after = queryClient.getQueryData<Message[]>(conversationKeys.messages(id))?.at(-1)?.position;
  return live.listen(`ticket:${id}`, {
    ...(after === undefined ? {} : { after }),
    event(event) {
      if (event.event_type === "MessagePosted" || event.event_type === "NoteAdded") void fetchNewMessages(id).catch(() => undefined);
    },
    resync: () => void queryClient.invalidateQueries({ queryKey: conversationKeys.messages(id) }),
  });
}
