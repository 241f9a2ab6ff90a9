/** What an administrator sets, and what follows from it at once: hours, service levels, tokens. */
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { agent, customer, PASSWORD, type Person } from "./support/people.ts";

const server = docket();
let [amara, bo]: Person[] = [];

test.beforeAll(async () => {
  amara = await agent(server, "Amara Okafor", "admin");
  bo = await agent(server, "Bo Larsen");
});

interface Sla {
  policy: string;
  clocks: { clock: string; target_seconds: number | null; due_at: string | null }[];
}

test("hours and service levels: an open ticket is measured by what is set, without a reload", async ({ enter }) => {
  test.setTimeout(120_000);
  const maria = await customer(server, "Maria Rossi");
  const { id } = await maria.api.post("/v1/tickets", { subject: "The boiler is cold", description: "And so are we.", priority: "high" });
  const first = async () => (await server.admin.get<Sla>(`/v1/tickets/${id}/sla`)).clocks.find(({ clock }) => clock === "first_response")!;
  const wide = { viewport: { width: 1680, height: 1000 } };
  const desk = await enter(server, bo!, `/desk/tickets/${id}`, wide);
  const marked = await mark(desk);
  const level = desk.getByRole("complementary", { name: "Details" });
  await expect(level).toContainText("Service level");
  await expect(level).not.toContainText("Night watch");
  const settings = await enter(server, amara!, "/desk/settings/sla", wide);

  await test.step("hours, with a holiday", async () => {
    await expect(settings.getByText("A policy runs by business hours: add those first.")).toBeVisible();
    await settings.getByRole("main").getByRole("link", { name: "Business hours" }).last().click();
    await settings.getByRole("button", { name: "Add business hours" }).click();
    const sheet = settings.getByRole("dialog", { name: "Add business hours" });
    await sheet.getByRole("textbox", { name: "Name" }).fill("Round the clock");
    await sheet.getByRole("button", { name: "Around the clock" }).click();
    // A holiday far from today: what is due today is the same on every day of the year.
    const year = new Date().getFullYear() + 1;
    await sheet.getByLabel("Holidays").locator("input[type=date]").fill(`${year}-05-01`);
    await sheet.getByRole("button", { name: "Add holiday" }).click();
    await expect(sheet.getByRole("button", { name: /^Remove .*May/ })).toBeVisible();
    await sheet.getByRole("button", { name: "Add business hours" }).click();
    await expect(sheet).toBeHidden();
    await expect(settings.getByRole("button", { name: /Round the clock/ })).toContainText("1 holiday");
  });

  const add = async (name: string, hours: string, more?: "High") => {
    await settings.getByRole("button", { name: "Add policy" }).click();
    const sheet = settings.getByRole("dialog", { name: "Add policy" });
    await sheet.getByRole("textbox", { name: "Name" }).fill(name);
    if (more) await sheet.getByRole("group", { name: "Priority" }).getByRole("checkbox", { name: more }).check();
    await sheet.getByRole("group", { name: "First response, High" }).getByRole("spinbutton", { name: /hours/ }).fill(hours);
    await sheet.getByRole("group", { name: "First response, High" }).getByRole("spinbutton", { name: /minutes/ }).fill("0");
    await sheet.getByRole("button", { name: "Add policy" }).click();
    await expect(sheet).toBeHidden();
  };

  await test.step("a policy: the open ticket is due by it, and says why", async () => {
    await settings.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "SLA policies" }).click();
    await add("Night watch", "11", "High");
    await expect(settings.getByText("Saved. Open tickets are measured again.")).toBeVisible();
    await expect(level).toContainText("Night watch");
    await expect(level).toContainText("of 11h");
    expect((await first()).target_seconds).toBe(11 * 3600);
  });

  await test.step("another one, tried earlier", async () => {
    await add("Sprint", "3");
    const places = () => settings.getByRole("main").getByRole("listitem").filter({ hasText: /Night watch|Sprint/ });
    await expect(places().first()).toContainText("Night watch");
    await settings.getByRole("button", { name: "Try Sprint earlier" }).click();
    await expect(places().first()).toContainText("Sprint");
    await expect(places().last()).toContainText("Never reached");
    await expect(level).toContainText("of 3h");
    await expect(level).toContainText("Sprint");
  });

  await test.step("archived: the ticket goes to the next that matches", async () => {
    await settings.getByRole("button", { name: /Sprint/ }).first().click();
    const sheet = settings.getByRole("dialog", { name: "Sprint" });
    await sheet.getByRole("button", { name: "Archive" }).click();
    const sure = settings.getByRole("dialog", { name: "Archive policy" });
    await expect(sure.getByRole("button", { name: "Archive" })).toBeDisabled();
    await sure.getByRole("textbox").fill("sprint");
    await sure.getByRole("button", { name: "Archive" }).click();
    await expect(settings.getByRole("button", { name: /Sprint/ })).toHaveCount(0);
    await expect(level).toContainText("of 11h");
    const measured = desk.getByText("Measured by");
    await measured.click();
    await expect(level.locator("details", { has: measured }).getByRole("listitem")).toContainText([/Night watch/, /Sprint/, /Night watch/]);
  });

  await test.step("hours in use stay", async () => {
    await settings.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Business hours" }).click();
    await settings.getByRole("button", { name: /Round the clock/ }).click();
    await settings.getByRole("dialog", { name: "Round the clock" }).getByRole("button", { name: "Archive" }).click();
    const sure = settings.getByRole("dialog", { name: "Archive business hours" });
    await sure.getByRole("textbox").fill("Round the clock");
    await sure.getByRole("button", { name: "Archive" }).click();
    await expect(sure.getByRole("alert")).toContainText("SLA policies use these business hours. Give them others first.");
  });
  await marked.stays();
});

