/**
 * A chat's history as a gapless stretch of its events, and what is read from it: messages, what else happened, how far the
 * visitor has read. Pure.
 */
import type { Author, DocketEvent } from "$/api/types";

/** Events of one chat, by version, without a gap. */
export type Stretch = readonly DocketEvent[];

/** Adds what was heard; null if something between is missing and has to be asked for. */
export function append(stretch: Stretch, event: DocketEvent): Stretch | null {
  const last = stretch.at(-1)?.version ?? 0;
  if (event.version <= last) return stretch;
  return event.version === last + 1 ? [...stretch, event] : null;
}

/** Joins two stretches that touch or overlap; if they do not, the later one is what is left. */
export function join(earlier: Stretch, later: Stretch): Stretch {
  const first = later[0]?.version;
  if (first === undefined) return earlier;
  const kept = earlier.filter((event) => event.version < first);
  if (kept.length > 0 && kept.at(-1)!.version !== first - 1) return later;
  return [...kept, ...later];
}

export interface SaidLine {
  kind: "message";
  id: string;
  author: Author;
  /** Null once the visitor's data was erased. */
  body: string | null;
  at: string;
  version: number;
  position: number;
  /** For the desk's own: whether the visitor has read it. */
  read: boolean;
}

export interface EventLine {
  kind: "event";
  id: string;
  event: DocketEvent;
  at: string;
  /** So often the same happened in a row; this is the last of them. */
  times: number;
}

export type Line = SaidLine | EventLine;

/** Reading is shown with what was read, the end of an offer with what becomes of the chat: neither is a line of its own. */
const SILENT = new Set(["MessagesRead", "ChatOfferWithdrawn"]);
/** What routing does again and again while nobody accepts is one line. */
const FOLDED = new Set(["ChatAssigned"]);

function authorOf(event: DocketEvent): Author {
  const author = event.payload["author"] as Author | undefined;
  return author ?? event.actor;
}

/** The version up to which the visitor has read. */
export function readUpTo(stretch: Stretch): number {
  return stretch.reduce((furthest, event) => {
    if (event.event_type !== "MessagesRead" || event.actor.kind !== "customer") return furthest;
    return Math.max(furthest, Number(event.payload["up_to_version"] ?? 0));
  }, 0);
}

/** The lines of a chat, oldest first. */
export function lines(stretch: Stretch): Line[] {
  const furthest = readUpTo(stretch);
  const found: Line[] = [];
  for (const event of stretch) {
    if (SILENT.has(event.event_type)) continue;
    if (event.event_type === "MessagePosted") {
      found.push(saidLine(event, furthest));
      continue;
    }
    const last = found.at(-1);
    const again = last?.kind === "event" && FOLDED.has(event.event_type) && last.event.event_type === event.event_type;
    // The line keeps the id of its first event, and with it its place on the screen.
    if (again) found[found.length - 1] = { ...last, event, at: event.occurred_at, times: last.times + 1 };
    else found.push({ kind: "event", id: event.event_id, event, at: event.occurred_at, times: 1 });
  }
  return found;
}

function saidLine(event: DocketEvent, furthest: number): SaidLine {
  const author = authorOf(event);
  const body = event.payload["body"];
  return {
    kind: "message",
    id: String(event.payload["message_id"] ?? event.event_id),
    author,
    body: typeof body === "string" ? body : null,
    at: event.occurred_at,
    version: event.version,
    position: event.position,
    read: author.kind === "agent" && event.version <= furthest,
  };
}

/** The last thing the desk said that the visitor has read: where the receipt stands. */
export function lastRead(lines: readonly Line[]): string | null {
  return lines.findLast((line) => line.kind === "message" && line.read)?.id ?? null;
}
