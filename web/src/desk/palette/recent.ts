/** The tickets somebody opened last, on this device: their ids alone, so that nothing is told of them that is no longer so. */
import { session } from "$/session/session.svelte";

/** So many are kept. */
const MOST = 8;
const key = () => `docket.recent.${session.me.person_id}`;

/** What the storage cannot keep lasts as long as the page. */
let unkept: string[] = [];

/** The last first. */
export function openedLately(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key()) ?? "[]");
    return Array.isArray(kept) && kept.length > 0 ? kept.filter((one) => typeof one === "string").slice(0, MOST) : unkept;
  } catch {
    return unkept;
  }
}

export function noteOpened(id: string): void {
  unkept = [id, ...openedLately().filter((one) => one !== id)].slice(0, MOST);
  try {
    localStorage.setItem(key(), JSON.stringify(unkept));
  } catch {
    // A full or forbidden storage.
  }
}
