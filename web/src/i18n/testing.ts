/** For tests: every message in a language, as `m` has them in a page that loaded them all. */
import type { Words } from "$generated/words/index";
import type { Locale } from "./locales";

const CHUNKS = import.meta.glob<Record<string, unknown>>(["/generated/words/*/messages/??.js", "!/generated/words/widget/**"]);

export async function wordsIn(locale: Locale): Promise<Words> {
  const names = Object.keys(CHUNKS).filter((name) => name.endsWith(`/${locale}.js`));
  return Object.assign({}, ...(await Promise.all(names.map((name) => CHUNKS[name]!())))) as Words;
}
