/** Everything the visitor has begun with the desk: chats, and messages left, which are tickets. */
import type { Chat, Ticket } from "$/api/types";
import type { Door } from "./door";

/** How many of each are read at first, and how many more when asked; the API gives at most a hundred. */
const FIRST = 20;
const MOST = 100;

export class Talks {
  chats = $state.raw<readonly Chat[]>([]);
  tickets = $state.raw<readonly Ticket[]>([]);
  /** Whether there are earlier ones. */
  more = $state(false);
  #limit = FIRST;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | null = null;

  readonly any = $derived(this.chats.length + this.tickets.length > 0);
  /** Whether something may still be said in one of them. */
  readonly open = $derived([...this.chats, ...this.tickets].some(({ status }) => status !== "closed"));

  constructor(private readonly door: Door) {}

  /** What was not read, that of one chat aside. */
  unread(followed: string | undefined): number {
    const counted = [...this.tickets, ...this.chats.filter(({ id }) => id !== followed)];
    return counted.reduce((sum, { unread_count }) => sum + unread_count, 0);
  }

  /** Reads them anew, once for all who ask while that is under way: what was asked before may be answered without what is new. */
  read(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      const reading = this.#readAll();
      this.#running = reading.catch(() => undefined);
      return reading;
    });
    return this.#next;
  }

  readMore(): Promise<void> {
    this.#limit = MOST;
    return this.read();
  }

  forget(): void {
    this.chats = [];
    this.tickets = [];
    this.more = false;
    this.#limit = FIRST;
  }

  async #readAll(): Promise<void> {
    const { token } = this.door;
    if (!token) return;
    const [chats, tickets] = await Promise.all([this.door.chats(this.#limit), this.door.tickets(this.#limit)]);
    // Meanwhile it became somebody else's.
    if (token !== this.door.token) return;
    this.chats = chats.items;
    this.tickets = tickets.items;
    this.more = this.#limit < MOST && Boolean(chats.next_cursor || tickets.next_cursor);
  }
}
