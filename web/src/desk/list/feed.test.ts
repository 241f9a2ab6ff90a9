import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ticket } from "$/api/types";
import { belongs, compare, DEFAULT } from "./filter";
import { type FeedPorts, TicketFeed } from "./feed";

function ticket(id: string, values: Partial<Ticket> = {}): Ticket {
  const at = "2026-11-20T10:00:00Z";
  return { id, status: "open", priority: "medium", opened_at: at, updated_at: at, tags: [], archived: false, version: 1, ...values } as Ticket;
}

/** A server with tickets, and a list of it. */
function desk(tickets: Ticket[], ports: Partial<FeedPorts> = {}) {
  const known = new Map(tickets.map((one) => [one.id, one]));
  const asked: string[] = [];
  const feed = new TicketFeed(
    {
      page: async () => ({ items: tickets }),
      one: async (id) => {
        asked.push(id);
        return known.get(id) ?? null;
      },
      recent: async () => {
        asked.push("recent");
        return { items: [...known.values()] };
      },
      ...ports,
    },
    { belongs: (one) => belongs(one, DEFAULT, "me", 0), isFound: () => true, compare: compare("urgency") },
    () => undefined,
  );
  return { feed, asked, set: (one: Ticket) => known.set(one.id, one), drop: (id: string) => known.delete(id) };
}

const ids = (feed: TicketFeed) => feed.rows.shown.map((one) => one.id);
const settle = () => vi.advanceTimersByTimeAsync(1_000);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("live", () => {
  it("asks once for a ticket to which several things happened", async () => {
    const { feed, asked, set } = desk([ticket("a")]);
    await feed.more();
    set(ticket("a", { version: 4, status: "on_hold" }));
    for (let n = 0; n < 3; n += 1) feed.touch("a");
    await settle();
    expect(asked).toEqual(["a"]);
    expect(feed.rows.shown[0]!.status).toBe("on_hold");
  });

  it("reads what changed last when much happens at once", async () => {
    const tickets = Array.from({ length: 30 }, (_, n) => ticket(`t${String(n).padStart(2, "0")}`));
    const { feed, asked, set } = desk(tickets);
    await feed.more();
    for (const one of tickets) {
      set({ ...one, version: 2, unread_count: 1 });
      feed.touch(one.id);
    }
    await settle();
    expect(asked).toEqual(["recent"]);
    expect(feed.rows.shown.every((one) => one.unread_count === 1)).toBe(true);
  });

  it("takes out what is gone", async () => {
    const { feed, drop } = desk([ticket("a"), ticket("b")]);
    await feed.more();
    drop("a");
    feed.touch("a");
    await settle();
    expect(ids(feed)).toEqual(["b"]);
  });

  it("keeps what cannot be asked for just now", async () => {
    const { feed } = desk([ticket("a")], { one: () => Promise.reject(new Error("no network")) });
    await feed.more();
    feed.touch("a");
    await settle();
    expect(ids(feed)).toEqual(["a"]);
  });

  it("puts away at once what the reader put away, and nobody else's", async () => {
    const { feed, set } = desk([ticket("a"), ticket("b")]);
    await feed.more();
    set(ticket("a", { version: 2, status: "resolved" }));
    set(ticket("b", { version: 2, status: "resolved" }));
    feed.touch("b");
    await settle();
    await feed.changedHere(["a"]);
    expect(ids(feed)).toEqual(["b"]);
  });

  it("shows at once what the reader opened, and nobody else's", async () => {
    const { feed, set } = desk([ticket("a")]);
    await feed.more();
    set(ticket("mine"));
    set(ticket("theirs"));
    feed.touch("theirs");
    feed.touch("mine", 1);
    await settle();
    expect(ids(feed).toSorted()).toEqual(["a", "mine"]);
    expect(feed.rows.arrived.has("theirs")).toBe(true);
  });

  it("waits for the reader's change where an older answer was still under way", async () => {
    const { feed, set } = desk([ticket("a"), ticket("b")]);
    await feed.more();
    feed.touch("a", 2);
    await settle();
    expect(ids(feed)).toEqual(["a", "b"]);
    set(ticket("a", { version: 2, status: "resolved" }));
    await settle();
    expect(ids(feed)).toEqual(["b"]);
  });

  it("catches up after too much was missed", async () => {
    const { feed, set } = desk([ticket("a")]);
    await feed.more();
    set(ticket("a", { version: 3, priority: "high" }));
    set(ticket("new"));
    await feed.resync(["a"]);
    expect(feed.rows.shown[0]!.priority).toBe("high");
    expect(feed.rows.arrived.has("new")).toBe(true);
  });
});

describe("reading", () => {
  it("asks for one page at a time, and stops at the end", async () => {
    const page = vi.fn<FeedPorts["page"]>()
      .mockResolvedValueOnce({ items: [ticket("a")], next_cursor: "two" })
      .mockResolvedValueOnce({ items: [ticket("b")] });
    const { feed } = desk([], { page });
    await Promise.all([feed.more(), feed.more()]);
    await feed.more();
    await feed.more();
    expect(page.mock.calls.map(([cursor]) => cursor)).toEqual([null, "two"]);
    expect(ids(feed)).toEqual(["a", "b"]);
  });

  it("says what failed, and tries again when asked to", async () => {
    const page = vi.fn<FeedPorts["page"]>().mockRejectedValueOnce(new Error("no")).mockResolvedValueOnce({ items: [ticket("a")] });
    const { feed } = desk([], { page });
    await feed.more();
    expect(feed.error).toBeInstanceOf(Error);
    await feed.more();
    expect([feed.error, ids(feed)]).toEqual([null, ["a"]]);
  });

  it("says nothing any more once it was stopped", async () => {
    let answer!: (page: { items: Ticket[] }) => void;
    const { feed } = desk([], { page: () => new Promise((resolve) => { answer = resolve; }) });
    const reading = feed.more();
    feed.stop();
    answer({ items: [ticket("a")] });
    await reading;
    expect(feed.ready).toBe(false);
  });
});
