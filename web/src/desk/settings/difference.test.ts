import { describe, expect, it } from "vitest";
import { conflicts, differences, merged } from "./difference";

const base = { name: "Tallow", zone: "UTC", list: ["a", "b"] };

describe("two people change the same thing", () => {
  it("finds what is different, lists by what is in them", () => {
    expect(differences(base, { ...base, list: ["a", "b"] })).toEqual([]);
    expect(differences(base, { ...base, list: ["b", "a"] })).toEqual([{ field: "list", from: ["a", "b"], to: ["b", "a"] }]);
  });

  it("keeps both changes where they do not touch", () => {
    const mine = { ...base, name: "Wick" };
    const theirs = { ...base, zone: "Europe/Rome" };
    expect(conflicts(base, mine, theirs)).toEqual([]);
    expect(merged(base, mine, theirs)).toEqual({ name: "Wick", zone: "Europe/Rome", list: ["a", "b"] });
  });

  it("tells where they do, unless both did the same", () => {
    const mine = { ...base, name: "Wick", zone: "Europe/Rome" };
    const theirs = { ...base, name: "Candle", zone: "Europe/Rome" };
    expect(conflicts(base, mine, theirs)).toEqual([{ field: "name", from: "Tallow", to: "Candle" }]);
    expect(merged(base, mine, theirs).name).toBe("Wick");
  });
});
