/** A request's thread as its customer reads it: messages, and the few moments between them that matter to them, by day. */
import type { DocketEvent, Message, TicketStatus } from "$/api/types";

export type Moment = "resolved" | "closed" | "reopened" | "on_hold";

export type Line =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "moment"; key: string; at: string; moment: Moment; mine: boolean }
  | { kind: "message"; key: string; message: Message; mine: boolean; /** Goes on where the one before left off. */ continues: boolean };

/** Messages of one person closer than this are one breath. */
const BREATH_MS = 5 * 60_000;

/** What a change of status means to the customer; null: nothing they need to read. */
export function momentOf(from: TicketStatus, to: TicketStatus): Moment | null {
  if (to === "resolved" || to === "closed" || to === "on_hold") return to;
  return from === "resolved" || from === "closed" ? "reopened" : null;
}

interface Happened {
  at: string;
  position: number;
  message?: Message;
  moment?: Moment;
  mine: boolean;
}

function happened(messages: readonly Message[], events: readonly DocketEvent[], me: string): Happened[] {
  const said = messages.map((message): Happened => ({
    at: message.posted_at, position: message.position, message, mine: message.author.id === me,
  }));
  const earliest = said[0]?.position ?? 0;
  const moments = events.flatMap((event): Happened[] => {
    if (event.event_type !== "StatusChanged" || event.position < earliest) return [];
    const { from, to } = event.payload as unknown as { from: TicketStatus; to: TicketStatus };
    const moment = momentOf(from, to);
    return moment ? [{ at: event.occurred_at, position: event.position, moment, mine: event.actor.id === me }] : [];
  });
  return [...said, ...moments].sort((a, b) => a.position - b.position);
}

function dayOf(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** The position of the first of the last `unread` messages that are not the reader's own; null: all were read. */
export function firstUnread(messages: readonly Message[], unread: number, me: string): number | null {
  const others = messages.filter((message) => message.author.id !== me);
  return unread > 0 ? (others.at(-unread) ?? others[0])?.position ?? null : null;
}

/** The lines to show. `unreadFrom`: the position of the first message that was unread when the reader came. */
export function lines(messages: readonly Message[], events: readonly DocketEvent[], me: string, unreadFrom: number | null): Line[] {
  const shown: Line[] = [];
  let day = "";
  for (const one of happened(messages, events, me)) {
    if (dayOf(one.at) !== day) {
      day = dayOf(one.at);
      shown.push({ kind: "day", key: `day ${day} ${one.position}`, at: one.at });
    }
    if (one.position === unreadFrom) shown.push({ kind: "unread", key: "unread" });
    if (one.moment) {
      shown.push({ kind: "moment", key: `moment ${one.position}`, at: one.at, moment: one.moment, mine: one.mine });
    } else if (one.message) {
      const before = shown.at(-1);
      const continues = before?.kind === "message" && before.message.author.id === one.message.author.id
        && Date.parse(one.at) - Date.parse(before.message.posted_at) < BREATH_MS;
      shown.push({ kind: "message", key: one.message.id, message: one.message, mine: one.mine, continues });
    }
  }
  return shown;
}
