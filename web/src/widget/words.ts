/** The widget's words: those of one language, loaded when it is known which. */
import type * as Messages from "$generated/widget/messages/_index.js";
import { type Locale, regional } from "$/i18n/locales";
import { Problem } from "$/api/problem";

type M = typeof Messages;

const CHUNKS: Record<Locale, () => Promise<unknown>> = {
  en: () => import("$generated/widget/messages/en.js"),
  de: () => import("$generated/widget/messages/de.js"),
  es: () => import("$generated/widget/messages/es.js"),
  id: () => import("$generated/widget/messages/id.js"),
  ar: () => import("$generated/widget/messages/ar.js"),
};

/** The messages, each a function of its inputs. Nothing is shown before they are there. */
export let m: M;
let locale: Locale = "en";

export async function useLocale(next: Locale): Promise<void> {
  m = (await CHUNKS[next]()) as M;
  locale = next;
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** The time of day; the date too, if it was another day. */
export function moment(at: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const style = today ? ({ timeStyle: "short" } as const) : ({ dateStyle: "medium", timeStyle: "short" } as const);
  return new Intl.DateTimeFormat(regional(locale, globalThis.navigator?.languages ?? []), style).format(date);
}

/** Why something did not work, for a visitor. */
export function failure(error: unknown): string {
  if (!(error instanceof Problem)) return m.widget_unreachable();
  if (error.status === 429) return m.widget_slow_down();
  return error.passing ? m.widget_unreachable() : m.widget_refused();
}
