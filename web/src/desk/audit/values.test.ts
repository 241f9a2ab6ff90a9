/** Every event there is, with every value its schema allows, as the trail's rows show it: never by a code. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { LOCALES, type Locale } from "$/i18n/locales";

const CHUNKS = import.meta.glob<Record<string, () => string>>("/generated/words/{common,shell,rules,audit,trail}/messages/??.js");
const language = vi.hoisted(() => ({ locale: "en", words: {} as Record<string, () => string>, said: new Set<string>() }));
vi.mock("$/i18n/index.svelte", () => ({
  LOCALES,
  currentLocale: () => language.locale,
  m: new Proxy({}, {
    get: (_, name) => () => {
      language.said.add(String(name));
      // In marks, so that a word which happens to be written as a code is told from the code.
      return `⟦${language.words[String(name)]!()}⟧`;
    },
    has: (_, name) => String(name) in language.words,
  }),
}));
const { said, snaked } = await import("./changes");
const { eventTypeWord, fieldWord } = await import("./trailWords");
const { writer } = await import("./values");

const EVENTS = new URL("../../../../docs/events/", import.meta.url);
const ID = "0198c0de-0000-7000-8000-00000000abcd";
const write = writer([]);

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  const?: string;
  enum?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  type?: string | string[];
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
  "x-personal"?: boolean;
}

/** Texts that are written in a form of their own, which a schema does not tell of. */
const FORMS: Record<string, readonly string[]> = { ViewAssignee: ["me", "unassigned", ID], Moment: ["2026-11-21T23:00:00Z", "-7d", "-12h", "-4w"] };

interface Example {
  value: unknown;
  /** What it is a code of, if it is one. */
  codes: readonly string[];
}

/** Values that together have each code and each kind of value once. What is personal is null in the trail. */
function examples(schema: Schema, root: Schema): Example[] {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1)!;
    return FORMS[name]?.map((value) => ({ value, codes: [value] })) ?? examples(root.$defs![name]!, root);
  }
  if (schema["x-personal"]) return [{ value: null, codes: [] }];
  if (schema.const !== undefined) return [{ value: schema.const, codes: [schema.const] }];
  if (schema.enum) return schema.enum.map((value) => ({ value, codes: [value] }));
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.flatMap((one) => examples(one, root));
  const types = [schema.type ?? "string"].flat();
  if (types.includes("boolean")) return [true, false].map((value) => ({ value, codes: [String(value)] }));
  if (types.includes("integer") || types.includes("number")) return [{ value: 7_500, codes: [] }];
  if (types.includes("array")) return examples(schema.items!, root).map(({ value, codes }) => ({ value: [value], codes }));
  if (types.includes("object")) return objects(schema, root);
  if (schema.format === "uuid") return [{ value: ID, codes: [ID] }];
  if (schema.format === "date-time") return [{ value: "2026-11-21T23:00:00Z", codes: ["2026-11-21T23:00:00Z"] }];
  return types.includes("string") ? [{ value: "Some words", codes: [] }] : [];
}

/** One for each example of each field, with the first example of each of the others. */
function objects(schema: Schema, root: Schema): Example[] {
  const keys = schema.propertyNames ? examples(schema.propertyNames, root).map(({ value }) => String(value)) : ["urgent"];
  const more = typeof schema.additionalProperties === "object" ? keys.map((key) => [key, schema.additionalProperties as Schema] as const) : [];
  const fields = [...Object.entries(schema.properties ?? {}), ...more].map(([name, one]) => [name, examples(one, root)] as const).filter(([, all]) => all.length > 0);
  const first = Object.fromEntries(fields.map(([name, all]) => [name, all[0]!.value]));
  const all = fields.flatMap(([name, values]) => values.map(({ value, codes }) => ({ value: { ...first, [name]: value }, codes })));
  return all.length > 0 ? all : [{ value: {}, codes: [] }];
}

const schemas = readdirSync(EVENTS, { withFileTypes: true }).filter((one) => one.isDirectory()).flatMap(({ name: category }) =>
  readdirSync(new URL(`${category}/`, EVENTS)).map((file) => [category, file, JSON.parse(readFileSync(new URL(`${category}/${file}`, EVENTS), "utf8")) as Schema & { title: string }] as const));

