/** The list in sight: its feed, its selection, and the row the keyboard is at. */
import { api, ok } from "$/api/client";
import { Problem } from "$/api/problem";
import type { DocketEvent, Ticket } from "$/api/types";
import { ticketDetail, type TicketPage } from "$/data/tickets";
import { askAnew } from "$/data/query";
import { meetTags } from "$/data/tags.svelte";
import { live } from "$/live/live.svelte";
import { session } from "$/session/session.svelte";
import { TicketFeed } from "./feed";
import { apiQuery, asksHowResolved, belongs, compare, isFound, type ListFilter, searchWords } from "./filter";
import { NO_ROWS, type Rows } from "./rows";
import { kept, NONE, type Selection, toggled, toggledAll } from "./selection";

const PAGE = 100;

/** One ticket, also for whoever has it open. Null: deleted, or out of reach. */
async function readOne(id: string): Promise<Ticket | null> {
  try {
    return await askAnew({ ...ticketDetail(id), gcTime: 10_000 });
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

/** Whether the reader did it, and meant to: having read something moves nothing. */
function isOwn(event: DocketEvent, me: string): boolean {
  return event.actor.kind === "agent" && event.actor.id === me && event.event_type !== "MessagesRead";
}

function readPage(query: object, cursor: string | null, signal?: AbortSignal): Promise<TicketPage> {
  return ok(api.GET("/v1/tickets", {
    params: { query: { limit: PAGE, ...query, ...(cursor ? { cursor } : {}) } }, ...(signal ? { signal } : {}),
  }));
}

export class TicketListView {
  #rows = $state.raw<Rows>(NO_ROWS);
  #feed: TicketFeed | undefined;
  #successor: string | null = null;

  /** Whether these are the rows of the filter before, until the first of this one arrive. */
  isOld = $state(true);
  ready = $state(false);
  error = $state.raw<unknown>(null);
  reading = $state(false);
  selection = $state.raw<Selection>(NONE);
  /** The row the keyboard is at. */
  current = $state<string | null>(null);
  /** What is on the screen, kept by the list. */
  inSight: () => readonly string[] = () => [];

  get rows(): Rows {
    return this.#rows;
  }

  get shown(): readonly Ticket[] {
    return this.#rows.shown;
  }

  /** Nothing waits to be shown or put where it belongs. */
  get isSettled(): boolean {
    return this.#rows.arrived.size === 0 && this.#rows.displaced.size === 0;
  }

  /** The selected tickets; if none is, the one the keyboard is at. */
  get targets(): Ticket[] {
    const ids = this.selection.ids.size ? this.selection.ids : new Set(this.current ? [this.current] : []);
    return this.shown.filter((ticket) => ids.has(ticket.id));
  }

  /** Shows another list; what is shown stays until that has its first rows. Returns how to stop following it. */
  show(filter: ListFilter): () => void {
    const me = session.me.person_id;
    const words = searchWords(filter.search);
    const query = apiQuery(filter);
    const feed = new TicketFeed(
      {
        page: (cursor, signal) => readPage(query, cursor, signal),
        one: readOne,
        recent: (cursor) => readPage({ sort: "updated", archived: filter.archived }, cursor),
      },
      {
        belongs: (ticket) => belongs(ticket, filter, me, Date.now()),
        // What only the server can tell does not come by itself.
        isFound: (ticket) => isFound(ticket, words) && !asksHowResolved(filter),
        compare: compare(filter.sort),
      },
      () => this.#changed(feed),
    );
    this.#feed = feed;
    this.isOld = true;
    this.error = null;
    this.selection = NONE;
    // Listening comes first: what happens while the first page is read is not missed.
    const silent = live.listen("tickets", {
      event: (event) => (event.event_type === "TicketDeleted" ? feed.remove([event.stream_id]) : feed.touch(event.stream_id, isOwn(event, me) ? event.version : undefined)),
      resync: () => void feed.resync(this.inSight()),
    });
    // Rows carry their customer's name and words: renamed, merged or erased, they are read anew.
    const strangers = live.listen("customers", {
      event: (event) => feed.rows.shown.filter((one) => one.customer_id === event.stream_id).forEach((one) => feed.touch(one.id)),
    });
    void feed.more();
    return () => {
      silent();
      strangers();
      feed.stop();
    };
  }

  #changed(feed: TicketFeed): void {
    if (feed !== this.#feed) return;
    this.reading = feed.reading;
    this.error = feed.error;
    if (!feed.ready) return;
    if (this.current && !feed.rows.places.has(this.current)) {
      this.current = feed.rows.places.has(this.#successor ?? "") ? this.#successor : null;
    }
    this.isOld = false;
    this.ready = true;
    this.#rows = feed.rows;
    for (const { tags } of feed.rows.shown.slice(-PAGE)) meetTags(tags);
    this.selection = kept(this.selection, (id) => feed.rows.places.has(id));
  }

  more(): void {
    void this.#feed?.more();
  }

  settle(): void {
    this.#feed?.settle();
  }

  /** Moves the keyboard's row; returns where it is then. */
  step(by: number): number {
    const at = this.#rows.places.get(this.current ?? "") ?? (by > 0 ? -1 : this.shown.length);
    const next = Math.max(0, Math.min(this.shown.length - 1, at + by));
    this.current = this.shown[next]?.id ?? null;
    return next;
  }

  toggle(id: string, range = false): void {
    this.selection = toggled(this.selection, this.shown, id, range);
  }

  toggleAll(): void {
    this.selection = toggledAll(this.selection, this.shown);
  }

  clear(): void {
    this.selection = NONE;
  }

  /** The reader changed these: what left the list goes at once, and the keyboard moves on to what comes after. */
  async changedHere(ids: readonly string[]): Promise<void> {
    this.#moveOnFrom(ids);
    await this.#feed?.changedHere(ids);
  }

  removed(ids: readonly string[]): void {
    this.#moveOnFrom(ids);
    this.#feed?.remove(ids);
  }

  /** Remembers what comes after the keyboard's row, in case that one goes. */
  #moveOnFrom(ids: readonly string[]): void {
    const gone = new Set(ids);
    const at = this.#rows.places.get(this.current ?? "");
    if (at === undefined || !gone.has(this.current!)) return;
    const stays = (ticket: Ticket) => !gone.has(ticket.id);
    this.#successor = (this.shown.slice(at).find(stays) ?? this.shown.slice(0, at).findLast(stays))?.id ?? null;
  }
}
