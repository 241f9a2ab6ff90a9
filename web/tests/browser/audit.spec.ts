/** The audit trail as people read it: what people changed, of whom, by name. */
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer } from "./support/people.ts";

const server = docket();
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-/;

test("the trail tells what people changed, by name; what happens by itself is there for the asking", async ({ enter }) => {
  const amara = await agent(server, "Amara Okafor", "admin", { max_concurrent_chats: 4 });
  const bo = await agent(server, "Bo Larsen");
  const maria = await customer(server, "Maria Rossi");
  const ticket = await maria.api.post<Receipt>("/v1/tickets", { subject: "Lamp flickers", description: "Every evening at eight." });
  await amara.api.put(`/v1/tickets/${ticket.id}/assignee`, { agent_id: bo.id });
  await bo.api.post(`/v1/tickets/${ticket.id}/read`, { up_to_version: 1 });
  await amara.api.put(`/v1/agents/${amara.id}/availability`, { availability: "available" });
  const chat = await maria.api.post<Receipt>("/v1/chats", { message: "Hello?" });
  await expect.poll(async () => (await server.admin.get<{ agent_id: string | null }>(`/v1/chats/${chat.id}`)).agent_id).toBe(amara.id);

  const desk = await enter(server, amara, "/desk/audit", { viewport: { width: 1440, height: 900 } });
  const trail = desk.getByRole("article");
  const assigned = trail.filter({ hasText: "Assigned" }).filter({ hasText: "Lamp flickers" });
  await expect(assigned).toContainText("Amara Okafor");
  await expect(assigned).toContainText("Bo Larsen");
  await expect(assigned).toContainText("TKT-000001 Lamp flickers");
  expect(await assigned.innerText()).not.toMatch(ID);
  await expect(trail.filter({ hasText: "Messages read" })).toHaveCount(0);
  await expect(trail.filter({ hasText: /Room for a chat taken|Chat offered/ })).toHaveCount(0);
  // The log's own name is for whoever asks.
  await expect(assigned).not.toContainText("By");
  await assigned.getByRole("button", { name: "Details" }).click();
  await expect(assigned.getByText("Assigned", { exact: true })).toHaveCount(2);

  await desk.getByRole("combobox", { name: "Show" }).click();
  await desk.getByRole("option", { name: "Everything" }).click();
  await expect(trail.filter({ hasText: "Messages read" })).toHaveCount(1);
  await expect(trail.filter({ hasText: "Chat offered" }).first()).toBeVisible();
  expect((await trail.allInnerTexts()).join("\n"), "in people's words").not.toMatch(/\b[A-Z][a-z]+[A-Z][a-z]+\b/);
});

test("one act of several events names who did it once", async ({ enter }) => {
  const ada = await agent(server, "Ada Nkemelu", "admin");
  const luca = await customer(server, "Luca Conti");
  const [one, other] = [await luca.api.post("/v1/tickets", { subject: "Kettle", description: "Leaks." }), await luca.api.post("/v1/tickets", { subject: "Kettle too", description: "Whistles." })];
  await ada.api.post(`/v1/tickets/${one.id}/merge`, { into: other.id });
  const desk = await enter(server, ada, "/desk/audit", { viewport: { width: 1440, height: 900 } });
  const act = desk.getByRole("article").filter({ hasText: /Merged into another ticket|Another ticket merged in/ });
  await expect(act).toHaveCount(2);
  await expect(act.getByText("Ada Nkemelu")).toHaveCount(2);
  await expect(act.getByText("Ada Nkemelu").and(desk.locator(":not(.unseen)"))).toHaveCount(1);
});
