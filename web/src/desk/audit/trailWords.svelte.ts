/**
 * What event types and their fields are called, for people. There are many and few read them: they are no part of the words a
 * page begins with, but one chunk for each language, fetched when the trail is opened.
 */
import { currentLocale, type Locale } from "$/i18n/index.svelte";
import { snaked } from "./changes";

type Words = Readonly<Record<string, (() => string) | undefined>>;

const CHUNKS: Record<Locale, () => Promise<unknown>> = {
  en: () => import("$generated/trail/messages/en.js"),
  de: () => import("$generated/trail/messages/de.js"),
  es: () => import("$generated/trail/messages/es.js"),
  id: () => import("$generated/trail/messages/id.js"),
  ar: () => import("$generated/trail/messages/ar.js"),
};

let words = $state.raw<Words>({});
let ready = $state(false);

export const trailWords = {
  /** Whether they are here, or cannot be had: then things have the names the log gives them. */
  get ready(): boolean {
    return ready;
  },
};

/** Fetches them, and again when the language changes; made for `$effect`. */
export function followTrailWords(): () => void {
  let gone = false;
  CHUNKS[currentLocale()]().then(
    (chunk) => {
      if (gone) return;
      words = chunk as Words;
      ready = true;
    },
    () => (ready = true),
  );
  return () => (gone = true);
}

/** What happened, in a few words; of a type newer than this page, its name. Some names mean another thing elsewhere. */
export function eventTypeWord(type: string, category = ""): string {
  const name = snaked(type);
  return (words[`trail_type_${category}_${name}`] ?? words[`trail_type_${name}`])?.() ?? type;
}

/** A field of an event. Custom fields have the names their desk gave them. */
export function fieldWord(field: string): string {
  return words[`trail_field_${field}`]?.() ?? field;
}
