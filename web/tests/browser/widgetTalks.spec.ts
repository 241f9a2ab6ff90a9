/** What a visitor has begun is found again: messages left and their answers, chats, and what was typed and not sent. */
import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, expectNoSidewaysScroll, test } from "./support/fixtures.ts";
import { agent, type Person } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server, { title: "Fern & Field", email_field: "optional" });
let rosa: Person;
let secret = "";

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "supervisor");
  ({ secret } = await server.admin.post<{ secret: string }>("/v1/organisation/widget/identity-secret"));
});
const stand = (availability: string) => rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability });
const identify = (page: Page, user_id: string | null) => {
  const who = user_id && { user_id, hash: createHmac("sha256", secret).update(user_id).digest("hex") };
  return page.evaluate((who) => (window as unknown as { Docket: { identify(who: object | null): void } }).Docket.identify(who || null), who);
};

interface Listed {
  items: { id: string; customer_id: string; unread_count: number }[];
}

/** The ticket a message became, as the desk finds it. */
async function ticketOf(number: string): Promise<{ id: string; customer_id: string }> {
  return (await rosa.api.get<Listed>(`/v1/tickets?search=${number}`)).items[0]!;
}
const answer = (id: string, body: string) => rosa.api.post(`/v1/tickets/${id}/messages`, { body });

test("an answer to a message left is told of, found after a reload, and answered", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  const number = await visitor.leave("nora@example.com", "When do you open again?");
  const { id } = await ticketOf(number);
  // The answer comes after the page has read what there is: it has to be told of it.
  const listed = site.waitForResponse((response) => response.url().includes("/v1/tickets?sort=updated"));
  await site.reload();
  await listed;
  await answer(id, "On **Monday** at nine.");
  await expect(site.getByRole("status").filter({ hasText: "1 new message" })).toBeAttached();
  await visitor.open();
  await expect(visitor.talk("When do you open again?")).toContainText("On Monday at nine.");
  await expect(visitor.talk("When do you open again?")).toContainText("1 new message");
  await visitor.talk("When do you open again?").click();
  await expect(visitor.field).toBeFocused();
  await expect(visitor.log).toContainText("On Monday at nine.");
  await visitor.say("Even on a holiday?");
  await expect(visitor.log.getByText("Sent")).toBeVisible();
  const { items } = await rosa.api.get<{ items: { body: string }[] }>(`/v1/tickets/${id}/messages`);
  expect(items.map(({ body }) => body)).toContain("Even on a holiday?");
  await answer(id, "Not on a holiday, sorry.");
  await expect(visitor.log).toContainText("Not on a holiday, sorry.");
  await visitor.panel.getByRole("button", { name: "Your conversations" }).click();
  await expect(visitor.talk("When do you open again?")).not.toContainText("new message");
});

test("in the list a change shows without a reload, and the keyboard leads there and back", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url, { viewport: { width: 360, height: 740 } });
  const visitor = new Widget(site);
  const { id } = await ticketOf(await visitor.leave("kim@example.com", "Can I pay later?"));
  await expectAccessible(site);
  await visitor.panel.getByRole("button", { name: "Your conversations" }).click();
  await expect(visitor.talk("Can I pay later?")).toBeFocused();
  await answer(id, "Within thirty days.");
  await expect(visitor.talk("Can I pay later?")).toContainText("Within thirty days.");
  await expectNoSidewaysScroll(site);
  await expectAccessible(site);
  await site.keyboard.press("Enter");
  await expect(visitor.field).toBeFocused();
  await expectAccessible(site);
  await rosa.api.put(`/v1/tickets/${id}/status`, { status: "resolved" });
  await expect(visitor.panel.getByText("We think this is solved.")).toBeVisible();
  await rosa.api.put(`/v1/tickets/${id}/status`, { status: "closed" });
  await expect(visitor.panel.getByText("This conversation is closed.")).toBeVisible();
  await visitor.panel.getByRole("button", { name: "Write another message" }).click();
  await expect(visitor.panel.getByRole("button", { name: "Send message" })).toBeVisible();
});

test("after a message was left there are ways on, and who they are is asked once", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.open();
  await visitor.panel.getByRole("textbox", { name: "Name" }).fill("Nora Known");
  await visitor.panel.getByRole("textbox", { name: "Email" }).fill("known@example.com");
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("The first thing");
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  await visitor.panel.getByRole("button", { name: "Write another message" }).click();
  const expectKnown = async () => {
    await expect(visitor.panel.getByRole("textbox", { name: "Name" })).toHaveValue("Nora Known");
    await expect(visitor.panel.getByRole("textbox", { name: "Email" })).toHaveValue("known@example.com");
  };
  await expectKnown();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("The second thing");
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  await visitor.panel.getByRole("button", { name: "View your message" }).click();
  await expect(visitor.log).toContainText("The second thing");
  await site.reload();
  await visitor.open();
  await expect(visitor.talk("The first thing")).toBeVisible();
  await visitor.panel.getByRole("button", { name: "New message" }).click();
  await expectKnown();
});

