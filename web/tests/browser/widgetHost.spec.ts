/** The widget as a guest: what the page around it does, and what the keyboard finds in it. */
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, type Person } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server);
let rosa: Person;

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller");
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
});

/** Rosa, who has the chat that somebody just began. */
async function accepts(name: string): Promise<string> {
  const chats = async () => (await rosa.api.get<{ items: { id: string; agent_id: string | null; visitor: { name: string } }[] }>("/v1/chats")).items;
  const theirs = async () => (await chats()).find((chat) => chat.visitor.name === name && chat.agent_id === rosa.id)?.id ?? "";
  await expect.poll(theirs).toBeTruthy();
  const id = await theirs();
  await rosa.api.post(`/v1/chats/${id}/accept`);
  return id;
}

test("the keyboard stays in the panel while a chat begins, and when the agent ends it", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Kim Keys", "Can I do this without a mouse?");
  await expect(visitor.field).toBeFocused();
  await visitor.field.fill("One more thing");
  await site.keyboard.press("Escape");
  await visitor.open();
  await expect(visitor.field).toHaveValue("One more thing");
  await rosa.api.post(`/v1/chats/${await accepts("Kim Keys")}/end`);
  await expect(visitor.panel.getByText("Not sent: One more thing")).toBeVisible();
  await expect(visitor.panel.getByRole("group", { name: "How did we do?" })).toBeFocused();
  await site.keyboard.press("Tab");
  await expect(visitor.panel.getByRole("radio").first()).toBeFocused();
  await site.keyboard.press("Escape");
  await expect(visitor.panel).toBeHidden();
  await expect(site.getByRole("button", { name: "Open chat" })).toBeFocused();
});

test("no style of the page reaches it", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.open();
  const looks = () => visitor.panel.evaluate((panel) => {
    const host = (panel.getRootNode() as ShadowRoot).host;
    const { display, visibility, opacity, filter } = getComputedStyle(host);
    return [display, visibility, opacity, filter, getComputedStyle(panel).backgroundColor, panel.getBoundingClientRect().width];
  });
  const before = await looks();
  await site.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:empty, body > :not(header) { display: none !important } body > * { visibility: hidden; opacity: .2 !important }
      docket-widget { filter: blur(9px); --paper: red; --accent: red } *::before { content: "x"; position: fixed; inset: 0 }`);
    document.adoptedStyleSheets = [sheet];
  });
  await expect(visitor.panel).toBeVisible();
  expect(await looks()).toEqual(before);
  expect(before.slice(0, 4)).toEqual(["inline", "visible", "1", "none"]);
});

test("it stays where it was in a page that swaps its body, or empties it", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Tara Turbo", "a\n".repeat(60) + "The end");
  const atEnd = () => visitor.log.evaluate((log) => log.scrollHeight > log.clientHeight && log.scrollHeight - log.scrollTop - log.clientHeight < 2);
  await expect.poll(atEnd).toBe(true);
  await site.evaluate(() => document.body.replaceWith(document.createElement("body")));
  await expect(visitor.field).toBeFocused();
  await expect.poll(atEnd).toBe(true);
  await site.keyboard.press("Escape");
  await expect(visitor.panel).toBeHidden();
  await site.evaluate(() => (document.body.textContent = ""));
  await site.evaluate(() => (window as unknown as { Docket: { open(): void } }).Docket.open());
  await expect(visitor.log).toContainText("The end");
  await expect(site.locator("docket-widget")).toHaveCount(1);
});

test("ending is asked for, and says when it failed", async ({ enter }) => {
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Edo Ender", "Just looking");
  const button = (name: string) => visitor.panel.getByRole("button", { name });
  await button("End chat").click();
  await expect(button("Keep chatting")).toBeFocused();
  await site.keyboard.press("Escape");
  await expect(button("End chat")).toBeFocused();
  await button("End chat").click();
  await site.context().setOffline(true);
  await button("Yes, end it").click();
  await expect(visitor.panel.getByRole("alert")).toContainText("could not be ended");
  await site.context().setOffline(false);
  await button("Yes, end it").click();
  await expect(visitor.panel.getByRole("group", { name: "How did we do?" })).toBeFocused();
});
