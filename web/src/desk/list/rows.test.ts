import { describe, expect, it } from "vitest";
import type { Ticket } from "$/api/types";
import { belongs, compare, DEFAULT } from "./filter";
import { NO_ROWS, placed, type Rows, type Rule, settled, waiting, without, withPage, withTicket } from "./rows";

/** An open ticket, opened at a minute of an hour. */
function ticket(id: string, minute: number, values: Partial<Ticket> = {}): Ticket {
  const at = `2026-11-20T10:${String(minute).padStart(2, "0")}:00Z`;
  return { id, status: "open", priority: "medium", opened_at: at, updated_at: at, tags: [], archived: false, version: 1, ...values } as Ticket;
}

const rule: Rule = { belongs: (one) => belongs(one, DEFAULT, "me", 0), isFound: () => true, compare: compare("urgency") };
const ids = (rows: Rows) => rows.shown.map((one) => one.id);
const three = withPage(NO_ROWS, { items: [ticket("a", 1), ticket("b", 2), ticket("c", 3)], next_cursor: "more" });
const complete = withPage(NO_ROWS, { items: [ticket("a", 1), ticket("b", 2), ticket("c", 3)] });

describe("what changes", () => {
  it("is patched where it stands", () => {
    const rows = withTicket(three, ticket("b", 2, { version: 2, unread_count: 4 }), rule);
    expect(ids(rows)).toEqual(["a", "b", "c"]);
    expect(rows.shown[1]!.unread_count).toBe(4);
    expect(rows.shown[0]).toBe(three.shown[0]);
    expect(waiting(rows)).toEqual({ arrived: 0, moved: 0 });
  });

  it("does not go back to what was", () => {
    const rows = withTicket(three, ticket("b", 2, { version: 5, status: "in_progress" }), rule);
    expect(withTicket(rows, ticket("b", 2, { version: 4 }), rule)).toBe(rows);
  });

  it("stays in place when it sorts elsewhere by now, and says so", () => {
    const rows = withTicket(three, ticket("c", 3, { version: 2, priority: "urgent" }), rule);
    expect(ids(rows)).toEqual(["a", "b", "c"]);
    expect(waiting(rows)).toEqual({ arrived: 0, moved: 1 });
    expect(ids(settled(rows, rule))).toEqual(["c", "a", "b"]);
  });

  it("stays in place when it no longer belongs, and goes when asked for", () => {
    const rows = withTicket(three, ticket("a", 1, { version: 2, status: "resolved" }), rule);
    expect(ids(rows)).toEqual(["a", "b", "c"]);
    expect(ids(settled(rows, rule))).toEqual(["b", "c"]);
  });

  it("is not announced any more once it came back", () => {
    const gone = withTicket(three, ticket("a", 1, { version: 2, status: "resolved" }), rule);
    expect(waiting(withTicket(gone, ticket("a", 1, { version: 3 }), rule))).toEqual({ arrived: 0, moved: 0 });
  });

  it("does not make its neighbours look moved", () => {
    const up = withTicket(three, ticket("b", 2, { version: 2, priority: "low" }), rule);
    expect(waiting(withTicket(up, ticket("c", 3, { version: 2 }), rule)).moved).toBe(1);
  });
});

describe("what is new", () => {
  it("waits, and comes to its place when asked for", () => {
    const rows = withTicket(three, ticket("new", 0), rule);
    expect(ids(rows)).toEqual(["a", "b", "c"]);
    expect(waiting(rows).arrived).toBe(1);
    expect(ids(settled(rows, rule))).toEqual(["new", "a", "b", "c"]);
    expect(waiting(settled(rows, rule))).toEqual({ arrived: 0, moved: 0 });
  });

  it("is not announced if a later page brings it anyway", () => {
    expect(withTicket(three, ticket("late", 30), rule)).toBe(three);
    expect(waiting(withTicket(complete, ticket("late", 30), rule)).arrived).toBe(1);
  });

  it("is not announced if it does not belong", () => {
    expect(withTicket(three, ticket("done", 0, { status: "closed" }), rule)).toBe(three);
    expect(withTicket(three, ticket("other", 0), { ...rule, isFound: () => false })).toBe(three);
  });

  it("is taken back if it left before anyone looked", () => {
    const rows = withTicket(three, ticket("new", 0), rule);
    expect(waiting(withTicket(rows, ticket("new", 0, { version: 2, status: "closed" }), rule)).arrived).toBe(0);
  });
});

describe("pages", () => {
  it("follow each other without doubles", () => {
    const rows = withPage(three, { items: [ticket("c", 3, { version: 7 }), ticket("d", 4)] });
    expect(ids(rows)).toEqual(["a", "b", "c", "d"]);
    expect(rows.shown[2]!.version).toBe(7);
    expect(rows.next).toBeNull();
  });

  it("show what waited, in its newest state", () => {
    const rows = withTicket(complete, ticket("d", 4, { version: 9 }), rule);
    const next = withPage(rows, { items: [ticket("d", 4)] });
    expect(waiting(next).arrived).toBe(0);
    expect(next.shown[3]!.version).toBe(9);
  });

  it("bring back what sorts behind them", () => {
    const moved = withTicket(three, ticket("a", 1, { version: 2, priority: "low" }), rule);
    const rows = settled(moved, rule);
    expect(ids(rows)).toEqual(["b", "c"]);
    expect(ids(withPage(rows, { items: [ticket("d", 4), ticket("a", 1, { version: 2, priority: "low" })] }))).toEqual(["b", "c", "d", "a"]);
  });
});

it("what is gone is gone everywhere", () => {
  const rows = withTicket(withTicket(three, ticket("new", 0), rule), ticket("a", 1, { version: 2, status: "closed" }), rule);
  const left = without(rows, new Set(["a", "new"]));
  expect(ids(left)).toEqual(["b", "c"]);
  expect(left.places.get("c")).toBe(1);
  expect(waiting(left)).toEqual({ arrived: 0, moved: 0 });
  expect(without(left, new Set(["elsewhere"]))).toBe(left);
});

describe("what the reader did", () => {
  const own = new Set(["b", "new"]);

  it("goes, comes and moves at once, and everything else stays", () => {
    let rows = withTicket(complete, ticket("b", 2, { version: 2, priority: "urgent" }), rule);
    rows = withTicket(rows, ticket("c", 3, { version: 2, status: "resolved" }), rule);
    rows = withTicket(rows, ticket("new", 9), rule);
    rows = withTicket(rows, ticket("theirs", 10), rule);
    const next = placed(rows, own, rule);
    expect(ids(next)).toEqual(["b", "a", "c", "new"]);
    expect(waiting(next)).toEqual({ arrived: 1, moved: 1 });
    expect(ids(placed(withTicket(complete, ticket("b", 2, { version: 2, status: "closed" }), rule), own, rule))).toEqual(["a", "c"]);
  });

  it("comes with its own page where the pages read so far end before it", () => {
    const rows = withTicket(three, ticket("b", 2, { version: 2, priority: "low" }), rule);
    expect(ids(placed(rows, own, rule))).toEqual(["a", "c"]);
  });

  it("is the same list where nothing of it is out of place", () => expect(placed(three, own, rule)).toBe(three));
});
