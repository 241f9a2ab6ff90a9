import { describe, expect, it } from "vitest";
import { choices } from "./snooze";
import { event } from "./testing";
import { pauseBetween, versionAt } from "./travel.svelte";

const at = (version: number, occurred_at: string) => event(version, "TagsChanged", {}, { occurred_at });

describe("walking through a history", () => {
  const events = [at(1, "2026-03-02T10:00:00Z"), at(2, "2026-03-02T10:00:00Z"), at(5, "2026-03-04T10:00:00Z")];

  it("finds how things stood at any moment", () => {
    expect(versionAt(events, Date.parse("2026-03-02T10:00:00Z"))).toBe(2);
    expect(versionAt(events, Date.parse("2026-03-03T00:00:00Z"))).toBe(2);
    expect(versionAt(events, Date.parse("2030-01-01T00:00:00Z"))).toBe(5);
    // Before it began there is nothing to show but the beginning.
    expect(versionAt(events, Date.parse("2020-01-01T00:00:00Z"))).toBe(1);
  });

  it("plays longer pauses longer, but never for long, and faster if asked", () => {
    const [soon, late] = [pauseBetween(events[0]!, events[1]!, 1), pauseBetween(events[1]!, events[2]!, 1)];
    expect(soon).toBeLessThan(late);
    expect(late).toBeLessThanOrEqual(2_500);
    expect(pauseBetween(events[1]!, events[2]!, 4)).toBe(late / 4);
  });
});

it("puts tickets aside until the next mornings, always ahead", () => {
  for (let day = 1; day <= 7; day += 1) {
    const now = new Date(2026, 2, day, 23, 30);
    const { hours, tomorrow, week } = choices(now);
    expect(hours.getTime() - now.getTime()).toBe(3 * 3_600_000);
    expect([tomorrow.getDate(), tomorrow.getHours()]).toEqual([day + 1, 9]);
    expect(week.getDay()).toBe(1);
    expect(week.getTime()).toBeGreaterThan(now.getTime());
    expect(week.getTime() - now.getTime()).toBeLessThanOrEqual(8 * 86_400_000);
  }
});
