/** What people write looks the same to everybody who reads it, and how an answer gets to who asked. */
import type { Locator } from "@playwright/test";
import { Console, Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server, { title: "Fern & Field", email_field: "optional" });

const WRITTEN = [
  "**Please** try:", "", "1. `unplug` it", "2. wait", "", "> what you said", "",
  "See [our page](https://evil.example/x) or https://help.example/a_b_c, <img src=x onerror=document.title='taken'> <b>not bold</b>",
].join("\n");

/** The same elements, whatever stands around them. */
async function expectWritten(where: Locator): Promise<void> {
  await expect(where.locator("strong", { hasText: "Please" })).toBeVisible();
  await expect(where.locator("ol[start] > li")).toHaveCount(2);
  await expect(where.locator("blockquote")).toContainText("what you said");
  await expect(where.getByRole("link", { name: "our page" })).toHaveAttribute("href", "https://evil.example/x");
  await expect(where).toContainText("our page (evil.example)");
  await expect(where.getByRole("link", { name: "https://help.example/a_b_c" })).toBeVisible();
  await expect(where).toContainText("<b>not bold</b>");
  await expect(where.locator("img, b")).toHaveCount(0);
}

test("a message reads the same at the desk and in the help centre, and its markup stays text", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Keller");
  const maria = await customer(server, "Maria Rossi");
  const { id } = await maria.api.post<{ id: string }>("/v1/tickets", { subject: "The lamp", description: "It is dark." });
  await rosa.api.post(`/v1/tickets/${id}/messages`, { body: WRITTEN });
  const desk = await enter(server, rosa, `/desk/tickets/${id}`);
  await expectWritten(desk.getByRole("region", { name: "Conversation" }));
  const help = await enter(server, maria, `/help/requests/${id}`);
  await expectWritten(help.getByRole("list", { name: "Conversation" }));
  await expect(help).not.toHaveTitle("taken");
});

test("a message reads the same in the widget", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Winter");
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  const desk = await enter(server, rosa, "/desk/chats");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Nora Visitor", "Why is it dark?");
  await new Console(desk, "Nora Visitor").accept();
  const { items } = await server.admin.get<{ items: { id: string }[] }>("/v1/chats?limit=1");
  await rosa.api.post(`/v1/chats/${items[0]!.id}/messages`, { body: WRITTEN });
  await expectWritten(visitor.log);
});

test("a visitor who left an address gets a way to read the answer", async ({ enter }) => {
  const lead = await agent(server, "Amara Okafor", "admin");
  for (const one of (await server.admin.get<{ items: { id: string }[] }>("/v1/agents")).items) {
    await server.admin.put(`/v1/agents/${one.id}/availability`, { availability: "offline" });
  }
  const site = await enter(server, null, shops.url);
  const { panel } = new Widget(site);
  await site.getByRole("button", { name: "Open chat" }).click();
  await panel.getByRole("textbox", { name: "Email" }).fill("nora@example.com");
  await panel.getByRole("textbox", { name: "Your message" }).fill("When do you open again?");
  await panel.getByRole("button", { name: "Send message" }).click();
  await expect(panel.getByText("will get back to you")).toBeVisible();

  const { items } = await server.admin.get<{ items: { id: string }[] }>("/v1/tickets?sort=newest&limit=1");
  const desk = await enter(server, lead, `/desk/tickets/${items[0]!.id}`);
  await expect(desk.getByText("nora@example.com can’t read this yet")).toBeVisible();
  await lead.api.post(`/v1/tickets/${items[0]!.id}/messages`, { body: "At **nine** tomorrow." });
  await desk.getByRole("button", { name: "Create sign-in link" }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create sign-in link" }).click();
  const link = (await dialog.locator("code").textContent())!;
  await expect(dialog.getByRole("link", { name: "Write an email" })).toHaveAttribute("href", /^mailto:nora%40example\.com\?/);

  const help = await enter(server, null, link);
  await expect(help.getByRole("list", { name: "Conversation" })).toContainText("At nine tomorrow.");
});
