/** The pictures of the README: `npm run pictures`, into `docs/images/`. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { shop } from "./support/shop.ts";
import { world } from "./support/world.ts";

const FOLDER = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const SIZE = { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" } as const;

const server = docket();
const shops = shop(server, { title: "Fern & Field", greeting: "Hello! Something on your mind?" });

/** As WebP, which is a third of a PNG. */
async function take(page: Page, name: string): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send("Page.captureScreenshot", { format: "webp", quality: 85 });
  await writeFile(`${FOLDER}${name}.webp`, Buffer.from(data, "base64"));
}

test("the README's pictures", async ({ enter }) => {
  test.setTimeout(300_000);
  await mkdir(FOLDER, { recursive: true });
  const all = await world(server);
  const desk = await enter(server, all.admin, `/desk/tickets/${all.ticket}`, SIZE);
  await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("That is a bitter surprise");
  await expect(desk.locator("[data-ticket]").first()).toBeVisible();
  await take(desk, "desk");
  await desk.goto(`${server.url}/desk/dashboard`);
  await expect(desk.getByRole("main").getByRole("table").first()).toBeVisible();
  await expect(desk.locator("main canvas").first()).toBeVisible();
  await take(desk, "dashboard");

  const site = await enter(server, null, shops.url, { ...SIZE, colorScheme: "dark" });
  const visitor = new Widget(site);
  await visitor.begin("Nora Silva", "Does the Swiss cheese plant grow in a bathroom?");
  const chat = (await server.admin.get<{ items: { id: string }[] }>("/v1/chats?limit=1")).items[0]!.id;
  await all.admin.api.post(`/v1/chats/${chat}/accept`);
  await all.admin.api.post(`/v1/chats/${chat}/messages`, { body: "It does, and it likes the damp. Keep it a metre from the window." });
  await expect(visitor.log).toContainText("it likes the damp");
  await visitor.say("Thank you, then it may move in!");
  await take(site, "widget");
});
