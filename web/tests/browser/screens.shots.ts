/** Pictures of every screen, in both themes, on a phone and on a desk: `npm run screenshots`, into `screenshots/`. */
import type { Page } from "@playwright/test";
import { Camera, type Size, SIZES } from "./support/camera.ts";
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { longest } from "./support/longest.ts";
import { deskScreens, helpScreens, type Screen, signInScreens } from "./support/screens.ts";
import { shop } from "./support/shop.ts";
import { world, type World } from "./support/world.ts";

const server = docket();
const shops = shop(server, { title: "Fern & Field", greeting: "Hello! Something on your mind?" });
let all: World;
let long: Screen[];

test.describe.configure({ timeout: 360_000 });

test.beforeAll(async () => {
  test.setTimeout(120_000);
  all = await world(server);
  long = await longest(server, all);
});

/** Both sizes at once: what the machine waits for in one is time for the other. */
function onBoth(work: (size: Size) => Promise<void>): Promise<unknown> {
  return Promise.all((Object.keys(SIZES) as Size[]).map(work));
}

/** What is read on arriving has no bearing on the first picture. */
const DESK = "/desk/settings/account";

test("desk", async ({ enter }) => {
  const camera = new Camera();
  await onBoth(async (size) => camera.takeAll(await enter(server, all.admin, DESK, SIZES[size]), server.url, [...deskScreens(all), ...long], size));
  camera.check();
});

test("help centre and signing in", async ({ enter }) => {
  const camera = new Camera();
  await onBoth(async (size) => {
    await camera.takeAll(await enter(server, all.customer, "/help/account", SIZES[size]), server.url, helpScreens(all), size);
    await camera.takeAll(await enter(server, null, "/sign-in", SIZES[size]), server.url, signInScreens(), size);
  });
  camera.check();
});

test("Arabic", async ({ enter }) => {
  const camera = new Camera();
  const some = (screens: Screen[], names: string[]) => screens.filter(({ name }) => names.includes(name)).map((one) => ({ ...one, name: `ar-${one.name}` }));
  const desk = ["tickets", "ticket", "chat", "dashboard", "customers", "audit", "settings-agents", "settings-sla", "settings-calendars", "settings-widget"];
  await onBoth(async (size) => {
    const arabic = { ...SIZES[size], locale: "ar" };
    await camera.takeAll(await enter(server, all.admin, DESK, arabic), server.url, some(deskScreens(all), desk), size);
    await camera.takeAll(await enter(server, all.customer, "/help/account", arabic), server.url, some(helpScreens(all), ["help-requests", "help-request", "help-new", "help-chat"]), size);
    await camera.takeAll(await enter(server, null, "/sign-in", arabic), server.url, some(signInScreens(), ["sign-in"]), size);
  });
  camera.check();
});

for (const size of Object.keys(SIZES) as Size[]) {
  test(`widget, ${size}`, async ({ enter }) => {
    const camera = new Camera();
    const site = await enter(server, null, shops.url, SIZES[size]);
    const visitor = new Widget(site);
    await expect(site.getByRole("button", { name: "Open chat" })).toBeVisible();
    await camera.take(site, "widget-closed", size);
    await visitor.open();
    await camera.take(site, "widget-begin", size);
    await visitor.panel.getByRole("textbox", { name: "Name" }).fill(`Nora (${size})`);
    await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Does the Swiss cheese plant grow in a bathroom with a small window?");
    await visitor.panel.getByRole("button", { name: "Start chat" }).click();
    await expect(visitor.log).toContainText("Swiss cheese plant");
    await camera.take(site, "widget-waiting", size);
    const { items } = await server.admin.get<{ items: { id: string; visitor: { name?: string | null } }[] }>("/v1/chats?limit=20");
    const chat = items.find(({ visitor: { name } }) => name === `Nora (${size})`)!.id;
    await all.admin.api.post(`/v1/chats/${chat}/accept`);
    await all.admin.api.post(`/v1/chats/${chat}/messages`, { body: "It does, and it likes the damp. Keep it a metre from the window: https://fern-and-field.example/care/monstera" });
    await visitor.say("Thank you! 🌿");
    await expect(visitor.log).toContainText("it likes the damp");
    await camera.take(site, "widget-chat", size);
    await visitor.panel.getByRole("button", { name: "End chat" }).click();
    await visitor.panel.getByRole("button", { name: "Yes, end it" }).click();
    await expect(visitor.panel.getByRole("group", { name: "How did we do?" })).toBeVisible();
    await camera.take(site, "widget-ended", size);
  });
}

const OPENED = '[role="dialog"], [role="menu"]';
const screen = (name: string) => deskScreens(all).find((one) => one.name === name)!;
const shown = (page: Page) => expect(page.locator(OPENED).first()).toBeVisible();
async function closed(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  // What stays open all the same is in the next picture.
  await expect(page.locator(OPENED)).toHaveCount(0).catch(() => undefined);
}

