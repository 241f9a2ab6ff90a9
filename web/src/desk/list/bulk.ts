/** Changing some tickets at once, and taking it back. */
import { api, ok } from "$/api/client";
import { Problem } from "$/api/problem";
import type { Ticket } from "$/api/types";
import { queryClient } from "$/data/query";
import type { components } from "$generated/api";
import { canGoBack } from "../conversation/canGoBack";
import { ticketAsOf } from "../conversation/lookups";

export type Change = Omit<components["schemas"]["BulkChange"], "ids"> | { delete: true };

export interface Refusal {
  ticket: Ticket;
  error: unknown;
}

/** A ticket that was changed. `on`: the version it was changed on, which need not be the one the list showed. */
export interface Changed {
  shown: Ticket;
  on: number;
  version: number;
}

/** Deleting, and taking back, is a request each; so many are under way together. */
export const EACH_AT_ONCE = 5;

/** Changes some tickets: what became of each. */
export async function changePart(part: readonly Ticket[], change: Change): Promise<{ refused: Refusal[]; changed: Changed[] }> {
  const refused: Refusal[] = [];
  const changed: Changed[] = [];
  if ("delete" in change) {
    const results = await Promise.allSettled(part.map((ticket) => ok(api.DELETE("/v1/tickets/{id}", { params: { path: { id: ticket.id } } }))));
    results.forEach((result, at) => {
      if (result.status === "rejected") refused.push({ ticket: part[at]!, error: result.reason });
    });
    return { refused, changed };
  }
  const answer = await ok(api.POST("/v1/ticket-changes", { body: { ...change, ids: part.map((ticket) => ticket.id) } }));
  const byId = new Map(part.map((ticket) => [ticket.id, ticket]));
  for (const { id, status, receipt, version_before, problem } of answer.items) {
    const shown = byId.get(id);
    if (!shown) continue;
    if (receipt) changed.push({ shown, on: version_before ?? shown.version, version: receipt.version });
    else refused.push({ ticket: shown, error: Problem.from(status, problem) });
  }
  return { refused, changed };
}

/** Takes back what was done to each, a few at a time. False: to some of them something was done since. */
export async function takeBack(change: Change, changed: readonly Changed[], me: string): Promise<boolean> {
  if ("delete" in change) return false;
  const { goBack, wayBack } = await import("../conversation/wayBack");
  const one = async ({ shown, on, version }: Changed): Promise<boolean> => {
    // What the list showed may be older than what was changed.
    const before = on === shown.version ? shown : await queryClient.fetchQuery(ticketAsOf(shown.id, on));
    if (!canGoBack(before, change)) return false;
    return goBack(wayBack(before, change), version, me);
  };
  let all = true;
  for (let from = 0; from < changed.length; from += EACH_AT_ONCE) {
    const results = await Promise.all(changed.slice(from, from + EACH_AT_ONCE).map(one));
    all &&= results.every((done) => done);
  }
  return all;
}
