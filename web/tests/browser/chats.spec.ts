/** The chats beside the conversation: what one has, what is only offered, and what is over. */
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
const WIDE = { viewport: { width: 1680, height: 900 } };
let rosa: Person;

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "admin", { max_concurrent_chats: 4 });
});

async function ask(name: string): Promise<{ id: string; end: () => Promise<Receipt> }> {
  const { api } = await customer(server, name);
  const { id } = await api.post<Receipt>("/v1/chats", { message: `${name} asks` });
  return { id, end: () => api.post(`/v1/chats/${id}/end`) };
}
const offeredTo = async (id: string) => (await server.admin.get<{ agent_id: string | null }>(`/v1/chats/${id}`)).agent_id;

test("what is only offered is counted apart from what one has", async ({ enter }) => {
  const bo = await agent(server, "Bo Larsen");
  const own = await ask("Olga Berg");
  await bo.api.post(`/v1/chats/${own.id}/accept`);
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  const chats = [await ask("Hugo Tanaka"), await ask("Keiko Ito"), await ask("Nadia Haddad")];
  for (const { id } of chats) await expect.poll(() => offeredTo(id)).toBe(rosa.id);
  const desk = await enter(server, rosa, "/desk/chats", WIDE);
  await expect(desk.getByText("0 of 4 chats · 3 offered")).toBeVisible();
  await desk.getByRole("button", { name: "Accept: Hugo Tanaka" }).click();
  await expect(desk.getByText("1 of 4 chats · 2 offered")).toBeVisible();

  await test.step("also where a colleague looks for somebody to take over", async () => {
    const bos = await enter(server, bo, `/desk/chats/${own.id}`, WIDE);
    await bos.getByRole("button", { name: "More for this chat" }).click();
    await bos.getByRole("menuitem", { name: "Hand over" }).click();
    await bos.getByRole("combobox", { name: "Who takes over" }).click();
    await expect(bos.getByRole("option", { name: /Rosa Keller/ })).toContainText("1 of 4 chats · 2 offered");
  });
});

test("what ended last stands first among the ended", async ({ enter }) => {
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "offline" });
  const [first, second] = [await ask("Ada First"), await ask("Bea Second")];
  await second.end();
  await first.end();
  const desk = await enter(server, rosa, "/desk/chats?view=ended", WIDE);
  const links = desk.getByRole("link").filter({ hasText: /asks/ });
  await expect(links.first()).toContainText("Ada First");
  await expect(links.nth(1)).toContainText("Bea Second");
});

test("what somebody states of themselves stands beside what is known, as unverified", async ({ enter }) => {
  const nora = await customer(server, "Nora Lind");
  const { id } = await nora.api.post<Receipt>("/v1/chats", { message: "It is me.", name: "The Managing Director", email: "boss@example.com" });
  await rosa.api.post(`/v1/chats/${id}/accept`);
  const desk = await enter(server, rosa, `/desk/chats/${id}`, WIDE);
  const stated = desk.getByText("Also stated, unverified:");
  await expect(stated).toContainText(/The Managing Director\W+boss@example.com/);
  await desk.goto(`${server.url}/desk/customers/${nora.id}`);
  await expect(desk.getByRole("heading", { level: 1, name: "Nora Lind" })).toBeVisible();
  await expect(stated).toContainText("The Managing Director");
});
