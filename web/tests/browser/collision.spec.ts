/** Two agents at one ticket: they see each other, and neither writes over what the other did unseen. */
import type { Page } from "@playwright/test";
import type { Receipt } from "./support/api.ts";
import { writeUntil } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
let [rosa, bo, maria]: Person[] = [];

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller");
  bo = await agent(server, "Bo Larsen");
  maria = await customer(server, "Maria Rossi");
});

const ask = (subject: string) => maria!.api.post<Receipt>("/v1/tickets", { subject, description: "Please look at it." });

type Enter = (on: typeof server, who: Person, path: string, options: { viewport: { width: number; height: number } }) => Promise<Page>;

/** Both have it open, in windows so wide that its details stand beside it, and know of each other. */
async function both(enter: Enter, id: string): Promise<[Page, Page]> {
  const viewport = { width: 1680, height: 900 };
  const open = async (who: Person) => enter(server, who, `/desk/tickets/${id}`, { viewport });
  const pages: [Page, Page] = [await open(rosa!), await open(bo!)];
  await expect(pages[0].getByRole("status").filter({ hasText: "Bo Larsen is viewing" })).toBeAttached();
  return pages;
}

test("who writes is seen by who wants to, and a draft outlives the other's answer", async ({ enter }) => {
  const { id } = await ask("Who is first?");
  const [of, bos] = await both(enter, id);
  await of.getByRole("textbox", { name: "Reply" }).fill("My half of an ans");
  await bos.getByRole("textbox", { name: "Reply" }).pressSequentially("I am on it");
  await writeUntil(of.getByText("Bo Larsen is also replying"), bos.getByRole("textbox", { name: "Reply" }));
  await bos.getByRole("button", { name: "Send reply" }).click();
  await expect(of.getByRole("region", { name: "Conversation" })).toContainText("I am on it");
  await expect(of.getByText("Bo Larsen is also replying")).toBeHidden();
  await expect(of.getByRole("textbox", { name: "Reply" })).toHaveValue("My half of an ans");
});

test("a change decided on an older state asks first, and says what happened", async ({ enter }) => {
  const { id } = await ask("Which priority?");
  const [rosas, bos] = await both(enter, id);
  // Rosa's page is busy while Bo's change is made: it hears of nothing until her click is over.
  const clicked = rosas.getByRole("button", { name: "Resolve" }).evaluate((button: HTMLButtonElement, id) => {
    const read = () => {
      const request = new XMLHttpRequest();
      request.open("GET", `/v1/tickets/${id}`, false);
      request.send();
      return JSON.parse(request.responseText) as { priority: string };
    };
    while (read().priority !== "urgent");
    button.click();
  }, id);
  await bos.getByRole("combobox", { name: "Priority" }).click();
  await bos.getByRole("option", { name: "Urgent" }).click();
  await clicked;

  const dialog = rosas.getByRole("dialog", { name: "Something changed in the meantime" });
  await expect(dialog).toContainText(/You were about to: .*Status: .*Resolved/);
  await expect(dialog).toContainText(/Bo Larsen\W* set the priority from Medium to Urgent/);
  await dialog.getByRole("button", { name: "Leave it" }).click();
  await expect(dialog).toBeHidden();
  expect(await server.admin.get(`/v1/tickets/${id}`)).toMatchObject({ status: "open", priority: "urgent" });

  await rosas.getByRole("button", { name: "Resolve" }).click();
  await expect(bos.getByRole("button", { name: "Reopen" })).toBeVisible();
});

