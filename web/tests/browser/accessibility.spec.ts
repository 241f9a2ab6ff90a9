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

/** What has the keyboard while it is open. */
const OPEN = '[role="dialog"], [role="menu"], [role="listbox"]';

/** Opens something, looks at it alone, and closes it. */
async function lookInto(page: Page, name: string, open: () => Promise<void>): Promise<void> {
  await test.step(name, async () => {
    await open();
    await expect(page.locator(OPEN).first()).toBeVisible();
    await expect(page.locator(".bone")).toHaveCount(0);
    await expectAccessible(page, OPEN);
    const list = page.locator('[role="listbox"][popover]');
    if ((await page.getByRole("dialog").count()) > 0 && (await list.count()) > 0) {
      // A field of the dialog has opened its list, which Escape closes first.
      await page.keyboard.press("Escape");
      await expect(list).toHaveCount(0);
    }
    await page.keyboard.press("Escape");
    await expect(page.locator(OPEN)).toHaveCount(0);
  });
}

test("what opens on a ticket and on the list", async ({ enter }) => {
  test.setTimeout(480_000);
  const page = await enter(server, all.admin, `/desk/tickets/${all.ticket}`, { viewport: { width: 1680, height: 900 } });
  const press = (name: string | RegExp) => page.getByRole("button", { name }).last().click();
  const more = async (item: string) => {
    await press("More actions");
    await page.getByRole("menuitem", { name: item }).click();
    await expect(page.getByRole("dialog", { name: item })).toBeVisible();
  };
  await expect(page.getByRole("region", { name: "Conversation" })).toContainText("That is a bitter surprise");
  await lookInto(page, "palette", () => page.keyboard.press("Control+k"));
  await lookInto(page, "palette without a hit", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Commands" }).getByRole("combobox").fill("no such thing");
    await expect(page.getByText("Nothing found.")).toBeVisible();
  });
  await lookInto(page, "keys", () => page.keyboard.press("Shift+Slash"));
  await lookInto(page, "user menu", () => press(/Amara Okafor/));
  await lookInto(page, "more actions", () => press("More actions"));
  await page.getByRole("textbox", { name: "Reply" }).fill("Thank you.");
  await lookInto(page, "a status to send with", () => press("Send and set the status"));
  await lookInto(page, "select", () => page.getByRole("combobox", { name: "Priority" }).click());
  const assignee = page.getByRole("combobox", { name: "Assigned to" });
  await lookInto(page, "combobox", async () => {
    await assignee.fill("Lu");
    await expect(page.getByRole("option", { name: /Luca Ferri/ })).toBeVisible();
  });
  await lookInto(page, "combobox without a hit", () => assignee.fill("nobody of this name"));
  await assignee.blur();
  await lookInto(page, "put aside", () => page.keyboard.press("h"));
  await lookInto(page, "merge", () => more("Merge into another"));
  await lookInto(page, "follow-up", () => more("Open a follow-up"));
  await lookInto(page, "delete", () => more("Delete"));
  await test.step("time slider", async () => {
    await press("Time slider");
    await expect(page.getByRole("slider", { name: "The ticket at a moment of its history" })).toBeEnabled();
    await expectAccessible(page, "main");
    await press("Back to now");
  });

  await page.goto(`${server.url}/desk/tickets?priority=high,urgent`);
  await expect(page.locator("[data-ticket]").first()).toBeVisible();
  await lookInto(page, "order", () => press(/^Order/));
  await lookInto(page, "filters to add", () => press("Filter"));
  await lookInto(page, "a filter's options", () => press(/^Priority/));
  await lookInto(page, "save view", () => press("Save view"));
  await lookInto(page, "new ticket", () => page.keyboard.press("c"));
  await page.locator("[data-ticket]").first().getByRole("checkbox").check();
  await expect(page.getByRole("toolbar", { name: "1 ticket selected" })).toBeVisible();
  await expectAccessible(page, '[role="toolbar"]');
  await lookInto(page, "somebody for the selected", () => press("Assign"));
});

test("the widget: before, during and after a chat", async ({ enter }) => {
  test.setTimeout(240_000);
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
  await expectAccessible(site);
  await visitor.panel.getByRole("button", { name: "Yes, end it" }).click();
  await expect(visitor.panel.getByRole("group", { name: "How did we do?" })).toBeVisible();
  await expectAccessible(site);
  await visitor.panel.getByRole("button", { name: "Your conversations" }).click();
  await expect(visitor.talk("Is anybody there?")).toBeVisible();
  await expectAccessible(site);
});
