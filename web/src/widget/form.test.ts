import { beforeEach, describe, expect, it } from "vitest";
import { Problem, Unreachable } from "$/api/problem";
import { draft } from "$/live/drafts.svelte";
import { begun, carryOver, Form, FORM, given, keepBegun, openChat } from "./form";

const lost = new Unreachable(new TypeError("Failed to fetch"));
const refused = new Problem(422, "invalid", "email: not an address");

beforeEach(() => draft.clearAll());

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

  it("remembers on the next page what nobody knows to have arrived", () => {
    const first = new Form().fill("/v1/visit/offline-messages", { message: "Hello" });
    expect(new Form().fill("/v1/visit/offline-messages", { message: "Hello" })).toEqual({ ...first, again: true });
  });

  it("gives only what was filled in", () => {
    expect(given({ name: " Nora ", email: "  " })).toEqual({ name: "Nora" });
  });
});

describe("what is typed into the form", () => {
  const nobody = { name: "", email: "" };
  const asked = { name: "Nora", email: "nora@example.com", department: "", message: "" };

  it("is kept, unless it only says what is known", () => {
    keepBegun(asked, nobody);
    expect(begun()).toEqual(asked);
    keepBegun(asked, { name: "Nora", email: "nora@example.com" });
    expect(begun()).toBeNull();
    keepBegun({ ...asked, message: "Hello" }, { name: "Nora", email: "nora@example.com" });
    expect(begun()).toEqual({ ...asked, message: "Hello" });
  });

  it("goes on with what could not be said elsewhere", () => {
    keepBegun({ ...asked, message: "Hello" }, nobody);
    draft.set("chat:c-1", "One more thing");
    carryOver("chat:c-1");
    expect(begun()?.message).toBe("Hello\n\nOne more thing");
    expect(draft.get("chat:c-1")).toBe("");
    draft.clear(FORM);
    carryOver("chat:c-1");
    expect(begun()).toBeNull();
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
