/** Whose page it is: never somebody else's who signed in beside it, and never with rights that were taken away. */
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, signIn } from "./support/people.ts";

const server = docket();

test("a page does not act as somebody else who signed in in the same browser", async ({ enter }) => {
  const [rosa, bo] = [await agent(server, "Rosa Keller"), await agent(server, "Bo Larsen")];
  const carla = await customer(server, "Carla Diaz");
  const { id } = await carla.api.post("/v1/tickets", { subject: "Whose words", description: "Who are you?" });
  const desk = await enter(server, rosa, `/desk/tickets/${id}`);
  const reply = desk.getByRole("textbox", { name: "Reply" });
  await reply.fill("This is Rosa.");
  // The page has said what it had to say by itself: else it may learn by that whose it is now, before anything is sent.
  const unread = async () => (await rosa.api.get<{ unread_count: number }>(`/v1/tickets/${id}`)).unread_count;
  await expect.poll(unread).toBe(0);
  await signIn(desk.context(), server, bo);
  // Whether or not it has learned it: what Bo's page shows has no words to send.
  await desk.getByRole("button", { name: "Send reply" }).dispatchEvent("click");
  await expect(desk.getByRole("button", { name: /Bo Larsen/ })).toBeVisible();
  await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Who are you?");
  await expect(reply).toHaveValue("");
  const { items } = await rosa.api.get<{ items: { body: string }[] }>(`/v1/tickets/${id}/messages`);
  expect(items.map((message) => message.body)).toEqual(["Who are you?"]);
});

test("a page has the rights its reader has now, and says when signing out failed", async ({ enter }) => {
  const permissions = ["view_tickets", "edit_tickets", "close_tickets"];
  const role = await server.admin.post("/v1/roles", { name: "Second line", permissions });
  const nina = await agent(server, "Nina Roth", "agent", { custom_role_id: role.id });
  const carla = await customer(server, "Carla Reyes");
  const { id } = await carla.api.post("/v1/tickets", { subject: "Still mine to answer?", description: "Please." });
  const desk = await enter(server, nina, `/desk/tickets/${id}`);
  const reply = desk.getByRole("textbox", { name: "Reply" });
  await expect(reply).toBeVisible();
  await server.admin.put(`/v1/roles/${role.id}`, { name: "Second line", permissions: ["view_tickets"] });
  await expect(reply).toHaveCount(0);
  await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Please.");
  await server.admin.put(`/v1/roles/${role.id}`, { name: "Second line", permissions });
  await expect(reply).toBeVisible();

  await desk.route("**/v1/sessions/current", (route) => route.abort());
  await desk.getByRole("button", { name: /Nina Roth/ }).click();
  await desk.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(desk.getByRole("alert").or(desk.getByRole("status")).filter({ hasText: /reach|network|connection/i }).first()).toBeVisible();
  await expect(reply).toBeVisible();
});
