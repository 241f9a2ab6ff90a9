/** What a ticket's page asks for beside the ticket: small lists that hardly change, and its customer. */
import { api, ok } from "$/api/client";

/** Options for `createQuery`: categories and custom fields. */
export function organisationOffer() {
  return {
    queryKey: ["organisation", "offer"] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/organisation", { signal })),
  };
}

/** Options for `createQuery`: the customer's card. */
export function customerCard(id: string) {
  return {
    queryKey: ["customers", "one", id] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/customers/{id}", { params: { path: { id } }, signal })),
  };
}

/** Options for `createQuery`: a customer's latest tickets. */
export function ticketsOfCustomer(id: string) {
  return {
    queryKey: ["customers", "card-tickets", id] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await ok(api.GET("/v1/tickets", { params: { query: { customer_id: id, sort: "updated", limit: 8 } }, signal }))).items,
  };
}

/** Options for `createQuery`: how a ticket stands with the service level, at a version of it. */
export function slaOf(id: string, version: number) {
  return {
    queryKey: ["tickets", "sla", id, version] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/tickets/{id}/sla", { params: { path: { id } }, signal })),
    staleTime: 60_000,
  };
}

/** Options for `createQuery`: a ticket as it was at a version. That never changes. */
export function ticketAsOf(id: string, version: number) {
  return {
    queryKey: ["tickets", "as-of", id, version] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      ok(api.GET("/v1/tickets/{id}", { params: { path: { id }, query: { at_version: version } }, signal })),
    staleTime: Infinity,
  };
}

/** So many tickets are offered at once: who misses theirs among them says more words. */
const OFFERED = 8;

/** A few tickets of a customer, or of all but them, that match some words; what changed last first. */
export function someTickets(whose: { customer_id: string } | { not_customer_id: string }, search: string, without: readonly string[]) {
  return {
    queryKey: ["tickets", "some", whose, search, without] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const query = { ...whose, sort: "updated" as const, limit: OFFERED + without.length, ...(search ? { search } : {}) };
      const { items } = await ok(api.GET("/v1/tickets", { params: { query }, signal }));
      return items.filter((one) => !without.includes(one.id)).slice(0, OFFERED);
    },
    staleTime: 10_000,
  };
}
