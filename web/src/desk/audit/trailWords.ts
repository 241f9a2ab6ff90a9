/**
 * What event types and their fields are called, for people. There are many and few read them: their words come with the trail.
 */
import { m } from "$/i18n/index.svelte";
import { snaked } from "./changes";

/** The word of one of these names, the first there is; without one, what stands in its place. */
function wordOf(names: readonly string[], otherwise: string): string {
  const name = names.find((one) => one in m);
  return name ? (m as unknown as Record<string, () => string>)[name]!() : otherwise;
}

/** What happened, in a few words; of a type newer than this page, its name. Some names mean another thing elsewhere. */
export function eventTypeWord(type: string, category = ""): string {
  const name = snaked(type);
  return wordOf([`trail_type_${category}_${name}`, `trail_type_${name}`], type);
}

/** A field of an event. Custom fields have the names their desk gave them. */
export function fieldWord(field: string): string {
  return wordOf([`trail_field_${field}`], field);
}
