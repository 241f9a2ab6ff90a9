/** The tab's outbox, for screens: entries by conversation that change as they are sent. */
import { sendCommand, type StoredCommand } from "$/api/client";
import { Outbox, type Sent, type Shown } from "./outbox";
import { type Entry, openEntryStore } from "./store";
import { alone, pauseUntilOnline } from "./tabs";

let entries = $state.raw<Shown[]>([]);
let running: Outbox | null = null;

function current(): Outbox {
  if (!running) throw new Error("the outbox belongs to somebody: startOutbox first");
  return running;
}

/** Begins the outbox of whoever is signed in. */
export async function startOutbox(person: string): Promise<void> {
  running = new Outbox({
    person,
    store: openEntryStore(),
    channel: new BroadcastChannel("docket-outbox"),
    send: sendCommand,
    alone: (work) => alone("docket-outbox", work),
    pause: pauseUntilOnline,
    now: () => Date.now(),
  });
  running.watch((next) => {
    entries = next;
  });
  await running.start();
}

export const outbox = {
  /** Everything not sent yet. */
  get all(): readonly Shown[] {
    return entries;
  },
  /** What of a conversation (`ticket:<id>`) is not sent yet, in order. */
  of(conversation: string): readonly Shown[] {
    return entries.filter((entry) => entry.conversation === conversation);
  },
  /** Keeps a command of a conversation and sends it as soon as it can be. */
  add(conversation: string, kind: string, command: Omit<StoredCommand, "key">): Promise<Entry> {
    return current().add(conversation, kind, command);
  },
  /** Tries a refused one again, perhaps changed. */
  retry(id: string, command?: Partial<Omit<StoredCommand, "key">>): Promise<void> {
    return current().retry(id, command);
  },
  discard(id: string): Promise<void> {
    return current().discard(id);
  },
  /** Throws everything away: at signing out. */
  async clear(): Promise<void> {
    await running?.clear();
  },
  /** Tells of each entry that arrived, whichever tab sent it; returns how to stop. */
  onSent(watcher: (sent: Sent) => void): () => void {
    return current().onSent(watcher);
  },
};
