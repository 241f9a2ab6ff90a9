/** What happened to a request besides messages: the public events, followed live. */
import { api, ok } from "$/api/client";
import type { DocketEvent } from "$/api/types";
import { queryClient } from "$/data/query";
import { live } from "$/live/live.svelte";

const key = (id: string) => ["tickets", "moments", id] as const;

/** Options for `createQuery`: changes of status, oldest first. */
export function requestMoments(id: string) {
  return {
    queryKey: key(id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<DocketEvent[]> => {
      const found: DocketEvent[] = [];
      let cursor: string | null | undefined;
      do {
        const query = { limit: 100, ...(cursor ? { cursor } : {}) };
        const page = await ok(api.GET("/v1/tickets/{id}/events", { params: { path: { id }, query }, signal }));
        found.push(...page.items.filter((event) => event.event_type === "StatusChanged"));
        cursor = page.next_cursor;
      } while (cursor);
      return found;
    },
  };
}

/** Adds what happens. Returns how to stop. */
export function followMoments(id: string): () => void {
  return live.listen(`ticket:${id}`, {
    event(event) {
      if (event.event_type !== "StatusChanged") return;
      queryClient.setQueryData<DocketEvent[]>(key(id), (events) =>
        events && !events.some((one) => one.position === event.position) ? [...events, event] : events);
    },
    resync: () => void queryClient.invalidateQueries({ queryKey: key(id) }),
  });
}
