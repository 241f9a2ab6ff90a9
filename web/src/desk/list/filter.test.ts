import { describe, expect, it } from "vitest";
import type { Ticket } from "$/api/types";
import { apiQuery, belongs, compare, DEFAULT, EVERYTHING, isFound, type ListFilter, readFilter, searchWords, writeFilter } from "./filter";

const read = (query: string) => readFilter(new URLSearchParams(query));
const ME = "a-me";

function ticket(values: Partial<Ticket> = {}): Ticket {
  return {
    id: "t-1", number: "TKT-000001", subject: "Broken lamp", status: "open", priority: "medium", category: "returns", customer_id: "c-1",
    customer_name: "Maria Rossi", tags: [], custom_fields: {}, channel: "portal", opened_at: "2026-11-20T10:00:00Z",
    last_message_at: "2026-11-20T10:00:00Z", last_message: "It does not light.", message_count: 1, response_count: 0, reopen_count: 0,
    unread_count: 1, archived: false, updated_at: "2026-11-20T10:00:00Z", version: 1, ...values,
  } as Ticket;
}

describe("a list's address", () => {
  it("says nothing for the default", () => {
    expect(writeFilter(DEFAULT)).toBe("");
    expect(read("")).toEqual(DEFAULT);
  });

  const filters: [string, Partial<ListFilter>][] = [
    ["?status=any", { status: [] }],
    ["?status=open,resolved", { status: ["open", "resolved"] }],
    ["?priority=urgent,high&assignee=me", { priority: ["urgent", "high"], assignee: "me" }],
    ["?category=returns&department=d-1&customer=c-1&tag=vip&order=A-7", { category: "returns", department: "d-1", customer: "c-1", tag: "vip", order: "A-7" }],
    ["?from=2026-11-01&to=2026-11-30&overdue=1", { from: "2026-11-01", to: "2026-11-30", overdue: true }],
    ["?from=-7d&to=-12h", { from: "-7d", to: "-12h" }],
    ["?priority=urgent&view=v-1", { priority: ["urgent"], view: "v-1" }],
    ["?archived=1&sort=updated", { archived: true, status: [], sort: "updated" }],
    ["?status=any&resolved=0", { status: [], resolved: false }],
    ["?status=any&resolved=1&resolved_by=a-2&resolved_from=-4w&resolved_to=2026-11-30", { status: [], resolved: true, resolvedBy: "a-2", resolvedFrom: "-4w", resolvedTo: "2026-11-30" }],
    ["?snoozed=any", { withSnoozed: true }],
    ["?snoozed=1", { snoozed: true }],
    ["?search=000123", { search: "000123", status: [] }],
    ["?status=open&search=lamp", { search: "lamp", status: ["open"] }],
  ];
  it.each(filters)("%s is read and written back", (query, values) => {
    const filter = { ...DEFAULT, ...values };
    expect(read(query)).toEqual(filter);
    expect(writeFilter(filter)).toBe(query);
  });

  it("is the same whatever the order of what is chosen", () => {
    expect(writeFilter({ ...DEFAULT, status: ["resolved", "open"] })).toBe(writeFilter({ ...DEFAULT, status: ["open", "resolved"] }));
    expect(writeFilter({ ...DEFAULT, status: [...DEFAULT.status].reverse() })).toBe("");
  });

  it("leaves out what is not understood", () => {
    expect(read("?status=open,burning&priority=x&from=-0d&to=2026-13-40&sort=luck")).toEqual({ ...DEFAULT, status: ["open"] });
  });

  it("searches everything unless told otherwise", () => {
    expect(read("?search=lamp").status).toEqual([]);
  });
});

describe("what the API is asked", () => {
  it("names only what is filtered by", () => {
    expect(apiQuery(EVERYTHING)).toEqual({ sort: "urgency" });
  });
  it("takes whole days of the reader's calendar", () => {
    const query = apiQuery({ ...DEFAULT, from: "2026-11-01", to: "2026-11-30" });
    expect(query.opened_from).toBe(new Date(2026, 10, 1).toISOString());
    expect(query.opened_to).toBe(new Date(2026, 11, 1).toISOString());
  });
  it("leaves how long ago to the server's clock, and asks for no view by name", () => {
    expect(apiQuery({ ...EVERYTHING, from: "-7d", to: "-2w", view: "v-1" })).toEqual({ sort: "urgency", opened_from: "-7d", opened_to: "-2w" });
  });
});

