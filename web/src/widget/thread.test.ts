import { expect, it } from "vitest";
import type { DocketEvent } from "$/api/types";
import { readableOn } from "./accent";
import { add, lines, unread } from "./thread";

const event = (position: number, event_type: string, kind: string, payload = {}) =>
  ({ position, version: position, event_id: `e${position}`, event_type, actor: { kind }, payload, occurred_at: "" }) as unknown as DocketEvent;
const said = (position: number, kind: string) => event(position, "MessagePosted", kind, { message_id: `m${position}`, body: "x" });

it("shows each event once and in its place, however it was heard", () => {
  const events = [said(3, "agent"), said(1, "customer"), said(3, "agent"), said(2, "customer")].reduce(add, [] as readonly DocketEvent[]);
  expect(lines(events).map((line) => line.id)).toEqual(["m1", "m2", "m3"]);
});

it("knows what each side has read", () => {
  const events = [said(1, "customer"), event(2, "MessagesRead", "agent", { up_to_version: 1 }), said(3, "customer"), said(4, "agent")];
  expect(lines(events).map((line) => line.kind === "said" && line.read)).toEqual([true, false, false]);
  expect([unread(events, 0), unread(events, 4)]).toEqual([1, 0]);
});

it("writes on any colour what can be read", () => {
  expect([readableOn("#ffee00"), readableOn("#2c5234")]).toEqual(["#000000", "#ffffff"]);
});
