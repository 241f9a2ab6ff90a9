/** A ticket list as it is read, page after page, and kept true by what the live connection tells. */
import type { Ticket } from "$/api/types";
import type { TicketPage } from "$/data/tickets";
import { NO_ROWS, placed, type Rows, type Rule, settled, without, withPage, withTicket } from "./rows";

export interface FeedPorts {
  /** A page of the list; null asks for the first. */
  page(cursor: string | null, signal: AbortSignal): Promise<TicketPage>;
  /** One ticket as it is now; null if there is none any more. */
  one(id: string): Promise<Ticket | null>;
  /** A page of all tickets, what changed last first. */
  recent(cursor: string | null): Promise<TicketPage>;
}

/** What happened within so long is asked for together. */
const SETTLE_MS = 150;
/** More than this many at once are not asked for one by one. */
const ONE_BY_ONE = 8;
/** So many pages of what changed last are read at most. */
const RECENT_PAGES = 5;
/** So often a change of the reader's is looked for at most. */
const TRIES = 10;

export class TicketFeed {
  rows: Rows = NO_ROWS;
  /** Whether anything was read yet. */
  ready = false;
  /** Why the last page could not be read. */
  error: unknown = null;
  reading = false;

  readonly #touched = new Set<string>();
  /** What the reader did, by the version it led to: it is put where it belongs as soon as that version is here. */
  readonly #own = new Map<string, { version: number; tries: number }>();
  readonly #ending = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ports: FeedPorts,
    private readonly rule: Rule,
    private readonly changed: () => void,
  ) {}

  stop(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  /** Reads the next page, or the first. One at a time. */
  async more(): Promise<void> {
    if (this.reading || (this.ready && this.rows.next === null)) return;
    this.reading = true;
    this.error = null;
    this.changed();
    try {
      const page = await this.ports.page(this.ready ? this.rows.next : null, this.#ending.signal);
      if (this.#ending.signal.aborted) return;
      this.rows = withPage(this.rows, page);
      this.ready = true;
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.error = error;
    }
    this.reading = false;
    this.changed();
  }

  /** Something happened to a ticket; `own`: the version it has by the reader's hand. */
  touch(id: string, own?: number): void {
    this.#touched.add(id);
    if (own !== undefined) this.#own.set(id, { version: own, tries: 0 });
    this.#timer ??= setTimeout(() => void this.#catchUp(), SETTLE_MS);
  }

  /** A ticket was deleted, or left the list by the reader's own hand. */
  remove(ids: Iterable<string>): void {
    this.#set(without(this.rows, new Set(ids)));
  }

  /** Takes in a ticket as it is now. */
  take(ticket: Ticket): void {
    this.#set(withTicket(this.rows, ticket, this.rule));
  }

  /** Puts everything where it belongs. */
  settle(): void {
    this.#set(settled(this.rows, this.rule));
  }

  /** The reader changed these themselves: what left the list, came into it or moved in it by that does so at once. */
  async changedHere(ids: readonly string[]): Promise<void> {
    await this.#ask(ids);
    this.#set(placed(this.rows, new Set(ids), this.rule));
  }

  /** Too much was missed to be told: reads what changed last, and the tickets in sight. */
  async resync(inSight: readonly string[]): Promise<void> {
    if (!this.ready) return;
    const known = await this.#recent(new Set(inSight));
    await this.#ask([...known]);
  }

  async #catchUp(): Promise<void> {
    this.#timer = undefined;
    let ids = new Set(this.#touched);
    this.#touched.clear();
    if (ids.size > ONE_BY_ONE) {
      ids = await this.#recent(ids);
      // What is left was changed in the dark: only what is shown is worth a question each.
      ids = new Set([...ids].filter((id) => this.rows.places.has(id)));
    }
    await this.#ask([...ids]);
    this.#placeOwn();
  }

  /** An answer may have been under way since before the reader's change: then it is asked for once more. */
  #placeOwn(): void {
    const here = new Set<string>();
    for (const [id, { version, tries }] of this.#own) {
      const at = this.rows.places.get(id);
      const known = at === undefined ? this.rows.arrived.get(id) : this.rows.shown[at];
      if (known && known.version < version && tries < TRIES) {
        this.touch(id);
        this.#own.set(id, { version, tries: tries + 1 });
      } else {
        here.add(id);
        this.#own.delete(id);
      }
    }
    this.#set(placed(this.rows, here, this.rule));
  }

  /** Takes in what changed last; returns which of `wanted` was not among it. */
  async #recent(wanted: ReadonlySet<string>): Promise<Set<string>> {
    const missing = new Set(wanted);
    let cursor: string | null = null;
    for (let page = 0; page < RECENT_PAGES && missing.size > 0; page += 1) {
      const answer: TicketPage | null = await this.ports.recent(cursor).catch(() => null);
      if (!answer || this.#ending.signal.aborted) break;
      this.rows = answer.items.reduce((rows, ticket) => withTicket(rows, ticket, this.rule), this.rows);
      for (const ticket of answer.items) missing.delete(ticket.id);
      cursor = answer.next_cursor ?? null;
      if (!cursor) break;
    }
    this.changed();
    return missing;
  }

  async #ask(ids: readonly string[]): Promise<void> {
    const gone = new Set<string>();
    const found = await Promise.all(ids.map(async (id) => {
      try {
        const ticket = await this.ports.one(id);
        if (!ticket) gone.add(id);
        return ticket;
      } catch {
        // Not reachable now: the next event or the reconnection asks again.
        return null;
      }
    }));
    if (this.#ending.signal.aborted) return;
    const next = found.reduce((rows, ticket) => (ticket ? withTicket(rows, ticket, this.rule) : rows), this.rows);
    this.#set(without(next, gone));
  }

  #set(rows: Rows): void {
    if (rows === this.rows) return;
    this.rows = rows;
    this.changed();
  }
}
