import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Ticket } from "$/api/types";
import { chooseLocale, withWords } from "$/i18n/index.svelte";
import { saidBy } from "./author";

type Author = Ticket["last_message_by"];
const by = (author: Partial<Author>) => saidBy({ last_message_by: { kind: "agent", id: "sofia", name: "Sofía", erased: false, ...author } }, "me");

beforeAll(() => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("localStorage", { setItem: () => undefined });
  return withWords(() => chooseLocale("en"), "common", "shell", "list");
});

describe("what stands before a row's last words", () => {
  it("is nothing where the customer wrote them", () => expect(by({ kind: "customer", id: "anna", name: "Anna" })).toBeNull());
  it("is the agent's name", () => expect(by({})).toBe("Sofía:"));
  it("is the reader, where they wrote them", () => expect(by({ id: "me" })).toBe("You:"));
  it("is never nothing for an agent without a name", () => expect(by({ name: null })).toBe("Somebody:"));
  it("says what the desk did by itself", () => expect(by({ kind: "system", id: null, name: null })).toBe("System:"));
});
