import { beforeAll, expect, it, vi } from "vitest";
import { chooseLocale, currentLocale, m, withWords } from "./index.svelte";

const nothing = () => Promise.resolve();

beforeAll(async () => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("localStorage", { setItem: () => undefined });
  await chooseLocale("en");
  await withWords(nothing, "common");
});

it("knows the words of what is here, and of nothing else", async () => {
  expect(m.common_save()).toBe("Save");
  expect("audit_title" in m).toBe(false);
  const code = await withWords(() => Promise.resolve("the code"), "audit");
  expect([code, "audit_title" in m, m.audit_title()]).toEqual(["the code", true, "Audit trail"]);
});

it("says what was taken aside in the language of now", async () => {
  const save = m.common_save;
  await chooseLocale("de");
  expect([save(), m.audit_title(), document.documentElement.lang, document.documentElement.dir]).toEqual(["Speichern", "Prüfprotokoll", "de", "ltr"]);
});

it("has every word in the language chosen last, whatever comes first", async () => {
  await Promise.all([withWords(nothing, "views"), chooseLocale("es"), withWords(nothing, "dashboard"), chooseLocale("ar"), withWords(nothing, "account")]);
  expect(currentLocale()).toBe("ar");
  const said = [m.common_save(), m.audit_title(), m.views_name(), m.dashboard_created_today(), m.account_profile()];
  expect(said.filter((words) => !/\p{Script=Arabic}/u.test(words))).toEqual([]);
});

it("asks again for words that did not come", async () => {
  await expect(withWords(() => Promise.reject(new Error("no network")), "palette")).rejects.toThrow("no network");
  await withWords(nothing, "palette");
  expect(m.palette_failed()).not.toBe("");
});
