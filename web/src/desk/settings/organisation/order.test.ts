import { describe, expect, it } from "vitest";
import { moved, repeated } from "./order";

describe("a list ordered by hand", () => {
  it("moves within its ends", () => {
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 2, -2)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
  });

  it("finds what is there twice, and lets what is empty be", () => {
    expect(repeated(["Billing", "returns", " billing ", "", ""])).toEqual([2]);
  });
});
