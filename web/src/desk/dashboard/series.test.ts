import { describe, expect, it } from "vitest";
import { highest, largest, shares, wholeRange } from "./series";

describe("what charts show", () => {
  it("has whole numbers on its scale, and room above the highest", () => {
    for (const most of [1, 3, 7, 10, 42, 99, 1234, 100_000]) {
      const [from, to] = wholeRange(most);
      expect(from).toBe(0);
      expect(to).toBeGreaterThan(most);
      expect(Number.isInteger(to)).toBe(true);
      expect(to).toBeLessThan(most * 2.2 + 2);
    }
  });

  it("gives an empty week a scale, and ignores days without a value", () => {
    expect(highest([])).toBe(1);
    expect(highest([{ label: "a", values: [null, 0], look: "line" }])).toBe(1);
    expect(highest([{ label: "a", values: [3, null], look: "line" }, { label: "b", values: [7], look: "bars" }])).toBe(7);
  });

  it("counts shares of the sum, and none of nothing", () => {
    expect(shares([["a", "A", 3], ["b", "B", 1]]).map((one) => one.share)).toEqual([0.75, 0.25]);
    expect(shares([["a", "A", 0]])[0]?.share).toBe(0);
  });

  it("keeps the largest and adds up the rest", () => {
    const entries = [["a", "A", 1], ["b", "B", 5], ["c", "C", 3], ["d", "D", 2]] as const;
    expect(largest(entries, 2, "Others")).toEqual([["b", "B", 5], ["c", "C", 3], ["", "Others", 3]]);
    // One alone is not put away as "others".
    expect(largest(entries, 3, "Others").map(([key]) => key)).toEqual(["b", "c", "d", "a"]);
  });
});