test("what opens on a ticket and on the list", async ({ enter }) => {
  const camera = new Camera();
  const page = await enter(server, all.admin, DESK, SIZES.desktop);
  await camera.reach(page, server.url, screen("ticket"), "desktop");
  const opened = async (name: string, open: () => Promise<void>) => {
    await camera.attempt(page, `open-${name}`, "desktop", async () => {
      await open();
      await shown(page);
    });
    await closed(page);
  };
  await opened("palette", () => page.keyboard.press("Control+k"));
  await opened("keys", () => page.keyboard.press("Shift+Slash"));
  await opened("user-menu", () => page.getByRole("button", { name: /Amara Okafor/ }).last().click());
  await opened("more", () => page.getByRole("button", { name: "More actions" }).click());
  await opened("snooze", () => page.keyboard.press("h"));
  await camera.attempt(page, "open-time-slider", "desktop", async () => {
    await page.getByRole("button", { name: "Time slider" }).click();
    await expect(page.getByText("Viewing history, read-only")).toBeVisible();
  });
  await page.keyboard.press("Escape");
  await camera.reach(page, server.url, screen("ticket"), "desktop");
  await camera.attempt(page, "open-note", "desktop", async () => {
    await page.getByRole("button", { name: "Internal note" }).click();
    await page.getByRole("textbox", { name: "Internal note" }).fill("Ask the glasshouse whether the next van is heated.");
  });
  await camera.reach(page, server.url, screen("tickets"), "desktop");
  await opened("new-ticket", () => page.keyboard.press("c"));
  await camera.attempt(page, "open-selection", "desktop", async () => {
    for (const at of [0, 1, 2]) await page.locator("[data-ticket]").nth(at).getByRole("checkbox").check();
  });
  camera.check();
});

test("sheets of the settings, and a phone's own", async ({ enter }) => {
  const camera = new Camera();
  const sheets = [
    ["agent", "agents", /Luca Ferri/], ["policy", "sla", /Weddings/], ["calendar", "calendars", /Glasshouse/], ["department", "departments", /Plant care/],
    ["field", "fields", /Plant/], ["token", "tokens", "Issue token"],
  ] as const;
  await onBoth(async (size) => {
    for (const locale of ["en-GB", "ar"]) {
      const page = await enter(server, all.admin, DESK, { ...SIZES[size], locale });
      for (const [name, part, button] of sheets) {
        if (locale === "ar" && button === "Issue token") continue;
        await camera.reach(page, server.url, screen(`settings-${part}`), size);
        await camera.attempt(page, `${locale === "ar" ? "ar-" : ""}open-${name}`, size, async () => {
          await page.getByRole("main").getByRole("button", { name: button }).first().click();
          await shown(page);
          await expect(page.locator('[role="dialog"] input').first()).toBeVisible();
        });
      }
    }
  });
  const page = await enter(server, all.admin, "/desk/tickets", SIZES.phone);
  await camera.attempt(page, "open-menu", "phone", () => page.getByRole("button", { name: "Menu" }).tap());
  await camera.reach(page, server.url, screen("ticket"), "phone");
  await camera.attempt(page, "open-details", "phone", async () => {
    await page.getByRole("button", { name: "Details" }).tap();
    await expect(page.getByRole("dialog")).toContainText("Ines Putri");
  });
  camera.check();
});

test("empty, loading, broken", async ({ enter }) => {
  const camera = new Camera();
  const page = await enter(server, all.admin, "/desk/tickets?search=nothing-like-this", SIZES.desktop);
  const section = (name: string) => page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name });
  await camera.attempt(page, "state-nothing-found", "desktop", () => expect(page.getByText("Nothing found").first()).toBeVisible());
  await camera.reach(page, server.url, screen("settings-account"), "desktop");
  // Where the pointer rests a screen's code is loaded ahead; then the server holds its breath.
  for (const name of ["Dashboard", "Tickets", "Customers"]) await section(name).hover();
  await page.waitForTimeout(1000);
  server.pause();
  for (const name of ["Tickets", "Dashboard", "Customers"]) {
    await camera.attempt(page, `state-loading-${name.toLowerCase()}`, "desktop", async () => {
      await section(name).click();
      await expect(page.getByRole("status", { name: "Loading" }).first()).toBeVisible();
    });
  }
  server.proceed();
  await camera.reach(page, server.url, screen("settings-account"), "desktop");
  await section("Dashboard").hover();
  await page.waitForTimeout(1000);
  await page.context().setOffline(true);
  await camera.attempt(page, "state-offline-dashboard", "desktop", async () => {
    await section("Dashboard").click();
    await expect(page.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
  });
  camera.check();
});
