import { describe, expect, it } from "vitest";
import type { DocketEvent } from "$/api/types";
import { append, join, lastRead, lines, readUpTo, type Stretch } from "./chatLedger";

const AGENT = { kind: "agent" as const, id: "agent" };
const VISITOR = { kind: "customer" as const, id: "visitor" };

function event(version: number, event_type: string, changes: { actor?: DocketEvent["actor"]; payload?: object } = {}): DocketEvent {
  return {
    position: version * 10, event_id: `e${version}`, category: "chat", stream_id: "chat", version, event_type, schema_version: 1,
    occurred_at: "2026-01-01T10:00:00Z", recorded_at: "2026-01-01T10:00:00Z", correlation_id: "c",
    actor: changes.actor ?? VISITOR, payload: (changes.payload ?? {}) as DocketEvent["payload"],
  };
}

const said = (version: number, author: DocketEvent["actor"], body: string | null = "words") =>
  event(version, "MessagePosted", { actor: author, payload: { author, body, message_id: `m${version}` } });
const read = (version: number, reader: DocketEvent["actor"], up_to_version: number) =>
  event(version, "MessagesRead", { actor: reader, payload: { reader, up_to_version } });

const versions = (stretch: Stretch | null) => stretch?.map((one) => one.version);

describe("a stretch of history", () => {
  it("grows by what comes next, ignores what it has, and says when something is missing", () => {
    const stretch = [event(1, "ChatStarted"), said(2, VISITOR)];
    expect(versions(append(stretch, said(3, AGENT)))).toEqual([1, 2, 3]);
    expect(append(stretch, said(2, VISITOR))).toBe(stretch);
    expect(append(stretch, said(4, AGENT))).toBeNull();
  });

  it("joins what touches or overlaps, without a double", () => {
    const [a, b, c, d] = [event(1, "ChatStarted"), said(2, VISITOR), said(3, AGENT), said(4, VISITOR)];
    expect(versions(join([a!, b!], [c!, d!]))).toEqual([1, 2, 3, 4]);
    expect(versions(join([a!, b!, c!], [b!, c!, d!]))).toEqual([1, 2, 3, 4]);
    expect(versions(join([a!], []))).toEqual([1]);
  });

  it("never has a gap: what does not reach the later part is let go", () => {
    expect(versions(join([event(1, "ChatStarted")], [said(5, AGENT)]))).toEqual([5]);
  });
});

describe("the lines of a chat", () => {
  const stretch = [
    event(1, "ChatStarted"), said(2, VISITOR, "Hello"), event(3, "ChatAccepted", { actor: AGENT }), said(4, AGENT, "Hi"),
    read(5, VISITOR, 4), said(6, AGENT, "Still there?"), read(7, AGENT, 6),
  ];

  it("shows messages and what else happened, and reading only on what was read", () => {
    expect(lines(stretch).map((line) => line.kind)).toEqual(["event", "message", "event", "message", "message"]);
  });

  it("puts the receipt on the last thing of the desk's that the visitor has read", () => {
    expect(readUpTo(stretch)).toBe(4);
    expect(lastRead(lines(stretch))).toBe("m4");
    expect(lines(stretch).filter((line) => line.kind === "message").map((line) => line.read)).toEqual([false, true, false]);
  });

  it("does not take an agent's reading for the visitor's", () => {
    expect(lastRead(lines([said(1, AGENT), read(2, AGENT, 1)]))).toBeNull();
  });

  it("folds offer after offer into one line that stays where it is", () => {
    const offer = (version: number, to: string) => event(version, "ChatAssigned", { actor: { kind: "system" }, payload: { to } });
    const offered = [event(1, "ChatStarted"), offer(2, "ada"), offer(3, "ben"), offer(4, "cleo")];
    const [, line] = lines(offered);
    expect(line).toMatchObject({ kind: "event", id: "e2", times: 3, event: { payload: { to: "cleo" } } });
    expect(lines([...offered, said(5, VISITOR), offer(6, "dan")]).map((one) => one.kind)).toEqual(["event", "event", "message", "event"]);
  });

  it("keeps the place of what was erased", () => {
    const [line] = lines([said(1, VISITOR, null)]);
    expect(line).toMatchObject({ kind: "message", body: null });
  });
});
