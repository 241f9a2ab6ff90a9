import { describe, expect, it } from "vitest";
import { filterOf } from "./apiList";
import { apiQuery, DEFAULT, EVERYTHING, writeFilter } from "./filter";

const OPEN = "status=open,in_progress,waiting_customer,on_hold";
const midnight = new Date(2026, 10, 21).toISOString();
const next = new Date(2026, 10, 22).toISOString();

/** As the API is asked for what the desk shows: moments are the same however they are written. */
function asked(list: string): Record<string, unknown> {
  const filter = filterOf(list)!;
  const { sort: _, ...query } = apiQuery(filter);
  return query;
}

describe("the desk's list for a list of the API", () => {
  it.each([
    ["", {}],
    [`${OPEN}&snoozed=false`, { status: OPEN.slice(7), snoozed: false }],
    [`${OPEN}&snoozed=true`, { status: OPEN.slice(7), snoozed: true }],
    [`${OPEN}&priority=high&snoozed=false`, { status: OPEN.slice(7), priority: "high", snoozed: false }],
    [`${OPEN}&category=R%26D%20%2B%20more&snoozed=false`, { status: OPEN.slice(7), category: "R&D + more", snoozed: false }],
    // What is put aside is counted too.
    ["status=closed", { status: "closed" }],
    ["status=open", { status: "open" }],
    ["resolved=true", { resolved: true }],
    ["resolved=false", { resolved: false }],
    ["resolved_by=a-2", { resolved_by: "a-2" }],
    ["opened_from=2026-11-20T18:15:00Z&opened_to=2026-11-21T18:15:00Z", { opened_from: "2026-11-20T18:15:00Z", opened_to: "2026-11-21T18:15:00Z" }],
    [`resolved_from=${midnight}&resolved_to=${next}`, { resolved_from: midnight, resolved_to: next }],
  ])("%s asks for just the same", (query, expected) => {
    const list = query ? `/v1/tickets?${query}` : "/v1/tickets";
    expect(asked(list)).toEqual(expected);
  });

  it("is the desk's first list for what is open", () => {
    expect(filterOf(`/v1/tickets?${OPEN}&snoozed=false`)).toEqual(DEFAULT);
    expect(filterOf("/v1/tickets")).toEqual(EVERYTHING);
  });
  it("has a day of the reader's calendar where it is one", () => {
    expect(writeFilter(filterOf(`/v1/tickets?opened_from=${midnight}&opened_to=${next}`)!)).toBe("?status=any&from=2026-11-21&to=2026-11-21");
  });
  it.each(["/v1/tickets?color=red", "/v1/tickets?snoozed=false", "/v1/chats"])("is none for %s, rather than another", (list) => {
    expect(filterOf(list)).toBeNull();
  });
});
