/** Where somebody is signed in, in words. */
import { api, ok } from "$/api/client";

export const sessionKeys = { all: ["sessions"] as const };

/** Options for `createQuery`: the reader's own, latest first. */
export function ownSessions() {
  return {
    queryKey: sessionKeys.all,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/sessions", { signal }))).items,
  };
}

const BROWSERS: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|CriOS|Chromium)\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/** A browser as people call it; null if it is none that anybody knows. */
export function deviceOf(userAgent: string | null | undefined): { browser: string | null; system: string | null } {
  const find = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1] ?? null;
  return { browser: find(BROWSERS), system: find(SYSTEMS) };
}
