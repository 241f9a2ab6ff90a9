/** Changing many tickets at once, each by itself: what became of each is told, and what was refused can be tried again. */
import { api, ok } from "$/api/client";
import { Problem } from "$/api/problem";
import type { Ticket } from "$/api/types";
import type { components } from "$generated/api";
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { toasts } from "$/ui/toast.svelte";
import { undo } from "../undo.svelte";
import type { TicketListView } from "./feed.svelte";

export type Change = Omit<components["schemas"]["BulkChange"], "ids"> | { delete: true };

export interface Refusal {
  ticket: Ticket;
  error: unknown;
}

export interface Outcome {
  change: Change;
  changed: number;
  refused: Refusal[];
}

/** So many go in one request. */
const AT_ONCE = 100;
/** Deleting, and taking back, is a request each; so many are under way together. */
const DELETES = 5;

/** What became of some tickets: refused, or changed to a version. */
interface PartResult {
  refused: Refusal[];
  versions: Map<string, number>;
}

async function changePart(part: readonly Ticket[], change: Change): Promise<PartResult> {
  const versions = new Map<string, number>();
  if ("delete" in change) {
    const results = await Promise.allSettled(part.map((ticket) => ok(api.DELETE("/v1/tickets/{id}", { params: { path: { id: ticket.id } } }))));
    return { refused: results.flatMap((result, at) => (result.status === "rejected" ? [{ ticket: part[at]!, error: result.reason }] : [])), versions };
  }
  const answer = await ok(api.POST("/v1/ticket-changes", { body: { ...change, ids: part.map((ticket) => ticket.id) } }));
  const byId = new Map(part.map((ticket) => [ticket.id, ticket]));
  const refused = answer.items.flatMap((item) => {
    const ticket = byId.get(item.id);
    if (item.receipt) versions.set(item.id, item.receipt.version);
    return ticket && !item.receipt ? [{ ticket, error: Problem.from(item.status, item.problem) }] : [];
  });
  return { refused, versions };
}

/** Takes back what was done to each, a few at a time. False: to some of them something was done since. */
async function takeBack(change: Change, done: readonly { before: Ticket; version: number }[]): Promise<boolean> {
  if ("delete" in change) return false;
  const { goBack, wayBack } = await import("../conversation/wayBack");
  let all = true;
  for (let from = 0; from < done.length; from += DELETES) {
    const part = done.slice(from, from + DELETES);
    const results = await Promise.all(part.map(({ before, version }) => goBack(wayBack(before, change), version, session.me.person_id)));
    all &&= results.every((one) => one);
  }
  return all;
}

export class Changes {
  /** How many are done, of how many; null: nothing is under way. */
  progress = $state.raw<{ done: number; of: number } | null>(null);
  /** What the last change left refused, until somebody has seen it. */
  outcome = $state.raw<Outcome | null>(null);

  constructor(private readonly view: TicketListView) {}

  /** Changes tickets, and tells how it went. */
  async run(tickets: readonly Ticket[], change: Change): Promise<void> {
    if (this.progress || tickets.length === 0) return;
    this.outcome = null;
    this.progress = { done: 0, of: tickets.length };
    const refused: Refusal[] = [];
    const done: { before: Ticket; version: number }[] = [];
    const size = "delete" in change ? DELETES : AT_ONCE;
    try {
      for (let from = 0; from < tickets.length; from += size) {
        const part = tickets.slice(from, from + size);
        const { refused: failed, versions } = await changePart(part, change)
          .catch((error: unknown): PartResult => ({ refused: part.map((ticket) => ({ ticket, error })), versions: new Map() }));
        refused.push(...failed);
        for (const before of part) {
          const version = versions.get(before.id);
          if (version !== undefined) done.push({ before, version });
        }
        const bad = new Set(failed.map(({ ticket }) => ticket.id));
        const good = part.map((ticket) => ticket.id).filter((id) => !bad.has(id));
        if ("delete" in change) this.view.removed(good);
        else await this.view.changedHere(good);
        this.progress = { done: from + part.length, of: tickets.length };
      }
    } finally {
      this.progress = null;
    }
    this.#tell({ change, changed: tickets.length - refused.length, refused }, done);
  }

  #tell(outcome: Outcome, done: readonly { before: Ticket; version: number }[]): void {
    const [first] = outcome.refused;
    const words = m.bulk_changed({ count: outcome.changed });
    if (!("delete" in outcome.change) && done.length > 0) undo.offer(words, () => takeBack(outcome.change, done));
    else if (!first) toasts.say(words);
    if (!first) {
      this.view.clear();
    } else if (outcome.changed === 0 && outcome.refused.length === 1) {
      toasts.fail(first.error);
    } else {
      this.outcome = outcome;
    }
  }

  /** Tries what was refused once more. */
  retry(): void {
    const { outcome } = this;
    if (outcome) void this.run(outcome.refused.map(({ ticket }) => ticket), outcome.change);
  }
}
