/**
 * Words. `m.some_message()` answers in the current language, and what shows it changes when the language does.
 *
 * The messages of an area in one language are one chunk: what is opened brings the words of its areas with it (`withWords`), so
 * that a page begins with those it shows, in the language in use.
 */
import type { Area, Words } from "$generated/words/index";
import { direction, isLocale, type Locale, negotiate } from "./locales";

export type { Area } from "$generated/words/index";
export { LOCALES, type Locale } from "./locales";

type Said = Record<string, (inputs?: object) => string>;

const KEY = "docket.locale";
const CHUNKS = import.meta.glob<Said>(["/generated/words/*/messages/??.js", "!/generated/words/widget/**"]);

let messages = $state.raw<Said>({});
let locale = $state.raw<Locale>("en");
/** The areas whose words are here. */
const here = new Set<Area>();
/** The language last asked for; it is in use once its words are here. */
let wanted: Locale | null = null;

function preferred(): Locale {
  try {
    const chosen = localStorage.getItem(KEY);
    if (isLocale(chosen)) return chosen;
  } catch {
    // Storage may be forbidden: then the browser's languages decide.
  }
  return negotiate(navigator.languages);
}

const fetched = (language: Locale, areas: readonly Area[]) =>
  Promise.all(areas.map((area) => CHUNKS[`/generated/words/${area}/messages/${language}.js`]!()));

async function use(next: Locale): Promise<void> {
  wanted = next;
  let chunks: Said[];
  let areas: Area[];
  do {
    areas = [...here];
    chunks = await fetched(next, areas);
    // Another was chosen meanwhile.
    if (wanted !== next) return;
  } while (areas.length < here.size);
  messages = Object.assign({}, ...chunks) as Said;
  locale = next;
  document.documentElement.lang = next;
  document.documentElement.dir = direction(next);
}

/** Loads the words of areas besides those that are here. */
async function bring(areas: readonly Area[]): Promise<void> {
  const missing = areas.filter((area) => !here.has(area));
  if (missing.length === 0) return;
  let chunks: Said[];
  let language: Locale;
  do {
    language = locale;
    chunks = await fetched(language, missing);
    // The language may have changed meanwhile.
  } while (language !== locale);
  messages = Object.assign({}, messages, ...chunks) as Said;
  for (const area of missing) here.add(area);
}

/**
 * Code that comes later, with the words it shows: `withWords(() => import("./Something.svelte"), "settings")`. It is there when both
 * are. A test reads which areas each import needs.
 */
export async function withWords<Code>(load: () => Promise<Code>, ...areas: Area[]): Promise<Code> {
  return (await Promise.all([load(), bring(areas)]))[0];
}

/** Loads the words a page begins with. Nothing may be shown before. */
export function startLocale(...areas: Area[]): Promise<void> {
  addEventListener("storage", (event) => {
    if (event.key === KEY && preferred() !== locale) void use(preferred());
  });
  for (const area of areas) here.add(area);
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

const made = new Map<string, (inputs?: object) => string>();

/** A message as it is when it is called, whatever the language and wherever it was taken to: `const word = m.some_message`. */
function message(name: string): (inputs?: object) => string {
  let word = made.get(name);
  if (!word) made.set(name, (word = (inputs) => messages[name]!(inputs)));
  return word;
}

/** The messages, each a function of its inputs; `name in m` tells whether the words here have it. */
export const m = new Proxy({} as Words, {
  get: (_, name) => message(String(name)),
  has: (_, name) => String(name) in messages,
});
