import { afterEach, expect, it, vi } from "vitest";
import type { Locale } from "./locales";

const language = vi.hoisted(() => ({ locale: "en" }));
vi.mock("./index.svelte", () => ({ currentLocale: () => language.locale }));
const { formatAgo, formatRelative, formatSpan, formatWait } = await import("./format.svelte");

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

const HOUR = 3600;
/** Spans: seconds, minutes, hours with and without minutes, days with and without hours. */
const SPANS = [45, 5 * 60 + 30, 2 * HOUR + 5 * 60, 3 * HOUR, 2 * 24 * HOUR + 4 * HOUR, 3 * 24 * HOUR + 5 * 60, 0];

it.each<[Locale, string[]]>([
  ["en", ["45s", "5m", "2h 5m", "3h", "2d 4h", "3d", "0s"]],
  ["de", ["45 Sek.", "5 Min.", "2 Std. 5 Min.", "3 Std.", "2 Tg. 4 Std.", "3 Tg.", "0 Sek."]],
  ["es", ["45 s", "5 min", "2 h 5 min", "3 h", "2 d 4 h", "3 d", "0 s"]],
  ["id", ["45 dtk", "5 mnt", "2 jam 5 mnt", "3 jam", "2 hari 4 jam", "3 hari", "0 dtk"]],
  ["ar", ["45 ثانية", "5 دقائق", "ساعتان و5 دقائق", "3 ساعات", "يومان و4 ساعات", "3 أيام", "0 ثانية"]],
])("says how long something takes in %s", (locale, words) => {
  language.locale = locale;
  expect(SPANS.map((seconds) => formatSpan(seconds).replaceAll("\u00a0", " "))).toEqual(words);
});

it.each<[Locale, string[]]>([
  ["en", ["1 second", "30 seconds", "2 minutes", "60 minutes", "2 hours"]],
  ["de", ["1 Sekunde", "30 Sekunden", "2 Minuten", "60 Minuten", "2 Stunden"]],
  ["ar", ["ثانية", "30 ثانية", "دقيقتان", "60 دقيقة", "ساعتان"]],
])("says how long to wait in %s", (locale, words) => {
  language.locale = locale;
  expect([0, 30, 91, 3600, 7200].map((seconds) => formatWait(seconds).replaceAll("\u00a0", " "))).toEqual(words);
});

it("says how long ago a view begins", () => {
  language.locale = "de";
  expect([formatAgo(7, "day"), formatAgo(1, "week")]).toEqual(["vor 7 Tagen", "vor 1 Woche"]);
});
