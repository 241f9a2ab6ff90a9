import { describe, expect, it } from "vitest";
import { onTheirWay } from "./arriving";
import { ADA, message, waiting } from "./testing";

const before = [message(1, "Hello", "customer")];
const shown = (...args: Parameters<typeof onTheirWay>) => onTheirWay(...args).map((entry) => entry.id);

describe("what is on its way", () => {
  it("is shown until its event is there, also between the answer and the event", () => {
    const entry = waiting("w", "Hi", { state: "sending" });
    expect(shown([entry], [], before, ADA, () => 1)).toEqual(["w"]);
    // Answered: it has left the outbox, and its event has not come yet.
    expect(shown([], [{ entry, version: 2 }], before, ADA, () => 1)).toEqual(["w"]);
    expect(shown([], [{ entry, version: 2 }], [...before, message(2, "Hi")], ADA, () => 1)).toEqual([]);
  });

  it("is not shown beside its event when that comes before the answer", () => {
    const entry = waiting("w", "Hi", { state: "sending" });
    expect(shown([entry], [], [...before, message(2, "Hi")], ADA, () => 1)).toEqual([]);
    // The same words of before are another message.
    expect(shown([entry], [], [message(1, "Hi")], ADA, () => 1)).toEqual(["w"]);
  });

  it("counts two messages of the same words as two", () => {
    const twice = [waiting("a", "ok", { state: "sending" }), waiting("b", "ok", { state: "sending" })];
    expect(shown(twice, [], [...before, message(2, "ok")], ADA, () => 1)).toHaveLength(1);
    expect(shown(twice, [], [...before, message(2, "ok"), message(3, "ok")], ADA, () => 1)).toEqual([]);
  });

  it("keeps what waits and what was refused, whatever others say in the same words", () => {
    const entries = [waiting("q", "Hi"), waiting("f", "Hi", { state: "failed" })];
    expect(shown(entries, [], [...before, message(2, "Hi")], ADA, () => 1)).toEqual(["q", "f"]);
  });
});
