import { describe, expect, it } from "vitest";
import { bars } from "./bars";

type Clock = Parameters<typeof bars>[0];
const stretch = (from: string, to: string | null, running = true) => ({ from: `2026-11-20T${from}:00Z`, to: to && `2026-11-20T${to}:00Z`, running, status: "open", began_with: "TicketOpened" });
const clock = (target: number | null, elapsed: number, ...stretches: ReturnType<typeof stretch>[]) => ({ target_seconds: target, elapsed_seconds: elapsed, fulfilled_at: null, stretches }) as unknown as Clock;
const HOUR = 3_600;

describe("the bar of a clock", () => {
  it("is empty before anything of its target is used", () => {
    const { bars: [only], left } = bars(clock(4 * HOUR, 0, stretch("10:00", null)), "2026-11-20T10:00:00Z");
    expect([only!.share, left]).toEqual([0, 1]);
  });

  it("shows what is used of the target, and what is left", () => {
    const { bars: [only], left } = bars(clock(4 * HOUR, HOUR, stretch("10:00", null)), "2026-11-20T11:00:00Z");
    expect([only!.share, left]).toEqual([0.25, 0.75]);
  });

  it("gives pauses their room beside the time that counts", () => {
    const { bars: shown, left } = bars(clock(2 * HOUR, HOUR, stretch("10:00", "11:00"), stretch("11:00", null, false)), "2026-11-20T12:00:00Z");
    expect(shown.map(({ share }) => share).concat(left).map((one) => one.toFixed(2))).toEqual(["0.33", "0.33", "0.33"]);
  });

  it("is full once the target is used up", () => expect(bars(clock(HOUR, 2 * HOUR, stretch("10:00", null)), "2026-11-20T12:00:00Z").left).toBe(0));
});
