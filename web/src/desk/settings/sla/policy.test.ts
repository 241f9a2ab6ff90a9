import { describe, expect, it } from "vitest";
import { bodyOf, isForAll, namesOf, newPolicy, partsOf, spanOf } from "./policy";

describe("a target", () => {
  it("is hours and minutes, and comes back as it was", () => {
    expect([null, 60, 90 * 60, 3600, 100 * 3600].map(partsOf)).toEqual([
      { hours: "", minutes: "" }, { hours: "", minutes: "1" }, { hours: "1", minutes: "30" }, { hours: "1", minutes: "" }, { hours: "100", minutes: "" },
    ]);
    for (const seconds of [null, 60, 90 * 60, 3600, 100 * 3600]) {
      const { hours, minutes } = partsOf(seconds);
      expect(spanOf(hours, minutes)).toBe(seconds);
    }
    expect(spanOf("", "90")).toBe(5400);
    expect(spanOf("0", "0")).toBe(0);
    expect(spanOf("-1", "x")).toBe(0);
  });

  it("that is empty is not sent, nor a priority without any", () => {
    const policy = newPolicy("c");
    policy.targets.low = { first_response: null, next_response: null, resolution: null };
    policy.targets.high.next_response = null;
    const { targets } = bodyOf(policy);
    expect(targets.low).toBeUndefined();
    expect(targets.high).toEqual({ first_response: 7200, resolution: 57_600 });
  });
});

it("reads names divided by commas, each once", () => {
  expect(namesOf(" vip, new ,,vip")).toEqual(["vip", "new"]);
});

it("knows a policy that leaves nothing to those after it", () => {
  const { conditions } = newPolicy("c");
  expect(isForAll({ conditions })).toBe(true);
  expect(isForAll({ conditions: { ...conditions, tags: ["vip"] } })).toBe(false);
});
