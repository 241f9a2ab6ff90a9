/** Every screen there is, with something on it: for what has to hold on all of them. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Person } from "./people.ts";
import type { World } from "./world.ts";

export interface Screen {
  name: string;
  /** Who looks at it; null: nobody is signed in. */
  who: Person | null;
  path: string;
  /** What is there once the screen is. */
  ready(page: Page): Locator;
  /** What is opened on it: a menu, a dialog, a panel. */
  open?(page: Page): Promise<void>;
}

/** Words in whatever language: controls are found by their place where a test runs in another one. */
const main = (page: Page) => page.getByRole("main");
/** Of a long list that holds only what is in sight. */
const row = (page: Page) => page.locator("main .list a").first();
const heading = (page: Page) => page.getByRole("heading").first();

export function deskScreens({ admin, ticket, chat, customer }: World): Screen[] {
  const desk = (name: string, path: string, ready: Screen["ready"] = heading): Screen => ({ name, who: admin, path, ready });
  return [
    desk("tickets", "/desk/tickets", (page) => page.locator("[data-ticket]").first()),
    desk("ticket", `/desk/tickets/${ticket}`, (page) => main(page).getByRole("article").first()),
    desk("chats", "/desk/chats", (page) => main(page).getByRole("listitem").first()),
    desk("chat", `/desk/chats/${chat}`, (page) => main(page).getByRole("article").first()),
    desk("chats-ended", "/desk/chats?view=ended", row),
    desk("dashboard", "/desk/dashboard", (page) => main(page).getByRole("table").first()),
    desk("customers", "/desk/customers", row),
    desk("customer", `/desk/customers/${customer.id}`),
    desk("audit", "/desk/audit", (page) => main(page).getByRole("listitem").first()),
    ...["account", "views", "organisation", "categories", "fields", "sla", "calendars", "agents", "roles", "departments", "widget", "tokens"].map((part) =>
      desk(`settings-${part}`, `/desk/settings/${part}`, (page) => main(page).getByRole("heading", { level: 2 }).first()),
    ),
    desk("nothing-here", "/desk/no-such-place", heading),
  ];
}

export function helpScreens({ customer, ownTicket, solvedTicket, closedTicket, ownChat, endedChat }: World): Screen[] {
  const help = (name: string, path: string, ready: Screen["ready"] = heading): Screen => ({ name: `help-${name}`, who: customer, path, ready });
  const said = (page: Page) => main(page).getByRole("article").first();
  return [
    help("requests", "/help", (page) => main(page).getByRole("listitem").first()),
    help("request", `/help/requests/${ownTicket}`, said),
    help("request-solved", `/help/requests/${solvedTicket}`, said),
    help("request-closed", `/help/requests/${closedTicket}`, said),
    help("new", "/help/new", (page) => main(page).getByRole("textbox").first()),
    help("chats", "/help/chats", (page) => main(page).getByRole("listitem").first()),
    help("chat", `/help/chats/${ownChat}`, said),
    help("chat-ended", `/help/chats/${endedChat}`, said),
    help("account", "/help/account", heading),
    help("nothing-here", "/help/no-such-place", heading),
  ];
}

export function signInScreens(): Screen[] {
  return [
    { name: "sign-in", who: null, path: "/sign-in", ready: (page) => page.getByRole("textbox").first() },
    { name: "sign-in-welcome", who: null, path: "/sign-in?code=dk_0123456789", ready: (page) => page.getByRole("textbox").first() },
  ];
}

/** Goes there and waits until what should be there is; `patience` in milliseconds, else that of all expectations. */
export async function goTo(page: Page, base: string, screen: Screen, patience?: number): Promise<void> {
  await page.goto(new URL(screen.path, base).href);
  await settled(page, screen, patience);
}

export async function settled(page: Page, screen: Screen, patience?: number): Promise<void> {
  const wait = patience ? { timeout: patience } : {};
  await expect(screen.ready(page)).toBeVisible(wait);
  await screen.open?.(page);
  // Bones have gone, fonts are there.
  await expect(page.locator(".bone")).toHaveCount(0, wait);
  await page.evaluate(() => document.fonts.ready);
}