test("a subject edited since before another's is not written over it unseen", async ({ enter }) => {
  const { id } = await ask("Where is it?");
  const [rosas] = await both(enter, id);
  await rosas.getByRole("button", { name: "Edit the subject" }).click();
  await rosas.getByRole("textbox", { name: "Subject" }).fill("Subject by Rosa");
  await bo!.api.put(`/v1/tickets/${id}/subject`, { subject: "Subject by Bo" });
  await expect(rosas.getByRole("region", { name: "Conversation" })).toContainText("Subject by Bo");
  await expect(rosas).toHaveTitle(/Subject by Bo/);
  await rosas.getByRole("textbox", { name: "Subject" }).press("Enter");

  const dialog = rosas.getByRole("dialog", { name: "Something changed in the meantime" });
  await expect(dialog).toContainText(/You were about to: .*Subject by Rosa/);
  await expect(dialog).toContainText("Subject by Bo");
  expect(await server.admin.get(`/v1/tickets/${id}`)).toMatchObject({ subject: "Subject by Bo" });
  await dialog.getByRole("button", { name: "Do it anyway" }).click();
  await expect(rosas.getByRole("heading", { name: "Subject by Rosa" })).toBeVisible();
});

test("what is being typed into a field stays under the hand, and asks before it goes over another's", async ({ enter }) => {
  await server.admin.put("/v1/organisation/custom-fields/colour", { label: "Colour", field_type: "text" });
  const { id } = await ask("Which order?");
  const [rosas] = await both(enter, id);
  const dialog = rosas.getByRole("dialog", { name: "Something changed in the meantime" });
  const ledger = rosas.getByRole("region", { name: "Conversation" });
  const cases = [
    { name: "Order", of: "Order-by-Bo", set: () => bo!.api.put(`/v1/tickets/${id}/order`, { order_ref: "Order-by-Bo" }) },
    { name: "Colour", of: "Red-by-Bo", set: () => bo!.api.put(`/v1/tickets/${id}/custom-fields`, { set: { colour: "Red-by-Bo" } }) },
  ];
  for (const { name, of, set } of cases) {
    await test.step(name, async () => {
      const field = rosas.getByRole("textbox", { name, exact: true });
      await field.pressSequentially("By-Rosa");
      await set();
      await expect(ledger).toContainText(of);
      await expect(field).toHaveValue("By-Rosa");
      await field.pressSequentially("-more");
      await field.press("Tab");
      await expect(dialog).toContainText(new RegExp(`You were about to: .*${name}: .*By-Rosa-more`));
      await expect(dialog).toContainText(of);
      await dialog.getByRole("button", { name: "Leave it" }).click();
      await expect(field).toHaveValue(of);

      // Now it is known what stands there.
      await field.fill("By-Rosa-again");
      await field.press("Tab");
      await expect(ledger).toContainText("By-Rosa-again");
      await expect(field).toHaveValue("By-Rosa-again");
    });
  }
});

test("an answer that sets a status, written without a network, does not go over what happened meanwhile", async ({ enter }) => {
  const { id } = await ask("Offline and late");
  const [rosas, bos] = await both(enter, id);
  await rosas.getByRole("textbox", { name: "Reply" }).fill("Solved, I think.");
  await rosas.getByRole("button", { name: "Send and set the status" }).click();
  // Once the menu has come: its code is fetched while the page rests.
  await expect(rosas.getByRole("menuitem", { name: "Send and set to Resolved" })).toBeVisible();
  await rosas.context().setOffline(true);
  await rosas.getByRole("menuitem", { name: "Send and set to Resolved" }).click();
  await expect(rosas.getByText("Waiting to be sent").first()).toBeVisible();
  await bos.getByRole("textbox", { name: "Reply" }).fill("One more question: which colour?");
  await bos.getByRole("button", { name: "Send reply" }).click();
  await expect(bos.getByText("Waiting to be sent")).toBeHidden();
  await rosas.context().setOffline(false);

  await expect(rosas.getByText("Not sent: This has changed in the meantime.")).toBeVisible();
  await expect(bos.getByRole("region", { name: "Conversation" })).toContainText("Solved, I think.");
  expect(await server.admin.get(`/v1/tickets/${id}`)).toMatchObject({ status: "open" });
  await rosas.getByRole("button", { name: "Do it anyway" }).click();
  await expect(bos.getByRole("button", { name: "Reopen" })).toBeVisible();
});
