/** What axe says of a page: its rules of WCAG 2.2 AA, in both themes. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What a theme can change; the rest is the same in both. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Expects nothing to be wrong in light and in dark, on the page or in a part of it. Open shadow roots are looked into. */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  const wrong: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    if (within) axe.include(within);
    const { violations } = await (colorScheme === "light" ? axe.withTags(TAGS) : axe.withRules(OF_COLOUR)).analyze();
    for (const { id, nodes } of violations) {
      for (const { target, failureSummary } of nodes.slice(0, 4)) wrong.push(`${colorScheme} ${id}: ${target.join(" ")}\n  ${failureSummary ?? ""}`);
    }
  }
  expect.soft(wrong, `axe at ${page.url()}${within ? `, in ${within}` : ""}`).toEqual([]);
}
