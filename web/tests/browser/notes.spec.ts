/** What the desk notes among itself: on no screen of the customer's, in no answer and no frame they get. */
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { overhear } from "./support/overhear.ts";
import { agent, customer } from "./support/people.ts";

const server = docket();
const SECRET = "flamingo-kerosene";
const SAID = "We send you a new one tomorrow";

test("an internal note reaches no customer", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Keller");
  const maria = await customer(server, "Maria Rossi");
  const { id } = await maria.api.post<Receipt>("/v1/tickets", { subject: "A broken lamp", description: "It arrived in two pieces." });
  const desk = await enter(server, rosa, `/desk/tickets/${id}`);
  const help = await enter(server, maria, "/help");
  const heard = overhear(help.context());
  await help.goto(`${server.url}/help/requests/${id}`);
  await expect(help.getByText("It arrived in two pieces.")).toBeVisible();

  await test.step("a note is written while the customer looks", async () => {
    await desk.getByRole("button", { name: "Internal note" }).click();
    await desk.getByRole("textbox", { name: "Internal note" }).pressSequentially(`Customer smells of ${SECRET}`);
    await expect(help.getByText("Somebody is writing to you")).toBeHidden();
    await desk.getByRole("button", { name: "Add note" }).click();
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText(SECRET);
    await desk.getByRole("button", { name: /^Reply/ }).click();
    await desk.getByRole("textbox", { name: "Reply" }).fill(SAID);
    await desk.getByRole("button", { name: "Send reply" }).click();
    await expect(help.getByRole("list", { name: "Conversation" })).toContainText(SAID);
    // The note is the last thing again, where a careless list would show it as such.
    await rosa.api.post(`/v1/tickets/${id}/notes`, { body: `Again: ${SECRET}` });
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText(`Again: ${SECRET}`);
  });

  await test.step("every screen of the help centre", async () => {
    for (const path of ["/help", `/help/requests/${id}`, `/help/new?follow_up_of=${id}`, "/help/chats", "/help/account"]) {
      await help.goto(server.url + path);
      await expect(help.getByRole("main")).toBeVisible();
      await expect(help.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await help.content()).not.toContain(SECRET);
    }
    await help.goto(`${server.url}/help`);
    await help.getByRole("searchbox", { name: "Search your requests" }).fill(SECRET);
    await expect(help.getByText(`Nothing about “${SECRET}”`)).toBeVisible();
  });

  await test.step("every route, asked with the customer's own session", async () => {
    const paths = [
      `/v1/tickets/${id}`, `/v1/tickets/${id}/messages`, `/v1/tickets/${id}/events`, `/v1/tickets/${id}?version=3`, `/v1/tickets/${id}/notes`,
      `/v1/tickets/${id}/sla`, "/v1/tickets", "/v1/ticket-counts", "/v1/search?q=flamingo", "/v1/audit", `/v1/customers/${maria.id}`,
    ];
    for (const path of paths) await help.evaluate((path) => fetch(path).then((answer) => answer.text()), path);
    const found = await help.evaluate(() => fetch("/v1/search?q=flamingo").then((answer) => answer.text()));
    expect(found).not.toContain(id);
  });

  await heard.expectHeard(SAID);
  await heard.expectHeard("MessagePosted");
  await heard.expectNeverHeard(`smells of`);
  await heard.expectNeverHeard("kerosene");
});
