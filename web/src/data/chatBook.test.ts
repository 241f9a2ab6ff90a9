import { describe, expect, it } from "vitest";
import type { Chat } from "$/api/types";
import { arrange, arrivals, mergeAnswer, mergeChat, places, positionOf } from "./chatBook";

const ME = "me";

function chat(id: string, changes: Partial<Chat> = {}): Chat {
  return {
    id, status: "waiting", visitor: { id: `v-${id}`, name: id, verified: false }, accepted: false, skills: [],
    started_at: "2026-01-01T10:00:00Z", queued_at: "2026-01-01T10:00:00Z", message_count: 1, unread_count: 1, version: 1, position: 10,
    ...changes,
  };
}

const ids = (chats: readonly Chat[]) => chats.map((one) => one.id);

describe("the list of open chats", () => {
  it("takes in a new chat, replaces a known one in place, and lets an ended one go", () => {
    const shown = [chat("a"), chat("b")];
    expect(ids(mergeChat(shown, chat("c")))).toEqual(["a", "b", "c"]);
    const later = mergeChat(shown, chat("a", { position: 11, unread_count: 2 }));
    expect(ids(later)).toEqual(["a", "b"]);
    expect(later[0]?.unread_count).toBe(2);
    expect(ids(mergeChat(shown, chat("a", { position: 12, status: "closed" })))).toEqual(["b"]);
  });

  it("does not go back in time when answers overtake each other", () => {
    const shown = [chat("a", { position: 20, last_message: "later" })];
    expect(mergeChat(shown, chat("a", { position: 19, last_message: "earlier" }))).toBe(shown);
    expect(mergeChat(shown, chat("a", { position: 19, status: "closed" }))).toBe(shown);
  });

  it("is the same list when an ended chat was never in it", () => {
    const shown = [chat("a")];
    expect(mergeChat(shown, chat("z", { status: "closed" }))).toBe(shown);
  });

  it("keeps what was heard of while a question for the whole list was under way", () => {
    const askedAt = positionOf([chat("a"), chat("b", { position: 12 })]);
    const shown = [chat("a", { position: 15, last_message: "heard" }), chat("b", { position: 12 }), chat("new", { position: 16 })];
    const answer = [chat("a", { last_message: "asked" }), chat("c", { position: 13 })];
    const merged = mergeAnswer(shown, answer, askedAt);
    // b ended before the answer was made: it was not heard of since, so it goes.
    expect(ids(merged).sort()).toEqual(["a", "c", "new"]);
    expect(merged.find((one) => one.id === "a")?.last_message).toBe("heard");
  });
});

describe("who has what", () => {
  const chats = [
    chat("third", { started_at: "2026-01-01T10:03:00Z" }),
    chat("first", { started_at: "2026-01-01T10:01:00Z", agent_id: "other" }),
    chat("second", { started_at: "2026-01-01T10:02:00Z", agent_id: ME }),
    chat("mine", { status: "active", agent_id: ME, accepted: true }),
    chat("theirs", { status: "active", agent_id: "other", accepted: true }),
    chat("handed", { status: "transferred", agent_id: ME, started_at: "2026-01-01T09:00:00Z" }),
    chat("over", { status: "closed", agent_id: ME }),
  ];

  it("puts each chat in one place, who waited longest first", () => {
    const { offered, mine, queue, others } = arrange(chats, ME);
    expect(ids(offered)).toEqual(["handed", "second"]);
    expect(ids(mine)).toEqual(["mine"]);
    expect(ids(queue)).toEqual(["first", "third"]);
    expect(ids(others)).toEqual(["theirs"]);
  });

  it("numbers the whole queue, whoever a chat is offered to", () => {
    expect([...places(chats)]).toEqual([["handed", 1], ["first", 2], ["second", 3], ["third", 4]]);
  });

  it("keeps one's own chats where they are while they are written in", () => {
    const early = chat("x", { status: "active", agent_id: ME, accepted_at: "2026-01-01T10:00:00Z" });
    const late = chat("y", { status: "active", agent_id: ME, accepted_at: "2026-01-01T11:00:00Z" });
    expect(ids(arrange([late, early], ME).mine)).toEqual(["x", "y"]);
    expect(ids(arrange([{ ...late, last_message_at: "2026-01-02T00:00:00Z", position: 99 }, early], ME).mine)).toEqual(["x", "y"]);
  });
});

describe("what is worth a hint", () => {
  it("is a chat that can be taken now and could not before", () => {
    const waiting = chat("a");
    expect(ids(arrivals([], [waiting], ME))).toEqual(["a"]);
    expect(arrivals([waiting], [{ ...waiting, unread_count: 5 }], ME)).toEqual([]);
    expect(arrivals([], [chat("b", { agent_id: "other" })], ME)).toEqual([]);
    expect(ids(arrivals([chat("b", { agent_id: "other" })], [chat("b", { agent_id: ME })], ME))).toEqual(["b"]);
    expect(ids(arrivals([waiting], [chat("a", { agent_id: ME })], ME))).toEqual(["a"]);
    expect(arrivals([], [chat("c", { status: "active", agent_id: ME })], ME)).toEqual([]);
  });

  it("is a chat handed over to the reader", () => {
    const was = chat("a", { status: "active", agent_id: "other" });
    expect(ids(arrivals([was], [chat("a", { status: "transferred", agent_id: ME })], ME))).toEqual(["a"]);
  });
});
