import { isLocale, type Locale, negotiate } from "$/i18n/locales";

/** The widget's language: as it is set, or else the visitor's own. The page's counts where theirs is none of ours. */
export function languageOf(set: string, visitors: readonly string[], page: string): Locale {
  return isLocale(set) ? set : negotiate([...visitors, page]);
}
