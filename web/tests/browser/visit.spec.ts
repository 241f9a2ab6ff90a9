/** The visitor's chat stays theirs: when they sign in, in other tabs, when an answer is lost. */
import { createHmac } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, type Person } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server, { title: "Fern & Field", email_field: "optional" });
const base64 = (text: string) => Buffer.from(text).toString("base64url");
let rosa: Person;
let secret = "";
let tokenKey = "";

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller");
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  const made = await server.admin.post<{ secret: string; token_key: string }>("/v1/organisation/widget/identity-secret");
  [secret, tokenKey] = [made.secret, made.token_key];
});

const signature = (text: string) => createHmac("sha256", secret).update(text);
const identityOf = (user_id: string) => ({ user_id, hash: signature(user_id).digest("hex") });
const identify = (page: Page, who: object | null) =>
  page.evaluate((who) => (window as unknown as { Docket: { identify(who: object | null): void } }).Docket.identify(who), who);

/** A token of the shop's that ended. */
function expiredToken(sub: string): string {
  const text = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(JSON.stringify({ sub, exp: 1_600_000_000 }))}`;
  return `${text}.${createHmac("sha256", tokenKey).update(text).digest("base64url")}`;
}

async function secondTab(context: BrowserContext): Promise<Widget> {
  const page = await context.newPage();
  await page.goto(shops.url);
  const tab = new Widget(page);
  await tab.open();
  return tab;
}

test("signing in during a chat keeps it, in every tab", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const first = new Widget(site);
  await first.begin("Nora Signs In", "Is the fern in stock?");
  const second = await secondTab(site.context());
  await expect(second.log).toContainText("Is the fern in stock?");
  // The answer takes until the other tab has learned that the earlier token ended.
  await site.route("**/v1/widget/*/sessions", async (route) => {
    const refused = second.page.waitForResponse((answer) => answer.status() === 401);
    const response = await route.fetch();
    await refused;
    await route.fulfill({ response });
  });
  const joined = site.waitForResponse((answer) => answer.url().endsWith("/sessions"));
  await identify(site, identityOf("nora-1"));
  await joined;
  await second.say("I am still here.");
  await first.say("And I am here.");
  for (const tab of [first, second]) {
    await expect(tab.log).toContainText("Is the fern in stock?");
    await expect(tab.log).toContainText("I am still here.");
    await expect(tab.log).toContainText("And I am here.");
    await expect(tab.log).not.toContainText("Waiting for the network");
  }
});

test("two tabs that both sign in keep the chat", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const first = new Widget(site);
  await first.begin("Nora Twice", "Do you deliver on Mondays?");
  const second = await secondTab(site.context());
  await expect(second.log).toContainText("Do you deliver on Mondays?");
  await Promise.all([first, second].map((tab) => identify(tab.page, identityOf("nora-2"))));
  await first.say("Said in the first tab.");
  await second.say("Said in the second tab.");
  for (const tab of [first, second]) {
    await expect(tab.log).toContainText("Do you deliver on Mondays?");
    await expect(tab.log).toContainText("Said in the first tab.");
    await expect(tab.log).toContainText("Said in the second tab.");
  }
});

test("a token that has ended leaves the visitor their chat", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Nora Expired", "Which pot for an olive tree?");
  // As if the page had been written with it.
  await site.addInitScript((token) => {
    new MutationObserver(() => document.querySelector<HTMLElement>("script[data-key]")?.setAttribute("data-identity-token", token)).observe(document, { childList: true, subtree: true });
  }, expiredToken("nora-3"));
  const refused = site.waitForResponse((answer) => answer.url().endsWith("/sessions") && answer.status() === 401);
  await site.reload();
  await refused;
  await visitor.open();
  await expect(visitor.log).toContainText("Which pot for an olive tree?");
  await visitor.say("A large one?");
});

test("with a token that has ended a chat can be started", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const refused = site.waitForResponse((answer) => answer.url().endsWith("/sessions") && answer.status() === 401);
  await identify(site, { token: expiredToken("nora-4") });
  await refused;
  await new Widget(site).begin("Nora Unknown", "Who am I?");
});

test("where a page may neither store nor lock, messages arrive", async ({ enter }) => {
  const site = await enter(server, null, "about:blank");
  await site.addInitScript(() => {
    const denied = () => {
      throw new DOMException("denied", "SecurityError");
    };
    Object.defineProperty(window, "localStorage", { get: denied });
    Object.defineProperty(LockManager.prototype, "request", { value: async () => denied() });
  });
  await site.goto(shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Nora Sandboxed", "Do you read me?");
  const arrived = site.waitForResponse((answer) => answer.url().endsWith("/messages") && answer.request().method() === "POST");
  await visitor.say("Do you still read me?");
  expect((await arrived).ok()).toBe(true);
  await expect(visitor.panel).not.toContainText("Waiting for the network");
});

test("two tabs show one chat: begun, ended and left in either", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const first = new Widget(site);
  const second = await secondTab(site.context());
  await expect(second.panel.getByRole("button", { name: "Start chat" })).toBeVisible();
  await first.begin("Nora Two Tabs", "Where is the care guide?");
  await expect(second.log).toContainText("Where is the care guide?");
  await second.say("For the aloe.");
  await expect(first.log).toContainText("For the aloe.");
  await first.panel.getByRole("button", { name: "End chat" }).click();
  await first.panel.getByRole("button", { name: "Yes, end it" }).click();
  await expect(second.panel.getByRole("button", { name: "New chat" })).toBeVisible();
  await first.panel.getByRole("button", { name: "New chat" }).click();
  await expect(second.panel.getByRole("button", { name: "Start chat" })).toBeVisible();
  await second.panel.getByRole("textbox", { name: "Your message" }).fill("One more thing.");
  await second.panel.getByRole("button", { name: "Start chat" }).click();
  await expect(first.log).toContainText("One more thing.");
});

test("a request that fails while the page loads is made again", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Nora Reloads", "Does ivy climb?");
  await site.route("**/v1/chats?limit=1", (route) => route.abort(), { times: 1 });
  await site.reload();
  await visitor.open();
  await expect(visitor.log).toContainText("Does ivy climb?");
});

test("a first message whose answer was lost is in the chat, with what was written instead", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.open();
  await site.route("**/v1/chats", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Is it poisonous?");
  await visitor.panel.getByRole("button", { name: "Start chat" }).click();
  await expect(visitor.panel.getByRole("alert")).toBeVisible();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Is it poisonous for cats?");
  await visitor.panel.getByRole("button", { name: "Start chat" }).click();
  await expect(visitor.log.getByText("Is it poisonous?", { exact: true })).toHaveCount(1);
  await expect(visitor.log.getByText("Is it poisonous for cats?", { exact: true })).toHaveCount(1);
});
