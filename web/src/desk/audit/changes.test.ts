import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { said, snaked } from "./changes";
import { EVENT_TYPES } from "./eventTypes";

describe("what an entry says has changed", () => {
  it("is before and after of the thing the event is about", () => {
    expect(said("StatusChanged", { from: "open", to: "resolved", reason: "done" })).toEqual({
      changes: [{ field: "status", from: "open", to: "resolved" }], facts: [["reason", "done"]],
    });
    expect(said("CustomFieldsChanged", { changes: { size: { from: null, to: "42" } } }).changes).toEqual([{ field: "size", from: null, to: "42" }]);
    expect(said("CustomFieldsChanged", { changes: [{ name: "size", from: "41", to: "42" }] }).changes).toEqual([{ field: "size", from: "41", to: "42" }]);
  });

  it("knows a first value and a last one", () => {
    expect(said("Assigned", { to: "ada", by: "ben" })).toEqual({ changes: [{ field: "assigned", from: undefined, to: "ada" }], facts: [["by", "ben"]] });
    expect(said("Unassigned", { from: "ada" }).changes).toEqual([{ field: "unassigned", from: "ada", to: undefined }]);
  });

  it("leaves out what is empty, and makes no change of what is none", () => {
    expect(said("TicketOpened", { channel: "portal", tags: [], order_ref: null })).toEqual({ changes: [], facts: [["channel", "portal"]] });
    expect(said("ChatTransferred", { from: "ada", to_department: "d" })).toEqual({ changes: [], facts: [["from", "ada"], ["to_department", "d"]] });
  });
});

describe("the event types to choose from", () => {
  it("are those that are documented", () => {
    const events = fileURLToPath(new URL("../../../../docs/events/", import.meta.url));
    const documented = Object.fromEntries(
      readdirSync(events, { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => [name, [...new Set(readdirSync(events + name).map((file) => file.split(".")[0]))].sort()]),
    );
    expect(Object.fromEntries(Object.entries(EVENT_TYPES).map(([category, types]) => [category, [...types].sort()]))).toEqual(documented);
  });

  it("have words for people", () => {
    const words = JSON.parse(readFileSync(new URL("../../../messages/trail/en.json", import.meta.url), "utf8"));
    for (const type of Object.values(EVENT_TYPES).flat()) expect(words).toHaveProperty(`trail_type_${snaked(type)}`);
  });
});
