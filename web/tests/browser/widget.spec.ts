/** The widget on a shop of another origin with a strict policy: who the visitor is, and what happens when nobody is there. */
import { createHmac } from "node:crypto";
import { Console, Widget, writeUntil } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, expectNoSidewaysScroll, test } from "./support/fixtures.ts";
import { agent, type Person } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server, { title: "Fern & Field", email_field: "optional" });
let rosa: Person;

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller");
});
const stand = (availability: string) => rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability });

test("nobody is there: the message becomes a ticket", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const { panel } = new Widget(site);
  await site.getByRole("button", { name: "Ask about an order" }).click();
  await expect(panel.getByText("Nobody is here right now")).toBeVisible();
  await panel.getByRole("button", { name: "Send message" }).click();
  await expect(panel.getByRole("textbox", { name: "Email" })).toBeFocused();
  await panel.getByRole("textbox", { name: "Email" }).fill("nora@example.com");
  await panel.getByRole("textbox", { name: "Your message" }).fill("When do you open again?");
  await panel.getByRole("button", { name: "Send message" }).click();
  const number = /TKT-\d{6}/.exec(await panel.getByText("Your reference:").innerText())![0];
  const desk = await enter(server, rosa, `/desk/tickets?search=${number}`);
  await desk.getByRole("region", { name: "Tickets" }).getByRole("link", { name: /open again/ }).click();
  await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("When do you open again?");
});

test("a chat from another origin, found again on the next page, ended and rated", async ({ enter }) => {
  await stand("available");
  const desk = await enter(server, rosa, "/desk/chats");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  const console = new Console(desk, "Nora Visitor");
  await visitor.begin("Nora Visitor", "Does the aloe like the bathroom?");
  await console.accept();
  await visitor.field.pressSequentially("It has a window ");
  await writeUntil(desk.getByText("Nora Visitor is writing"), visitor.field);
  await visitor.field.press("Enter");
  await console.field.pressSequentially("With a window it ");
  await writeUntil(visitor.log.getByText("Rosa Keller is typing"), console.field);
  await console.say("With a window it is happy anywhere.");
  await expect(visitor.log).toContainText("With a window it is happy anywhere.");

  await site.getByRole("button", { name: "Close chat" }).first().click();
  await console.say("Anything else?");
  await expect(site.getByRole("status").filter({ hasText: "1 new message" })).toBeAttached();
  await site.getByRole("link", { name: "Pots" }).click();
  await visitor.open();
  await expect(visitor.log).toContainText("Anything else?");
  await expect(visitor.log).toContainText("It has a window");

  await visitor.panel.getByRole("button", { name: "End chat" }).click();
  await visitor.panel.getByRole("button", { name: "Yes, end it" }).click();
  await expect(desk.getByText("This chat is over.")).toBeVisible();
  await visitor.panel.getByText("4 stars").click({ force: true });
  await visitor.panel.getByRole("textbox", { name: /Anything to add/ }).fill("Very kind");
  await visitor.panel.getByRole("button", { name: "Send rating" }).click();
  await expect(visitor.panel.getByText("Thank you for your rating.")).toBeVisible();
  await expect(console.flow).toContainText(/Nora Visitor\W* rated it 4 of 5/);
  const download = site.waitForEvent("download");
  await visitor.panel.getByRole("button", { name: "Download transcript" }).click();
  expect((await download).suggestedFilename()).toMatch(/^chat-\d{4}-\d\d-\d\d\.txt$/);
});

test("a verified identity: the desk sees who it is, other pages of theirs find the same chat", async ({ enter }) => {
  await stand("available");
  const { secret } = await server.admin.post<{ secret: string }>("/v1/organisation/widget/identity-secret");
  const identity = { user_id: "customer-42", hash: createHmac("sha256", secret).update("customer-42").digest("hex") };
  await server.admin.post("/v1/customers", { name: "Maria Rossi", email: "maria@example.com", external_id: "customer-42" });
  const desk = await enter(server, rosa, "/desk/chats", { viewport: { width: 1600, height: 900 } });
  const identify = (who: object | null) => (window as unknown as { Docket: { identify(who: object | null): void } }).Docket.identify(who);

  const site = await enter(server, null, shops.url);
  await site.evaluate(identify, identity);
  const visitor = new Widget(site);
  await visitor.open();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Where is my order?");
  await visitor.panel.getByRole("button", { name: "Start chat" }).click();
  const console = new Console(desk, "Maria Rossi");
  await console.accept();
  await expect(desk.getByRole("complementary", { name: "About the visitor" })).toContainText("Verified");

  const phone = await enter(server, null, shops.url, { viewport: { width: 360, height: 740 } });
  await phone.evaluate(identify, identity);
  const again = new Widget(phone);
  await again.open();
  await expect(again.log).toContainText("Where is my order?");
  await expectNoSidewaysScroll(phone);
  await console.say("It left this morning.");
  await expect(again.log).toContainText("It left this morning.");
  await expect(visitor.log).toContainText("It left this morning.");

  await phone.evaluate(identify, null);
  await expect(again.panel.getByRole("button", { name: "Start chat" })).toBeVisible();
  await expect(again.panel).not.toContainText("It left this morning.");
});

test("a forged identity is refused", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  await site.evaluate(() => (window as unknown as { Docket: { identify(who: object): void } }).Docket.identify({ user_id: "customer-42", hash: "0".repeat(64) }));
  const { panel } = new Widget(site);
  await new Widget(site).open();
  await expect(panel.getByRole("button", { name: /Start chat|Send message/ })).toBeVisible();
  await expect(panel).not.toContainText("Where is my order?");
});
