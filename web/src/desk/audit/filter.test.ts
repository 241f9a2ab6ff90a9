import { describe, expect, it } from "vitest";
import { addressOf, askedOf, chosenIn, isShown, NOTHING_CHOSEN } from "./filter";

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

  it("shows what people changed, and everything to whoever asks for it", () => {
    const by = (kind: string, event_type: string) => ({ event_type, actor: { kind } });
    const changed = by("agent", "StatusChanged");
    const noise = [by("agent", "MessagesRead"), by("agent", "ChatSlotTaken"), by("system", "ChatAssigned"), by("system", "SlaPolicyApplied"), by("system", "TicketWoken")];
    expect(isShown(changed, NOTHING_CHOSEN)).toBe(true);
    expect(isShown(by("customer", "TicketOpened"), NOTHING_CHOSEN)).toBe(true);
    expect(noise.filter((one) => isShown(one, NOTHING_CHOSEN))).toEqual([]);
    for (const asked of [{ all: true }, { what: "MessagesRead" }, { of: "a ticket" }]) {
      expect(noise.every((one) => isShown(one, { ...NOTHING_CHOSEN, ...asked }))).toBe(true);
    }
  });
});
