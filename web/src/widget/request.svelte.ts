/** One ticket of the visitor's: a message left, its answers, and what becomes of it while it is looked at. */
import { Problem } from "$/api/problem";
import type { Message, TicketDetail } from "$/api/types";
import type { Connection } from "$/live/connection";
import type { Topic } from "$/live/protocol";
import type { Said } from "./thread";
import { Typing } from "./typing.svelte";
import type { Visitor } from "./visitor.svelte";

export class RequestRoom {
  ticket = $state.raw<TicketDetail | null>(null);
  messages = $state.raw<readonly Message[]>([]);
  /** What stood in the way of reading it. */
  wrong = $state.raw<unknown>(null);
  /** Whether there are messages before these. */
  more = $state(false);
  readonly typing = new Typing();
  readonly lines = $derived(this.messages.map(said));
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | null = null;
  #read = 0;

  constructor(
    private readonly visitor: Visitor,
    private readonly id: string,
  ) {}

  get topic(): Topic {
    return `ticket:${this.id}`;
  }

  /** Listens to it; returns how to stop. */
  listen(connection: Connection): () => void {
    const read = () => void this.read();
    return connection.listen(this.topic, {
      event: ({ position, event_type: what, actor }) => {
        this.visitor.door.knows(position);
        if (what === "MessagePosted" && actor.kind === "agent") this.typing.over();
        read();
      },
      typing: (from) => from.kind === "agent" && this.typing.heard(),
      subscribed: read,
      resync: read,
    });
  }

  /** Reads what is new, once for all who ask while that is under way. */
  read(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      const reading = this.#readNew();
      this.#running = reading;
      return reading;
    });
    return this.#next;
  }

  /** Reads what was said before. Throws what went wrong. */
  async readEarlier(): Promise<void> {
    const page = await this.visitor.ask(this.visitor.door.messages(this.id, { before: this.messages[0]?.position ?? 0 }));
    this.messages = [...page.items, ...this.messages];
    this.more = Boolean(page.next_cursor);
  }

  /** What is on the screen of somebody who looks is read. */
  markRead(): void {
    const { ticket } = this;
    if (!ticket?.unread_count || ticket.version <= this.#read || !this.visitor.opened || document.visibilityState !== "visible") return;
    this.#read = ticket.version;
    void this.visitor.door.command("POST", `/v1/tickets/${this.id}/read`, { up_to_version: ticket.version }).then(
      () => this.visitor.readTalks(),
      () => undefined,
    ).catch(() => undefined);
  }

  async #readNew(): Promise<void> {
    const { visitor, id } = this;
    try {
      // First where it stands: whatever counts up to there is among the messages.
      this.ticket = await visitor.ask(visitor.door.ticket(id));
      if (visitor.request?.id === id) visitor.request = { id, ticket: this.ticket };
      await (this.messages.length === 0 ? this.#readLast() : this.#readAfter());
      this.wrong = null;
      this.markRead();
    } catch (error) {
      this.wrong = error;
      if (!(error instanceof Problem && error.status === 404)) return;
      // It was deleted, or is somebody else's by now: the list is without it.
      this.ticket = null;
      void visitor.readTalks().catch(() => undefined);
    }
  }

  async #readLast(): Promise<void> {
    const page = await this.visitor.door.messages(this.id);
    this.messages = page.items;
    this.more = Boolean(page.next_cursor);
  }

  async #readAfter(): Promise<void> {
    for (let more = true; more; ) {
      const page = await this.visitor.door.messages(this.id, { after: this.messages.at(-1)!.position });
      this.messages = [...this.messages, ...page.items];
      more = Boolean(page.next_cursor);
    }
  }
}

function said({ id, author, body, posted_at: at, position: version }: Message): Said {
  const agent = author.kind === "agent" ? (author.id ?? null) : null;
  return { kind: "said", id, mine: author.kind === "customer", agent, body: body ?? null, at, version, read: false };
}
