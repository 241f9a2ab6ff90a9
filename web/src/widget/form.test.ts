import { describe, expect, it } from "vitest";
import { Problem, Unreachable } from "$/api/problem";
import { Form, given, openChat } from "./form";

const lost = new Unreachable(new TypeError("Failed to fetch"));
const refused = new Problem(422, "invalid", "email: not an address");

describe("a form", () => {
  it("sends the same words under the same key until it is known that they arrived", () => {
    const form = new Form();
    const first = form.fill("/v1/chats", { message: "Hello" }, { page: "/shoes" });
    expect(first).toMatchObject({ body: { message: "Hello", page: "/shoes" }, again: false });
    form.settled(lost);
    expect(form.fill("/v1/chats", { message: "Hello" }, { page: "/pots" })).toEqual({ ...first, again: true });
    form.settled();
    const later = form.fill("/v1/chats", { message: "Hello" });
    expect(later.again).toBe(false);
    expect(later.key).not.toBe(first.key);
  });

  it("sends other words, or the same elsewhere, under a new key", () => {
    const form = new Form();
    const keys = [form.fill("/v1/chats", { message: "Hello" })];
    form.settled(lost);
    keys.push(form.fill("/v1/chats", { message: "Hello there" }));
    form.settled(lost);
    keys.push(form.fill("/v1/visit/offline-messages", { message: "Hello there" }));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
    expect(keys.some(({ again }) => again)).toBe(false);
  });

  it("does not use the key of a refusal again", () => {
    const form = new Form();
    const { key } = form.fill("/v1/chats", { message: "Hello" });
    form.settled(refused);
    expect(form.fill("/v1/chats", { message: "Hello" })).toMatchObject({ again: false, key: expect.not.stringMatching(key) });
  });

  it("keeps the key where a server failed", () => {
    const form = new Form();
    const { key } = form.fill("/v1/chats", { message: "Hello" });
    form.settled(new Problem(503, "unavailable", ""));
    expect(form.fill("/v1/chats", { message: "Hello" })).toMatchObject({ again: true, key });
  });

  it("gives only what was filled in", () => {
    expect(given({ name: " Nora ", email: "  " })).toEqual({ name: "Nora" });
  });
});

describe("a chat that is refused because another is not over", () => {
  it("says in which to go on", () => {
    const open = new Problem(409, "chat_open", "at most 1 chat(s) at once", [], { chat_id: "c-1", limit: 1 });
    expect(openChat(open)).toBe("c-1");
    expect(openChat(new Problem(409, "chat_open", ""))).toBeNull();
    expect(openChat(new Problem(409, "nobody_available", "", [], { chat_id: "c-1" }))).toBeNull();
    expect(openChat(lost)).toBeNull();
  });
});
