/** The languages, each by its own name. */
export const LOCALES = { en: "English", de: "Deutsch", es: "Español", id: "Bahasa Indonesia", ar: "العربية" } as const;

export type Locale = keyof typeof LOCALES;

const RIGHT_TO_LEFT: readonly Locale[] = ["ar"];

export function isLocale(text: string | null | undefined): text is Locale {
  return text != null && text in LOCALES;
}

export function direction(locale: Locale): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.includes(locale) ? "rtl" : "ltr";
}

/**
 * The tag times are written by: the browser's own for the language in use, as its region says whether days have twelve hours
 * or twenty-four; otherwise the plain language. Calendar and digits stay those of our words.
 */
export function regional(locale: Locale, wanted: readonly string[]): string {
  const tag = wanted.find((one) => one.toLowerCase().split("-")[0] === locale && one.length > locale.length);
  if (!tag) return locale;
  try {
    const { numberingSystem } = new Intl.NumberFormat(locale).resolvedOptions();
    return new Intl.Locale(tag, { calendar: "gregory", numberingSystem }).toString();
  } catch {
    return locale;
  }
}

/** How long to wait, in whole words and one unit, never too short. */
export function waitIn(locale: Locale, seconds: number): string {
  const [length, unit] = seconds < 90 ? [1, "second"] : seconds < 90 * 60 ? [60, "minute"] : [3600, "hour"];
  return new Intl.NumberFormat(locale, { style: "unit", unit: unit as string, unitDisplay: "long" }).format(Math.max(1, Math.ceil(seconds / (length as number))));
}

/** The best of our languages for what the browser asks for. */
export function negotiate(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (isLocale(language)) return language;
  }
  return "en";
}
