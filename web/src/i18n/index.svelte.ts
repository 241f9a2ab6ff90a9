/**
 * Words. `m.some_message()` answers in the current language, and what shows it changes when the language does.
 *
 * The messages of one language are one chunk, loaded on demand: only the language in use is ever fetched.
 */
import type * as Messages from "$generated/messages/messages/_index.js";
import { direction, isLocale, type Locale, negotiate } from "./locales";

export { LOCALES, type Locale } from "./locales";

type M = typeof Messages;

const KEY = "docket.locale";
const CHUNKS: Record<Locale, () => Promise<unknown>> = {
  en: () => import("$generated/messages/messages/en.js"),
  de: () => import("$generated/messages/messages/de.js"),
  es: () => import("$generated/messages/messages/es.js"),
  id: () => import("$generated/messages/messages/id.js"),
  ar: () => import("$generated/messages/messages/ar.js"),
};

let messages = $state.raw<M>({} as M);
let locale = $state.raw<Locale>("en");

function preferred(): Locale {
  try {
    const chosen = localStorage.getItem(KEY);
    if (isLocale(chosen)) return chosen;
  } catch {
    // Storage may be forbidden: then the browser's languages decide.
  }
  return negotiate(navigator.languages);
}

async function use(next: Locale): Promise<void> {
  const chunk = (await CHUNKS[next]()) as M;
  messages = chunk;
  locale = next;
  document.documentElement.lang = next;
  document.documentElement.dir = direction(next);
}

/** Loads the words. Nothing may be shown before. */
export function startLocale(): Promise<void> {
  addEventListener("storage", (event) => {
    if (event.key === KEY && preferred() !== locale) void use(preferred());
  });
  return use(preferred());
}

/** Changes the language, in this tab and the others. */
export async function chooseLocale(next: Locale): Promise<void> {
  await use(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // The choice then holds for this page.
  }
}

/** The language in use. */
export function currentLocale(): Locale {
  return locale;
}

/** The messages, each a function of its inputs. */
export const m: M = new Proxy({} as M, { get: (_, name) => messages[name as keyof M] });
