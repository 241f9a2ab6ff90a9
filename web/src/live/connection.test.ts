import { beforeEach, describe, expect, it, vi } from "vitest";
import type { DocketEvent } from "$/api/types";
import { Connection, type Listener, type LinkState, type Socket } from "./connection";
import type { Said, Told, Topic } from "./protocol";

/** The server's end of one WebSocket. */
class Line {
  readonly said: Said[] = [];
  closed = false;
  readonly socket = {
    onmessage: null as ((event: { data: unknown }) => void) | null,
    onclose: null as ((event: unknown) => void) | null,
    send: (text: string) => void this.said.push(JSON.parse(text) as Said),
    close: () => {
      this.closed = true;
    },
  };
  tell(told: Told): void {
    this.socket.onmessage?.({ data: JSON.stringify(told) });
  }
  break(): void {
    this.socket.onclose?.({});
  }
  subscriptions(): Said[] {
    return this.said.filter((said) => said.type === "subscribe");
  }
}

const TOPIC: Topic = "ticket:1";
const event = (position: number) => ({ position, event_type: "MessagePosted", stream_id: "1" }) as DocketEvent;

let lines: Line[];
let states: LinkState[];
let connection: Connection;

const line = () => lines.at(-1)!;

/** What the server does with a new connection: welcome, and each subscription answered. */
function accept(position: number): void {
  line().tell({ type: "welcome", position });
}

/** Waits until it tries again. */
function reconnect(position: number): void {
  const count = lines.length;
  while (lines.length === count) vi.advanceTimersByTime(100);
  accept(position);
}

function subscribed(position: number, topic: Topic = TOPIC): void {
  line().tell({ type: "subscribed", topic, position, viewers: [] });
}

function happens(position: number, topics: Topic[] = [TOPIC]): void {
  line().tell({ type: "event", topics, event: event(position) });
}

function heard(listener: Partial<Listener> = {}, topic: Topic = TOPIC): number[] {
  const positions: number[] = [];
  connection.listen(topic, { event: (one) => positions.push(one.position), ...listener });
  return positions;
}

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  states = [];
  connection = new Connection(
    {
      open: () => {
        lines.push(new Line());
        return line().socket as unknown as Socket;
      },
      now: () => Date.now(),
      random: () => 1,
      setTimeout: (act, milliseconds) => setTimeout(act, milliseconds),
      clearTimeout: (timer) => clearTimeout(timer as never),
    },
    (state) => states.push(state),
  );
  connection.start();
});

describe("resuming", () => {
  it("asks for what came after the last event told", () => {
    const positions = heard({ after: 10 });
    accept(12);
    expect(line().subscriptions()).toEqual([{ type: "subscribe", topic: TOPIC, after: 10 }]);
    happens(11);
    subscribed(12);
    happens(15);
    line().break();
    reconnect(20);
    expect(line().subscriptions()).toEqual([{ type: "subscribe", topic: TOPIC, after: 15 }]);
    happens(16);
    subscribed(20);
    expect(positions).toEqual([11, 15, 16]);
  });

  it("resumes from where `now` was for who asked for no position", () => {
    heard();
    accept(12);
    expect(line().subscriptions()).toEqual([{ type: "subscribe", topic: TOPIC }]);
    subscribed(12);
    line().break();
    reconnect(30);
    expect(line().subscriptions()).toEqual([{ type: "subscribe", topic: TOPIC, after: 12 }]);
  });

  it("tells nothing twice, also when a second listener has something replayed", () => {
    accept(0);
    const early = heard({ after: 10 });
    subscribed(12);
    happens(13);
    const late = heard({ after: 5 });
    expect(line().subscriptions().at(-1)).toEqual({ type: "subscribe", topic: TOPIC, after: 5 });
    for (const position of [7, 13]) happens(position);
    subscribed(13);
    happens(14);
    expect(early).toEqual([13, 14]);
    expect(late).toEqual([7, 13, 14]);
  });

  it("after a resync everybody reads anew and hears of what follows", () => {
    const resync = vi.fn();
    const positions = heard({ after: 10, resync });
    accept(5_000);
    line().tell({ type: "resync", position: 5_000 });
    line().break();
    expect(resync).toHaveBeenCalledWith(5_000);
    reconnect(5_001);
    expect(line().subscriptions()).toEqual([{ type: "subscribe", topic: TOPIC, after: 5_000 }]);
    happens(5_001);
    expect(positions).toEqual([5_001]);
  });

  it("begins anew where the log does not know the position", () => {
    const resync = vi.fn();
    heard({ after: 99, resync });
    accept(3);
    line().tell({ type: "error", code: "invalid_position", detail: "" });
    expect(resync).toHaveBeenCalledOnce();
    expect(line().subscriptions().at(-1)).toEqual({ type: "subscribe", topic: TOPIC });
  });
});

