/** Every screen on a phone, left to right and right to left: nothing is wider than the window. */
import type { Page } from "@playwright/test";
import { docket } from "./support/docket.ts";
import { expect, expectNoSidewaysScroll, test } from "./support/fixtures.ts";
import { deskScreens, goTo, helpScreens, signInScreens } from "./support/screens.ts";
import { world, type World } from "./support/world.ts";

const server = docket();
let all: World;

test.beforeAll(async () => {
  all = await world(server, { tickets: 12, chats: 4 });
});

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

for (const [language, locale, direction] of [["English", "en-GB", "ltr"], ["Arabic", "ar", "rtl"]] as const) {
  test(`in ${language}, on a phone`, async ({ enter }) => {
    test.setTimeout(480_000);
    const look = async (page: Page, screens: ReturnType<typeof deskScreens>) => {
      for (const screen of screens) {
        await test.step(screen.name, async () => {
          await goTo(page, server.url, screen);
          await expect(page.locator("html")).toHaveAttribute("dir", direction);
          await expectNoSidewaysScroll(page);
        });
      }
      await page.context().close();
    };
    await look(await enter(server, all.admin, "/desk/settings", { ...PHONE, locale }), deskScreens(all));
    await look(await enter(server, all.customer, "/help/account", { ...PHONE, locale }), helpScreens(all));
    await look(await enter(server, null, "/sign-in", { ...PHONE, locale }), signInScreens());
  });
}

test("an agent answers from a phone", async ({ enter }) => {
  const page = await enter(server, all.admin, "/desk/tickets", { ...PHONE, viewport: { width: 390, height: 844 } });
  await page.getByRole("link", { name: "Which plant for a dark hall?" }).tap();
  await expect(page.getByRole("region", { name: "Conversation" })).toContainText("The cat approves.");
  await page.getByRole("textbox", { name: "Reply" }).fill("Up to your shoulder, if you let it.");
  await page.getByRole("button", { name: "Send reply" }).tap();
  await expect(page.getByRole("region", { name: "Conversation" })).toContainText("Up to your shoulder, if you let it.");
  await page.getByRole("button", { name: "Details" }).tap();
  await expect(page.getByRole("dialog", { name: "Details" })).toContainText("Maria Rossi");
  await page.getByRole("button", { name: "Close" }).last().tap();
  await page.getByRole("main").getByRole("link", { name: "Tickets" }).tap();
  await expect(page.getByRole("link", { name: "Which plant for a dark hall?" })).toBeVisible();
  await page.getByRole("button", { name: "Menu" }).tap();
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Chats" }).tap();
  await expect(page.getByRole("heading", { name: "Chats", level: 1 })).toBeVisible();
});