test("what is typed into the form is there after a reload and in another tab, until it is sent", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.open();
  const fields = { Name: "Nora Typing", Email: "typing@example.com", "Your message": "Half a sentence" };
  for (const [name, text] of Object.entries(fields)) await visitor.panel.getByRole("textbox", { name }).fill(text);
  const expectTyped = async (tab: Widget) => {
    for (const [name, text] of Object.entries(fields)) await expect(tab.panel.getByRole("textbox", { name })).toHaveValue(text);
  };
  await site.reload();
  await visitor.open();
  await expectTyped(visitor);
  const page = await site.context().newPage();
  await page.goto(shops.url);
  const second = new Widget(page);
  await second.open();
  await expectTyped(second);
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  await expect(visitor.panel.getByText("Your reference:")).toBeVisible();
  await site.reload();
  await visitor.open();
  await visitor.panel.getByRole("button", { name: "New message", exact: true }).click();
  await expect(visitor.panel.getByRole("textbox", { name: "Your message" })).toHaveValue("");
});

test("a message sent once more after a reload, because its answer was lost, is left once", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await site.route("**/v1/visit/offline-messages", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await visitor.open();
  await visitor.panel.getByRole("textbox", { name: "Email" }).fill("lost@example.com");
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Did this arrive?");
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  await expect(visitor.panel.getByRole("alert")).toBeVisible();
  await site.reload();
  await visitor.open();
  // What arrived is among their conversations by now; the form is where it was.
  await expect(visitor.panel.getByRole("textbox", { name: "Your message" })).toHaveValue("Did this arrive?");
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  await expect(visitor.panel.getByText("Your reference:")).toBeVisible();
  await visitor.panel.getByRole("button", { name: "Your conversations" }).click();
  await expect(visitor.talk("Did this arrive?")).toHaveCount(1);
});

test("in a chat, what is typed and what was refused is there after a reload", async ({ enter }) => {
  await stand("available");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Nora Drafts", "Is ivy an evergreen?");
  await site.route("**/v1/chats/*/messages", (route) =>
    route.fulfill({
      status: 409, contentType: "application/problem+json", headers: { "Access-Control-Allow-Origin": "*" },
      body: JSON.stringify({ type: "urn:docket:problem:chat_closed", title: "Not possible now", status: 409, code: "chat_closed", detail: "the chat is over" }),
    }), { times: 1 });
  await visitor.say("This one is refused");
  await expect(visitor.log).toContainText("Not sent: The chat is over. You can start a new one.");
  await visitor.field.fill("And this one is not finished");
  await site.reload();
  await visitor.open();
  await expect(visitor.field).toHaveValue("And this one is not finished");
  await expect(visitor.log).toContainText("This one is refused");
  await expect(visitor.log).toContainText("Not sent: The chat is over.");
  await visitor.panel.getByRole("button", { name: "Your conversations" }).click();
  await expect(visitor.talk("Is ivy an evergreen?").or(visitor.talk("Chat"))).toContainText("Not sent");
  await visitor.panel.getByRole("button", { name: "Continue chat" }).click();
  await visitor.log.getByRole("button", { name: "Try again" }).click();
  await expect(visitor.log).not.toContainText("Not sent");
  await visitor.field.press("Enter");
  await expect(visitor.field).toHaveValue("");
  await site.reload();
  await visitor.open();
  await expect(visitor.log).toContainText("And this one is not finished");
  await expect(visitor.field).toHaveValue("");
  // An unfinished sentence in a chat that ends goes into what is written next.
  await visitor.field.fill("What I still wanted to say");
  const chats = await rosa.api.get<{ items: { id: string; visitor: { name: string } }[] }>("/v1/chats");
  const { id } = chats.items.find((chat) => chat.visitor.name === "Nora Drafts")!;
  await server.admin.post(`/v1/chats/${id}/end`);
  await expect(visitor.panel.getByText("Not sent: What I still wanted to say")).toBeVisible();
  await visitor.panel.getByRole("button", { name: "New chat" }).click();
  await expect(visitor.panel.getByRole("textbox", { name: "Your message" })).toHaveValue("What I still wanted to say");
});

test("what somebody typed and began is not shown to the next who signs in", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  await identify(site, "first-42");
  const visitor = new Widget(site);
  await visitor.leave("first@example.com", "A private matter");
  await visitor.panel.getByRole("button", { name: "Write another message" }).click();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Another private matter");
  await identify(site, null);
  await expect(visitor.panel.getByRole("textbox", { name: "Your message" })).toHaveValue("");
  await expect(visitor.panel.getByRole("textbox", { name: "Email" })).toHaveValue("");
  await identify(site, "second-42");
  await site.reload();
  await identify(site, "second-42");
  await visitor.open();
  await expect(visitor.panel.getByRole("textbox", { name: "Your message" })).toHaveValue("");
  await expect(visitor.panel.getByRole("textbox", { name: "Email" })).toHaveValue("");
  await expect(visitor.panel.getByRole("button", { name: "Your conversations" })).toHaveCount(0);
  expect(await site.evaluate(() => JSON.stringify(localStorage))).not.toContain("private matter");
});

