import { describe, expect, it } from "vitest";
import { leavesGap, merged } from "$/data/timeline";
import { firstUnread, lines, RUN } from "./entries";
import { event, MARIA, message, waiting } from "./testing";

const dayOf = (moment: string) => moment.slice(0, 10);
const keys = (...args: Parameters<typeof lines>) => lines({ dayOf, ...args[0] }).map((line) => line.key);

describe("pages and live events", () => {
  const [one, two, three, four] = [message(1, "a"), message(2, "b"), message(3, "c"), message(4, "d")];

  it("become one history: each event once, by its version", () => {
    const page = merged([two, three], [one, two]);
    expect(page).toEqual([one, two, three]);
    expect(merged(page, [four, three, four])).toEqual([one, two, three, four]);
  });

  it("leave what is known as it is when nothing is new", () => {
    const known = [one, two];
    expect(merged(known, [{ ...two }, { ...one }])).toBe(known);
  });

  it("show where something is missing", () => {
    expect(leavesGap({ events: [one, two], from: 0 }, three)).toBe(false);
    expect(leavesGap({ events: [one, two], from: 0 }, four)).toBe(true);
    expect(leavesGap({ events: [one, two], from: 0 }, two)).toBe(false);
  });
});

describe("the rail", () => {
  it("puts messages, events and what is on its way in order, each once", () => {
    const events = [event(1, "TicketOpened", { description: "Help" }, { actor: { kind: "customer", id: MARIA } }), event(2, "StatusChanged"), message(3, "Yes")];
    expect(keys({ events, outgoing: [waiting("w1", "And"), waiting("w2", "more")] })).toEqual([
      "day-1", "event-1", "message-1", "event-2", "message-3", "outgoing-w1", "outgoing-w2",
    ]);
  });

  it("takes the description as the first message, and keeps notes apart", () => {
    const events = [event(1, "TicketOpened", { description: "Help" }), event(2, "NoteAdded", { author: { kind: "agent" }, body: "Hm" }), message(3, "Yes")];
    const shown = lines({ events, dayOf }).filter((line) => line.kind === "message");
    expect(shown.map((line) => [line.body, line.internal])).toEqual([["Help", false], ["Hm", true], ["Yes", false]]);
  });

  it("says null where the text was erased", () => {
    const [line] = lines({ events: [event(1, "MessagePosted", { author: { kind: "customer" }, body: null })], dayOf }).slice(1);
    expect(line).toMatchObject({ kind: "message", body: null });
  });

  it("folds many quiet lines in a row but the last, and none across a message", () => {
    const quiet = Array.from({ length: RUN + 1 }, (_, at) => event(at + 1, "TagsChanged"));
    expect(keys({ events: quiet })).toEqual(["day-1", "run-1", `event-${RUN + 1}`]);
    expect(keys({ events: quiet.slice(0, RUN) })).toHaveLength(RUN + 1);
    const split = [...quiet.slice(0, 3), message(4, "!"), ...[5, 6, 7].map((version) => event(version, "TagsChanged"))];
    expect(keys({ events: split })).not.toContain("run-1");
  });

  it("never folds a breach away", () => {
    const events = Array.from({ length: 12 }, (_, at) => event(at + 1, at === 5 ? "SlaBreached" : "TagsChanged"));
    expect(keys({ events })).toContain("event-6");
  });

  it("tells that the customer read it, not that a colleague did", () => {
    const events = [event(1, "MessagesRead"), event(2, "MessagesRead", {}, { actor: { kind: "customer", id: MARIA } })];
    expect(keys({ events })).toEqual(["day-2", "event-2"]);
  });

  it("begins a line for each day", () => {
    const events = [message(1, "a"), { ...message(2, "b"), occurred_at: "2026-03-03T09:00:00Z" }];
    expect(keys({ events })).toEqual(["day-1", "message-1", "day-2", "message-2"]);
  });

  it("ends where the reader travelled to, with nothing on its way", () => {
    expect(keys({ events: [message(1, "a"), message(2, "b")], until: 1, outgoing: [waiting("w", "x")] })).toEqual(["day-1", "message-1"]);
  });

  it("marks the first message that was unread", () => {
    const events = [message(1, "a", "customer"), message(2, "b"), message(3, "c", "customer"), event(4, "StatusChanged"), message(5, "d", "customer")];
    expect(firstUnread(events, 2)).toBe(3);
    expect(firstUnread(events, 0)).toBeNull();
    // More are unread than are shown: the first that is shown.
    expect(firstUnread(events, 9)).toBe(1);
    expect(keys({ events, unreadFrom: 3 })).toEqual(["day-1", "message-1", "message-2", "unread", "message-3", "event-4", "message-5"]);
  });
});
