/** Everything the visitor has begun with the desk: chats, and messages left, which are tickets. */
import type { Chat, Ticket } from "$/api/types";
import type { Door, Page } from "./door";

/** How many of each are read at first, and how many more whenever somebody asks; the API gives at most a hundred at once. */
const FIRST = 20;
const MORE = 50;
const PAGE = 100;

type Read<T> = (limit: number, cursor: string | null) => Promise<Page<T>>;

/** So many of them, page after page, each once; and where they go on. */
async function pages<T extends { id: string }>(read: Read<T>, wanted: number): Promise<{ items: T[]; more: boolean }> {
  const items = new Map<string, T>();
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(Math.min(PAGE, wanted - items.size), cursor);
    for (const item of page.items) items.set(item.id, item);
    cursor = page.next_cursor ?? null;
  } while (cursor && items.size < wanted);
  return { items: [...items.values()], more: cursor !== null };
}

export class Talks {
  chats = $state.raw<readonly Chat[]>([]);
  tickets = $state.raw<readonly Ticket[]>([]);
  /** Of which there are earlier ones. */
  more = $state.raw({ chats: false, tickets: false });
  #wanted = FIRST;
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
    this.#wanted += MORE;
    return this.read();
  }

  forget(): void {
    this.chats = [];
    this.tickets = [];
    this.more = { chats: false, tickets: false };
    this.#wanted = FIRST;
  }

  async #readAll(): Promise<void> {
    const { token } = this.door;
    if (!token) return;
    const wanted = this.#wanted;
    const [chats, tickets] = await Promise.all([
      pages<Chat>((limit, cursor) => this.door.chats(limit, cursor), wanted),
      pages<Ticket>((limit, cursor) => this.door.tickets(limit, cursor), wanted),
    ]);
    // Meanwhile it became somebody else's.
    if (token !== this.door.token) return;
    this.chats = chats.items;
    this.tickets = tickets.items;
    this.more = { chats: chats.more, tickets: tickets.more };
  }
}
