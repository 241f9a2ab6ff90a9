/** A morning at the desk without a mouse. */
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, PASSWORD } from "./support/people.ts";

const server = docket();

test("sign in, read, answer, resolve, find one's way", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Keller", "supervisor");
  const maria = await customer(server, "Maria Rossi");
  for (const subject of ["The first request", "The second request", "The third request"]) {
    await maria.api.post("/v1/tickets", { subject, description: "Please help me." });
  }
  const page = await enter(server, null, "/desk/tickets");
  const { keyboard } = page;
  const focused = () => page.locator(":focus");

  await test.step("sign in", async () => {
    await expect(page.getByRole("textbox", { name: "Email" })).toBeFocused();
    await keyboard.type(rosa.email);
    await keyboard.press("Tab");
    await keyboard.type(PASSWORD);
    await keyboard.press("Enter");
    await expect(page.getByRole("link", { name: "The first request" })).toBeVisible();
  });

  await test.step("skip the navigation", async () => {
    await keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
    await keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
  });

  await test.step("walk through the list and open one", async () => {
    await keyboard.press("j");
    const first = await focused().innerText();
    await keyboard.press("j");
    await expect(focused()).not.toHaveText(first);
    const second = await focused().innerText();
    // The whole row is drawn as having the focus.
    expect(await focused().evaluate((link) => getComputedStyle(link, "::after").outlineStyle)).toBe("solid");
    await keyboard.press("k");
    await expect(focused()).toHaveText(first);
    await keyboard.press("j");
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: second })).toBeVisible();
  });

  await test.step("answer", async () => {
    await expect(page.getByRole("textbox", { name: "Reply" })).toBeFocused();
    await keyboard.type("Have you tried to turn it off? (e, j, k and ? are letters here)");
    await keyboard.press("Control+Enter");
    await expect(page.getByRole("region", { name: "Conversation" })).toContainText("(e, j, k and ? are letters here)");
    await keyboard.press("Escape");
    await expect(page.getByRole("textbox", { name: "Reply" })).not.toBeFocused();
  });

  await test.step("resolve", async () => {
    const done = page.getByRole("article").getByRole("heading", { level: 1 }).locator("[dir=auto]");
    const before = await done.innerText();
    await keyboard.press("Alt+e");
    await expect(page.getByText("Status: Resolved")).toBeVisible();
    // On to the next; and it can be taken back from there.
    await expect(done).not.toHaveText(before);
    await expect(page.getByRole("region", { name: "Tickets" }).getByRole("link", { name: before })).toHaveCount(0);
    await keyboard.press("Control+z");
    await expect(page.getByText("Undone")).toBeVisible();
    await expect(done).toHaveText(before);
    await expect(page.getByRole("region", { name: "Tickets" }).getByRole("link", { name: before })).toBeVisible();
  });

  await test.step("pick by letter, as over the list", async () => {
    await keyboard.press("p");
    const picker = page.getByRole("dialog", { name: /Priority/ });
    await expect(picker).toBeVisible();
    await keyboard.type("urg");
    // The end of a line takes nothing: what is meant is stepped to.
    await keyboard.press("Enter");
    await expect(picker).toBeVisible();
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await expect(page.getByRole("region", { name: "Conversation" })).toContainText("set the priority from Medium to Urgent");
  });

  await test.step("what keys there are", async () => {
    await keyboard.press("Shift+Slash");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(sheet).toContainText("Internal note");
    await keyboard.press("Escape");
    await expect(sheet).toBeHidden();
  });

  await test.step("the palette", async () => {
    await keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Commands" });
    await expect(palette).toBeVisible();
    await keyboard.type("dashb");
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
    await expect(palette).toBeHidden();
    await keyboard.press("g");
    await keyboard.press("u");
    await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
    await keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Search tickets" })).toBeFocused();
    await keyboard.type("third");
    await keyboard.press("Enter");
    await expect(page.getByRole("link", { name: "The third request" })).toBeVisible();
    await expect(page.getByRole("link", { name: "The first request" })).toBeHidden();
  });

  await test.step("a menu and the focus that comes back from it", async () => {
    await page.getByRole("button", { name: /Rosa Keller/ }).focus();
    await keyboard.press("Enter");
    await expect(page.getByRole("menu")).toBeVisible();
    await keyboard.press("Escape");
    await expect(page.getByRole("button", { name: /Rosa Keller/ })).toBeFocused();
  });
});
