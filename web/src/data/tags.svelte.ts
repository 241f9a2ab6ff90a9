/** The tags this page has met, to be offered where one is typed. */
import { SvelteSet } from "svelte/reactivity";

const met = new SvelteSet<string>();

/** A ticket was read. */
export function meetTags(tags: readonly string[]): void {
  for (const tag of tags) if (!met.has(tag)) met.add(tag);
}

/** In their order; reactive. */
export function knownTags(): string[] {
  return [...met].toSorted((a, b) => a.localeCompare(b));
}
