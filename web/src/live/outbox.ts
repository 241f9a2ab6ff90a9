/**
 * What was written and has not arrived: kept across reloads, sent in order per conversation, once.
 *
 * One tab sends at a time (whoever holds the lock); every try carries the same idempotency key, so that even where there
 * are no locks, or an answer got lost, the server acts once. What it refuses stays, with the reason, until somebody
 * decides; what comes after it in the same conversation waits.
 */
import { Problem, Unreachable } from "$/api/problem";
import type { StoredCommand } from "$/api/client";
import { newKey } from "$/api/key";
import type { Entry, EntryStore } from "./store";

export type EntryState = "queued" | "sending" | "failed";

/** An entry as it is shown. */
export interface Shown extends Entry {
  state: EntryState;
  /** Why it was refused; of one that waits, why it could not be sent yet, if the server said so. */
  problem: Problem | null;
}

export interface Sent {
  entry: Entry;
  /** What the server answered: mostly a receipt. */
  answer: unknown;
}

type News = { type: "changed" } | ({ type: "sent" } & Sent);

/** The parts of a `BroadcastChannel` in use. */
export interface Channel {
  postMessage(news: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export interface OutboxParts {
  person: string;
  store: EntryStore;
  channel: Channel;
  send(command: StoredCommand): Promise<unknown>;
  /** Runs `work` while no other tab does the same, and until it ends. */
  alone(work: () => Promise<void>): Promise<void>;
  /** Resolves after a while, or at once when the network comes back. */
  pause(milliseconds: number): Promise<void>;
  now(): number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export class Outbox {
  #entries: Entry[] = [];
  #sending = new Set<string>();
  /** Why those that wait do. */
  #held = new Map<string, Problem>();
  #watchers = new Set<(entries: Shown[]) => void>();
  #sentWatchers = new Set<(sent: Sent) => void>();
  #working = false;
  #order = 0;
  #stopped = false;

  constructor(private readonly parts: OutboxParts) {
    parts.channel.onmessage = ({ data }) => {
      const news = data as News;
      if (news.type === "sent") this.#sentWatchers.forEach((watch) => watch(news));
      void this.#refresh().then(() => this.#work());
    };
  }

  /** Reads what is left from before, and goes on sending it. */
  async start(): Promise<void> {
    await this.#refresh();
    void this.#work();
  }

  stop(): void {
    this.#stopped = true;
    this.parts.channel.close();
  }

  /** Keeps a command and sends it as soon as it can be. Resolves when it is kept. */
  async add(conversation: string, kind: string, command: Omit<StoredCommand, "key">): Promise<Entry> {
    const id = newKey();
    this.#order = Math.max(this.#order + 1, this.parts.now());
    const { person } = this.parts;
    const createdAt = this.parts.now();
    const entry: Entry = {
      id, person, conversation, kind, command: { ...command, key: id }, createdAt, order: this.#order, tries: 0,
    };
    await this.parts.store.put(entry);
    await this.#changed();
    void this.#work();
    return entry;
  }

  /** Tries a refused entry again: under a new key, since the old one stands for the refusal. */
  async retry(id: string, command?: Partial<Omit<StoredCommand, "key">>): Promise<void> {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return;
    const { refusal: _, ...rest } = entry;
    const key = newKey();
    await this.parts.store.put({ ...rest, id: key, tries: 0, command: { ...entry.command, ...command, key } });
    await this.parts.store.remove(id);
    await this.#changed();
    void this.#work();
  }

  /** Throws an entry away. */
  async discard(id: string): Promise<void> {
    await this.parts.store.remove(id);
    await this.#changed();
    void this.#work();
  }

  /** Throws everything away: at signing out. */
  async clear(): Promise<void> {
    for (const entry of await this.parts.store.all(this.parts.person)) await this.parts.store.remove(entry.id);
    await this.#changed();
  }

  /** Tells of the entries now and whenever they change; returns how to stop. */
  watch(watcher: (entries: Shown[]) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.#shown());
    return () => void this.#watchers.delete(watcher);
  }

  /** Tells of each entry that arrived, whichever tab sent it; returns how to stop. */
  onSent(watcher: (sent: Sent) => void): () => void {
    this.#sentWatchers.add(watcher);
    return () => void this.#sentWatchers.delete(watcher);
  }

  #shown(): Shown[] {
    return this.#entries.map((entry) => {
      const { refusal } = entry;
      const state: EntryState = refusal ? "failed" : this.#sending.has(entry.id) ? "sending" : "queued";
      return { ...entry, state, problem: refusal ? Problem.from(refusal.status, refusal.body) : (this.#held.get(entry.id) ?? null) };
    });
  }

  async #refresh(): Promise<void> {
    this.#entries = await this.parts.store.all(this.parts.person);
    this.#order = Math.max(this.#order, ...this.#entries.map((entry) => entry.order));
    this.#show();
  }

  #show(): void {
    const shown = this.#shown();
    this.#watchers.forEach((watch) => watch(shown));
  }

