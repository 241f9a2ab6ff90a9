/**
 * What a ticket list shows, as its address says it. The address is the one place where it is kept: a list can be bookmarked,
 * shared, and gone back to.
 */
import type { Priority, Ticket, TicketStatus } from "$/api/types";
import type { TicketFilter } from "$/data/tickets";

export type Sort = "urgency" | "newest" | "updated";

export interface ListFilter {
  /** None: any. */
  status: TicketStatus[];
  priority: Priority[];
  category: string | null;
  department: string | null;
  /** `me`, `unassigned` or an agent's id. */
  assignee: string | null;
  customer: string | null;
  tag: string | null;
  order: string | null;
  /**
   * Opened on or after this day, `2026-11-21`, as the reader's calendar has it; or how long ago at most: `-12h`, `-7d`, `-4w`;
   * or at this moment or after it, `2026-11-21T23:00:00Z`.
   */
  from: string | null;
  /** Opened on or before this day; or how long ago at least; or before this moment. */
  to: string | null;
  /** Only those that are resolved or closed, and were not merged into another ticket; or only the others. Null: any. */
  resolved: boolean | null;
  /** Resolved by this agent. */
  resolvedBy: string | null;
  /** Resolved since, and until: as `from` and `to`. */
  resolvedFrom: string | null;
  resolvedTo: string | null;
  overdue: boolean;
  /** Only those put aside until later. */
  snoozed: boolean;
  /** Also those put aside, where a list of work at hand leaves them out: so that it agrees with a count of all. */
  withSnoozed: boolean;
  archived: boolean;
  search: string;
  sort: Sort;
  /** The saved view it began as. */
  view: string | null;
}

export const UNFINISHED: readonly TicketStatus[] = ["open", "in_progress", "waiting_customer", "on_hold"];
const STATUSES: readonly string[] = [...UNFINISHED, "resolved", "closed"];
const PRIORITIES: readonly string[] = ["urgent", "high", "medium", "low"];
const SORTS: readonly string[] = ["urgency", "newest", "updated"];
const ANY = "any";
const NO = "0";

/** What `/desk/tickets` shows: everything unfinished, the most urgent first. */
export const DEFAULT: ListFilter = {
  status: [...UNFINISHED], priority: [], category: null, department: null, assignee: null, customer: null, tag: null, order: null,
  from: null, to: null, resolved: null, resolvedBy: null, resolvedFrom: null, resolvedTo: null, overdue: false, snoozed: false, withSnoozed: false, archived: false, search: "", sort: "urgency", view: null,
};

/** Every ticket there is. */
export const EVERYTHING: ListFilter = { ...DEFAULT, status: [] };

function several<T extends string>(text: string | null, known: readonly string[]): T[] {
  const named = new Set((text ?? "").split(","));
  return known.filter((one) => named.has(one)) as T[];
}

const AGO = /^-([1-9]\d{0,3})([hdw])$/;
const HOURS = { h: 1, d: 24, w: 168 };
const UNITS = { h: "hour", d: "day", w: "week" } as const;

/** What `-7d` says: 7, in days. Null: it is a day of the calendar. */
export function ago(text: string): { count: number; unit: (typeof UNITS)[keyof typeof UNITS]; milliseconds: number } | null {
  const [, digits, letter] = AGO.exec(text) ?? [];
  if (!digits) return null;
  const unit = letter as keyof typeof UNITS;
  return { count: Number(digits), unit: UNITS[unit], milliseconds: Number(digits) * HOURS[unit] * 3_600_000 };
}

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Whether it is a moment, not a day of the reader's calendar. */
export function isMoment(text: string): boolean {
  return MOMENT.test(text) && !Number.isNaN(Date.parse(text));
}

