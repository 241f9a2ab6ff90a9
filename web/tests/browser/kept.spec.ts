/** What somebody types is there again, whatever becomes of the page or of what it was typed into. */
import type { Locator, Page } from "@playwright/test";
import type { Receipt } from "./support/api.ts";
import { Console, Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server, { title: "Fern & Field", email_field: "optional" });
const WIDE = { viewport: { width: 1680, height: 900 } };
let [rosa, nora]: Person[] = [];

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "admin");
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  nora = await customer(server, "Nora Asks");
});

const ask = async (subject: string) => (await nora!.api.post<Receipt>("/v1/tickets", { subject, description: "In a few words." })).id;
const begun = (page: Page) => page.getByRole("region", { name: "Written, not sent" });
const box = (page: Page | Locator, name: string) => page.getByRole("textbox", { name, exact: true });

async function set(id: string, ...statuses: string[]): Promise<void> {
  for (const status of statuses) await rosa!.api.put(`/v1/tickets/${id}/status`, { status });
}

test("closed meanwhile, what its customer was writing goes on in the follow-up", async ({ enter }) => {
  const id = await ask("The gate squeaks");
  const page = await enter(server, nora!, `/help/requests/${id}`);
  await box(page, "Your message").fill("It squeaks in the rain too.");
  await set(id, "resolved", "closed");
  await expect(box(page, "Your message")).toHaveCount(0);
  await expect(begun(page)).toContainText("It squeaks in the rain too.");
  await expect(begun(page).getByRole("button", { name: "Copy" })).toBeVisible();

  await test.step("also after loading anew", async () => {
    await page.reload();
    await expect(begun(page)).toContainText("It squeaks in the rain too.");
  });

  await test.step("it is in the form, and still where one came from", async () => {
    await page.getByRole("link", { name: "Open a follow-up" }).click();
    await expect(box(page, "Tell us more")).toHaveValue("It squeaks in the rain too.");
    await page.reload();
    await expect(box(page, "Tell us more")).toHaveValue("It squeaks in the rain too.");
    await page.goBack();
    await expect(begun(page)).toContainText("It squeaks in the rain too.");
  });

  await test.step("until it is sent", async () => {
    await page.getByRole("link", { name: "Open a follow-up" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByRole("list", { name: "Conversation" })).toContainText("It squeaks in the rain too.");
    await page.goto(`${server.url}/help/requests/${id}`);
    await expect(page.getByRole("link", { name: "Open a follow-up" })).toBeVisible();
    await expect(begun(page)).toHaveCount(0);
  });
});

test("closed by its customer, what they had begun is shown, and can be thrown away", async ({ enter }) => {
  const id = await ask("The bell is silent");
  await set(id, "resolved");
  const page = await enter(server, nora!, `/help/requests/${id}`);
  await box(page, "Your message").fill("Thank you, but");
  await page.getByRole("button", { name: "Yes, close it" }).click();
  await expect(begun(page)).toContainText("Thank you, but");
  await begun(page).getByRole("button", { name: "Discard" }).click();
  await expect(begun(page)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("This request is closed.")).toBeVisible();
  await expect(begun(page)).toHaveCount(0);
});

test("merged meanwhile, what its customer was writing goes on where it went", async ({ enter }) => {
  const [id, into] = [await ask("The lamp"), await ask("The lamp again")];
  const page = await enter(server, nora!, `/help/requests/${id}`);
  await box(page, "Your message").fill("It went dark.");
  await rosa!.api.post(`/v1/tickets/${id}/merge`, { into });
  await expect(begun(page)).toContainText("It went dark.");
  await page.getByRole("link", { name: "Go there" }).click();
  await expect(page).toHaveURL(new RegExp(into));
  await expect(box(page, "Your message")).toHaveValue("It went dark.");
});

test("what had nowhere to go any more begins another request", async ({ enter }) => {
  const id = await ask("Soon deleted");
  const page = await enter(server, nora!, `/help/requests/${id}`);
  await expect(box(page, "Your message")).toBeVisible();
  await page.context().setOffline(true);
  await box(page, "Your message").fill("One thing more.");
  await page.getByRole("button", { name: "Send" }).click();
  await box(page, "Your message").fill("And half a thing");
  await rosa!.api.delete(`/v1/tickets/${id}`);
  await page.context().setOffline(false);
  const gone = page.getByText("This request was deleted, or you may not see it any more.");
  await expect(gone).toBeVisible();
  await expect(box(page, "Your message")).toHaveCount(0);

  await page.reload();
  await expect(gone).toBeVisible();
  await expect(page.getByText("Couldn't load this request")).toHaveCount(0);
  await expect(page.getByText("One thing more.")).toBeVisible();
  await expect(begun(page)).toContainText("And half a thing");
  await page.getByRole("link", { name: "New request" }).click();
  await expect(box(page, "Tell us more")).toHaveValue("One thing more.\n\nAnd half a thing");
});

/** Rates with four stars and words, comes back, and sends what is there. */
async function rateLater(page: Page, again: () => Promise<unknown>): Promise<void> {
  await page.getByRole("radio").nth(3).check({ force: true });
  await page.getByRole("textbox").last().fill("Quick and kind");
  await again();
  await expect(page.getByRole("radio").nth(3)).toBeChecked();
  await expect(page.getByRole("textbox").last()).toHaveValue("Quick and kind");
}

test("a rating that was begun is there again", async ({ enter }) => {
  const id = await ask("Please rate me");
  await set(id, "resolved", "closed");
  const page = await enter(server, nora!, `/help/requests/${id}`);
  await rateLater(page, () => page.reload());
  await page.getByRole("radio", { name: "Yes" }).first().check();
  await page.reload();
  await expect(page.getByRole("radio", { name: "Yes" }).first()).toBeChecked();
  await page.getByRole("button", { name: "Send rating" }).click();
  await expect(page.getByText("Quick and kind")).toHaveCount(0);
  await expect.poll(async () => (await server.admin.get<{ feedback: unknown }>(`/v1/tickets/${id}`)).feedback).toMatchObject({ rating: 4, resolved: true, comment: "Quick and kind" });

  const chat = await nora!.api.post<Receipt>("/v1/chats", { message: "Hello?" });
  await nora!.api.post(`/v1/chats/${chat.id}/end`);
  await page.goto(`${server.url}/help/chats/${chat.id}`);
  await rateLater(page, () => page.reload());
  await page.getByRole("button", { name: "Send rating" }).click();
  await expect.poll(() => server.admin.get(`/v1/chats/${chat.id}`)).toMatchObject({ rating: 4, rating_comment: "Quick and kind" });
});

test("what was written into a chat that ends is shown, and begins a request", async ({ enter }) => {
  const chat = await nora!.api.post<Receipt>("/v1/chats", { message: "Are you there?" });
  const page = await enter(server, nora!, `/help/chats/${chat.id}`);
  await box(page, "Your message").fill("I meant to add");
  await nora!.api.post(`/v1/chats/${chat.id}/end`);
  await expect(begun(page)).toContainText("I meant to add");
  await page.getByRole("link", { name: "New request" }).click();
  await expect(box(page, "Tell us more")).toHaveValue("I meant to add");
});

test("in the widget, a rating that was begun is there on the next page", async ({ enter }) => {
  const desk = await enter(server, rosa!, "/desk/chats");
  const site = await enter(server, null, shops.url);
  const visitor = new Widget(site);
  await visitor.begin("Ida Visitor", "Hello?");
  await new Console(desk, "Ida Visitor").accept();
  await visitor.panel.getByRole("button", { name: "End chat" }).click();
  await visitor.panel.getByRole("button", { name: "Yes, end it" }).click();
  await visitor.panel.getByText("4 stars").click({ force: true });
  const comment = visitor.panel.getByRole("textbox");
  await comment.fill("So helpful");
  await site.reload();
  await new Widget(site).open();
  await expect(visitor.panel.getByRole("radio", { name: /4/ })).toBeChecked();
  await expect(comment).toHaveValue("So helpful");
  await visitor.panel.getByRole("button", { name: "Send rating" }).click();
  const { items } = await server.admin.get<{ items: { id: string }[] }>("/v1/chats?limit=1");
  await expect.poll(() => server.admin.get(`/v1/chats/${items[0]!.id}`)).toMatchObject({ rating: 4, rating_comment: "So helpful" });
});

test("what was written into a ticket's fields and left behind is there again, and said not to be saved", async ({ enter }) => {
  await server.admin.put("/v1/organisation/custom-fields/colour", { label: "Colour", field_type: "text" });
  const id = await ask("The old subject");
  const desk = await enter(server, rosa!, "/desk/tickets", WIDE);
  await desk.goto(`${server.url}/desk/tickets/${id}`);
  for (const name of ["Order", "Colour"]) {
    await test.step(name, async () => {
      const field = box(desk, name);
      await field.pressSequentially("A-20733");
      await desk.reload();
      await expect(field).toHaveValue("A-20733");
      await expect(desk.getByText("Not saved yet")).toBeVisible();
      await field.press("End");
      await field.pressSequentially("-b");
      await desk.goBack();
      await expect(field).toHaveCount(0);
      await desk.goForward();
      await expect(field).toHaveValue("A-20733-b");
      await desk.getByRole("button", { name: "Save", exact: true }).click();
      await expect(desk.getByText("Not saved yet")).toHaveCount(0);
      await expect(field).toHaveValue("A-20733-b");
    });
  }
  await expect.poll(() => server.admin.get(`/v1/tickets/${id}`)).toMatchObject({ order_ref: "A-20733-b", custom_fields: { colour: "A-20733-b" } });

  await test.step("what is thrown away is not", async () => {
    await box(desk, "Order").fill("Another");
    await desk.reload();
    await desk.getByRole("button", { name: "Discard" }).click();
    await expect(box(desk, "Order")).toHaveValue("A-20733-b");
    await desk.reload();
    await expect(box(desk, "Order")).toHaveValue("A-20733-b");
  });

  await test.step("a tag and the subject", async () => {
    await desk.getByRole("combobox", { name: "Add a tag" }).fill("half-a-t");
    await desk.getByRole("button", { name: "Edit the subject" }).click();
    await box(desk, "Subject").fill("The new subj");
    await desk.reload();
    await expect(desk.getByRole("combobox", { name: "Add a tag" })).toHaveValue("half-a-t");
    await expect(box(desk, "Subject")).toHaveValue("The new subj");
    await box(desk, "Subject").press("Enter");
    await expect(desk.getByRole("heading", { name: "The new subj" })).toBeVisible();
    await desk.reload();
    await expect(desk.getByRole("heading", { name: "The new subj" })).toBeVisible();
  });
});

test("what could not be saved stays in its field", async ({ enter }) => {
  const id = await ask("Out of reach");
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  await expect(box(desk, "Order")).toBeVisible();
  await desk.route(`**/v1/tickets/${id}/order`, (route) => route.abort());
  await box(desk, "Order").fill("A-1");
  await box(desk, "Order").press("Tab");
  await expect(desk.getByText("Not saved yet")).toBeVisible();
  await expect(box(desk, "Order")).toHaveValue("A-1");
  await desk.unroute(`**/v1/tickets/${id}/order`);
  await desk.getByRole("button", { name: "Save", exact: true }).click();
  await expect.poll(async () => (await server.admin.get<{ order_ref: unknown }>(`/v1/tickets/${id}`)).order_ref).toBe("A-1");
  await expect(desk.getByText("Not saved yet")).toHaveCount(0);
});

test("the desk's follow-up is there when it is opened again", async ({ enter }) => {
  const id = await ask("Goes on");
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const open = async () => {
    await desk.getByRole("button", { name: "More actions" }).click();
    await desk.getByRole("menuitem", { name: "Open a follow-up" }).click();
  };
  await open();
  const text = desk.getByRole("dialog").getByRole("textbox").last();
  await text.fill("It goes on like this");
  await desk.reload();
  await open();
  await expect(text).toHaveValue("It goes on like this");
  await desk.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
  await open();
  await expect(text).toHaveValue("");
});
