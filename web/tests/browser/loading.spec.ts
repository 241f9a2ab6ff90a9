/** Sections whose code does not come (no network, or the server has another build by now), and places that are none. */
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { agent, customer } from "./support/people.ts";

const server = docket();
const FAILED = "Couldn't load this page";

test("a section that does not come says so, and is there once it can be fetched", async ({ enter }) => {
  const desk = await enter(server, await agent(server, "Rosa Keller", "supervisor"), "/desk/tickets");
  const nav = desk.getByRole("navigation", { name: "Sections" });
  const failure = desk.getByRole("alert").filter({ hasText: FAILED });
  await expect(nav.getByRole("link", { name: "Customers" })).toBeVisible();

  await test.step("without a network the page stays", async () => {
    const here = await mark(desk);
    await desk.context().setOffline(true);
    await nav.getByRole("link", { name: "Customers" }).click();
    await expect(failure).toBeVisible();
    await failure.getByRole("button", { name: "Try again" }).click();
    await expect(desk.getByText("The server isn't responding. Check your connection.")).toBeVisible();
    await here.stays();
    // What is here already can still be gone to.
    await nav.getByRole("link", { name: "Tickets" }).click();
    await expect(failure).toBeHidden();
    await nav.getByRole("link", { name: "Customers" }).click();
    await expect(failure).toBeVisible();
    await desk.context().setOffline(false);
    await failure.getByRole("button", { name: "Try again" }).click();
    await expect(desk.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
    await expect(failure).toBeHidden();
  });

  await test.step("a first screen that does not come", async () => {
    const chunks = /\/assets\/DashboardScreen/;
    await desk.route(chunks, (route) => route.abort());
    await desk.goto(new URL("/desk/dashboard", server.url).href);
    await expect(failure).toBeVisible();
    await desk.unroute(chunks);
    await failure.getByRole("button", { name: "Try again" }).click();
    await expect(desk.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
  });
});

test("so does one of the help centre", async ({ enter }) => {
  const help = await enter(server, await customer(server, "Maria Rossi"), "/help");
  const failure = help.getByRole("alert").filter({ hasText: FAILED });
  await expect(help.getByRole("link", { name: "Chats" })).toBeVisible();
  await help.route("**/assets/**", (route) => route.abort());
  await help.getByRole("link", { name: "Chats" }).click();
  await expect(failure).toBeVisible();
  await help.unroute("**/assets/**");
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(help.getByRole("heading", { name: "Chats", level: 1 })).toBeVisible();
});

test("an address that cannot be read is no place", async ({ enter }) => {
  const desk = await enter(server, await agent(server, "Bo Larsen"), "/desk/tickets/%E0%A4%A");
  await expect(desk.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await desk.getByRole("main").getByRole("link", { name: "Tickets" }).click();
  await expect(desk.getByRole("region", { name: "Tickets" })).toBeVisible();
  await desk.goBack();
  await expect(desk.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("a section that somebody's role does not allow says so", async ({ enter }) => {
  const desk = await enter(server, await agent(server, "Noa Cohen"), "/desk/audit");
  await expect(desk.getByText("Your role does not allow this part of the desk.")).toBeVisible();
  await expect(desk.getByRole("button", { name: "Try again" })).toBeHidden();
  await desk.goto(new URL("/desk/customers/00000000-0000-7000-8000-000000000000", server.url).href);
  await expect(desk.getByRole("alert")).toContainText("Couldn't load the customer");
});

test("every section speaks the language in use, also when it is changed, and shows no word before it is here", async ({ enter }) => {
  const desk = await enter(server, await agent(server, "Mara Lind", "admin"), "/desk/settings/account");
  const language = desk.getByRole("combobox", { name: "Language" });
  await expect(language).toBeVisible();
  const nav = desk.getByRole("navigation");
  await nav.getByRole("link", { name: "Dashboard" }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Dashboard");
  await desk.goBack();
  // The words of the next sections take their time: until then there is the old screen, and then the whole of the new one.
  let slow = 0;
  await desk.route(/\/assets\/de-/, async (route) => {
    slow += 1;
    await desk.waitForTimeout(300);
    await route.continue();
  });
  await language.selectOption("de");
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Einstellungen");
  for (const [link, title] of [["Übersicht", "Übersicht"], ["Prüfprotokoll", "Prüfprotokoll"], ["Kunden", "Kunden"], ["Chats", "Chats"], ["Tickets", "Tickets"]] as const) {
    await nav.getByRole("link", { name: link }).first().click();
    await expect(desk.getByRole("heading", { level: 1 }).first()).toHaveText(title);
  }
  expect(slow).toBeGreaterThan(5);
  // What is still under way is waited for.
  await desk.unrouteAll({ behavior: "wait" });
  await expect(desk.locator("body")).not.toContainText("undefined");
});