/** A day, a moment or how long ago, as an address has it. Null for anything else. */
export function readDay(text: string | null): string | null {
  if (text && (AGO.test(text) || isMoment(text))) return text;
  return text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

/** Reads an address's query. What is not understood is left out. */
export function readFilter(params: URLSearchParams): ListFilter {
  const status = params.get("status");
  const search = params.get("search")?.trim() ?? "";
  const sort = params.get("sort");
  // Whoever searches or looks into the archive means all of it, unless they say otherwise.
  const implied = search || params.has("archived") ? [] : [...UNFINISHED];
  return {
    status: status === null ? implied : several<TicketStatus>(status, STATUSES),
    priority: several<Priority>(params.get("priority"), PRIORITIES),
    category: params.get("category") || null,
    department: params.get("department") || null,
    assignee: params.get("assignee") || null,
    customer: params.get("customer") || null,
    tag: params.get("tag") || null,
    order: params.get("order") || null,
    from: readDay(params.get("from")),
    to: readDay(params.get("to")),
    resolved: params.has("resolved") ? params.get("resolved") !== NO : null,
    resolvedBy: params.get("resolved_by") || null,
    resolvedFrom: readDay(params.get("resolved_from")),
    resolvedTo: readDay(params.get("resolved_to")),
    overdue: params.has("overdue"),
    snoozed: params.has("snoozed") && params.get("snoozed") !== ANY,
    withSnoozed: params.get("snoozed") === ANY,
    archived: params.has("archived"),
    search,
    sort: SORTS.includes(sort ?? "") ? (sort as Sort) : "urgency",
    view: params.get("view") || null,
  };
}

const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((one) => b.includes(one));

/** The query that reads as this filter: empty for the default, always in the same order. */
export function writeFilter(filter: ListFilter): string {
  const params = new URLSearchParams();
  const implied = filter.search || filter.archived ? [] : UNFINISHED;
  if (!same(filter.status, implied)) params.set("status", filter.status.length ? several(filter.status.join(), STATUSES).join() : ANY);
  if (filter.priority.length) params.set("priority", several(filter.priority.join(), PRIORITIES).join());
  for (const name of ["category", "department", "assignee", "customer", "tag", "order", "from", "to"] as const) {
    const value = filter[name];
    if (value) params.set(name, value);
  }
  if (filter.resolved !== null) params.set("resolved", filter.resolved ? "1" : NO);
  if (filter.resolvedBy) params.set("resolved_by", filter.resolvedBy);
  if (filter.resolvedFrom) params.set("resolved_from", filter.resolvedFrom);
  if (filter.resolvedTo) params.set("resolved_to", filter.resolvedTo);
  if (filter.overdue) params.set("overdue", "1");
  if (filter.snoozed) params.set("snoozed", "1");
  else if (filter.withSnoozed) params.set("snoozed", ANY);
  if (filter.archived) params.set("archived", "1");
  if (filter.search) params.set("search", filter.search);
  if (filter.sort !== "urgency") params.set("sort", filter.sort);
  if (filter.view) params.set("view", filter.view);
  const text = params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text ? `?${text}` : "";
}

/** Midnight of a day, here, or of the day after it. */
export function midnight(text: string, after = 0): Date {
  const [year, month, date] = text.split("-").map(Number) as [number, number, number];
  return new Date(year, month - 1, date + after);
}

/** Where a range of days begins (`after` 0) or ends (1), as the API takes it. */
export function edge(text: string, after: 0 | 1): string {
  return ago(text) || isMoment(text) ? text : midnight(text, after).toISOString();
}

/** A moment where a range begins (`after` 0) or ends (1), as the day of the reader's calendar where it begins or ends with one. */
export function edgeOf(text: string, after: 0 | 1): string {
  const at = new Date(text);
  if (ago(text) || at.getTime() !== new Date(at).setHours(0, 0, 0, 0)) return text;
  const date = new Date(at.getFullYear(), at.getMonth(), at.getDate() - after);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function moment(text: string, after: 0 | 1, now: number): number {
  const passed = ago(text);
  return passed ? now - passed.milliseconds : Date.parse(edge(text, after));
}

/**
 * Whether what was put aside is left out: it shall not be in the way of the work at hand, but whoever searches, looks at every
 * status, or at what is overdue, finds it.
 */
function onlyAwake(filter: ListFilter): boolean {
  return !filter.withSnoozed && filter.status.length > 0 && !filter.search && !filter.overdue && !filter.archived;
}

/** The filter as the API takes it. */
export function apiQuery(filter: ListFilter): TicketFilter {
  const query: TicketFilter = { sort: filter.sort };
  if (filter.status.length) query.status = filter.status.join();
  if (filter.priority.length) query.priority = filter.priority.join();
  if (filter.category) query.category = filter.category;
  if (filter.department) query.department_id = filter.department;
  if (filter.assignee) query.assignee = filter.assignee;
  if (filter.customer) query.customer_id = filter.customer;
  if (filter.tag) query.tag = filter.tag;
  if (filter.order) query.order_ref = filter.order;
  if (filter.from) query.opened_from = edge(filter.from, 0);
  if (filter.to) query.opened_to = edge(filter.to, 1);
  if (filter.resolved !== null) query.resolved = filter.resolved;
  if (filter.resolvedBy) query.resolved_by = filter.resolvedBy;
  if (filter.resolvedFrom) query.resolved_from = edge(filter.resolvedFrom, 0);
  if (filter.resolvedTo) query.resolved_to = edge(filter.resolvedTo, 1);
  if (filter.overdue) query.overdue = true;
  if (filter.snoozed) query.snoozed = true;
  else if (onlyAwake(filter)) query.snoozed = false;
  if (filter.archived) query.archived = true;
  if (filter.search) query.search = filter.search;
  return query;
}

/** Whether it asks who resolved a ticket and when, which a ticket does not say of itself. */
export function asksHowResolved(filter: ListFilter): boolean {
  return filter.resolved !== null || Boolean(filter.resolvedBy ?? filter.resolvedFrom ?? filter.resolvedTo);
}

/** Whether a ticket, as it is now, belongs into the list; what was searched for and how it was resolved aside. */
export function belongs(ticket: Ticket, filter: ListFilter, me: string, now: number): boolean {
  const opened = Date.parse(ticket.opened_at);
  return (
    (filter.status.length === 0 || filter.status.includes(ticket.status)) &&
    (filter.priority.length === 0 || filter.priority.includes(ticket.priority)) &&
    (!filter.category || ticket.category === filter.category) &&
    (!filter.department || ticket.department_id === filter.department) &&
    (!filter.assignee || assigned(ticket, filter.assignee, me)) &&
    (!filter.customer || ticket.customer_id === filter.customer) &&
    (!filter.tag || ticket.tags.includes(filter.tag)) &&
    (!filter.order || ticket.order_ref === filter.order) &&
    (!filter.from || opened >= moment(filter.from, 0, now)) &&
    (!filter.to || opened < moment(filter.to, 1, now)) &&
    (!asksHowResolved(filter) || wasResolved(ticket, filter)) &&
    (!filter.overdue || (ticket.sla?.due_at != null && Date.parse(ticket.sla.due_at) <= now)) &&
    (filter.snoozed ? ticket.snoozed_until != null : ticket.snoozed_until == null || !onlyAwake(filter)) &&
    ticket.archived === filter.archived
  );
}

/** As far as its status tells: one that was merged away is closed as well. */
function wasResolved(ticket: Ticket, filter: ListFilter): boolean {
  const over = !UNFINISHED.includes(ticket.status);
  return filter.resolved === false ? !over || ticket.status === "closed" : over;
}

function assigned(ticket: Ticket, assignee: string, me: string): boolean {
  if (assignee === "unassigned") return ticket.assignee_id == null;
  return ticket.assignee_id === (assignee === "me" ? me : assignee);
}

/** The words of a search, for finding them in what is shown. */
export function searchWords(search: string): string[] {
  return [...new Set(search.toLocaleLowerCase().split(/[\s,;"“”«»()]+/u).filter((word) => word.length > 1))];
}

/** Whether everything searched for is in what a row shows. */
export function isFound(ticket: Ticket, words: readonly string[]): boolean {
  const shown = [ticket.number, ticket.subject, ticket.customer_name, ticket.last_message].join(" ").toLocaleLowerCase();
  return words.every((word) => shown.includes(word));
}

const URGENCY: Record<Priority, number> = { urgent: 0, high: 1, medium: 2, low: 3 };
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
// Fractions of a second have as many digits as they need, so the text alone does not sort.
const byTime = (a: string, b: string) => Date.parse(a) - Date.parse(b) || byText(a.replace("Z", ""), b.replace("Z", ""));

/** The order of the API's lists. */
export function compare(sort: Sort): (a: Ticket, b: Ticket) => number {
  switch (sort) {
    case "urgency":
      return (a, b) => URGENCY[a.priority] - URGENCY[b.priority] || byTime(a.opened_at, b.opened_at) || byText(a.id, b.id);
    case "newest":
      return (a, b) => byTime(b.opened_at, a.opened_at) || byText(b.id, a.id);
    case "updated":
      return (a, b) => byTime(b.updated_at, a.updated_at) || byText(b.id, a.id);
  }
}
