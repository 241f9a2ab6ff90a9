import { afterEach, expect, it, vi } from "vitest";
import type { Locale } from "./locales";

const language = vi.hoisted(() => ({ locale: "en" }));
vi.mock("./index.svelte", () => ({ currentLocale: () => language.locale }));
const { formatRelative } = await import("./format.svelte");

afterEach(() => void (language.locale = "en"));

const NOW = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** Ago, in each unit; and one ahead. */
const MOMENTS = [10_000, 5 * MINUTE, 2 * 60 * MINUTE, DAY, 3 * DAY, 15 * DAY, 70 * DAY, 800 * DAY, -27 * MINUTE];

it.each<[Locale, string[]]>([
  ["en", ["now", "5m ago", "2h ago", "yesterday", "3d ago", "2w ago", "2mo ago", "2y ago", "in 27m"]],
  ["de", ["jetzt", "vor 5 Min.", "vor 2 Std.", "gestern", "vor 3 Tagen", "vor 2 Wochen", "vor 2 Monaten", "vor 2 Jahren", "in 27 Min."]],
  ["es", ["ahora", "hace 5 min", "hace 2 h", "ayer", "hace 3 días", "hace 2 sem.", "hace 2 meses", "hace 2 años", "dentro de 27 min"]],
  ["id", ["sekarang", "5 mnt lalu", "2 jam lalu", "kemarin", "3 hari yang lalu", "2 mgg lalu", "2 bln lalu", "2 thn lalu", "dlm 27 mnt"]],
  ["ar", ["الآن", "قبل 5 دقائق", "قبل ساعتين", "أمس", "قبل 3 أيام", "قبل أسبوعين", "قبل شهرين", "قبل سنتين", "خلال 27 دقيقة"]],
])("says how long ago something was in %s", (locale, words) => {
  language.locale = locale;
  expect(MOMENTS.map((ago) => formatRelative(new Date(NOW - ago), NOW).replaceAll("\u00a0", " "))).toEqual(words);
});

it("says it in whole words where it is asked to", () => {
  language.locale = "de";
  expect(formatRelative(new Date(NOW - 5 * MINUTE), NOW, true)).toBe("vor 5 Minuten");
});
