import { afterEach, describe, expect, it, vi } from "vitest";
import { alone, channelNamed } from "./tabs";

const denied = () => {
  throw new DOMException("denied", "SecurityError");
};
const withLocks = (locks: unknown) => vi.stubGlobal("navigator", { locks });

afterEach(() => vi.unstubAllGlobals());

describe("alone", () => {
  it("runs one after the other under one name", async () => {
    let queue: Promise<unknown> = Promise.resolve();
    withLocks({ request: (_: string, work: () => Promise<void>) => (queue = queue.then(work)) });
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    };
    await Promise.all([alone("x", work("one")), alone("x", work("two"))]);
    expect(order).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  });

  it.each([
    ["there are no locks", undefined],
    ["they are refused", { request: async () => denied() }],
    ["asking for them throws", { request: denied }],
  ])("just runs where %s", async (_, locks) => {
    withLocks(locks);
    const work = vi.fn(async () => undefined);
    await alone("x", work);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it("does not run what failed a second time", async () => {
    withLocks({ request: async (_: string, work: () => Promise<void>) => work() });
    const work = vi.fn(async () => Promise.reject(new Error("its own")));
    await expect(alone("x", work)).rejects.toThrow("its own");
    expect(work).toHaveBeenCalledTimes(1);
  });
});

it("a page that may have no channel has one to nobody", () => {
  vi.stubGlobal("BroadcastChannel", class { constructor() { denied(); } });
  const channel = channelNamed("x");
  expect(() => channel.postMessage("hello")).not.toThrow();
  channel.close();
});
