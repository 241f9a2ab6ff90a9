/** What is under way is not done again: a second click, a key that is held, a second button for the same. */
import type { Page, Request } from "@playwright/test";
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
const WIDE = { viewport: { width: 1680, height: 900 } };
let [rosa, maria]: Person[] = [];

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "admin");
  maria = await customer(server, "Maria Rossi");
});

const ask = (subject: string) => maria!.api.post<Receipt>("/v1/tickets", { subject, description: "Please look at it." });

/** Holds back the answers to some commands, and counts them. */
async function hold(page: Page, path: string): Promise<{ sent: Request[]; go(): void }> {
  const sent: Request[] = [];
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route(path, async (route) => {
    if (route.request().method() === "GET") return route.continue();
    sent.push(route.request());
    await held;
    await route.continue();
  });
  return { sent, go };
}

test("a ticket is resolved once, and the next one not with it", async ({ enter }) => {
  const tickets = [await ask("First of three"), await ask("Second of three"), await ask("Third of three")];
  const desk = await enter(server, rosa!, `/desk/tickets/${tickets[0]!.id}`, WIDE);
  const title = desk.getByRole("article").getByRole("heading", { level: 1 });
  await expect(desk.getByRole("list", { name: "Tickets" }).getByRole("link", { name: "Third of three" })).toBeVisible();
  const resolve = desk.getByRole("button", { name: "Resolve" });

  await test.step("by impatient clicks", async () => {
    const { sent, go } = await hold(desk, "**/v1/tickets/*/status");
    await resolve.click({ clickCount: 3 });
    await desk.keyboard.press("Alt+e");
    await expect(resolve).toHaveAttribute("aria-busy", "true");
    go();
    await expect(title).not.toHaveText("First of three");
    expect(sent).toHaveLength(1);
    await desk.unrouteAll({ behavior: "wait" });
  });

  await test.step("by a double click whose second half finds another ticket", async () => {
    const { x, y, width, height } = (await resolve.boundingBox())!;
    const before = await title.innerText();
    await desk.mouse.move(x + width / 2, y + height / 2);
    await desk.mouse.down({ clickCount: 1 });
    await desk.mouse.up({ clickCount: 1 });
    await expect(title).not.toHaveText(before);
    await expect(resolve).toBeVisible();
    await desk.mouse.down({ clickCount: 2 });
    await desk.mouse.up({ clickCount: 2 });
    // A change that was made after it is made before anything that came of the click would be.
    await desk.keyboard.press("n");
    await desk.getByRole("textbox", { name: "Internal note" }).fill("Not this one");
    await desk.keyboard.press("Control+Enter");
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Not this one");
    const statuses = await Promise.all(tickets.map(async ({ id }) => (await server.admin.get<{ status: string }>(`/v1/tickets/${id}`)).status));
    expect(statuses.filter((status) => status === "resolved")).toHaveLength(2);
  });
});

test("an answer is sent once by a key that is held, and by two clicks", async ({ enter }) => {
  const { id } = await ask("Answered once");
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const reply = desk.getByRole("textbox", { name: "Reply" });
  const rail = desk.getByRole("region", { name: "Conversation" });
  await reply.fill("Held down");
  await desk.evaluate(() => {
    const box = document.activeElement!;
    for (let press = 0; press < 6; press += 1) box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, repeat: press > 0, bubbles: true, cancelable: true }));
  });
  await expect(rail).toContainText("Held down");
  await reply.fill("Clicked twice");
  await desk.getByRole("button", { name: "Send reply" }).evaluate((button: HTMLElement) => { button.click(); button.click(); });
  await expect(rail).toContainText("Clicked twice");
  await reply.fill("And the last");
  await reply.press("Control+Enter");
  await expect(rail).toContainText("And the last");
  await expect.poll(async () => (await server.admin.get<{ items: { body: string }[] }>(`/v1/tickets/${id}/messages`)).items.map(({ body }) => body))
    .toEqual(expect.arrayContaining(["And the last"]));
  const bodies = (await server.admin.get<{ items: { body: string }[] }>(`/v1/tickets/${id}/messages`)).items.map(({ body }) => body);
  expect(bodies.filter((body) => body !== "Please look at it.").toSorted()).toEqual(["And the last", "Clicked twice", "Held down"]);
});

test("settings are saved once, and a customer's message is said once", async ({ enter }) => {
  const desk = await enter(server, rosa!, "/desk/settings/organisation", WIDE);
  const name = desk.getByRole("textbox", { name: "Name" });
  await name.fill("Fern & Field");
  const { sent, go } = await hold(desk, "**/v1/organisation");
  await name.press("Enter");
  await name.press("Enter");
  await desk.getByRole("button", { name: "Save" }).click({ clickCount: 2 });
  go();
  await expect.poll(async () => (await server.admin.get<{ name: string }>("/v1/organisation")).name).toBe("Fern & Field");
  expect(sent).toHaveLength(1);

  const { id } = await ask("Said once");
  const help = await enter(server, maria!, `/help/requests/${id}`);
  await help.getByRole("textbox", { name: "Your message" }).fill("Is there any news?");
  await help.getByRole("button", { name: "Send" }).evaluate((button: HTMLElement) => { button.click(); button.click(); button.click(); });
  await expect(help.getByRole("list", { name: "Conversation" })).toContainText("Is there any news?");
  await help.getByRole("textbox", { name: "Your message" }).fill("Hello?");
  await help.getByRole("button", { name: "Send" }).click();
  await expect.poll(async () => (await server.admin.get<{ items: { body: string }[] }>(`/v1/tickets/${id}/messages`)).items.map(({ body }) => body).toSorted())
    .toEqual(["Hello?", "Is there any news?", "Please look at it."]);
});