/** As entries of the trail have it: without what is null. */
function details(schema: Schema): { value: Record<string, unknown>; codes: readonly string[] }[] {
  return objects(schema, schema).map(({ value, codes }) => ({ value: Object.fromEntries(Object.entries(value as object).filter(([, one]) => one !== null)), codes }));
}

function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties } = schema as Schema;
  return [...(Object.keys(properties ?? {})), ...Object.values(schema).flatMap(fieldsOf)];
}

/** What a row says of an event: names and values. */
function row(event: string, details: Record<string, unknown>): string[] {
  const { changes, facts } = said(event, details);
  return [
    ...changes.flatMap(({ field, from, to, own = false }) => from === null && to === null ? [] : [own ? field : fieldWord(field), write({ event, field, own }, from), write({ event, field, own }, to)]),
    ...facts.flatMap(([field, value]) => [fieldWord(field), write({ event, field }, value)]),
  ];
}

/** Whether it is there as it is written in the event: anywhere, if it is as long as an id, or as a value of its own. */
const holds = (shown: string, code: string) => (code.length >= 20 ? shown.includes(code) : shown.split(/ · |: /).includes(code));

it("there are events with codes", () => {
  expect(schemas.length).toBeGreaterThan(80);
  expect(schemas.flatMap(([, , schema]) => objects(schema, schema)).filter(({ codes }) => codes.length > 0).length).toBeGreaterThan(200);
});

describe.each(Object.keys(LOCALES) as Locale[])("in %s", (locale) => {
  async function speak(): Promise<void> {
    const names = Object.keys(CHUNKS).filter((name) => name.endsWith(`/${locale}.js`));
    language.words = Object.assign({}, ...(await Promise.all(names.map((name) => CHUNKS[name]!())))) as typeof language.words;
    language.locale = locale;
  }

  it.each(schemas)("%s %s", async (_, file, schema) => {
    await speak();
    const event = file.split(".")[0]!;
    for (const { value, codes } of details(schema)) {
      const shown = row(event, value);
      for (const code of codes) expect(shown.filter((text) => holds(text, code)), `${code} in ${JSON.stringify(value)}`).toEqual([]);
      expect(shown.join("\n")).not.toMatch(/\[object|undefined|\bNaN\b/);
    }
  });

  it.each(schemas)("names %s %s and its fields", async (category, file, schema) => {
    await speak();
    const event = file.split(".")[0]!;
    expect(eventTypeWord(event, category)).not.toBe(event);
    // A name with a line below is no word of a language.
    for (const { value } of details(schema)) expect(row(event, value).filter((text) => /\p{L}_\p{L}/u.test(text)), JSON.stringify(value)).toEqual([]);
  });
});

it("has no word for what is in no event", async () => {
  const names = Object.keys(JSON.parse(readFileSync(new URL("../../../messages/trail/en.json", import.meta.url), "utf8")) as object);
  const types = new Set(schemas.flatMap(([category, file]) => [`trail_type_${category}_${snaked(file.split(".")[0]!)}`, `trail_type_${snaked(file.split(".")[0]!)}`]));
  expect(names.filter((name) => name.startsWith("trail_type_") && !types.has(name))).toEqual([]);
  const fields = new Set(schemas.flatMap(([, , schema]) => fieldsOf(schema)).map((field) => `trail_field_${field}`));
  expect(names.filter((name) => !name.startsWith("trail_type_") && !fields.has(name) && !language.said.has(name))).toEqual([]);
});

describe("what people wrote", () => {
  it("is no code, whatever it says", () => {
    expect(write({ event: "StatusChanged", field: "reason" }, "manual")).toBe("manual");
    expect(write({ event: "SkillsChanged", field: "added" }, ["view_chat"])).toBe("view_chat");
    expect(write({ event: "CustomFieldsChanged", field: "status", own: true }, "open")).toBe("open");
    expect(write({ event: "TicketOpened", field: "custom_fields" }, { priority: "high", size: 4 })).toBe("priority: high · size: 4");
  });
});
