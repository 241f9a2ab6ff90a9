/**
 * How quick the desk is over many tickets: `npm run measure`. It prints figures and judges none: those of a busy machine say
 * little. MEASURE_TICKETS=… for another number than 100,000.
 */
import { createWriteStream } from "node:fs";
import { loadavg } from "node:os";
import { pipeline } from "node:stream/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { history } from "./support/history.ts";
import { agent, type Person, signIn } from "./support/people.ts";

const TICKETS = Number(process.env["MEASURE_TICKETS"] ?? 100_000);
const PART = 2_000;
const SWITCHES = 30;
const ROWS = Math.min(5_000, TICKETS - 100);
const WIDE = { viewport: { width: 1680, height: 900 } };
const GRACE = { id: "01890000-0000-7000-8000-00000000a001", name: "Grace Moreau" };

/** The history of the shop again and again, each time with other tickets. */
function* lines() {
  for (let part = 0; part * PART < TICKETS; part += 1) {
    const some = history(Date.now(), [GRACE], Math.min(PART, TICKETS - part * PART), 0);
    yield `${some.replaceAll('"external_id":"t-', `"external_id":"t-${part}-`)}\n`;
  }
}

const server = docket({ history: (file) => pipeline(lines, createWriteStream(file)) });
let rosa: Person;

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "supervisor");
});

const say = (what: string, figures: Record<string, string | number>) =>
  console.log(`${what}: ${Object.entries(figures).map(([name, figure]) => `${name} ${figure}`).join(", ")}`);
const ms = (time: number) => `${Math.round(time)} ms`;
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
const at = (share: number, times: number[]) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))]!;

/** When rows of the list were painted, in milliseconds after the page was asked for; and what scripts it took. */
async function opened(context: BrowserContext): Promise<{ rows: number; scripts: number; bytes: number }> {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = () => {
      if (!document.querySelector("[data-ticket]")) return requestAnimationFrame(look);
      // The frame that shows them is over when the next task runs.
      return setTimeout(() => {
        const scripts = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).filter((one) => new URL(one.name).pathname.endsWith(".js"));
        Object.assign(window, {
          measured: { rows: performance.now(), scripts: scripts.length, bytes: scripts.reduce((sum, one) => sum + one.encodedBodySize, 0) },
        });
      });
    };
    requestAnimationFrame(look);
  });
  await page.goto(`${server.url}/desk/tickets`);
  const handle = await page.waitForFunction(() => (window as unknown as { measured?: { rows: number; scripts: number; bytes: number } }).measured);
  const measured = (await handle.jsonValue())!;
  await page.close();
  return measured;
}

test("the first rows", async ({ browser }) => {
  test.setTimeout(300_000);
  const cold: number[] = [];
  const warm: number[] = [];
  let first: Awaited<ReturnType<typeof opened>> | undefined;
  for (let round = 0; round < 5; round += 1) {
    const context = await browser.newContext(WIDE);
    await signIn(context, server, rosa);
    first = await opened(context);
    cold.push(first.rows);
    warm.push((await opened(context)).rows);
    await context.close();
  }
  say(`${TICKETS} tickets, load ${loadavg()[0]!.toFixed(1)}`, {});
  say("rows painted", { "cold, median": ms(at(0.5, cold)), "cold, worst": ms(Math.max(...cold)), "warm, median": ms(at(0.5, warm)), "warm, worst": ms(Math.max(...warm)) });
  say("scripts until then", { files: first!.scripts, "over the wire": kB(first!.bytes) });
});

/** From a key to the frame that shows the next ticket with its conversation. */
async function switched(page: Page, key: string): Promise<number> {
  await page.evaluate(() => {
    const rail = () => document.querySelector("main article [role=region]");
    const before = rail();
    const switched = new Promise<number>((resolve) => {
      addEventListener("keydown", ({ timeStamp }) => {
        const look = () => {
          const now = rail();
          if (!now || now === before || !now.querySelector("article")) requestAnimationFrame(look);
          else setTimeout(() => resolve(performance.now() - timeStamp));
        };
        requestAnimationFrame(look);
      }, { once: true, capture: true });
    });
    Object.assign(window, { switched: () => switched });
  });
  await page.keyboard.press(key);
  return page.evaluate(() => (window as unknown as { switched(): Promise<number> }).switched());
}

test("from one ticket to the next", async ({ enter }) => {
  test.setTimeout(300_000);
  const page = await enter(server, rosa, "/desk/tickets", WIDE);
  await page.locator("[data-ticket] a").first().click();
  await expect(page.getByRole("region", { name: "Conversation" }).getByRole("article").first()).toBeVisible();
  for (const key of ["j", "]"]) {
    const times: number[] = [];
    for (let round = 0; round < SWITCHES; round += 1) {
      // Somebody reads: what is fetched ahead is there.
      await page.waitForTimeout(500);
      times.push(await switched(page, key));
    }
    say(`next ticket with ${key}`, { median: ms(at(0.5, times)), p95: ms(at(0.95, times)), worst: ms(Math.max(...times)), of: times.length });
  }
});

test("through the list", async ({ enter }) => {
  test.setTimeout(300_000);
  const page = await enter(server, rosa, "/desk/tickets?status=any", WIDE);
  await expect(page.locator("[data-ticket]").first()).toBeVisible();
  await page.waitForTimeout(1_000);
  const { frames, waited, rows } = await page.evaluate(async (wanted) => {
    const ROW = 56;
    let scroller = document.querySelector<HTMLElement>("[role=list] [data-ticket]")!.parentElement!;
    while (scroller.scrollHeight <= scroller.clientHeight || getComputedStyle(scroller).overflowY === "visible") scroller = scroller.parentElement!;
    const frames: number[] = [];
    let waited = 0;
    let last = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    while (scroller.scrollTop < wanted * ROW) {
      const before = scroller.scrollTop;
      scroller.scrollTop = before + 5 * ROW;
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      frames.push(now - last);
      // At the end of what is loaded: the next page is on its way.
      if (scroller.scrollTop === before) waited += now - last;
      last = now;
    }
    return { frames, waited, rows: Math.round(scroller.scrollTop / ROW) };
  }, ROWS);
  say(`scrolled through ${rows} rows`, {
    frames: frames.length, median: ms(at(0.5, frames)), p95: ms(at(0.95, frames)), "over 50 ms": frames.filter((time) => time > 50).length,
    longest: ms(Math.max(...frames)), "at the end, waiting": ms(waited),
  });
});
