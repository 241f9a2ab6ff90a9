/** A conversation's outgoing side: what is on its way, until its event is on the rail. */
import type { DocketEvent, Receipt, TicketStatus } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import type { Shown } from "$/live/outbox";
import { outbox } from "$/live/outbox.svelte";
import type { Topic } from "$/live/protocol";
import { statusWord } from "$/ui/words";
import { type Arrived, onTheirWay } from "./arriving";
import { worthTelling } from "./stale";

export class Sending {
  #arrived = $state.raw<readonly Arrived[]>([]);
  /** Where the conversation was when an entry was first seen. */
  #since = new Map<string, number>();
  /** Entries that were sent again already. */
  #settled = new Set<string>();

  constructor(
    private readonly topic: Topic,
    private readonly me: string,
    private readonly events: () => readonly DocketEvent[],
  ) {}

  /** What is on its way, in order. */
  get shown(): Shown[] {
    const entries = outbox.of(this.topic);
    for (const { id } of entries) if (!this.#since.has(id)) this.#since.set(id, this.#newest());
    return onTheirWay(entries, this.#arrived, this.events(), this.me, (id) => this.#since.get(id) ?? this.#newest());
  }

  /** For one `$effect`: keeps what was sent in sight until its event arrives. Returns how to stop. */
  follow(): () => void {
    return outbox.onSent(({ entry, answer }) => {
      const version = (answer as Partial<Receipt> | null)?.version;
      if (entry.conversation !== this.topic || version === undefined) return;
      const shown: Shown = { ...entry, state: "sending", problem: null };
      this.#arrived = [...this.#arrived.filter((one) => one.version > this.#newest()), { entry: shown, version }];
    });
  }

  /** What an entry does, where it is not something written. */
  words(entry: Shown): string | undefined {
    const body = entry.command.body as { status?: TicketStatus } | undefined;
    return entry.kind === "status" && body?.status ? m.conversation_sets_status({ status: statusWord(body.status) }) : undefined;
  }

  /** Tries again; what was refused for being stale goes ahead for the version it was told of. */
  async retry(entry: Shown): Promise<void> {
    const version = entry.problem?.status === 412 ? entry.problem.currentVersion : null;
    await outbox.retry(entry.id, version === null ? {} : { ifMatch: version });
  }

  /** For one `$effect`: what was refused over nothing that its sender need hear of goes ahead by itself. */
  settle(): void {
    for (const entry of outbox.of(this.topic)) {
      if (entry.problem?.status !== 412 || worthTelling(entry.problem.missed, this.me).length > 0 || this.#settled.has(entry.id)) continue;
      this.#settled.add(entry.id);
      void this.retry(entry);
    }
  }

  #newest(): number {
    return this.events().at(-1)?.version ?? 0;
  }
}
