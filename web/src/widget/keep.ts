/** What stays on the site between its pages: the visit's token and what is not sent yet, in its `localStorage`. Drafts are beside it. */
import type { Entry, EntryStore } from "$/live/store";
import { pauseUntilOnline } from "$/live/tabs";

export interface Visit {
  token: string;
  visitId: string;
  /** The `user_id` or token the site vouched with, to know whether it is still the same person. */
  vouched: string | null;
  /** Whose what is not sent yet is: a visit that carries an earlier one on sends what that had not. Absent: its own. */
  outbox?: string;
}

/** The chat that is followed, in every tab. */
export interface Followed {
  id: string;
  /** It is over and the visitor is done with it. */
  left: boolean;
  /** Where the log was: other tabs read what is at least as new. */
  position: number;
}

/** How often, and after how long each, another tab's visit is looked for before there is none. */
const LOOKS = 5;
const LOOK_MS = 50;

export class Keep implements EntryStore {
  /** Used where storage is forbidden: everything then lasts as long as the page. */
  readonly #memory = new Map<string, string>();

  constructor(private readonly key: string) {}

  /** Who begins or ends the visit holds it, in whatever tab. */
  get lock(): string {
    return this.#name("visit");
  }

  get visit(): Visit | null {
    return this.#read<Visit>("visit");
  }
  set visit(visit: Visit | null) {
    this.#write("visit", visit);
  }

  /**
   * Whether another visit than that of `token` is kept. What the tab that held the lock before wrote may not be seen here yet:
   * browsers pass on the two separately.
   */
  async hasOther(token: string | null): Promise<boolean> {
    for (let looks = 1; looks < LOOKS && this.visit?.token === token; looks += 1) await pauseUntilOnline(LOOK_MS);
    return this.visit !== null && this.visit.token !== token;
  }

  get chat(): Followed | null {
    return this.#read<Followed>("chat");
  }
  set chat(chat: Followed | null) {
    this.#write("chat", chat);
  }

  /** Under whose name drafts are kept: a visit's, or that of whoever has none yet. */
  writer(person: string | null): string {
    return `${this.key}.${person ?? "nobody"}`;
  }

  /** Whether a storage event tells of another tab's visit or chat; without a key, of all there is. */
  tells(storageKey: string | null): boolean {
    return storageKey === null || storageKey === this.#name("visit") || storageKey === this.#name("chat");
  }

  async all(person: string): Promise<Entry[]> {
    return this.#entries().filter((entry) => entry.person === person).sort((a, b) => a.order - b.order);
  }
  async put(entry: Entry): Promise<void> {
    this.#write("outbox", [...this.#entries().filter((one) => one.id !== entry.id), entry]);
  }
  async remove(id: string): Promise<void> {
    this.#write("outbox", this.#entries().filter((one) => one.id !== id));
  }

  #entries(): Entry[] {
    return this.#read<Entry[]>("outbox") ?? [];
  }

  #name(what: string): string {
    return `docket.${this.key}.${what}`;
  }

  #read<T>(what: string): T | null {
    const name = this.#name(what);
    try {
      const kept = this.#memory.get(name) ?? localStorage.getItem(name);
      return kept ? (JSON.parse(kept) as T) : null;
    } catch {
      return null;
    }
  }

  #write(what: string, value: unknown): void {
    const name = this.#name(what);
    const text = JSON.stringify(value);
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, text);
      this.#memory.delete(name);
    } catch {
      this.#memory.set(name, text);
    }
  }
}
