/** What was said in one of the customer's conversations: the latest of it, and earlier pages once they are asked for. Followed live. */
import { api, ok } from "$/api/client";
import type { Message } from "$/api/types";
import { queryClient } from "$/data/query";
import { live } from "$/live/live.svelte";

export type Kind = "tickets" | "chats";

export interface Said {
  /** Oldest first. */
  messages: readonly Message[];
  /** Whether there are earlier ones. */
  more: boolean;
}

interface Page {
  items: Message[];
  next_cursor?: string | null;
}

const PAGE = 100;

/** Chats have keys of their own: the desk's lists of tickets are read anew without them. */
export const saidKey = (kind: Kind, id: string) => [kind === "tickets" ? "tickets" : "own-chats", "messages", id] as const;

function read(kind: Kind, id: string, which: { latest?: true; before?: number; after?: number }, signal?: AbortSignal): Promise<Page> {
  const init = { params: { path: { id }, query: { limit: PAGE, ...which } }, ...(signal ? { signal } : {}) };
  return kind === "tickets" ? ok(api.GET("/v1/tickets/{id}/messages", init)) : ok(api.GET("/v1/chats/{id}/messages", init));
}

/** Both, in their order, each once. */
function merged(known: readonly Message[], added: readonly Message[]): Message[] {
  const ids = new Set(known.map((message) => message.id));
  return [...known, ...added.filter((message) => !ids.has(message.id))].toSorted((a, b) => a.position - b.position);
}

/** Options for `createQuery`. Read anew, it is as much as was shown. */
export function saidIn(kind: Kind, id: string) {
  return {
    queryKey: saidKey(kind, id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Said> => {
      const shown = queryClient.getQueryData<Said>(saidKey(kind, id))?.messages.length ?? 0;
      let page = await read(kind, id, { latest: true }, signal);
      let messages = merged([], page.items);
      while (page.next_cursor && messages.length < shown) {
        page = await read(kind, id, { before: messages[0]!.position }, signal);
        messages = merged(messages, page.items);
      }
      return { messages, more: Boolean(page.next_cursor) };
    },
  };
}

/** Adds what was said before. Throws what went wrong. */
export async function readEarlier(kind: Kind, id: string): Promise<void> {
  const before = queryClient.getQueryData<Said>(saidKey(kind, id))?.messages[0]?.position;
  if (before === undefined) return;
  const page = await read(kind, id, { before });
  queryClient.setQueryData<Said>(saidKey(kind, id), (said) => said && { messages: merged(said.messages, page.items), more: Boolean(page.next_cursor) });
}

/** Adds what came after the last message seen; what is shown stays as it is. */
export async function readNew(kind: Kind, id: string): Promise<void> {
  for (let more = true; more; ) {
    const shown = queryClient.getQueryData<Said>(saidKey(kind, id));
    // It is being read just now, perhaps without this: read again.
    if (!shown) return queryClient.invalidateQueries({ queryKey: saidKey(kind, id) });
    const page = await read(kind, id, { after: shown.messages.at(-1)?.position ?? 0 });
    queryClient.setQueryData<Said>(saidKey(kind, id), (said) => said && { ...said, messages: merged(said.messages, page.items) });
    more = Boolean(page.next_cursor);
  }
}

/**
 * Keeps one conversation true from where it was read, so that nothing is missed between reading and listening. `changed`: something
 * happened in it. Returns how to stop.
 */
export function followSaid(kind: Kind, id: string, changed: () => void = () => undefined): () => void {
  const after = queryClient.getQueryData<Said>(saidKey(kind, id))?.messages.at(-1)?.position;
  return live.listen(kind === "tickets" ? `ticket:${id}` : `chat:${id}`, {
    ...(after === undefined ? {} : { after }),
    event(event) {
      if (event.event_type === "MessagePosted") void readNew(kind, id).catch(() => undefined);
      changed();
    },
    resync() {
      void queryClient.invalidateQueries({ queryKey: saidKey(kind, id) });
      changed();
    },
  });
}
