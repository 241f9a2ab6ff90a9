/** Customers and visitors. */
import { api, ok } from "$/api/client";
import { live } from "$/live/live.svelte";
import { queryClient } from "./query";

export const customerKeys = {
  all: ["customers"] as const,
  list: (search: string, kind: CustomerKind | null) => ["customers", "list", search, kind] as const,
  one: (id: string) => ["customers", "one", id] as const,
};

export type CustomerKind = "customer" | "visitor";

const PAGE = 50;

/** Options for `createInfiniteQuery`: everybody, or those whose name or address has these words. */
export function customerList(search: string, kind: CustomerKind | null = null) {
  return {
    queryKey: customerKeys.list(search, kind),
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      ok(api.GET("/v1/customers", {
        params: { query: { limit: PAGE, ...(search ? { search } : {}), ...(kind ? { kind } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      })),
    initialPageParam: null as string | null,
    getNextPageParam: (last: { next_cursor?: string | null }) => last.next_cursor ?? null,
  };
}

/** A few whose name or address has these words, for choosing one. */
export async function findCustomers(search: string, signal?: AbortSignal) {
  const query = { limit: 8, ...(search ? { search } : {}) };
  return (await ok(api.GET("/v1/customers", { params: { query }, ...(signal ? { signal } : {}) }))).items;
}

/** Options for `createQuery`: one of them. */
export function customerDetail(id: string) {
  return {
    queryKey: customerKeys.one(id),
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/customers/{id}", { params: { path: { id } }, signal })),
  };
}

/** Asks anew for everything known of customers: one of them was changed. */
export function customersChanged(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: customerKeys.all });
}

/** Keeps what is known of customers true, and forgets whom somebody erased. Returns how to stop; for the shell's `$effect`. */
export function followCustomers(): () => void {
  return live.listen("customers", {
    event: (event) => void (event.event_type === "PersonalDataErased" ? customerErased() : customersChanged()),
    resync: () => void customerErased(),
  });
}

/** Somebody was erased: nothing that was read before is kept, of whatever kind. */
export async function customerErased(): Promise<void> {
  queryClient.removeQueries({ type: "inactive" });
  await queryClient.invalidateQueries();
}
