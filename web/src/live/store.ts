/** Where the outbox keeps what is not sent yet: IndexedDB, shared by all tabs. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { StoredCommand } from "$/api/client";

/** Something to send. */
export interface Entry {
  /** Also its command's `Idempotency-Key`. */
  id: string;
  /** Whose it is: nobody else sends it. */
  person: string;
  /** What it belongs to, `ticket:<id>` or `chat:<id>`: entries of one conversation are sent in order. */
  conversation: string;
  /** What it is, for whoever shows it: `message`, `note`, `status` … */
  kind: string;
  command: StoredCommand;
  createdAt: number;
  /** Its place in the order. */
  order: number;
  tries: number;
  /** Why it cannot be sent as it is, once the server has refused it. */
  refusal?: { status: number; code: string; detail: string; body: unknown };
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { person: string } };
}

/** What an outbox needs of its storage. */
export interface EntryStore {
  all(person: string): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
}

export function openEntryStore(name = "docket"): EntryStore {
  const database: Promise<IDBPDatabase<Schema>> = openDB<Schema>(name, 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "id" }).createIndex("person", "person");
    },
  });
  return {
    async all(person) {
      const entries = await (await database).getAllFromIndex("outbox", "person", person);
      return entries.sort((a, b) => a.order - b.order || a.id.localeCompare(b.id));
    },
    async put(entry) {
      await (await database).put("outbox", entry);
    },
    async remove(id) {
      await (await database).delete("outbox", id);
    },
  };
}
