/** Takes pictures of pages, each in both themes, into `screenshots/`, which git ignores. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";
import { goTo, type Screen } from "./screens.ts";

const FOLDER = fileURLToPath(new URL("../../../screenshots/", import.meta.url));
/** What a screen may take until it is there, and how often it is asked for: one that does not come costs no other its picture. */
const PATIENCE = 12_000;
const TRIES = 3;

export const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
};
export type Size = keyof typeof SIZES;

export class Camera {
  /** What could not be shown as it should be. */
  readonly missed: string[] = [];

  /** The same moment in both themes. */
  async take(page: Page, name: string, size: Size): Promise<void> {
    await mkdir(FOLDER, { recursive: true });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // What draws itself, as charts do, draws itself anew.
      await page.evaluate(() => new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume))));
      const path = `${FOLDER}${name}.${size}.${colorScheme}.png`;
      // A browser that has much else to do now and then never hands the first one over: then as it is, and with more time.
      await page.screenshot({ path, animations: "disabled", caret: "hide", timeout: PATIENCE })
        .catch(() => page.screenshot({ path, animations: "allow", caret: "initial", timeout: 3 * PATIENCE }))
        .catch((error: unknown) => this.missed.push(`${name} (${size}, ${colorScheme}): ${String(error)}`));
    }
  }

  /** Screen after screen. */
  async takeAll(page: Page, base: string, screens: Screen[], size: Size): Promise<void> {
    for (const screen of screens) {
      await this.reach(page, base, screen, size);
      await this.take(page, screen.name, size);
    }
  }

  /** Does something on a page, takes what it led to, and goes on whatever came of it. */
  async attempt(page: Page, name: string, size: Size, act: () => Promise<void>): Promise<void> {
    await act().catch((error: unknown) => this.missed.push(`${name} (${size}): ${String(error)}`));
    await this.take(page, name, size);
  }

  /** Goes to a screen, and goes again if it does not come. */
  async reach(page: Page, base: string, screen: Screen, size: Size): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await goTo(page, base, screen, PATIENCE);
      } catch (error) {
        if (tries < TRIES) continue;
        this.missed.push(`${screen.name} (${size}): ${String(error)}`);
        return;
      }
    }
  }

  /** Fails if anything was missed; said at the end, when all else is taken. */
  check(): void {
    expect(this.missed, "could not be shown as they should be").toEqual([]);
  }
}
