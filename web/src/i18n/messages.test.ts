import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LOCALES, negotiate, regional } from "./locales";

const root = new URL("../../messages/", import.meta.url);
const read = (area: string, locale: string) =>
  JSON.parse(readFileSync(new URL(`${area}/${locale}.json`, root), "utf8")) as Record<string, unknown>;
const areas = readdirSync(root);
const settings = JSON.parse(readFileSync(new URL("../../project.inlang/settings.json", import.meta.url), "utf8"));
/** What editors of translations open. */
const patterns = settings["plugin.inlang.messageFormat"].pathPattern as string[];

/** The inputs a message mentions. */
const inputs = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].toSorted();

describe.each(areas)("messages/%s", (area) => {
  it("is known to the project", () => {
    expect(patterns.map((pattern) => pattern.replace(/^\.+\//, ""))).toContain(`messages/${area}/{locale}.json`);
  });

  it.each(Object.keys(LOCALES))("says everything in %s", (locale) => {
    const [english, other] = [read(area, "en"), read(area, locale)];
    expect(Object.keys(other).toSorted()).toEqual(Object.keys(english).toSorted());
    for (const [name, message] of Object.entries(english)) {
      if (typeof message === "string") expect(inputs(other[name]), name).toEqual(inputs(message));
    }
  });

  it.each(Object.keys(LOCALES))("has a word for every number in %s", (locale) => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const [name, message] of Object.entries(read(area, locale))) {
      if (!Array.isArray(message)) continue;
      const forms = message.flatMap((variant) => Object.keys((variant as { match: object }).match)).map((form) => form.split("=")[1]);
      // "many" of Spanish is for millions of something: "other" says the same.
      for (const form of needed.filter((one) => !(locale === "es" && one === "many"))) expect(forms, name).toContain(form);
    }
  });
});

it("names each message once", () => {
  const names = areas.flatMap((area) => Object.keys(read(area, "en")));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

const everything = (locale: string) => Object.assign({}, ...areas.map((area) => read(area, locale))) as Record<string, unknown>;
const texts = (locale: string) => Object.entries(everything(locale)).map(([name, message]) => [name, JSON.stringify(message)] as const);

it.each(Object.keys(LOCALES))("has a word of its own in %s for each thing a ticket can be", (locale) => {
  const words = everything(locale);
  const names = ["status_open", "status_in_progress", "status_waiting_customer", "status_on_hold", "status_resolved", "status_closed", "filter_snoozed", "filter_archived", "filter_unfinished", "sla_paused"];
  const said = names.map((name) => String(words[name]).toLocaleLowerCase(locale));
  expect(new Set(said).size, said.join(", ")).toBe(names.length);
});

// One spelling in each language: whoever searches for a label finds all of them.
it.each([
  ["en", /e-mail|telephone/i], ["de", /email/i], ["es", /e-?mail|móvil/i], ["id", /surel|e-mail/i],
] as const)("spells the same thing the same way in %s", (locale, other) => {
  expect(texts(locale).filter(([, text]) => other.test(text.replaceAll(/\{\w+\}/g, "")))).toEqual([]);
});

it("says in plain words that something was not loaded", () => {
  expect(texts("en").filter(([, text]) => /could not be read|cannot be taken back|or not for you/i.test(text))).toEqual([]);
});

it("keeps names of another script from turning an Arabic sentence", () => {
  expect(texts("ar").filter(([, text]) => /(?<!\u2068)\{(who|name|names|to|from|ticket|words|zone|text|tags)\}/.test(text.replaceAll(/"input \w+"/g, "")))).toEqual([]);
});

it("takes the first language asked for that there is", () => {
  expect(negotiate(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(negotiate(["ja"])).toBe("en");
});

it("writes times as the browser's region does, where it speaks the language in use", () => {
  const hour = (tag: string) => new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" }).format(Date.UTC(2026, 0, 1, 17, 23));
  expect(hour(regional("en", ["de-DE", "en-GB"]))).toBe("17:23");
  expect(hour(regional("en", ["en-US", "en-GB"]))).toMatch(/^05:23\sPM$/);
  expect(regional("de", ["en-GB"])).toBe("de");
  expect(regional("es", ["es", "es-MX"])).toContain("es-MX");
  expect(regional("en", ["en-!"])).toBe("en");
  // The words around them count from left to right, with one kind of digits.
  expect(hour(regional("ar", ["ar-EG"]))).toMatch(/05:23/);
});
