/** Changes that were decided on an older state: told what they missed, never applied over it unseen. */
import { Problem } from "$/api/problem";
import type { DocketEvent } from "$/api/types";

/** What somebody has to hear of before a change of theirs goes over it: not that it was read, nor what they did themselves. */
export function worthTelling(missed: readonly DocketEvent[], me: string): DocketEvent[] {
  return missed.filter((event) => event.event_type !== "MessagesRead" && !(event.actor.kind === "agent" && event.actor.id === me));
}

/** `at`: the version it was done on. */
export type Outcome<T> = { done: T; at: number } | { missed: DocketEvent[]; version: number };

/** More often than this nobody can be that unlucky by chance. */
const TRIES = 6;

/**
 * Sends a change for a version. Where only things happened meanwhile that the reader need not hear of, it is sent again for
 * the version they led to; otherwise what happened is handed back and nothing is changed.
 */
export async function attempt<T>(send: (version: number) => Promise<T>, version: number, me: string): Promise<Outcome<T>> {
  let at = version;
  for (let tries = 1; ; tries += 1) {
    try {
      return { done: await send(at), at };
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412 || error.currentVersion === null) throw error;
      const missed = worthTelling(error.missed, me);
      if (missed.length > 0 || tries === TRIES) return { missed, version: error.currentVersion };
      at = error.currentVersion;
    }
  }
}
