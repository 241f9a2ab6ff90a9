import { describe, expect, it } from "vitest";
import { goesOn, unsaid } from "./acts";

const ada = { kind: "agent" as const, id: "ada", name: "Ada", erased: false };
const merged = { actor: ada, correlation_id: "c-1", occurred_at: "2026-11-20T10:00:00.100Z" };

describe("one act of several events", () => {
  it("is told of once", () => {
    expect(goesOn(merged, { ...merged, occurred_at: "2026-11-20T10:00:00.900Z" })).toBe(true);
  });
  it.each([
    ["nothing before", undefined, merged],
    ["another request", merged, { ...merged, correlation_id: "c-2" }],
    ["somebody else", merged, { ...merged, actor: { ...ada, id: "bo" } }],
    ["the desk itself", merged, { ...merged, actor: { ...ada, kind: "system" as const, id: null } }],
    ["another second", merged, { ...merged, occurred_at: "2026-11-20T10:00:01Z" }],
  ])("is another one with %s", (_, before, entry) => expect(goesOn(before, entry)).toBe(false));
  it("is none of an import, which brings in what many did", () => {
    const imported = { ...merged, imported: { import_id: "i-1", by: ada } };
    expect(goesOn(imported, imported)).toBe(false);
  });
});

describe("what is said of who did it", () => {
  it("is not said twice", () => {
    expect(unsaid([["by", { kind: "agent", id: "ada" }], ["reason", "rest"]], { actor: ada })).toEqual([["reason", "rest"]]);
    expect(unsaid([["author", { kind: "system" }]], { actor: { kind: "system", id: null, name: null, erased: false } })).toEqual([]);
    expect(unsaid([["by", "agent"]], { actor: ada })).toEqual([]);
  });
  it("is said where it was somebody else", () => {
    const facts: [string, unknown][] = [["by", { kind: "agent", id: "bo" }], ["by", "timeout"], ["agent_id", "ada"]];
    expect(unsaid(facts, { actor: ada })).toEqual(facts);
  });
});
