/** A chat as its visitor reads it, from its events. Pure. */
import type { DocketEvent } from "$/api/types";

export interface Said {
  kind: "said";
  id: string;
  mine: boolean;
  /** Who of the desk said it. */
  agent: string | null;
  /** Null once it was erased. */
  body: string | null;
  at: string;
  version: number;
  /** For the visitor's own: an agent has read it. */
  read: boolean;
}

export interface Happened {
  kind: "happened";
  id: string;
  what: "joined" | "transferred" | "ended";
  /** Who of the desk came. */
  agent: string | null;
  at: string;
}

export type Line = Said | Happened;

const HAPPENED: Record<string, Happened["what"]> = {
  ChatAccepted: "joined", ChatTransferred: "transferred", ChatEnded: "ended",
};

/** Adds an event in its place; one that is known changes nothing. */
export function add(events: readonly DocketEvent[], event: DocketEvent): readonly DocketEvent[] {
  const after = events.findLastIndex((one) => one.position <= event.position);
  if (events[after]?.position === event.position) return events;
  return events.toSpliced(after + 1, 0, event);
}

/** The version up to which one side has read. */
export function readBy(events: readonly DocketEvent[], kind: "customer" | "agent"): number {
  const read = events.filter((event) => event.event_type === "MessagesRead" && event.actor.kind === kind);
  return Math.max(0, ...read.map((event) => Number(event.payload["up_to_version"] ?? event.version)));
}

export function lines(events: readonly DocketEvent[]): Line[] {
  const read = readBy(events, "agent");
  return events.flatMap((event): Line[] => {
    const { event_id: id, occurred_at: at, version } = event;
    const what = HAPPENED[event.event_type];
    if (what) return [{ kind: "happened", id, what, at, agent: (event.payload["agent_id"] as string | undefined) ?? null }];
    if (event.event_type !== "MessagePosted") return [];
    const author = (event.payload["author"] ?? event.actor) as { kind: string; id?: string | null };
    const mine = author.kind === "customer";
    const body = event.payload["body"];
    const text = typeof body === "string" ? body : null;
    const agent = author.kind === "agent" ? (author.id ?? null) : null;
    return [{ kind: "said", id: String(event.payload["message_id"] ?? id), mine, agent, body: text, at, version, read: mine && version <= read }];
  });
}

/** What the other side said that the visitor has not read up to `read`. */
export function unread(events: readonly DocketEvent[], read: number): number {
  const upTo = Math.max(read, readBy(events, "customer"));
  return lines(events).filter((line) => line.kind === "said" && !line.mine && line.version > upTo).length;
}
