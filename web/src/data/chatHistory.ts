/** One chat's history: its last events, older ones on demand, and what happens from there on. */
import { api, ok } from "$/api/client";
import type { DocketEvent } from "$/api/types";
import type { Person } from "$/live/protocol";
import { live } from "$/live/live.svelte";
import { append, join, type Stretch } from "./chatLedger";
import { chatKeys } from "./chats";
import { queryClient } from "./query";

/** So many events at a time. */
const WINDOW = 300;
const LONGEST = 500;

async function fetchEvents(id: string, after: number, limit: number, signal?: AbortSignal): Promise<DocketEvent[]> {
  const params = { path: { id }, query: { after_version: after, limit } };
  const page = await ok(api.GET("/v1/chats/{id}/events", { params, ...(signal ? { signal } : {}) }));
  return page.items;
}

/** Options for `createQuery`: the end of a chat's history. */
export function chatHistory(id: string) {
  return {
    queryKey: chatKeys.history(id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Stretch> => {
      const chat = await ok(api.GET("/v1/chats/{id}", { params: { path: { id } }, signal }));
      const shown = queryClient.getQueryData<Stretch>(chatKeys.history(id)) ?? [];
      const events = await fetchEvents(id, Math.max(0, chat.version - WINDOW), LONGEST, signal);
      return join(shown, events);
    },
    structuralSharing: false as const,
  };
}

/** Adds what came before what is shown. */
export async function fetchOlder(id: string): Promise<void> {
  const first = queryClient.getQueryData<Stretch>(chatKeys.history(id))?.[0]?.version ?? 1;
  if (first <= 1) return;
  const after = Math.max(0, first - 1 - WINDOW);
  const older = await fetchEvents(id, after, first - 1 - after);
  queryClient.setQueryData<Stretch>(chatKeys.history(id), (shown = []) => join(older, shown));
}

/** Adds what came after what is shown; for when something is known to have happened and was not heard. */
export async function fetchNewer(id: string): Promise<void> {
  const shown = queryClient.getQueryData<Stretch>(chatKeys.history(id));
  if (!shown) return;
  const newer = await fetchEvents(id, shown.at(-1)?.version ?? 0, LONGEST);
  queryClient.setQueryData<Stretch>(chatKeys.history(id), (now = []) => newer.reduce<Stretch>((all, event) => append(all, event) ?? all, now));
}

/** Keeps one chat's history true, from where it was read. Returns how to stop. */
export function followChat(id: string, after: number, heard: { typing(from: Person): void; viewers(viewers: Person[]): void }): () => void {
  return live.listen(`chat:${id}`, {
    after,
    event(event) {
      const shown = queryClient.getQueryData<Stretch>(chatKeys.history(id));
      const grown = shown && append(shown, event);
      if (grown) queryClient.setQueryData<Stretch>(chatKeys.history(id), grown);
      else if (shown) void fetchNewer(id).catch(() => undefined);
    },
    typing: heard.typing,
    viewers: heard.viewers,
    resync: () => void queryClient.invalidateQueries({ queryKey: chatKeys.history(id) }),
  });
}
