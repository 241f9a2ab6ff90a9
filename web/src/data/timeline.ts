/**
 * A ticket's events as a window onto its stream: everything after some version, up to now. Older ones are added before, live
 * ones after; versions have no holes, so nothing is missing and nothing is there twice.
 */
import { api, ok } from "$/api/client";
import type { DocketEvent } from "$/api/types";
import { live } from "$/live/live.svelte";
import { queryClient } from "./query";
import { ticketDetail, ticketKeys } from "./tickets";

type Follower = Parameters<typeof live.listen>[1];

export interface Timeline {
  /** By version, each once. */
  events: readonly DocketEvent[];
  /** Everything after this version is there; 0: all there is. */
  from: number;
}

/** So many events are asked for at once. */
const WINDOW = 120;
/** The most a page of the API has. */
const PAGE = 500;

export const timelineKey = (id: string) => ["tickets", "events", id] as const;

/** Both, by version, each once. What is known already stays the same object, and the same list if nothing is new. */
export function merged(known: readonly DocketEvent[], added: readonly DocketEvent[]): readonly DocketEvent[] {
  const versions = new Set(known.map((event) => event.version));
  const fresh = added.filter((event) => !versions.has(event.version) && versions.add(event.version));
  if (fresh.length === 0) return known;
  return [...known, ...fresh].toSorted((a, b) => a.version - b.version);
}

async function readEvents(id: string, after: number, limit: number, signal?: AbortSignal): Promise<DocketEvent[]> {
  const params = { path: { id }, query: { after_version: after, limit } };
  const page = await ok(api.GET("/v1/tickets/{id}/events", { params, ...(signal ? { signal } : {}) }));
  return page.items;
}

/** Everything after a version, however much it is. */
async function readSince(id: string, after: number): Promise<DocketEvent[]> {
  const events: DocketEvent[] = [];
  for (;;) {
    const page = await readEvents(id, events.at(-1)?.version ?? after, PAGE);
    events.push(...page);
    if (page.length < PAGE) return events;
  }
}

/** The version it is at, as far as this page knows. */
function knownVersion(id: string): number | null {
  return queryClient.getQueryData<{ version: number }>(ticketKeys.one(id))?.version ?? null;
}

/** Options for `createQuery`: the newest events. Followed live, it needs no second asking. */
export function ticketTimeline(id: string) {
  return {
    queryKey: timelineKey(id),
    staleTime: Infinity,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Timeline> => {
      const known = knownVersion(id);
      const from = Math.max(0, (known ?? 0) - WINDOW);
      const events = await readEvents(id, from, PAGE, signal);
      if (events.length < PAGE) return { events, from };
      // A long history whose length was not known: its end.
      const { version } = await queryClient.fetchQuery(ticketDetail(id));
      const end = Math.max(0, version - WINDOW);
      return { events: await readEvents(id, end, PAGE, signal), from: end };
    },
  };
}

/** Adds what came before. */
export async function readOlder(id: string, howMany = WINDOW): Promise<void> {
  const shown = queryClient.getQueryData<Timeline>(timelineKey(id));
  if (!shown || shown.from === 0) return;
  const from = Math.max(0, shown.from - howMany);
  const older = await readEvents(id, from, shown.from - from);
  add(id, older.filter((event) => event.version <= shown.from), from);
}

/** Adds everything that came before: to walk through the whole history. */
export async function readAll(id: string): Promise<void> {
  while ((queryClient.getQueryData<Timeline>(timelineKey(id))?.from ?? 0) > 0) await readOlder(id, PAGE);
}

/** Adds what came after the last one shown. */
export async function readNewer(id: string): Promise<void> {
  const shown = queryClient.getQueryData<Timeline>(timelineKey(id));
  if (shown) add(id, await readSince(id, shown.events.at(-1)?.version ?? 0));
}

function add(id: string, added: readonly DocketEvent[], from?: number): void {
  queryClient.setQueryData<Timeline>(timelineKey(id), (shown) => {
    if (!shown) return shown;
    const events = merged(shown.events, added);
    const start = Math.min(shown.from, from ?? shown.from);
    return events === shown.events && start === shown.from ? shown : { events, from: start };
  });
}

/** Whether something lies between what is shown and this event. */
export function leavesGap(shown: Timeline, event: DocketEvent): boolean {
  return event.version > (shown.events.at(-1)?.version ?? 0) + 1;
}

/**
 * Keeps a timeline that is shown true: the live connection begins where it ends, so that nothing is missed between reading and
 * listening, nor while it lay in the cache. Returns how to stop.
 */
export function followTimeline(id: string, more: Pick<Follower, "typing" | "viewers" | "event"> = {}): () => void {
  const shown = queryClient.getQueryData<Timeline>(timelineKey(id));
  const last = shown?.events.at(-1)?.position;
  return live.listen(`ticket:${id}`, {
    ...more,
    ...(last === undefined ? {} : { after: last }),
    event(event) {
      const now = queryClient.getQueryData<Timeline>(timelineKey(id));
      if (now && leavesGap(now, event)) void readNewer(id);
      else add(id, [event]);
      more.event?.(event);
    },
    resync: () => void readNewer(id),
  });
}

/** Has a ticket ready before it is opened: at the pointer's or the keyboard's approach. */
export function prefetchTicket(id: string): void {
  void queryClient.prefetchQuery({ ...ticketDetail(id), staleTime: 30_000 });
  void queryClient.prefetchQuery(ticketTimeline(id));
}
