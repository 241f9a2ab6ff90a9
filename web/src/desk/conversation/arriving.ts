/** The moments between sending and seeing: a message is never there twice, and never gone. */
import type { DocketEvent } from "$/api/types";
import type { Shown } from "$/live/outbox";
import { writtenIn } from "./entries";

/** Sent, and answered with the version it made; the event itself may still be under way. */
export interface Arrived {
  entry: Shown;
  version: number;
}

/**
 * What is still to be shown as on its way. `newestWhenAdded` is the version the conversation was at when an entry was added:
 * the event of what is just being sent may come before the answer, and is then recognised by its author and words.
 */
export function onTheirWay(
  entries: readonly Shown[],
  arrived: readonly Arrived[],
  events: readonly DocketEvent[],
  me: string,
  newestWhenAdded: (id: string) => number,
): Shown[] {
  const newest = events.at(-1)?.version ?? 0;
  const taken = new Set<number>();
  const isThere = (entry: Shown) => {
    const found = events.findLast((event) => {
      if (event.version <= newestWhenAdded(entry.id) || taken.has(event.version) || event.actor.id !== me) return false;
      const written = writtenIn(event);
      return written !== null && written.internal === (entry.kind === "note") && written.body === bodyOf(entry);
    });
    if (found) taken.add(found.version);
    return found !== undefined;
  };
  const known = new Set(entries.map((entry) => entry.id));
  return [
    ...arrived.filter(({ entry, version }) => version > newest && !known.has(entry.id)).map(({ entry }) => entry),
    ...entries.filter((entry) => entry.state !== "sending" || !isThere(entry)),
  ];
}

function bodyOf(entry: Shown): string | null {
  const body = entry.command.body;
  return body && typeof body === "object" && "body" in body ? String(body.body) : null;
}
