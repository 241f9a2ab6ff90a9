import { describe, expect, it } from "vitest";
import { kept, NONE, toggled, toggledAll } from "./selection";

const shown = ["a", "b", "c", "d"].map((id) => ({ id }));

describe("ticking", () => {
  it("one, and unticking it", () => {
    const one = toggled(NONE, shown, "b");
    expect([...one.ids]).toEqual(["b"]);
    expect([...toggled(one, shown, "b").ids]).toEqual([]);
  });
  it("a range, in either direction", () => {
    expect([...toggled(toggled(NONE, shown, "b"), shown, "d", true).ids]).toEqual(["b", "c", "d"]);
    expect([...toggled(toggled(NONE, shown, "d"), shown, "b", true).ids].toSorted()).toEqual(["b", "c", "d"]);
  });
  it("a range without a beginning is one", () => {
    expect([...toggled(NONE, shown, "c", true).ids]).toEqual(["c"]);
  });
  it("all, and none", () => {
    const all = toggledAll(toggled(NONE, shown, "a"), shown);
    expect(all.ids.size).toBe(4);
    expect(toggledAll(all, shown).ids.size).toBe(0);
  });
});

it("forgets what is no longer shown", () => {
  const some = toggled(toggled(NONE, shown, "a"), shown, "b");
  expect([...kept(some, (id) => id !== "a").ids]).toEqual(["b"]);
  expect(kept(some, () => true)).toBe(some);
});
