/** What every test has: people in browsers of their own, whose pages must not break quietly. */
import { type BrowserContextOptions, expect, type Page, test as base } from "@playwright/test";
import type { Docket } from "./docket.ts";
import { type Person, signIn } from "./people.ts";

export { expect } from "@playwright/test";

interface Fixtures {
  /** Opens a place in a browser of its own, signed in as somebody; null: as nobody. */
  enter(server: Docket, who: Person | null, path: string, options?: BrowserContextOptions): Promise<Page>;
  /** What went wrong in the pages without anybody seeing it; must be empty at the end. */
  watched: string[];
}

export const test = base.extend<Fixtures>({
  watched: async ({}, use) => {
    const wrong: string[] = [];
    await use(wrong);
    expect(wrong, "what the pages' consoles say").toEqual([]);
  },
  enter: async ({ browser, watched }, use) => {
    const contexts: Awaited<ReturnType<typeof browser.newContext>>[] = [];
    await use(async (server, who, path, options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      if (who) await signIn(context, server, who);
      context.on("page", (page) => watch(page, watched));
      const page = await context.newPage();
      await page.goto(new URL(path, server.url).href);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** `display: contents;`, which a library's palette rows ask for in their markup: the policy refuses it, and nothing depends on it. */
const ASKED_IN_VAIN = "sha256-iaOezIDcQIoxCULa6FBKKuLUu09R7kG+Mlu+JVfU3Rw=";

/** Exceptions nobody caught, and what the content security policy refused. */
function watch(page: Page, wrong: string[]): void {
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text()) && !message.text().includes(ASKED_IN_VAIN)) wrong.push(`${page.url()}: ${message.text()}`);
  });
}

/** Puts a mark on the page's window; a page that is loaded anew has it no more. */
export async function mark(page: Page): Promise<{ stays(): Promise<void> }> {
  await page.evaluate(() => Object.assign(window, { stillHere: true }));
  return {
    stays: async () => expect(await page.evaluate(() => "stillHere" in window), "the page was never loaded anew").toBe(true),
  };
}

/** The page is no wider than its window: nobody has to scroll sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.querySelectorAll("body *")]
      .filter((node) => node.getBoundingClientRect().right > limit + 1 || node.getBoundingClientRect().left < -1)
      .slice(0, 5)
      .map((node) => `${node.tagName.toLowerCase()}.${String(node.className)} ${JSON.stringify(node.getBoundingClientRect())}`);
  });
  expect(wide, `wider than the window at ${page.url()}`).toEqual([]);
}
