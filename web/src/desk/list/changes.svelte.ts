/** Changing many tickets at once, each by itself: what became of each is told, and what was refused can be tried again. */
import type { Ticket } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { toasts } from "$/ui/toast.svelte";
import { undo } from "../undo.svelte";
import { canGoBack } from "../conversation/canGoBack";
import { type Change, type Changed, changePart, EACH_AT_ONCE, type Refusal, takeBack } from "./bulk";
import type { TicketListView } from "./feed.svelte";

export type { Change, Refusal } from "./bulk";

export interface Outcome {
  change: Change;
  changed: number;
  refused: Refusal[];
}

/** So many go in one request. */
const AT_ONCE = 100;

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
    const changed: Changed[] = [];
    const size = "delete" in change ? EACH_AT_ONCE : AT_ONCE;
    try {
      for (let from = 0; from < tickets.length; from += size) {
        const part = tickets.slice(from, from + size);
        const result = await changePart(part, change)
          .catch((error: unknown) => ({ refused: part.map((ticket) => ({ ticket, error })), changed: [] }));
        refused.push(...result.refused);
        changed.push(...result.changed);
        const bad = new Set(result.refused.map(({ ticket }) => ticket.id));
        const good = part.map((ticket) => ticket.id).filter((id) => !bad.has(id));
        if ("delete" in change) this.view.removed(good);
        else await this.view.changedHere(good);
        this.progress = { done: from + part.length, of: tickets.length };
      }
    } finally {
      this.progress = null;
    }
    this.#tell({ change, changed: tickets.length - refused.length, refused }, changed);
  }

  #tell(outcome: Outcome, changed: readonly Changed[]): void {
    const [first] = outcome.refused;
    const words = m.bulk_changed({ count: outcome.changed });
    const { change } = outcome;
    const isReversible = !("delete" in change) && changed.some(({ shown }) => canGoBack(shown, change));
    if (isReversible) undo.offer(words, () => takeBack(change, changed, session.me.person_id));
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
