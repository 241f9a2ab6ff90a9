/** Ticket lists and tickets: asked for, cached, and kept true by live events. */
import type { InfiniteData } from "@tanstack/svelte-query";
import { api, ok } from "$/api/client";
import type { paths } from "$generated/api";
import type { Ticket } from "$/api/types";
import { live } from "$/live/live.svelte";
import { askAnew, put, queryClient } from "./query";

export type TicketFilter = Omit<NonNullable<paths["/v1/tickets"]["get"]["parameters"]["query"]>, "cursor">;
export type TicketPage = { items: Ticket[]; next_cursor?: string | null };

export const ticketKeys = {
  all: ["tickets"] as const,
  lists: ["tickets", "list"] as const,
  list: (filter: TicketFilter) => ["tickets", "list", filter] as const,
  counts: ["tickets", "counts"] as const,
  one: (id: string) => ["tickets", "one", id] as const,
};

const PAGE = 50;

/** Options for `createInfiniteQuery`: a list, page after page. */
export function ticketList(filter: TicketFilter) {
  return {
    queryKey: ticketKeys.list(filter),
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }): Promise<TicketPage> =>
      ok(api.GET("/v1/tickets", {
        params: { query: { limit: PAGE, ...filter, ...(pageParam ? { cursor: pageParam } : {}) } }, signal,
      })),
    initialPageParam: null as string | null,
    getNextPageParam: (last: TicketPage) => last.next_cursor ?? null,
  };
}

/** Options for `createQuery`: one ticket in full. */
export function ticketDetail(id: string) {
  return {
    queryKey: ticketKeys.one(id),
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/tickets/{id}", { params: { path: { id } }, signal })),
  };
}

/** Options for `createQuery`: how many there are, for the navigation and the views. */
export function ticketCounts() {
  return {
    queryKey: ticketKeys.counts,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/ticket-counts", { signal })),
  };
}

/** Puts a ticket's new state into every list that shows it, where it stands: rows do not move under a reader's hand. */
export function patchTicket(ticket: Ticket): void {
  const swap = (one: Ticket) => (one.id === ticket.id && one.version <= ticket.version ? ticket : one);
  put(ticketKeys.lists, () =>
    queryClient.setQueriesData<InfiniteData<TicketPage, string | null>>({ queryKey: ticketKeys.lists }, (data) => {
      const shown = data?.pages.some((page) => page.items.some((one) => one.id === ticket.id && one.version <= ticket.version));
      if (!data || !shown) return data;
      return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(swap) })) };
    }),
  );
}

const SETTLE_MS = 150;
const COUNTS_MS = 1_500;

/**
 * Keeps the cache true: what an event touches is asked for once things have settled, and put in place. Tickets that no list
 * shows yet are told to `arrived`. Returns how to stop; for one `$effect` of an app's shell.
 */
export function followTickets(arrived: (id: string) => void = () => undefined): () => void {
  const touched = new Set<string>();
  let settling: ReturnType<typeof setTimeout> | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;

  const refresh = async () => {
    settling = undefined;
    const ids = [...touched];
    touched.clear();
    await Promise.all(ids.map(async (id) => {
      const isShown = queryClient.getQueriesData<InfiniteData<TicketPage>>({ queryKey: ticketKeys.lists })
        .some(([, data]) => data?.pages.some((page) => page.items.some((one) => one.id === id)));
      const isOpen = queryClient.getQueryState(ticketKeys.one(id)) !== undefined;
      if (!isShown && !isOpen) return arrived(id);
      const ticket = await askAnew(ticketDetail(id)).catch(() => null);
      if (ticket) patchTicket(ticket);
    }));
  };

  return live.listen("tickets", {
    event(event) {
      touched.add(event.stream_id);
      settling ??= setTimeout(() => void refresh(), SETTLE_MS);
      counting ??= setTimeout(() => {
        counting = undefined;
        void queryClient.invalidateQueries({ queryKey: ticketKeys.counts });
      }, COUNTS_MS);
    },
    resync() {
      void queryClient.invalidateQueries({ queryKey: ticketKeys.all });
    },
  });
}
