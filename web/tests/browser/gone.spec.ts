/** A ticket that goes away under its reader's hands, or is put away: it says so, offers nothing that cannot work, and keeps their words. */
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
const WIDE = { viewport: { width: 1680, height: 900 } };
let [rosa, bo, maria]: Person[] = [];

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "admin");
  bo = await agent(server, "Bo Larsen");
  maria = await customer(server, "Maria Rossi");
});

const ask = (subject: string) => maria!.api.post<Receipt>("/v1/tickets", { subject, description: "Please look at it." });

test("deleted by somebody else, it says by whom and leaves what was begun", async ({ enter }) => {
  const { id } = await ask("Soon deleted");
  const desk = await enter(server, bo!, `/desk/tickets/${id}`, WIDE);
  const marked = await mark(desk);
  await desk.getByRole("textbox", { name: "Reply" }).fill("Half an answer");
  await rosa!.api.delete(`/v1/tickets/${id}`);
  const word = desk.getByRole("alert");
  await expect(word).toContainText(/Rosa Keller\W* deleted the ticket/);
  const begun = desk.getByRole("region", { name: "Written, not sent" });
  await expect(begun).toContainText("Half an answer");

  await test.step("nothing that cannot work is offered", async () => {
    await expect(desk.getByRole("textbox", { name: "Reply" })).toHaveCount(0);
    for (const name of ["Resolve", "More actions", "Time slider", "Edit the subject"]) await expect(desk.getByRole("button", { name })).toHaveCount(0);
    await expect(desk.getByRole("combobox", { name: "Status" })).toHaveCount(0);
    for (const key of ["r", "h", "t", "p"]) await desk.keyboard.press(key);
    await expect(desk.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("the words are there also after loading anew, and the list is one step away", async () => {
    await marked.stays();
    await desk.reload();
    await expect(desk.getByText("This ticket was deleted, or you may not see it any more.")).toBeVisible();
    await expect(begun).toContainText("Half an answer");
    await desk.getByRole("link", { name: "Back to the tickets" }).click();
    await expect(desk).toHaveURL(/\/desk\/tickets$/);
  });
});

test("who may not see tickets any more keeps their words too", async ({ enter }) => {
  const { id } = await ask("Soon out of reach");
  const { id: role } = await server.admin.post<Receipt>("/v1/roles", { name: "Chats only", permissions: ["view_chat", "send_messages"] });
  const desk = await enter(server, bo!, `/desk/tickets/${id}`, WIDE);
  await desk.getByRole("textbox", { name: "Reply" }).fill("Another half");
  await expect.poll(() => desk.evaluate(() => JSON.stringify(localStorage))).toContain("Another half");
  await server.admin.put(`/v1/agents/${bo!.id}/role`, { custom_role_id: role });
  await expect(desk.getByRole("textbox", { name: "Reply" })).toHaveCount(0);
  await expect(desk.getByRole("region", { name: "Written, not sent" })).toContainText("Another half");
});

test("put away for good, it is not said to be put aside until later", async ({ enter }) => {
  const { id } = await ask("Snoozed and archived");
  await rosa!.api.put(`/v1/tickets/${id}/snooze`, { until: new Date(Date.now() + 86_400_000).toISOString() });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  await expect(desk.getByText(/^Snoozed until/).first()).toBeVisible();
  await rosa!.api.post(`/v1/tickets/${id}/archive`);
  await expect(desk.getByText("This ticket is archived and can only be read.")).toBeVisible();
  await expect(desk.getByText(/^Snoozed until/)).toHaveCount(0);
});