  async #changed(): Promise<void> {
    await this.#refresh();
    if (!this.#stopped) this.parts.channel.postMessage({ type: "changed" } satisfies News);
  }

  /** The first entry of each conversation that nothing stands in front of. */
  #due(): Entry[] {
    const heads = new Map<string, Entry>();
    for (const entry of this.#entries) {
      if (!heads.has(entry.conversation)) heads.set(entry.conversation, entry);
    }
    return [...heads.values()].filter((entry) => !entry.refusal);
  }

  async #work(): Promise<void> {
    if (this.#working || this.#stopped || this.#due().length === 0) return;
    this.#working = true;
    try {
      await this.parts.alone(() => this.#sendAll());
    } finally {
      this.#working = false;
    }
    // Something may have been added between the last look and now.
    if (this.#due().length > 0) void this.#work();
  }

  async #sendAll(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#stopped) {
      // Another tab may have sent or discarded some while this one waited for the lock.
      await this.#refresh();
      const due = this.#due();
      if (due.length === 0) return;
      const arrived = await Promise.all(due.map((entry) => this.#send(entry)));
      if (arrived.includes(true)) {
        pause = FIRST_PAUSE_MS;
      } else {
        // Sooner than the server says it is for nothing.
        const asked = Math.max(0, ...due.map(({ id }) => this.#held.get(id)?.retryAfter ?? 0)) * 1_000;
        await this.parts.pause(Math.min(Math.max(pause, asked), LONGEST_PAUSE_MS));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  /** Whether it is off the queue's head: arrived or refused. */
  async #send(entry: Entry): Promise<boolean> {
    this.#sending.add(entry.id);
    this.#held.delete(entry.id);
    this.#show();
    try {
      const answer = await this.parts.send(entry.command);
      await this.parts.store.remove(entry.id);
      await this.#moveOn(entry, answer);
      const sent: Sent = { entry, answer };
      this.#sentWatchers.forEach((watch) => watch(sent));
      this.parts.channel.postMessage({ type: "sent", ...sent } satisfies News);
      return true;
    } catch (error) {
      if (passes(error)) {
        if (error instanceof Problem) this.#held.set(entry.id, error);
        await this.parts.store.put({ ...entry, tries: entry.tries + 1 });
        return false;
      }
      await this.parts.store.put({ ...entry, tries: entry.tries + 1, refusal: refusalOf(error) });
      this.parts.channel.postMessage({ type: "changed" } satisfies News);
      return true;
    } finally {
      this.#sending.delete(entry.id);
      await this.#refresh();
    }
  }

  /**
   * What was decided on the version this one was made on goes for the version it led to. If something of others came between,
   * it stays as it was decided, and the server refuses it with what it missed.
   */
  async #moveOn(sent: Entry, answer: unknown): Promise<void> {
    const version = (answer as { version?: number } | null)?.version;
    if (version === undefined) return;
    for (const entry of await this.parts.store.all(this.parts.person)) {
      if (entry.conversation !== sent.conversation || entry.command.ifMatch !== version - 1) continue;
      await this.parts.store.put({ ...entry, command: { ...entry.command, ifMatch: version } });
    }
  }
}

/** Whether waiting may help: no network, an overloaded server, or a session that ended and will be begun anew. */
function passes(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Problem && (error.passing || error.status === 401);
}

function refusalOf(error: unknown): NonNullable<Entry["refusal"]> {
  if (!(error instanceof Problem)) return { status: 0, code: "unexpected", detail: String(error), body: null };
  const { status, code, detail } = error;
  return { status, code, detail, body: { ...error.members, code, detail, errors: error.fields } };
}
