import { describe, expect, it } from "vitest";
import { ALL_CHATS, ENDED_CHATS, type FoundFilter, foundOf, foundQuery, readFound, writeFound } from "./found";

const read = (query: string) => readFound(new URLSearchParams(query));

describe("a list of chats", () => {
  it.each<[string, FoundFilter]>([
    ["?view=ended", ENDED_CHATS],
    ["?view=all", ALL_CHATS],
    ["?view=ended&q=lamp&whose=me", { ...ENDED_CHATS, search: "lamp", whose: "me" }],
    ["?view=all&status=active,transferred", { ...ALL_CHATS, status: ["active", "transferred"] }],
    ["?view=all&from=2026-11-20T18:15:00Z&to=2026-11-21", { ...ALL_CHATS, from: "2026-11-20T18:15:00Z", to: "2026-11-21" }],
  ])("%s is read and written back", (query, filter) => {
    expect(read(query)).toEqual(filter);
    expect(writeFound(filter)).toBe(query);
  });
  it("is none where the chats at hand are shown", () => expect(read("?beside=c-1")).toBeNull());

  it.each([
    ["/v1/chats", {}],
    ["/v1/chats?status=waiting", { status: "waiting" }],
    ["/v1/chats?status=active,transferred", { status: "active,transferred" }],
    ["/v1/chats?started_from=2026-11-20T18:15:00Z&started_to=2026-11-21T18:15:00Z", { started_from: "2026-11-20T18:15:00Z", started_to: "2026-11-21T18:15:00Z" }],
  ])("for %s asks for just the same", (list, query) => expect(foundQuery(foundOf(list)!)).toEqual(query));
  it("is none for what it does not understand, rather than another", () => {
    expect(foundOf("/v1/chats?agent=me")).toBeNull();
    expect(foundOf("/v1/tickets")).toBeNull();
  });
});
