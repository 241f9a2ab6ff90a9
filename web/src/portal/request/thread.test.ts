import { describe, expect, it } from "vitest";
import type { DocketEvent, Message } from "$/api/types";
import { firstUnread, lines, momentOf } from "./thread";

const ME = "customer";

function said(position: number, by: string, at: string): Message {
  return {
    id: `m${position}`, author: { kind: by === ME ? "customer" : "agent", id: by, name: by }, body: `words ${position}`,
    internal: false, attachments: [], posted_at: at, position,
  };
}

function went(position: number, from: string, to: string, at: string, by = "agent"): DocketEvent {
  return {
    position, event_id: `e${position}`, category: "ticket", stream_id: "t", version: position, event_type: "StatusChanged", schema_version: 1,
    occurred_at: at, recorded_at: at, actor: { kind: by === ME ? "customer" : "agent", id: by }, correlation_id: "c", payload: { from, to } as never,
  };
}

const kinds = (...args: Parameters<typeof lines>) => lines(...args).map((line) => line.kind);

describe("a customer's thread", () => {
  it("puts messages and moments in the log's order, by day", () => {
    const messages = [said(1, ME, "2026-03-01T10:00:00Z"), said(4, "agent", "2026-03-02T10:00:00Z")];
    const events = [went(5, "in_progress", "resolved", "2026-03-02T10:00:00Z")];
    expect(kinds(messages, events, ME, null)).toEqual(["day", "message", "day", "message", "moment"]);
  });

  it("leaves out what only the desk cares about", () => {
    expect(momentOf("open", "in_progress")).toBeNull();
    expect(momentOf("in_progress", "waiting_customer")).toBeNull();
    expect(momentOf("resolved", "in_progress")).toBe("reopened");
    expect(momentOf("resolved", "closed")).toBe("closed");
  });

  it("leaves out moments from before the messages at hand", () => {
    const messages = [said(10, "agent", "2026-03-01T10:00:00Z")];
    expect(kinds(messages, [went(3, "open", "on_hold", "2026-03-01T09:00:00Z")], ME, null)).toEqual(["day", "message"]);
  });

  it("joins what one person says in one breath, and nothing else", () => {
    const messages = [
      said(1, "agent", "2026-03-01T10:00:00Z"), said(2, "agent", "2026-03-01T10:01:00Z"),
      said(3, ME, "2026-03-01T10:02:00Z"), said(4, ME, "2026-03-01T10:30:00Z"),
    ];
    const joined = lines(messages, [], ME, null).filter((line) => line.kind === "message").map((line) => line.continues);
    expect(joined).toEqual([false, true, false, false]);
  });

  it("marks where the unread begins, counting only what others wrote", () => {
    const messages = [said(1, ME, "2026-03-01T10:00:00Z"), said(2, "agent", "2026-03-01T10:01:00Z"), said(3, ME, "2026-03-01T10:02:00Z"), said(4, "agent", "2026-03-01T10:03:00Z")];
    expect(firstUnread(messages, 0, ME)).toBeNull();
    expect(firstUnread(messages, 1, ME)).toBe(4);
    expect(firstUnread(messages, 2, ME)).toBe(2);
    expect(firstUnread(messages, 9, ME)).toBe(2);
    expect(kinds(messages, [], ME, 4)).toEqual(["day", "message", "message", "message", "unread", "message"]);
  });
});
