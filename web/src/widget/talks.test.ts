import { describe, expect, it } from "vitest";
import type { Chat, Ticket } from "$/api/types";
import type { Door } from "./door";
import { Talks } from "./talks.svelte";
import { settled, talksOf } from "./talks";

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

  it("ends where the next page may go on, but for what is open or was not read", () => {
    const chats = [chat("c-2", "2026-03-05T10:00:00Z"), chat("c-1", "2026-03-03T10:00:00Z")];
    const tickets = [
      ticket("t-5", "2026-03-04T10:00:00Z", { status: "closed" }), ticket("t-4", "2026-03-02T10:00:00Z", { status: "closed" }),
      ticket("t-3", "2026-03-01T10:00:00Z"), ticket("t-2", "2026-02-01T10:00:00Z", { status: "closed", unread_count: 1 }), ticket("t-1", "2026-01-01T10:00:00Z", { status: "closed" }),
    ];
    const shown = (more: { chats: boolean; tickets: boolean }) => settled(talksOf(chats, tickets, null, 0), more).map(({ id }) => id);
    expect(shown({ chats: true, tickets: false })).toEqual(["c-2", "t-5", "c-1", "t-3", "t-2"]);
    expect(shown({ chats: false, tickets: true })).toEqual(["c-2", "t-5", "c-1", "t-4", "t-3", "t-2", "t-1"]);
    expect(shown({ chats: false, tickets: false })).toHaveLength(7);
  });
});

describe("reading what a visitor has begun", () => {
  const asked: string[] = [];
  /** A desk with so many chats; the API's pages have at most a hundred. */
  function desk(count: number): Door {
    const all = Array.from({ length: count }, (_, at) => chat(`c-${at}`, "2026-03-02T10:00:00Z"));
    return {
      token: "t",
      chats: (limit: number, cursor?: string | null) => {
        asked.push(`${limit} from ${cursor ?? 0}`);
        const from = Number(cursor ?? 0);
        const end = from + Math.min(limit, 100);
        return Promise.resolve({ items: all.slice(from, end), next_cursor: end < count ? String(end) : null });
      },
      tickets: () => Promise.resolve({ items: [], next_cursor: null }),
    } as unknown as Door;
  }

  it("goes on page after page, past what one answer holds", async () => {
    const talks = new Talks(desk(150));
    await talks.read();
    expect([talks.chats.length, talks.more]).toEqual([20, { chats: true, tickets: false }]);
    await talks.readMore();
    await talks.readMore();
    expect(talks.chats).toHaveLength(120);
    asked.length = 0;
    await talks.readMore();
    expect([new Set(talks.chats.map(({ id }) => id)).size, talks.more.chats]).toEqual([150, false]);
    expect(asked).toEqual(["100 from 0", "70 from 100"]);
  });
});
