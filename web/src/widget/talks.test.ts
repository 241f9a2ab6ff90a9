import { describe, expect, it } from "vitest";
import type { Chat, Ticket } from "$/api/types";
import { talksOf } from "./talks";

const chat = (id: string, at: string, more: Partial<Chat> = {}) =>
  ({ id, status: "closed", started_at: at, last_message_at: at, last_message: `last of ${id}`, unread_count: 0, position: 1, ...more }) as Chat;
const ticket = (id: string, at: string, more: Partial<Ticket> = {}) =>
  ({ id, status: "open", archived: false, message_count: 2, last_message_at: at, last_message: `last of ${id}`, last_message_by: { kind: "agent" }, unread_count: 0, ...more }) as Ticket;

describe("what a visitor has begun", () => {
  it("is one list, where something was said last first", () => {
    const talks = talksOf([chat("c-1", "2026-03-02T10:00:00Z")], [ticket("t-1", "2026-03-03T10:00:00Z"), ticket("t-2", "2026-03-01T10:00:00Z")], null, 0);
    expect(talks.map(({ topic }) => topic)).toEqual(["ticket:t-1", "chat:c-1", "ticket:t-2"]);
  });

  it("knows the chat that is followed better than the list does", () => {
    const followed = chat("c-1", "2026-03-02T10:00:00Z", { status: "active", position: 5 });
    const listed = chat("c-1", "2026-03-02T10:05:00Z", { status: "active", position: 9, last_message: "The latest", unread_count: 7 });
    expect(talksOf([listed], [], followed, 2)).toMatchObject([{ last: "The latest", unread: 2, over: false }]);
    expect(talksOf([], [], followed, 0)).toMatchObject([{ topic: "chat:c-1", last: "last of c-1" }]);
  });

  it("does not say the subject twice, nor a word of what was erased", () => {
    const [asked, erased] = talksOf([], [ticket("t-1", "2026-03-03T10:00:00Z", { message_count: 1 }), ticket("t-2", "2026-03-01T10:00:00Z", { last_message: null })], null, 0);
    expect([asked?.last, erased?.last]).toEqual([null, null]);
  });

  it("takes what is archived for over", () => {
    expect(talksOf([], [ticket("t-1", "2026-03-03T10:00:00Z", { archived: true })], null, 0)[0]?.over).toBe(true);
  });
});
