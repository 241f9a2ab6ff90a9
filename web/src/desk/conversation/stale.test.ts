import { describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { attempt, worthTelling } from "./stale";
import { ADA, event, MARIA } from "./testing";

const BO = "00000000-0000-4000-8000-00000000000b";
const stale = (current_version: number, missed: unknown[]) => new Problem(412, "stale", "", [], { current_version, missed });
const byBo = (version: number, type = "PriorityChanged") => event(version, type, {}, { actor: { kind: "agent", id: BO } });

describe("a change decided on an older state", () => {
  it("is made where nothing happened", async () => {
    const send = vi.fn().mockResolvedValue("receipt");
    expect(await attempt(send, 7, ADA)).toEqual({ done: "receipt", at: 7 });
    expect(send.mock.calls).toEqual([[7]]);
  });

  it("is not made where somebody else did something: what happened is handed back", async () => {
    const send = vi.fn().mockRejectedValue(stale(9, [event(8, "TagsChanged"), byBo(9)]));
    expect(await attempt(send, 7, ADA)).toEqual({ missed: [byBo(9)], version: 9 });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("goes on by itself over what the reader did or what was only read", async () => {
    const send = vi.fn()
      .mockRejectedValueOnce(stale(8, [event(8, "TagsChanged")]))
      .mockRejectedValueOnce(stale(9, [byBo(9, "MessagesRead")]))
      .mockResolvedValue("receipt");
    expect(await attempt(send, 7, ADA)).toEqual({ done: "receipt", at: 9 });
    expect(send.mock.calls).toEqual([[7], [8], [9]]);
  });

  it("stops trying in the end", async () => {
    const send = vi.fn((version: number) => Promise.reject(stale(version + 1, [byBo(version + 1, "MessagesRead")])));
    expect(await attempt(send, 1, ADA)).toEqual({ missed: [], version: 7 });
  });

  it("hands on every other refusal", async () => {
    const refusal = new Problem(409, "invalid_transition", "");
    await expect(attempt(() => Promise.reject(refusal), 1, ADA)).rejects.toBe(refusal);
  });

  it("tells of what Docket and the customer did", () => {
    const missed = [
      event(1, "SlaBreached", {}, { actor: { kind: "system" } }),
      event(2, "MessagePosted", {}, { actor: { kind: "customer", id: MARIA } }),
      event(3, "MessagesRead", {}, { actor: { kind: "customer", id: MARIA } }),
    ];
    expect(worthTelling(missed, ADA).map((one) => one.version)).toEqual([1, 2]);
  });
});
