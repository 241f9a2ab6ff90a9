/** axe on every screen of the desk, the help centre and the widget, in both themes: zero violations. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { deskScreens, goTo, helpScreens, type Screen, signInScreens } from "./support/screens.ts";
import { shop } from "./support/shop.ts";
import { world, type World } from "./support/world.ts";

const server = docket();
const shops = shop(server);
let all: World;

test.beforeAll(async () => {
  all = await world(server, { tickets: 12, chats: 4 });
});

const SIZE = { viewport: { width: 1440, height: 900 } };

async function look(page: Page, screens: Screen[]): Promise<void> {
  for (const screen of screens) {
    await test.step(screen.name, async () => {
      await goTo(page, server.url, screen);
      await expectAccessible(page);
    });
  }
}

test("every screen of the desk", async ({ enter }) => {
  test.setTimeout(600_000);
  await look(await enter(server, all.admin, "/desk/settings", SIZE), deskScreens(all));
});

test("every screen of the help centre, and signing in", async ({ enter }) => {
  test.setTimeout(480_000);
  await look(await enter(server, all.customer, "/help/account", SIZE), helpScreens(all));
  await look(await enter(server, null, "/sign-in", SIZE), signInScreens());
});

test("the widget: before, during and after a chat", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.open();
  await expect(visitor.panel.getByRole("button", { name: "Start chat" })).toBeVisible();
  await expectAccessible(site);
  await visitor.panel.getByRole("button", { name: "Start chat" }).click();
  await expect(visitor.panel.getByText("Please fill this in").first()).toBeVisible();
  await expectAccessible(site);
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Is anybody there?");
  await visitor.panel.getByRole("button", { name: "Start chat" }).click();
  await expect(visitor.log).toContainText("Is anybody there?");
  await expectAccessible(site);
  await visitor.panel.getByRole("button", { name: "Emoji" }).click();
  await expectAccessible(site);
  await site.keyboard.press("Escape");
  await visitor.panel.getByRole("button", { name: "End chat" }).click();
  await expect(visitor.panel.getByRole("group", { name: "How did we do?" })).toBeVisible();
  await expectAccessible(site);
});
