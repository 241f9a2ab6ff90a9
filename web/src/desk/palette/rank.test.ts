import { describe, expect, it } from "vitest";
import { rank } from "./rank";

describe("what the palette finds", () => {
  it("finds words, not letters strewn over others", () => {
    expect(rank("roles", "Resolve", "Ticket")).toBe(0);
    expect(rank("roles", "Roles", "Settings")).toBe(1);
  });

  it("takes words in any order, from the label or beside it", () => {
    expect(rank("high priority", "Priority: High")).toBeGreaterThan(0);
    expect(rank("assign sofia", "Assignee: Sofía Reyes", "Ticket assign")).toBeGreaterThan(0);
    expect(rank("ticket resolve", "Resolve", "Ticket")).toBeGreaterThan(0);
    expect(rank("high tickets now", "Priority: High")).toBe(0);
  });

  it("puts what begins so before what contains it", () => {
    expect(rank("dark", "Dark", "Appearance")).toBeGreaterThan(rank("dark", "Everything dark"));
    expect(rank("tick", "Tickets")).toBeGreaterThan(rank("tick", "New ticket"));
  });
});