test("a token is shown once, works, and stops working when it is revoked", async ({ enter }) => {
  const page = await enter(server, amara!, "/desk/settings/tokens");
  await page.getByRole("button", { name: "Issue token" }).click();
  const sheet = page.getByRole("dialog", { name: "Issue token" });
  await sheet.getByRole("textbox", { name: "What is it for?" }).fill("Nightly report");
  await sheet.getByRole("button", { name: "Issue token" }).click();
  await expect(sheet).toContainText("Keep it now: it is not shown again.");
  const token = await sheet.locator("code").innerText();
  const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, { ...init, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } });
  expect((await ask("/v1/tickets")).status).toBe(200);
  // It may read tickets, and nothing else its owner may.
  expect((await ask("/v1/agents", { method: "POST", body: JSON.stringify({ name: "Nobody", role: "agent" }) })).status).toBe(403);

  await test.step("closing it asks first: it is not shown again", async () => {
    await page.keyboard.press("Escape");
    await expect(sheet.getByRole("alert")).toContainText("The token is not shown again.");
    await sheet.getByRole("button", { name: "I've saved it" }).click();
    await expect(sheet).toBeHidden();
    await expect(page.getByRole("listitem").filter({ hasText: "Nightly report" })).toContainText("1 permission");
    await page.reload();
    await expect(page.getByRole("listitem").filter({ hasText: "Nightly report" })).toBeVisible();
    expect(await page.content()).not.toContain(token);
  });

  await test.step("revoked", async () => {
    await page.getByRole("button", { name: "Revoke: Nightly report" }).click();
    const sure = page.getByRole("dialog", { name: "Revoke" });
    await sure.getByRole("textbox").fill("Nightly report");
    await sure.getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "Nightly report" })).toContainText("Revoked");
    expect((await ask("/v1/tickets")).status).toBe(401);
  });
});

test("who may do more than the reader is only looked at", async ({ enter }) => {
  const { permissions } = await server.admin.get<{ permissions: { name: string }[] }>("/v1/roles");
  const { id: custom_role_id } = await server.admin.post("/v1/roles", { name: "Everything", permissions: permissions.map(({ name }) => name) });
  const { id } = await server.admin.post("/v1/agents", { name: "Vera Almost", email: "vera.almost@people.example", custom_role_id });
  const { code } = await server.admin.post<{ code: string }>(`/v1/agents/${id}/sign-in-code`);
  const vera = { ...bo!, id, name: "Vera Almost", email: "vera.almost@people.example" };
  await server.admin.post("/v1/sessions", { code, email: vera.email, password: PASSWORD });
  const settings = await enter(server, vera, "/desk/settings/agents");

  await settings.getByRole("button", { name: /Amara Okafor/ }).click();
  const sheet = settings.getByRole("dialog", { name: "Amara Okafor" });
  await expect(sheet).toContainText("This person may do more than you");
  await expect(sheet).toContainText("Administrator");
  await expect(sheet.getByRole("textbox")).toHaveCount(0);
  await expect(sheet.getByRole("button", { name: /Create sign-in link|Deactivate|Save/ })).toHaveCount(0);
  await settings.keyboard.press("Escape");
  await settings.getByRole("button", { name: /Bo Larsen/ }).click();
  await expect(settings.getByRole("dialog", { name: "Bo Larsen" }).getByRole("button", { name: "Create sign-in link" })).toBeVisible();
});
