/** Pictures of every screen, in both themes, on a phone and on a desk: `npm run screenshots`, into `screenshots/`. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { deskScreens, goTo, helpScreens, type Screen, signInScreens } from "./support/screens.ts";
import { shop } from "./support/shop.ts";
import { world, type World } from "./support/world.ts";

const FOLDER = fileURLToPath(new URL("../../screenshots/", import.meta.url));
const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

const server = docket();
const shops = shop(server, { title: "Fern & Field", greeting: "Hello! Something on your mind?" });
let all: World;

test.beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  all = await world(server);
});

/** The same moment in both themes. */
async function take(page: Page, name: string, size: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: `${FOLDER}${name}.${size}.${colorScheme}.png`, animations: "disabled", caret: "hide" });
  }
}

async function takeAll(page: Page, screens: Screen[], size: string): Promise<void> {
  for (const screen of screens) {
    await goTo(page, server.url, screen);
    await take(page, screen.name, size);
  }
}

for (const [size, options] of [["desktop", DESK], ["phone", PHONE]] as const) {
  test(`desk, ${size}`, async ({ enter }) => {
    test.setTimeout(600_000);
    await takeAll(await enter(server, all.admin, "/desk/settings", options), deskScreens(all), size);
  });
  test(`help centre and signing in, ${size}`, async ({ enter }) => {
    test.setTimeout(480_000);
    await takeAll(await enter(server, all.customer, "/help/account", options), helpScreens(all), size);
    await takeAll(await enter(server, null, "/sign-in", options), signInScreens(), size);
  });
  test(`Arabic, ${size}`, async ({ enter }) => {
    test.setTimeout(480_000);
    const arabic = { ...options, locale: "ar" };
    const named = (screens: Screen[], names: string[]) => screens.filter(({ name }) => names.includes(name)).map((one) => ({ ...one, name: `ar-${one.name}` }));
    await takeAll(await enter(server, all.admin, "/desk/settings", arabic), named(deskScreens(all), ["tickets", "ticket", "chat", "dashboard", "settings-agents"]), size);
    await takeAll(await enter(server, all.customer, "/help/account", arabic), named(helpScreens(all), ["help-requests", "help-request", "help-new"]), size);
  });
  test(`widget, ${size}`, async ({ enter }) => {
    const site = await enter(server, null, shops.url, options);
    const visitor = new Widget(site);
    await expect(site.getByRole("button", { name: "Open chat" })).toBeVisible();
    await take(site, "widget-closed", size);
    await visitor.open();
    await take(site, "widget-begin", size);
    await visitor.panel.getByRole("textbox", { name: "Name" }).fill(`Nora (${size})`);
    await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Does the Swiss cheese plant grow in a bathroom with a small window?");
    await visitor.panel.getByRole("button", { name: "Start chat" }).click();
    await expect(visitor.log).toContainText("Swiss cheese plant");
    await take(site, "widget-waiting", size);
    const chat = (await server.admin.get<{ items: { id: string }[] }>("/v1/chats?limit=1")).items[0]!.id;
    await all.admin.api.post(`/v1/chats/${chat}/accept`);
    await all.admin.api.post(`/v1/chats/${chat}/messages`, { body: "It does, and it likes the damp. Keep it a metre from the window: https://fern-and-field.example/care/monstera" });
    await visitor.say("Thank you! 🌿");
    await expect(visitor.log).toContainText("it likes the damp");
    await take(site, "widget-chat", size);
    await visitor.panel.getByRole("button", { name: "End chat" }).click();
    await expect(visitor.panel.getByRole("group", { name: "How did we do?" })).toBeVisible();
    await take(site, "widget-ended", size);
  });
}

test("what opens", async ({ enter }) => {
  test.setTimeout(180_000);
  const page = await enter(server, all.admin, `/desk/tickets/${all.ticket}`, DESK);
  await expect(page.getByRole("region", { name: "Conversation" })).toContainText("That is a bitter surprise");
  const opened = async (name: string, open: () => Promise<void>) => {
    await open();
    await expect(page.locator('[role="dialog"], [role="menu"]').first()).toBeVisible();
    await take(page, `open-${name}`, "desktop");
    await page.keyboard.press("Escape");
    await expect(page.locator('[role="dialog"], [role="menu"]')).toHaveCount(0);
  };
  await opened("palette", () => page.keyboard.press("Control+k"));
  await opened("keys", () => page.keyboard.press("Shift+Slash"));
  await opened("user-menu", () => page.getByRole("button", { name: /Amara Okafor/ }).last().click());
  await opened("more", () => page.getByRole("button", { name: "More actions" }).click());
  await opened("snooze", () => page.keyboard.press("s"));
  await page.getByRole("button", { name: "Time slider" }).click();
  await expect(page.getByText("Read only: this is the past")).toBeVisible();
  await take(page, "open-time-slider", "desktop");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Internal note" }).click();
  await page.getByRole("textbox", { name: "Internal note" }).fill("Ask the glasshouse whether the next van is heated.");
  await take(page, "open-note", "desktop");
  await page.getByRole("textbox", { name: "Internal note" }).fill("");
  await page.goto(`${server.url}/desk/tickets`);
  await expect(page.locator("[data-ticket]").first()).toBeVisible();
  await opened("new-ticket", () => page.keyboard.press("c"));
  for (const at of [0, 1, 2]) await page.locator("[data-ticket]").nth(at).getByRole("checkbox").check();
  await take(page, "open-selection", "desktop");
});

test("empty, loading, broken", async ({ enter }) => {
  test.setTimeout(180_000);
  const page = await enter(server, all.admin, "/desk/tickets?search=nothing-like-this", DESK);
  await expect(page.getByText("Nothing found").first()).toBeVisible();
  await take(page, "state-nothing-found", "desktop");
  await page.goto(`${server.url}/desk/settings/account`);
  await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
  // Where the pointer rests a screen's code is loaded ahead; then the server holds its breath.
  for (const name of ["Dashboard", "Tickets"]) await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name }).hover();
  await page.waitForLoadState("networkidle");
  server.pause();
  for (const name of ["Tickets", "Dashboard"]) {
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name }).click();
    await expect(page.getByRole("status", { name: "Loading" }).first()).toBeVisible();
    await take(page, `state-loading-${name.toLowerCase()}`, "desktop");
  }
  server.proceed();
  await page.goto(`${server.url}/desk/settings/account`);
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Dashboard" }).hover();
  await page.waitForLoadState("networkidle");
  await page.context().setOffline(true);
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
  await take(page, "state-offline-dashboard", "desktop");
});
