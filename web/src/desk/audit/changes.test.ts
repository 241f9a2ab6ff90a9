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
    expect(said("CustomFieldsChanged", { changes: { size: { from: null, to: "42" } } }).changes).toEqual([{ field: "size", from: null, to: "42", own: true }]);
    expect(said("CustomFieldsChanged", { changes: [{ name: "size", from: "41", to: "42" }] }).changes).toEqual([{ field: "size", from: "41", to: "42", own: true }]);
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

  describe.each(["en", "de", "es", "id", "ar"])("have words in %s", (language) => {
    const words = JSON.parse(readFileSync(new URL(`../../../messages/trail/${language}.json`, import.meta.url), "utf8")) as Record<string, string>;
    const events = new URL("../../../../docs/events/", import.meta.url);
    const table = readFileSync(new URL("README.md", events), "utf8");
    /** What is personal is in no trail; the table of events says what is. */
    const personal = (type: string) => [...(table.split("\n").find((line) => line.includes(`[\`${type}\`]`))?.split("|").at(-2)?.matchAll(/`(\w+)`/g) ?? [])].map(([, name]) => name);
    const types = Object.entries(EVENT_TYPES).flatMap(([category, names]) => names.map((name) => [category, name] as const));

    it.each(types)("for %s %s", (category, type) => {
      expect(words[`trail_type_${category}_${snaked(type)}`] ?? words[`trail_type_${snaked(type)}`], type).toBeTruthy();
      const schemas = readdirSync(new URL(`${category}/`, events)).filter((file) => file.split(".")[0] === type);
      for (const file of schemas) {
        const { properties } = JSON.parse(readFileSync(new URL(`${category}/${file}`, events), "utf8")) as { properties?: object };
        // `changes` is told of by the names of what changed.
        const fields = Object.keys(properties ?? {}).filter((name) => name !== "changes" && !personal(type).includes(name));
        for (const field of fields) expect(words, `${file}: ${field}`).toHaveProperty(`trail_field_${field}`);
      }
    });
  });
});
