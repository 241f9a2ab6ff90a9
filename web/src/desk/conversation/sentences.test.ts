import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { chooseLocale, LOCALES, type Locale, withWords } from "$/i18n/index.svelte";
import { fieldValue } from "./fieldValue";
import { type Names, sentence, SENTENCES, ticketsIn } from "./sentences";
import { ADA, event, TICKET } from "./testing";

const folder = new URL("../../../../docs/events/ticket/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const types = [...new Set(files.map((name) => name.split(".")[0]!))];

interface Schema {
  $ref?: string; type?: string | string[]; anyOf?: Schema[]; oneOf?: Schema[]; const?: unknown; format?: string;
  properties?: Record<string, Schema>; items?: Schema; additionalProperties?: Schema; $defs?: Record<string, Schema>;
}

/** Something a schema allows, with everything in it that can be. */
function example(schema: Schema, defs: Record<string, Schema>, depth = 0): unknown {
  if (schema.$ref) return example(defs[schema.$ref.split("/").at(-1)!] ?? {}, defs, depth + 1);
  if (schema.const !== undefined) return schema.const;
  const one = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (one) return example(one, defs, depth + 1);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "integer": return 3;
    case "boolean": return true;
    case "array": return depth > 4 ? [] : [example(schema.items ?? {}, defs, depth + 1)];
    case "object": {
      const named = Object.entries(schema.properties ?? {}).map(([name, of]) => [name, example(of, defs, depth + 1)]);
      return Object.fromEntries(schema.additionalProperties ? [...named, ["size", example(schema.additionalProperties, defs, depth + 1)]] : named);
    }
    default: return schema.format === "date-time" ? "2026-03-02T10:00:00Z" : schema.format === "uuid" ? TICKET : "words";
  }
}

const names: Names = {
  person: ({ kind }) => (kind === "agent" ? "Ada" : kind === "customer" ? "Maria" : "Docket"),
  agent: () => "Bo", department: () => "Billing", ticket: () => "TKT-000007", field: () => "Size",
};

beforeAll(() => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("localStorage", { setItem: () => undefined });
  return withWords(() => Promise.resolve(), "common", "shell", "conversation");
});

it("has a sentence for every event of a ticket, and for no other", () => {
  expect(Object.keys(SENTENCES).toSorted()).toEqual(types.toSorted());
});

describe.each(Object.keys(LOCALES) as Locale[])("in %s", (locale) => {
  beforeAll(() => chooseLocale(locale));

  it.each(files)("says %s in whole words", (file) => {
    const schema = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Schema;
    const payload = example(schema, schema.$defs ?? {}) as object;
    const words = sentence(event(3, file.split(".")[0]!, payload, { occurred_at: "2026-03-02T10:00:00Z" }), names);
    expect(words.trim()).not.toBe("");
    expect(words).not.toMatch(/undefined|null|\[object|NaN|Invalid|[{}]/);
  });
});

describe("in English", () => {
  beforeAll(() => chooseLocale("en"));
  /** Without the marks that keep names of any script in their place. */
  const says = (type: string, payload: object, more = {}) => sentence(event(3, type, payload, more), names).replaceAll(/[\u2068\u2069]/g, "");

  it("says who did what", () => {
    expect(says("StatusChanged", { from: "open", to: "resolved" })).toBe("Ada set the status from Open to Resolved");
    expect(says("Assigned", { to: ADA, by: { kind: "agent", id: ADA } })).toBe("Ada assigned it to themselves");
    expect(says("Assigned", { from: TICKET, to: TICKET, by: {} })).toBe("Ada passed it from Bo to Bo");
    expect(says("TagsChanged", { added: ["vip"], removed: ["new", "old"], tags: [] })).toBe("Ada added the tags vip and removed new and old");
    expect(says("CustomFieldsChanged", { changes: { size: { to: 4 } } })).toBe("Ada filled in: Size: 4");
    expect(says("CustomFieldsChanged", { changes: {}, personal_changes: { size: { from: "x" } } })).toBe("Ada filled in: Size cleared");
    expect(says("TicketWoken", { reason: "reply", until: "2026-03-02T10:00:00Z" }, { actor: { kind: "system" } })).toBe("Snooze ended: the customer replied");
  });

  it("says so where a text was erased, and where an event is not known yet", () => {
    expect(says("SubjectChanged", { from: null, to: "New" })).toBe("Ada changed the subject from Erased to “New”");
    expect(says("SomethingNew", {})).toBe("Ada: SomethingNew");
  });

  it("keeps names from turning the sentence around them", () => {
    expect(sentence(event(1, "NoteAdded"), { ...names, person: () => "أمل" })).toBe("\u2068أمل\u2069 wrote an internal note");
  });

  it("shows values of fields as people read them", () => {
    expect([fieldValue(true), fieldValue(1234.5), fieldValue("2026-03-02"), fieldValue(null), fieldValue("red")]).toEqual(["Yes", "1,234.5", "Mar 2, 2026", "None", "red"]);
  });

  it("knows which other tickets it speaks of", () => {
    expect(ticketsIn(event(1, "TicketLinked", { ticket_id: "t" }))).toEqual(["t"]);
    expect(ticketsIn(event(1, "TicketOpened", { follow_up_of: null }))).toEqual([]);
  });
});