describe("belonging to a list", () => {
  const now = Date.parse("2026-11-21T00:00:00Z");
  const fits = (values: Partial<Ticket>, filter: Partial<ListFilter>) => belongs(ticket(values), { ...DEFAULT, ...filter }, ME, now);

  it.each<[Partial<Ticket>, Partial<ListFilter>]>([
    [{}, {}],
    [{ status: "closed" }, { status: [] }],
    [{ assignee_id: ME }, { assignee: "me" }],
    [{ assignee_id: null }, { assignee: "unassigned" }],
    [{ assignee_id: "a-2" }, { assignee: "a-2" }],
    [{ tags: ["late", "vip"] }, { tag: "vip" }],
    [{ sla: { state: "running", breached: false, clock: "resolution", due_at: "2026-11-20T23:00:00Z" } }, { overdue: true }],
    [{ archived: true }, { archived: true }],
    [{ opened_at: "2026-11-20T10:00:00Z" }, { from: "-1d" }],
    [{ opened_at: "2026-11-20T10:00:00Z" }, { to: "-12h" }],
  ])("%o fits %o", (values, filter) => expect(fits(values, filter)).toBe(true));

  it.each<[Partial<Ticket>, Partial<ListFilter>]>([
    [{ status: "resolved" }, {}],
    [{ priority: "low" }, { priority: ["high"] }],
    [{ assignee_id: "a-2" }, { assignee: "me" }],
    [{ assignee_id: "a-2" }, { assignee: "unassigned" }],
    [{ tags: [] }, { tag: "vip" }],
    [{ sla: { state: "running", breached: false, clock: "resolution", due_at: "2026-11-21T01:00:00Z" } }, { overdue: true }],
    [{ archived: true }, {}],
    [{ opened_at: "2026-10-01T00:00:00Z" }, { from: "2026-11-01" }],
    [{ opened_at: "2026-11-20T10:00:00Z" }, { from: "-12h" }],
    [{ opened_at: "2026-11-20T10:00:00Z" }, { to: "-1w" }],
  ])("%o does not fit %o", (values, filter) => expect(fits(values, filter)).toBe(false));
});

describe("order", () => {
  it("of urgency is priority first, then age", () => {
    const tickets = [ticket({ id: "young", opened_at: "2026-11-20T12:00:00Z" }), ticket({ id: "old" }), ticket({ id: "urgent", priority: "urgent", opened_at: "2026-11-21T00:00:00Z" })];
    expect(tickets.toSorted(compare("urgency")).map((one) => one.id)).toEqual(["urgent", "old", "young"]);
  });
  it("knows that a second with a fraction is later than one without", () => {
    const [whole, fraction] = [ticket({ id: "whole", opened_at: "2026-11-20T10:00:00Z" }), ticket({ id: "fraction", opened_at: "2026-11-20T10:00:00.000001Z" })];
    expect([fraction, whole].toSorted(compare("urgency")).map((one) => one.id)).toEqual(["whole", "fraction"]);
    expect([whole, fraction].toSorted(compare("newest")).map((one) => one.id)).toEqual(["fraction", "whole"]);
  });
});

describe("searching in what is shown", () => {
  it("wants every word", () => {
    expect(isFound(ticket(), searchWords("rossi LAMP"))).toBe(true);
    expect(isFound(ticket(), searchWords("rossi table"))).toBe(false);
    expect(isFound(ticket(), searchWords("tkt-000001"))).toBe(true);
  });
});

describe("how tickets were resolved", () => {
  const query = `?status=any&resolved=1&resolved_by=a-2&resolved_from=2026-11-21T23:00:00Z&resolved_to=2026-11-30`;
  const filter: ListFilter = { ...EVERYTHING, resolved: true, resolvedBy: "a-2", resolvedFrom: "2026-11-21T23:00:00Z", resolvedTo: "2026-11-30" };

  it("is part of the address, with moments as they are", () => {
    expect(read(query)).toEqual(filter);
    expect(writeFilter(filter)).toBe(query);
    expect(apiQuery(filter)).toEqual({
      sort: "urgency", resolved: true, resolved_by: "a-2", resolved_from: "2026-11-21T23:00:00Z", resolved_to: new Date(2026, 11, 1).toISOString(),
    });
  });
  it("is no longer so of a ticket that is open again", () => {
    expect(belongs(ticket({ status: "closed" }), filter, ME, 0)).toBe(true);
    expect(belongs(ticket(), filter, ME, 0)).toBe(false);
    const others = { ...EVERYTHING, resolved: false };
    expect(belongs(ticket(), others, ME, 0)).toBe(true);
    expect(belongs(ticket({ status: "resolved" }), others, ME, 0)).toBe(false);
  });
});
