import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { StoredCommand } from "$/api/client";
import { Problem, Unreachable } from "$/api/problem";
import { type Channel, Outbox, type OutboxParts, type Shown } from "./outbox";
import { openEntryStore } from "./store";

const CHAT = "chat:1";
const TICKET = "ticket:1";
const message = (body: string) => ({ method: "POST", path: "/v1/messages", body: { body } }) as const;
const bodies = (commands: StoredCommand[]) => commands.map((command) => (command.body as { body: string }).body);

/** A server that notes what arrives, and may be made to fail. */
class Server {
  readonly received: StoredCommand[] = [];
  answer: (command: StoredCommand) => Promise<unknown> = async () => ({ position: 1 });
  send = async (command: StoredCommand): Promise<unknown> => {
    this.received.push(command);
    return this.answer(command);
  };
}

/** The tabs of one browser: one lock, one channel, one database. */
class Browser {
  static count = 0;
  readonly server = new Server();
  readonly #name = `outbox ${++Browser.count}`;
  #queue: Promise<unknown> = Promise.resolve();
  #channels: Channel[] = [];
  readonly tabs: Outbox[] = [];

  async tab(person = "anna", parts: Partial<OutboxParts> = {}): Promise<{ outbox: Outbox; shown(): Shown[] }> {
    const channel: Channel = {
      onmessage: null,
      postMessage: (data) =>
        queueMicrotask(() =>
          this.#channels.filter((one) => one !== channel).forEach((one) => one.onmessage?.({ data } as MessageEvent)),
        ),
      close: () => (this.#channels = this.#channels.filter((one) => one !== channel)),
    };
    this.#channels.push(channel);
    const outbox = new Outbox({
      person,
      channel,
      store: openEntryStore(this.#name),
      send: this.server.send,
      alone: (work) => (this.#queue = this.#queue.then(work, work)) as Promise<void>,
      pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
      now: () => Date.now(),
      ...parts,
    });
    let entries: Shown[] = [];
    outbox.watch((next) => (entries = next));
    await outbox.start();
    this.tabs.push(outbox);
    return { outbox, shown: () => entries };
  }
}

const browsers: Browser[] = [];
const browser = () => browsers[browsers.push(new Browser()) - 1]!;

afterEach(() => {
  for (const one of browsers.splice(0)) one.tabs.forEach((tab) => tab.stop());
});

describe("sending", () => {
  it("sends in order within a conversation and forgets what arrived", async () => {
    const one = browser();
    const { outbox, shown } = await one.tab();
    for (const body of ["one", "two", "three"]) await outbox.add(TICKET, "message", message(body));
    await vi.waitFor(() => expect(shown()).toEqual([]));
    expect(bodies(one.server.received)).toEqual(["one", "two", "three"]);
  });

  it("goes on after the network was gone, each under the key of its first try", async () => {
    const one = browser();
    let online = false;
    one.server.answer = async () => {
      if (!online) throw new Unreachable(null);
      return {};
    };
    const { outbox, shown } = await one.tab();
    await outbox.add(TICKET, "message", message("one"));
    await outbox.add(TICKET, "message", message("two"));
    await vi.waitFor(() => expect(one.server.received.length).toBeGreaterThan(2));
    expect(shown()).toHaveLength(2);
    expect(new Set(bodies(one.server.received))).toEqual(new Set(["one"]));
    online = true;
    await vi.waitFor(() => expect(shown()).toEqual([]));
    const keys = one.server.received.map((command) => command.key);
    expect(new Set(keys).size).toBe(2);
    expect(bodies(one.server.received).at(-1)).toBe("two");
  });

  it("keeps what the server refuses, with the reason, and what follows it waits", async () => {
    const one = browser();
    one.server.answer = async (command) => {
      if (bodies([command])[0] === "bad") throw Problem.from(409, { code: "ticket_closed", detail: "closed" });
      return {};
    };
    const { outbox, shown } = await one.tab();
    const bad = await outbox.add(TICKET, "message", message("bad"));
    await outbox.add(TICKET, "message", message("after"));
    await outbox.add(CHAT, "message", message("elsewhere"));
    await vi.waitFor(() => expect(shown().map((entry) => entry.state)).toEqual(["failed", "queued"]));
    expect(shown()[0]!.problem).toMatchObject({ status: 409, code: "ticket_closed" });
    expect(bodies(one.server.received)).toContain("elsewhere");
    expect(bodies(one.server.received)).not.toContain("after");

    await outbox.retry(bad.id, { body: { body: "good" } });
    await vi.waitFor(() => expect(shown()).toEqual([]));
    expect(bodies(one.server.received).slice(-2)).toEqual(["good", "after"]);
    const [refused, again] = [one.server.received[0]!, one.server.received.at(-2)!];
    expect(again.key).not.toBe(refused.key);
  });

  it("lets the rest go once the refused one is discarded", async () => {
    const one = browser();
    one.server.answer = async (command) => {
      if (bodies([command])[0] === "bad") throw Problem.from(422, { code: "invalid_fields" });
      return {};
    };
    const { outbox, shown } = await one.tab();
    const bad = await outbox.add(TICKET, "message", message("bad"));
    await outbox.add(TICKET, "message", message("after"));
    await vi.waitFor(() => expect(shown()[0]?.state).toBe("failed"));
    await outbox.discard(bad.id);
    await vi.waitFor(() => expect(shown()).toEqual([]));
    expect(bodies(one.server.received)).toEqual(["bad", "after"]);
  });

  it("waits where waiting may help", async () => {
    const one = browser();
    const failures = [503, 429, 401].map((status) => Problem.from(status, {}));
    one.server.answer = async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      return {};
    };
    const { outbox, shown } = await one.tab();
    await outbox.add(TICKET, "message", message("one"));
    await vi.waitFor(() => expect(shown()).toEqual([]));
    expect(new Set(one.server.received.map((command) => command.key)).size).toBe(1);
    expect(one.server.received).toHaveLength(4);
  });
});

describe("what waits", () => {
  it("says why, where the server did, and is not sent again before it may be", async () => {
    const one = browser();
    const failures = [Problem.from(429, { code: "over_budget", budget: "changes_per_minute" }, new Headers({ "Retry-After": "7" }))];
    one.server.answer = async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      return {};
    };
    const pauses: number[] = [];
    const { outbox, shown } = await one.tab("anna", { pause: async (milliseconds) => void pauses.push(milliseconds) });
    const waits: (number | null | undefined)[] = [];
    outbox.watch(([entry]) => entry?.state === "queued" && waits.push(entry.problem?.retryAfter));
    await outbox.add(TICKET, "message", message("one"));
    await vi.waitFor(() => expect(shown()).toEqual([]));
    expect(waits).toContain(7);
    expect(pauses).toEqual([7_000]);
  });
});

describe("several tabs", () => {
  it("send everything once and show the same", async () => {
    const one = browser();
    const [left, right] = [await one.tab(), await one.tab()];
    const arrived = { left: [] as unknown[], right: [] as unknown[] };
    left.outbox.onSent(({ entry }) => arrived.left.push(entry.id));
    right.outbox.onSent(({ entry }) => arrived.right.push(entry.id));
    await Promise.all(
      ["a", "b", "c", "d"].map((body, at) => (at % 2 ? left : right).outbox.add(`ticket:${body}`, "message", message(body))),
    );
    await vi.waitFor(() => expect([left.shown(), right.shown()]).toEqual([[], []]));
    expect(bodies(one.server.received).toSorted()).toEqual(["a", "b", "c", "d"]);
    expect(arrived.left.toSorted()).toEqual(arrived.right.toSorted());
  });

  it("go on with what a closed tab has left", async () => {
    const one = browser();
    let online = false;
    one.server.answer = async () => {
      if (!online) throw new Unreachable(null);
      return {};
    };
    const first = await one.tab();
    await first.outbox.add(TICKET, "message", message("left behind"));
    first.outbox.stop();
    online = true;
    const second = await one.tab();
    await vi.waitFor(() => expect(second.shown()).toEqual([]));
    expect(new Set(one.server.received.map((command) => command.key)).size).toBe(1);
  });
});

describe("what was decided on a version", () => {
  const status = { method: "PUT", path: "/v1/status", body: { body: "resolved" }, ifMatch: 3 } as const;

  it("goes for the version one's own words led to", async () => {
    const one = browser();
    one.server.answer = async () => ({ version: 4 });
    const { outbox, shown } = await one.tab();
    await outbox.add(TICKET, "message", message("solved"));
    await outbox.add(TICKET, "status", status);
    await vi.waitFor(() => expect(shown()).toEqual([]));
    expect(one.server.received.map((command) => command.ifMatch)).toEqual([undefined, 4]);
  });

  it("stays as it was decided where somebody else came between, and in other conversations", async () => {
    const one = browser();
    let online = false;
    one.server.answer = async () => {
      if (!online) throw new Unreachable(null);
      return { version: 5 };
    };
    const { outbox, shown } = await one.tab();
    await outbox.add(TICKET, "message", message("solved"));
    await outbox.add(TICKET, "status", status);
    await outbox.add("ticket:2", "message", message("elsewhere"));
    await outbox.add("ticket:3", "status", { ...status, ifMatch: 4 });
    online = true;
    await vi.waitFor(() => expect(shown()).toEqual([]));
    const sent = one.server.received.filter((command) => command.ifMatch !== undefined);
    expect(new Set(sent.map((command) => command.ifMatch))).toEqual(new Set([3, 4]));
  });
});

it("nobody sends what somebody else wrote", async () => {
  const one = browser();
  one.server.answer = async () => {
    throw new Unreachable(null);
  };
  const anna = await one.tab("anna");
  await anna.outbox.add(TICKET, "message", message("from anna"));
  anna.outbox.stop();
  // A try under way ends before anybody else gets the lock.
  const ben = await one.tab("ben");
  const sentByBen: string[] = [];
  one.server.answer = async (command) => void sentByBen.push(...bodies([command]));
  expect(ben.shown()).toEqual([]);
  await ben.outbox.add(TICKET, "message", message("from ben"));
  await vi.waitFor(() => expect(sentByBen).toContain("from ben"));
  expect(sentByBen).toEqual(["from ben"]);
});
