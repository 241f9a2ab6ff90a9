import { describe, expect, it } from "vitest";
import type { Ticket } from "$/api/types";
import { canGoBack } from "./canGoBack";
import { statusWay, wayBack } from "./wayBack";

const before = (more: Partial<Ticket> = {}) => ({
  id: "1", status: "open", priority: "low", category: "orders", tags: ["old"], assignee_id: null, department_id: null, snoozed_until: null, ...more,
}) as Ticket;
const bodies = (ticket: Ticket, change: Parameters<typeof wayBack>[1]) => wayBack(ticket, change).map(({ method, path, body }) => [method, path.replace("/v1/tickets/1", ""), body]);

describe("the way back from a change", () => {
  it("goes only where a ticket may go", () => {
    expect(statusWay("resolved", "open")).toEqual(["open"]);
    expect(statusWay("resolved", "waiting_customer")).toEqual(["open", "waiting_customer"]);
    expect(statusWay("closed", "resolved")).toEqual(["open", "resolved"]);
    expect(statusWay("closed", "on_hold")).toEqual(["open", "on_hold"]);
    expect(statusWay("open", "open")).not.toContain("closed");
  });

  it("takes each part back, and what came with it", () => {
    expect(bodies(before(), { assignee_id: "7" })).toEqual([["DELETE", "/assignee", undefined], ["PUT", "/status", { status: "open" }]]);
    expect(bodies(before({ assignee_id: "3", status: "on_hold" }), { assignee_id: null })).toEqual([["PUT", "/assignee", { agent_id: "3" }]]);
    expect(bodies(before(), { snoozed: true })).toEqual([["DELETE", "/snooze", undefined]]);
    expect(bodies(before(), { merged: true })).toEqual([["DELETE", "/merge", undefined]]);
    expect(bodies(before(), { status: "closed", priority: "high" })).toEqual([["PUT", "/status", { status: "open" }], ["PUT", "/priority", { priority: "low" }]]);
  });

  it("puts aside again what another status woke", () => {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    expect(bodies(before({ snoozed_until: until }), { status: "resolved" })).toEqual([["PUT", "/status", { status: "open" }], ["PUT", "/snooze", { until }]]);
    expect(bodies(before({ snoozed_until: "2020-01-01T00:00:00Z" }), { status: "resolved" })).toEqual([["PUT", "/status", { status: "open" }]]);
    expect(bodies(before({ snoozed_until: until }), { priority: "high" })).toEqual([["PUT", "/priority", { priority: "low" }]]);
  });

  it("is not there where a ticket would be resolved once more", () => {
    for (const status of ["resolved", "closed"] as const) {
      expect(canGoBack(before({ status }), { status: "open" })).toBe(false);
      expect(canGoBack(before({ status }), { status })).toBe(true);
      expect(canGoBack(before({ status }), { priority: "high" })).toBe(true);
    }
    expect(canGoBack(before({ status: "on_hold" }), { status: "closed" })).toBe(true);
  });

  it("leaves alone what the change left alone", () => {
    expect(bodies(before(), { priority: "low", category: "orders", department_id: null, assignee_id: null })).toEqual([]);
    expect(bodies(before(), { add_tags: ["old", "new"], remove_tags: ["absent"] })).toEqual([["POST", "/tags", { add: [], remove: ["new"] }]]);
  });
});