test("where nothing may be stored, what is typed lives as long as the page", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, "about:blank");
  await site.addInitScript(() => {
    const denied = () => {
      throw new DOMException("denied", "SecurityError");
    };
    Object.defineProperty(window, "localStorage", { get: denied });
  });
  await site.goto(shops.url);
  const visitor = new Widget(site);
  await visitor.open();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Do you read me?");
  await site.keyboard.press("Escape");
  await visitor.open();
  await expect(visitor.panel.getByRole("textbox", { name: "Your message" })).toHaveValue("Do you read me?");
});

test("a conversation that went into somebody else's says so, and where the answer comes", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  const { id } = await ticketOf(await visitor.leave("merged@example.com", "It broke again"));
  await visitor.panel.getByRole("button", { name: "View your message" }).click();
  await expect(visitor.field).toBeVisible();
  const { id: other } = await server.admin.post("/v1/customers", { name: "Somebody Else" });
  const into = await server.admin.post("/v1/tickets", { subject: "It broke", description: "Yesterday", customer_id: other, category: "general" });
  await rosa.api.post(`/v1/tickets/${id}/merge`, { into: into.id, across_customers: true });
  await expect(visitor.panel.getByText("which cannot be shown here")).toBeVisible();
  await expect(visitor.field).toHaveCount(0);
  await expect(visitor.log).toContainText("It broke again");
  await expect(visitor.panel.getByRole("button", { name: "Write another message" })).toBeVisible();
});

test("a conversation that went into another of theirs leads there", async ({ enter }) => {
  await stand("offline");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  const first = await ticketOf(await visitor.leave("twice@example.com", "The lid does not close"));
  await visitor.panel.getByRole("button", { name: "Write another message" }).click();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("The lid, once more");
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  const second = await ticketOf(/TKT-\d{6}/.exec(await visitor.panel.getByText("Your reference:").innerText())![0]);
  await visitor.panel.getByRole("button", { name: "View your message" }).click();
  await rosa.api.post(`/v1/tickets/${second.id}/merge`, { into: first.id });
  await visitor.panel.getByRole("button", { name: "Open that conversation" }).click();
  await expect(visitor.log).toContainText("The lid does not close");
  await expect(visitor.log).toContainText("The lid, once more");
  await visitor.say("Both of them");
});

test("where many of one network wait, a message can be left instead", async ({ enter }) => {
  await stand("available");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await site.route("**/v1/chats", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 429, contentType: "application/problem+json",
          headers: { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "retry-after", "Retry-After": "30" },
          body: JSON.stringify({ type: "urn:docket:problem:over_budget", title: "Too much at once", status: 429, code: "over_budget", detail: "", budget: "waiting_chats", limit: 10 }),
        })
      : route.fallback());
  await visitor.open();
  await visitor.panel.getByRole("textbox", { name: "Your message" }).fill("Is anybody there?");
  await visitor.panel.getByRole("button", { name: "Start chat" }).click();
  await expect(visitor.panel.getByRole("alert")).toContainText("Please try again in 30 seconds, or leave us a message.");
  await visitor.panel.getByRole("button", { name: "Leave a message instead" }).click();
  await visitor.panel.getByRole("textbox", { name: "Email" }).fill("crowd@example.com");
  await visitor.panel.getByRole("button", { name: "Send message" }).click();
  await expect(visitor.panel.getByText("Your reference:")).toBeVisible();
});

test("what was begun long ago is shown page after page, past a hundred", async ({ enter }) => {
  test.slow();
  await stand("offline");
  const site = await enter(server, null, shops.url, { viewport: { width: 360, height: 740 } });
  const visitor = new Widget(site);
  const { customer_id } = await ticketOf(await visitor.leave("often@example.com", "The first of many"));
  for (let at = 1; at <= 115; at += 1) {
    await rosa.api.post("/v1/tickets", { subject: `Matter ${at}`, description: "Once more.", category: "other", customer_id });
  }
  await site.reload();
  await visitor.open();
  const matters = visitor.panel.getByRole("listitem").filter({ hasText: "Matter" });
  const earlier = visitor.panel.getByRole("button", { name: "Show earlier conversations" });
  await expect(matters).toHaveCount(20);
  await earlier.focus();
  await site.keyboard.press("Enter");
  await expect(matters).toHaveCount(70);
  await expect(earlier).toBeFocused();
  await site.keyboard.press("Enter");
  await expect(visitor.talk("The first of many")).toBeAttached();
  await expect(matters).toHaveCount(115);
  // The way on is at its end: whoever came by the keyboard stands before what was added.
  await expect(earlier).toHaveCount(0);
  await expect(matters.nth(70).getByRole("button")).toBeFocused();
  await expectAccessible(site);
  await expectNoSidewaysScroll(site);
});
