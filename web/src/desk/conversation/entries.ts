/** What the rail shows, line by line: events, what is on its way, and the marks between them. */
import type { DocketEvent } from "$/api/types";
import type { Shown } from "$/live/outbox";
import type { Person } from "$/live/protocol";

export type Line =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message"; key: string; event: DocketEvent; author: Person; body: string | null; internal: boolean; at: string }
  | { kind: "event"; key: string; event: DocketEvent }
  | { kind: "run"; key: string; events: readonly DocketEvent[] }
  | { kind: "outgoing"; key: string; entry: Shown };

export interface Written {
  author: Person;
  /** Null: erased. */
  body: string | null;
  internal: boolean;
  /** When it was written: in a ticket made of a chat, before the event. */
  at: string;
}

/** What somebody wrote with an event, if that is what it is. */
export function writtenIn(event: DocketEvent): Written | null {
  const { payload } = event as { payload: Record<string, unknown> };
  const text = (name: string) => (typeof payload[name] === "string" ? payload[name] : null);
  const author = (payload["author"] as Person | undefined) ?? event.actor;
  const at = text("written_at") ?? event.occurred_at;
  switch (event.event_type) {
    case "TicketOpened":
      return { author, body: text("description"), internal: false, at };
    case "MessagePosted":
    case "NoteAdded":
      return { author, body: text("body"), internal: event.event_type === "NoteAdded", at };
    default:
      return null;
  }
}

/** More quiet lines than this in a row are folded. */
export const RUN = 4;
/** Never folded: what the reader must not miss. */
const LOUD = new Set(["SlaBreached", "TicketMerged", "TicketMergeReceived", "TicketMergeUndone", "TicketMergeReturned", "TicketDeleted", "TicketArchived", "FeedbackGiven"]);

/** That a colleague looked at it is no news to the desk; that the customer did is. */
export function isTold(event: DocketEvent): boolean {
  return event.event_type !== "MessagesRead" || event.actor.kind === "customer";
}

export interface Parts {
  events: readonly DocketEvent[];
  /** What is on its way, in order. */
  outgoing?: readonly Shown[];
  /** The first message that was unread when the ticket was opened. */
  unreadFrom?: number | null;
  /** Only up to this version: the ticket as it was. */
  until?: number | null;
  /** The local day of a moment, as a key. */
  dayOf?: (moment: string) => string;
}

export function lines({ events, outgoing = [], unreadFrom = null, until = null, dayOf = localDay }: Parts): Line[] {
  const shown: Line[] = [];
  let quiet: DocketEvent[] = [];
  let day = "";
  const flush = () => {
    if (quiet.length > RUN) {
      // The last of them is where things stand now; the others are there for whoever asks.
      const folded = quiet.slice(0, -1);
      shown.push({ kind: "run", key: `run-${folded[0]!.version}`, events: folded });
      quiet = quiet.slice(-1);
    }
    shown.push(...quiet.map((event) => ({ kind: "event" as const, key: `event-${event.version}`, event })));
    quiet = [];
  };
  for (const event of events) {
    if (until !== null && event.version > until) break;
    if (!isTold(event)) continue;
    const today = dayOf(event.occurred_at);
    if (today !== day) {
      flush();
      shown.push({ kind: "day", key: `day-${event.version}`, at: event.occurred_at });
      day = today;
    }
    const written = writtenIn(event);
    if (event.version === unreadFrom) {
      flush();
      shown.push({ kind: "unread", key: "unread" });
    }
    if (!written || event.event_type === "TicketOpened") {
      quiet.push(event);
      if (LOUD.has(event.event_type)) flush();
    }
    if (written) {
      flush();
      shown.push({ kind: "message", key: `message-${event.version}`, event, ...written });
    }
  }
  flush();
  if (until === null) shown.push(...outgoing.map((entry) => ({ kind: "outgoing" as const, key: `outgoing-${entry.id}`, entry })));
  return shown;
}

function localDay(moment: string): string {
  const date = new Date(moment);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** The version of the first message the reader had not read, given how many there are: theirs are the customer's. */
export function firstUnread(events: readonly DocketEvent[], unread: number): number | null {
  if (unread <= 0) return null;
  const theirs = events.filter((event) => event.actor.kind === "customer" && writtenIn(event)?.internal === false);
  return (theirs.at(-unread) ?? theirs[0])?.version ?? null;
}
