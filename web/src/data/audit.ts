/** The audit trail: pages of it, and how much came since. */
import { api, ok } from "$/api/client";
import type { components, paths } from "$generated/api";
import { live } from "$/live/live.svelte";

export type AuditEntry = components["schemas"]["AuditEntry"];
export type AuditFilter = Omit<NonNullable<paths["/v1/audit"]["get"]["parameters"]["query"]>, "cursor" | "limit">;
export type AuditPage = { items: AuditEntry[]; next_cursor?: string | null };

/** The API's longest page. */
const PAGE = 100;

function page(filter: AuditFilter, cursor: string | null, signal?: AbortSignal): Promise<AuditPage> {
  const query = { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) };
  return ok(api.GET("/v1/audit", { params: { query }, ...(signal ? { signal } : {}) }));
}

/** Options for `createInfiniteQuery`: what happened, page after page. */
export function auditTrail(filter: AuditFilter) {
  return {
    queryKey: ["audit", filter] as const,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) => page(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: AuditPage) => last.next_cursor ?? null,
    // Opened again, it is read again: an auditor looks at what is there now.
    staleTime: 0,
    structuralSharing: false as const,
  };
}

/** Everything that matches, up to `most` entries, page after page; `told` hears how many there are so far. */
export async function collectTrail(filter: AuditFilter, most: number, told: (count: number) => void, signal: AbortSignal): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let cursor: string | null = null;
  do {
    const next: AuditPage = await page(filter, cursor, signal);
    entries.push(...next.items);
    cursor = next.next_cursor ?? null;
    told(entries.length);
  } while (cursor && entries.length < most);
  return entries.slice(0, most);
}

/** Hears of whatever happens that the live connection tells of. Returns how to stop. */
export function followAudit(happened: () => void): () => void {
  const stops = (["tickets", "chats", "agents"] as const).map((topic) => live.listen(topic, { event: happened }));
  return () => stops.forEach((stop) => stop());
}
