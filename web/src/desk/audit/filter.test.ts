import { describe, expect, it } from "vitest";
import { addressOf, askedOf, chosenIn, NOTHING_CHOSEN } from "./filter";

describe("the trail's filter", () => {
  it("survives the way through the address", () => {
    const chosen = { ...NOTHING_CHOSEN, who: "ada", kind: "ticket" as const, from: "2026-01-01", oldest: true };
    expect(chosenIn(new URLSearchParams(addressOf(chosen)))).toEqual(chosen);
    expect(addressOf(NOTHING_CHOSEN)).toEqual({});
  });

  it("takes no nonsense from the address", () => {
    expect(chosenIn(new URLSearchParams("kind=__proto&from=2026-13-99&to=yesterday"))).toEqual(NOTHING_CHOSEN);
  });

  it("means whole days, the last one too", () => {
    const { from, to } = askedOf({ ...NOTHING_CHOSEN, from: "2026-02-28", to: "2026-02-28" });
    expect(Date.parse(to!) - Date.parse(from!)).toBe(86_400_000);
    expect(new Date(from!).getHours()).toBe(0);
  });
});
