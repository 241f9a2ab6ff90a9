/** Numbers, dates, durations and lists in the current language, from the platform. */
import { currentLocale } from "./index.svelte";
import { type Locale, regional, waitIn } from "./locales";

const cache = new Map<string, unknown>();
/** What the browser asks for; outside of one, nothing. */
const LANGUAGES = globalThis.navigator?.languages ?? [];

/** Making a formatter costs a hundred times more than using it. */
function cached<T>(kind: string, options: object, make: (locale: Locale) => T): T {
  const locale = currentLocale();
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  let formatter = cache.get(key) as T | undefined;
  if (!formatter) {
    formatter = make(locale);
    cache.set(key, formatter);
  }
  return formatter;
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return cached("number", options, (locale) => new Intl.NumberFormat(locale, options)).format(value);
}

export function formatDate(value: Date | string, options: Intl.DateTimeFormatOptions): string {
  return cached("date", options, (locale) => new Intl.DateTimeFormat(regional(locale, LANGUAGES), options)).format(new Date(value));
}

/** Date and time as people say them, to the minute. */
export function formatMoment(value: Date | string): string {
  return formatDate(value, { dateStyle: "full", timeStyle: "short" });
}

/** Date and time to the second, for the trail and the steps of a history, which follow each other faster than minutes do. */
export function formatExact(value: Date | string): string {
  return formatDate(value, { dateStyle: "full", timeStyle: "medium" });
}

/** The time of day, for the ledger's rail. */
export function formatClock(value: Date | string): string {
  return formatDate(value, { hour: "2-digit", minute: "2-digit" });
}

export function formatList(items: readonly string[]): string {
  return cached("list", {}, (locale) => new Intl.ListFormat(locale, { style: "long", type: "conjunction" })).format(items);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/**
 * The shortest form of each unit that is still read as what it says; where the platform's is a single letter that stands for
 * something else ("vor 5 m", "hace 2 m", "3 h lalu"), the next longer one.
 */
const BRIEF: Record<Locale, { most: Intl.RelativeTimeFormatStyle; long: readonly Intl.RelativeTimeFormatUnit[] }> = {
  en: { most: "narrow", long: [] },
  de: { most: "short", long: [] },
  es: { most: "short", long: ["day", "month", "year"] },
  id: { most: "short", long: ["day"] },
  ar: { most: "short", long: [] },
};

/** How long ago, or how long until: "3m ago", "in 2h", "now" within the minute, "yesterday"; `long`: in whole words. */
export function formatRelative(value: Date | string, now: number, long = false): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const [unit, length] = STEPS.find((step) => Math.abs(seconds) >= step[1]) ?? ["second", Infinity];
  const brief = BRIEF[currentLocale()];
  const style = long || brief.long.includes(unit) ? "long" : brief.most;
  // Days have names; "last week" may be eight days ago or thirteen.
  const numeric = unit === "day" || unit === "second" ? "auto" : "always";
  const format = cached("relative", { numeric, style }, (locale) => new Intl.RelativeTimeFormat(locale, { numeric, style }));
  return format.format(Math.trunc(seconds / length), unit);
}

/** Some units ago, as a view has it: "7 days ago". */
export function formatAgo(count: number, unit: "hour" | "day" | "week"): string {
  return cached("ago", {}, (locale) => new Intl.RelativeTimeFormat(locale, { numeric: "always" })).format(-count, unit);
}

type SpanUnit = "day" | "hour" | "minute" | "second";

/** As `BRIEF`, of spans: by unit where a language's units differ in what their shortest form still says. */
const SPAN: Record<Locale, Record<SpanUnit, "narrow" | "short" | "long">> = {
  en: { day: "narrow", hour: "narrow", minute: "narrow", second: "narrow" },
  de: { day: "short", hour: "short", minute: "short", second: "short" },
  es: { day: "short", hour: "short", minute: "short", second: "short" },
  id: { day: "long", hour: "long", minute: "short", second: "short" },
  ar: { day: "long", hour: "long", minute: "long", second: "long" },
};

/** A span in its two largest units: "2h 5m", "3d 4h"; "2 Std. 5 Min.". Under a minute: seconds. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, SpanUnit][] = [
    [Math.floor(whole / 86_400), "day"],
    [Math.floor((whole % 86_400) / 3600), "hour"],
    [Math.floor((whole % 3600) / 60), "minute"],
    [whole % 60, "second"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(3) : parts.slice(first, first + (first >= 2 ? 1 : 2)).filter(([count]) => count > 0);
  const locale = currentLocale();
  const words = shown.map(([count, unit]) => formatNumber(count, { style: "unit", unit, unitDisplay: SPAN[locale][unit] }));
  // Arabic joins them by a word; the others' own sign between them would be a comma, which no badge needs.
  return locale === "ar" ? cached("units", {}, () => new Intl.ListFormat(locale, { type: "unit", style: "narrow" })).format(words) : words.join(" ");
}

/** How long to wait, in whole words and one unit: "30 seconds", "5 minutes", "2 hours". */
export function formatWait(seconds: number): string {
  return waitIn(currentLocale(), seconds);
}
