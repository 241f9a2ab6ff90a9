/** The trail's filter as it stands in the address, so that it can be sent to somebody and found again. */
import type { AuditFilter } from "$/data/audit";
import { EVENT_TYPES } from "./eventTypes";

export interface Chosen {
  who: string;
  what: string;
  kind: "" | keyof typeof EVENT_TYPES;
  /** One resource's id. */
  of: string;
  /** Days as `2026-01-31`, the reader's own. */
  from: string;
  to: string;
  oldest: boolean;
  /** Also what happens by itself and with every reading: routing, clocks, read marks. */
  all: boolean;
}

/** What people do without changing anything, and what only keeps count. */
const ROUTINE = new Set(["MessagesRead", "ChatSlotTaken", "ChatSlotReleased", "ChatAssigned", "ChatOfferWithdrawn", "SlaPolicyApplied", "SlaWarned", "CannedResponseUsed"]);

/** Whether an entry is worth an auditor's look: somebody changed something. Who asks for a kind of happening or for one thing's history gets all of it. */
export function isShown(entry: { event_type: string; actor: { kind: string } }, { all, what, of }: Chosen): boolean {
  return all || what !== "" || of !== "" || (entry.actor.kind !== "system" && !ROUTINE.has(entry.event_type));
}

export const NOTHING_CHOSEN: Chosen = { who: "", what: "", kind: "", of: "", from: "", to: "", oldest: false, all: false };

/** Reads it from the address; what makes no sense is left out. */
export function chosenIn(query: URLSearchParams): Chosen {
  const text = (name: string) => query.get(name) ?? "";
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : "");
  const kind = text("kind");
  return {
    who: text("who"), what: text("what"), kind: kind in EVENT_TYPES ? (kind as Chosen["kind"]) : "", of: text("of"),
    from: day("from"), to: day("to"), oldest: query.get("order") === "oldest", all: query.has("all"),
  };
}

/** As it stands in the address. */
export function addressOf({ oldest, all, ...chosen }: Chosen): Record<string, string> {
  const said = Object.entries(chosen).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(said), ...(oldest ? { order: "oldest" } : {}), ...(all ? { all: "1" } : {}) };
}

/** The reader's midnight, some days after that of `day`. */
function midnight(day: string, after = 0): string {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year!, month! - 1, date! + after).toISOString();
}

/** What the API is asked: the last day is meant whole. */
export function askedOf({ who, what, kind, of, from, to, oldest }: Chosen): AuditFilter {
  return {
    ...(who ? { actor_id: who } : {}), ...(what ? { event_type: what } : {}), ...(kind ? { category: kind } : {}), ...(of ? { stream_id: of } : {}),
    ...(from ? { from: midnight(from) } : {}), ...(to ? { to: midnight(to, 1) } : {}), ...(oldest ? { oldest_first: true } : {}),
  };
}
