import { describe, expect, it } from "vitest";
import type { Ticket } from "$/api/types";
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

  it("leaves alone what the change left alone", () => {
    expect(bodies(before(), { priority: "low", category: "orders", department_id: null, assignee_id: null })).toEqual([]);
    expect(bodies(before(), { add_tags: ["old", "new"], remove_tags: ["absent"] })).toEqual([["POST", "/tags", { add: [], remove: ["new"] }]]);
  });
});