describe("listening", () => {
  it("ends the subscription with the last listener", () => {
    accept(0);
    const [one, other] = [connection.listen(TOPIC, {}), connection.listen(TOPIC, {})];
    one();
    expect(line().said.some((said) => said.type === "unsubscribe")).toBe(false);
    other();
    expect(line().said.at(-1)).toEqual({ type: "unsubscribe", topic: TOPIC });
  });

  it("knows who looks, and nobody while it is not connected", () => {
    const viewers = vi.fn();
    connection.listen(TOPIC, { viewers });
    accept(0);
    line().tell({ type: "subscribed", topic: TOPIC, position: 0, viewers: [{ kind: "agent", id: "a" }] });
    line().tell({ type: "presence", topic: TOPIC, from: { kind: "agent", id: "b" }, viewing: true });
    expect(viewers).toHaveBeenLastCalledWith([{ kind: "agent", id: "a" }, { kind: "agent", id: "b" }]);
    line().tell({ type: "presence", topic: TOPIC, from: { kind: "agent", id: "a" }, viewing: false });
    expect(viewers).toHaveBeenLastCalledWith([{ kind: "agent", id: "b" }]);
    line().break();
    expect(viewers).toHaveBeenLastCalledWith([]);
  });
});

describe("staying connected", () => {
  it("waits longer after each failure, within bounds, and starts over once connected", () => {
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      const before = Date.now();
      const count = lines.length;
      line().break();
      while (lines.length === count) vi.advanceTimersByTime(100);
      waits.push(Date.now() - before);
    }
    expect(waits.slice(0, 4)).toEqual([400, 800, 1600, 3200]);
    expect(Math.max(...waits)).toBe(20_000);
    accept(0);
    line().break();
    vi.advanceTimersByTime(400);
    expect(lines).toHaveLength(11);
  });

  it("gives up a line that answers no ping", () => {
    accept(0);
    vi.advanceTimersByTime(20_000);
    expect(line().said.at(-1)).toEqual({ type: "ping" });
    line().tell({ type: "pong" });
    vi.advanceTimersByTime(20_000 + 7_999);
    expect(connection.state).toBe("online");
    vi.advanceTimersByTime(1);
    expect(lines[0]!.closed).toBe(true);
    expect(connection.state).toBe("reconnecting");
  });

  it("says since when there is no connection, however often it tried", () => {
    accept(0);
    vi.advanceTimersByTime(5_000);
    connection.lost();
    const since = connection.since;
    expect(connection.state).toBe("offline");
    vi.advanceTimersByTime(600_000);
    expect(lines).toHaveLength(1);
    connection.nudge();
    expect([connection.state, connection.since]).toEqual(["reconnecting", since]);
    accept(0);
    expect(connection.state).toBe("online");
    expect(states).toEqual(["online", "offline", "reconnecting", "online"]);
  });

  it("ignores what a line says after it was given up", () => {
    const positions = heard({ after: 0 });
    accept(0);
    const old = line();
    connection.lost();
    old.tell({ type: "event", topics: [TOPIC], event: event(1) });
    expect(positions).toEqual([]);
  });
});
