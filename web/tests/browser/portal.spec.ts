/** The help centre says one thing at a time: how a request stands, and what can be done about it. */
import type { Page } from "@playwright/test";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
let rosa: Person;
let nora: Person;

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "supervisor");
  nora = await customer(server, "Nora Asks");
});

async function request(subject: string): Promise<string> {
  return (await nora.api.post("/v1/tickets", { subject, description: "In a few words." })).id;
}

async function expectOnlyFollowUp(page: Page): Promise<void> {
  const main = page.getByRole("main");
  await expect(main.getByRole("link", { name: "Open a follow-up" })).toBeVisible();
  await expect(main.getByRole("textbox")).toHaveCount(0);
  await expect(main.getByRole("button", { name: /close|solved/i })).toHaveCount(0);
  for (const word of ["Open", "Closed", "We have it"]) await expect(main.getByText(word, { exact: true })).toHaveCount(0);
}

test("an archived request is archived, whatever it was before, and leads to a follow-up", async ({ enter }) => {
  const id = await request("The gate squeaks");
  const page = await enter(server, nora, `/help/requests/${id}`);
  await expect(page.getByRole("textbox")).toBeVisible();
  await rosa.api.post(`/v1/tickets/${id}/archive`);
  await page.reload();
  await expect(page.getByText("Archived", { exact: true })).toBeVisible();
  await expectOnlyFollowUp(page);
  await expect(page.getByText("This request is closed.")).toHaveCount(0);
  await page.getByRole("link", { name: "Open a follow-up" }).click();
  await expect(page.getByText("The gate squeaks")).toBeVisible();
});

test("a request that went into somebody else's says so", async ({ enter }) => {
  const id = await request("The bell is silent");
  const { id: other } = await server.admin.post("/v1/customers", { name: "Somebody Else" });
  const into = await server.admin.post("/v1/tickets", { subject: "The bell", description: "Silent.", customer_id: other });
  await rosa.api.post(`/v1/tickets/${id}/merge`, { into: into.id, across_customers: true });
  const page = await enter(server, nora, `/help/requests/${id}`);
  await expect(page.getByText("goes on in another one, which cannot be shown here")).toBeVisible();
  await expect(page.getByRole("link", { name: "Open a follow-up" })).toBeVisible();
});

for (const [place, who] of [["/help", () => nora], ["/desk/tickets", () => rosa]] as const) {
  test(`whoever may do more by now is told to sign in again: ${place}`, async ({ enter }) => {
    const page = await enter(server, null, "about:blank");
    await page.context().request.post(`${server.url}/v1/sessions`, { data: { email: who().email, password: "an umbrella for the cat" } });
    await page.route("**/v1/me", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), sign_in_for_more: true } });
    });
    await page.goto(`${server.url}${place}`);
    await expect(page.getByText("You can do more by now than when you signed in.")).toBeVisible();
    await page.getByRole("button", { name: "Sign in again" }).click();
    await page.getByRole("textbox", { name: "Email" }).fill(who().email);
    await page.getByRole("textbox", { name: "Password" }).fill("an umbrella for the cat");
    await page.unroute("**/v1/me");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${server.url}${place}`);
    await expect(page.getByText("You can do more by now")).toHaveCount(0);
  });
}

test("what was said long ago is read page after page, for requests and chats", async ({ enter }) => {
  test.slow();
  const id = await request("A long story");
  for (let at = 1; at <= 120; at += 1) await rosa.api.post(`/v1/tickets/${id}/messages`, { body: `Chapter ${at}` });
  const page = await enter(server, nora, `/help/requests/${id}`);
  const earlier = page.getByRole("button", { name: "Show earlier messages" });
  await expect(page.getByText("Chapter 120", { exact: true })).toBeVisible();
  await expect(page.getByText("Chapter 21", { exact: true })).toBeAttached();
  await expect(page.getByText("In a few words.")).toHaveCount(0);
  await earlier.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("In a few words.")).toBeAttached();
  await expect(page.getByText(/^Chapter \d+$/)).toHaveCount(120);
  await expect(earlier).toHaveCount(0);
  // Whoever reads with the keyboard goes on from there, and what is new still comes.
  await expect(page.getByRole("list", { name: "Conversation" })).toBeFocused();
  await rosa.api.post(`/v1/tickets/${id}/messages`, { body: "Chapter 121" });
  await expect(page.getByText(/^Chapter \d+$/)).toHaveCount(121);

  const { id: chat } = await nora.api.post("/v1/chats", { message: "Chapter 0", page: server.url });
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  await rosa.api.post(`/v1/chats/${chat}/accept`);
  for (let at = 1; at <= 110; at += 1) await rosa.api.post(`/v1/chats/${chat}/messages`, { body: `Chapter ${at}` });
  await page.goto(`${server.url}/help/chats/${chat}`);
  await expect(page.getByText("Chapter 110", { exact: true })).toBeVisible();
  await expect(page.getByText(/^Chapter \d+$/)).toHaveCount(100);
  await earlier.click();
  await expect(page.getByText(/^Chapter \d+$/)).toHaveCount(111);
  await expect(earlier).toHaveCount(0);
});
