/** The code of a screen, which a router asks for when the screen is first opened; or what is shown where it does not come. */
import type { Component } from "svelte";
import NotFetched from "./NotFetched.svelte";

/** A style sheet that failed is not asked for a second time by this page: its screen would come without its looks. */
const failed = new Set<string>();

/**
 * What `load` imports, or a screen that says it cannot be had. Written `() => screen(() => import("…"))` in a table of routes:
 * the router knows code that comes later by the `import` in its text, and drops a failure of it without a word.
 */
export async function screen<Module extends { default: unknown }>(load: () => Promise<Module>): Promise<Module> {
  const name = String(load);
  const nothing = { default: NotFetched as Component } as unknown as Module;
  if (failed.has(name)) return nothing;
  try {
    return await load();
  } catch {
    failed.add(name);
    return nothing;
  }
}
