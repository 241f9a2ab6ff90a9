/**
 * The rows of a list that lives: what changes is patched where it stands, what is new or belongs elsewhere waits until the
 * reader asks for it. Nothing here moves a row by itself.
 */
import type { Ticket } from "$/api/types";
import type { TicketPage } from "$/data/tickets";

export interface Rule {
  /** Whether it belongs into the list as it is now. */
  belongs(ticket: Ticket): boolean;
  /** Whether one that the server did not name belongs there too: what was searched for included. */
  isFound(ticket: Ticket): boolean;
  compare(a: Ticket, b: Ticket): number;
}

export interface Rows {
  readonly shown: readonly Ticket[];
  /** Where each is in `shown`. */
  readonly places: ReadonlyMap<string, number>;
  /** For the page after; null: there is none. */
  readonly next: string | null;
  /** What the last page read ended with: what sorts after it comes with a later page. */
  readonly bound: Ticket | null;
  /** Not shown yet. */
  readonly arrived: ReadonlyMap<string, Ticket>;
  /** Shown, and by now of another place or of none. */
  readonly displaced: ReadonlySet<string>;
}

export const NO_ROWS: Rows = {
  shown: [], places: new Map(), next: null, bound: null, arrived: new Map(), displaced: new Set(),
};

function placesOf(shown: readonly Ticket[]): Map<string, number> {
  return new Map(shown.map((ticket, at) => [ticket.id, at]));
}

const isNewer = (ticket: Ticket, than: Ticket) => ticket.version >= than.version;

/** Puts what is true of a ticket in the place of what was. */
function patched(rows: Rows, ticket: Ticket): Rows {
  const at = rows.places.get(ticket.id);
  if (at === undefined || !isNewer(ticket, rows.shown[at]!)) return rows;
  return { ...rows, shown: rows.shown.with(at, ticket) };
}

/** Adds a page at the end. What moved down since it was shown stays where it is. */
export function withPage(rows: Rows, page: TicketPage): Rows {
  let known = rows;
  const fresh: Ticket[] = [];
  const arrived = new Map(rows.arrived);
  for (const ticket of page.items) {
    const waiting = arrived.get(ticket.id);
    arrived.delete(ticket.id);
    if (rows.places.has(ticket.id)) known = patched(known, ticket);
    else fresh.push(waiting && isNewer(waiting, ticket) ? waiting : ticket);
  }
  const shown = [...known.shown, ...fresh];
  return { ...known, shown, places: placesOf(shown), arrived, next: page.next_cursor ?? null, bound: page.items.at(-1) ?? rows.bound };
}

/** The nearest row on one side that is where it belongs. */
function neighbour(rows: Rows, at: number, step: -1 | 1): Ticket | undefined {
  let next = at + step;
  while (rows.shown[next] && rows.displaced.has(rows.shown[next]!.id)) next += step;
  return rows.shown[next];
}

function isInPlace(rows: Rows, at: number, ticket: Ticket, rule: Rule): boolean {
  const [before, after] = [neighbour(rows, at, -1), neighbour(rows, at, 1)];
  return rule.belongs(ticket) && (!before || rule.compare(before, ticket) <= 0) && (!after || rule.compare(ticket, after) <= 0);
}

/** Takes in what is true of a ticket now: in place if it is shown, waiting if it would be. */
export function withTicket(rows: Rows, ticket: Ticket, rule: Rule): Rows {
  const at = rows.places.get(ticket.id);
  if (at !== undefined) {
    if (!isNewer(ticket, rows.shown[at]!)) return rows;
    const next = patched(rows, ticket);
    const displaced = new Set(rows.displaced);
    if (isInPlace(next, at, ticket, rule)) displaced.delete(ticket.id);
    else displaced.add(ticket.id);
    return { ...next, displaced };
  }
  const waiting = rows.arrived.get(ticket.id);
  if (waiting && !isNewer(ticket, waiting)) return rows;
  const isDue = rows.next === null || (rows.bound !== null && rule.compare(ticket, rows.bound) < 0);
  const wanted = isDue && rule.belongs(ticket) && rule.isFound(ticket);
  if (!wanted && !waiting) return rows;
  const arrived = new Map(rows.arrived);
  if (wanted) arrived.set(ticket.id, ticket);
  else arrived.delete(ticket.id);
  return { ...rows, arrived };
}

/** Takes tickets out: they are gone, or the reader just put them away. */
export function without(rows: Rows, ids: ReadonlySet<string>): Rows {
  if (![...ids].some((id) => rows.places.has(id) || rows.arrived.has(id))) return rows;
  const shown = rows.shown.filter((ticket) => !ids.has(ticket.id));
  const arrived = new Map([...rows.arrived].filter(([id]) => !ids.has(id)));
  const displaced = new Set([...rows.displaced].filter((id) => !ids.has(id)));
  return { ...rows, shown, places: placesOf(shown), arrived, displaced };
}

/** How many wait to be shown or put where they belong. */
export function waiting(rows: Rows): { arrived: number; moved: number } {
  return { arrived: rows.arrived.size, moved: rows.displaced.size };
}

/** Some where they belong, and all others where they stand: for what the reader did themselves. */
export function placed(rows: Rows, ids: ReadonlySet<string>, rule: Rule): Rows {
  const displaced = rows.shown.filter(({ id }) => ids.has(id) && rows.displaced.has(id));
  const arrived = [...rows.arrived.values()].filter(({ id }) => ids.has(id));
  if (displaced.length + arrived.length === 0) return rows;
  const leaving = new Set(displaced.map(({ id }) => id));
  const shown = rows.shown.filter(({ id }) => !leaving.has(id));
  const others = new Set([...rows.displaced].filter((id) => !leaving.has(id)));
  for (const ticket of [...displaced.filter((one) => rule.belongs(one)), ...arrived]) {
    const at = shown.findIndex((other) => !others.has(other.id) && rule.compare(ticket, other) < 0);
    // Behind everything read so far it comes with its own page.
    if (at >= 0) shown.splice(at, 0, ticket);
    else if (rows.next === null) shown.push(ticket);
  }
  return { ...rows, shown, places: placesOf(shown), arrived: new Map([...rows.arrived].filter(([id]) => !ids.has(id))), displaced: others };
}

/** Everything where it belongs, because the reader asked for it. */
export function settled(rows: Rows, rule: Rule): Rows {
  const { bound, next } = rows;
  // What sorts behind the pages read so far comes again with its own page.
  const isHere = (ticket: Ticket) => next === null || bound === null || rule.compare(ticket, bound) <= 0;
  const staying = rows.shown.filter((ticket) => !rows.displaced.has(ticket.id) || (rule.belongs(ticket) && isHere(ticket)));
  const shown = [...staying, ...rows.arrived.values()].sort(rule.compare);
  return { ...rows, shown, places: placesOf(shown), arrived: new Map(), displaced: new Set() };
}
