/** The list as one's own: a history brought along, views with names, many tickets changed at once. */
import type { Page } from "@playwright/test";
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { history } from "./support/history.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
let [amara, rosa, bo]: Person[] = [];

test.beforeAll(async () => {
  amara = await agent(server, "Amara Okafor", "admin");
  rosa = await agent(server, "Rosa Keller", "supervisor");
  bo = await agent(server, "Bo Larsen");
});

const views = (page: Page) => page.getByRole("navigation", { name: "Views" });
const rows = (page: Page) => page.getByRole("list", { name: "Tickets" });

test("an empty desk takes a history from a file, and says which lines it did not take", async ({ enter }) => {
  const desk = await enter(server, amara!, "/desk/tickets");
  const marked = await mark(desk);
  await expect(desk.getByRole("heading", { name: "Your desk is ready" })).toBeVisible();
  const chosen = desk.waitForEvent("filechooser");
  await desk.getByRole("button", { name: "Choose a file" }).click();
  const lines = `${history(Date.now(), [rosa!, bo!], 8, 0)}\n{"type": "ticket", "external_id": "no subject"}\n`;
  await (await chosen).setFiles({ name: "history.jsonl", mimeType: "application/x-ndjson", buffer: Buffer.from(lines) });
  await expect(desk.getByText("8 tickets imported, refused lines: 1")).toBeVisible();
  await views(desk).getByRole("link", { name: /^All/ }).click();
  await expect(rows(desk).getByRole("listitem")).toHaveCount(8);
  await marked.stays();
});

test("a view is saved from filters, renamed, shared with everybody, and deleted", async ({ enter }) => {
  test.setTimeout(120_000);
  const maria = await customer(server, "Maria Rossi");
  await maria.api.post("/v1/tickets", { subject: "The glasshouse is on fire", description: "Quick!", priority: "urgent" });
  await maria.api.post("/v1/tickets", { subject: "A question about soil", description: "No hurry.", priority: "low" });
  const desk = await enter(server, rosa!, "/desk/tickets");
  const bos = await enter(server, bo!, "/desk/tickets");
  const marked = await mark(bos);
  await expect(views(bos)).toBeVisible();

  await test.step("from filters", async () => {
    await desk.getByRole("button", { name: "Filter", exact: true }).click();
    await desk.getByRole("menuitem", { name: "Priority" }).click();
    await desk.getByRole("dialog", { name: "Priority" }).getByRole("checkbox", { name: "Low" }).check();
    // Several can be chosen: it stays open.
    await desk.getByRole("dialog", { name: "Priority" }).getByRole("checkbox", { name: "Medium" }).check();
    await desk.keyboard.press("Escape");
    await expect(rows(desk).getByRole("link", { name: "The glasshouse is on fire" })).toHaveCount(0);
    await desk.getByRole("button", { name: "Save view" }).click();
    const dialog = desk.getByRole("dialog", { name: "Save this view" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("Slow days");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(views(desk).getByRole("link", { name: "Slow days" })).toHaveAttribute("aria-current", "page");
  });

  const choose = async (view: string, item: string) => {
    await desk.getByRole("button", { name: `Options of the view ${view}` }).click();
    await desk.getByRole("menuitem", { name: item }).click();
  };

  await test.step("renamed and shared: a colleague has it at once", async () => {
    await choose("Slow days", "Rename");
    const dialog = desk.getByRole("dialog", { name: "Rename" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("For a quiet hour");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(views(desk).getByRole("link", { name: "For a quiet hour" })).toBeVisible();
    await expect(views(bos).getByRole("link", { name: "For a quiet hour" })).toHaveCount(0);
    await choose("For a quiet hour", "Share with everybody");
    await expect(views(bos).getByRole("link", { name: "For a quiet hour" })).toBeVisible();
  });

  await test.step("the colleague opens it from the palette, and cannot change it", async () => {
    await expect(rows(bos).getByRole("link", { name: "The glasshouse is on fire" })).toBeVisible();
    await bos.keyboard.press("Control+k");
    await expect(bos.getByRole("dialog", { name: "Commands" })).toBeVisible();
    await bos.keyboard.type("quiet");
    await bos.keyboard.press("Enter");
    await expect(views(bos).getByRole("link", { name: "For a quiet hour" })).toHaveAttribute("aria-current", "page");
    await expect(rows(bos).getByRole("link", { name: "A question about soil" })).toBeVisible();
    await expect(rows(bos).getByRole("link", { name: "The glasshouse is on fire" })).toHaveCount(0);
    await bos.getByRole("button", { name: "Options of the view For a quiet hour" }).click();
    await expect(bos.getByRole("menuitem", { name: "Save as another view" })).toBeVisible();
    await expect(bos.getByRole("menuitem", { name: "Delete" })).toHaveCount(0);
    await bos.keyboard.press("Escape");
  });

  await test.step("deleted: it is gone for both, and what the colleague reads stays", async () => {
    await choose("For a quiet hour", "Delete");
    await desk.getByRole("dialog", { name: "Delete the view" }).getByRole("button", { name: "Delete" }).click();
    await expect(views(desk).getByRole("link", { name: "For a quiet hour" })).toHaveCount(0);
    await expect(views(bos).getByRole("link", { name: "For a quiet hour" })).toHaveCount(0);
    await expect(rows(bos).getByRole("link", { name: "A question about soil" })).toBeVisible();
  });
  await marked.stays();
});

test("many are changed at once, and whatever one of them refuses is said beside it", async ({ enter }) => {
  const nora = await customer(server, "Nora Silva");
  const subjects = ["Basil is limp", "Thyme is late", "Sage is silent"];
  const ids: string[] = [];
  for (const subject of subjects) ids.push((await nora.api.post("/v1/tickets", { subject, description: "Please look at it." })).id);
  const desk = await enter(server, bo!, `/desk/tickets?status=&customer=${nora.id}`);
  const tick = (subject: string) => rows(desk).getByRole("listitem").filter({ hasText: subject }).getByRole("checkbox").check();
  for (const subject of subjects) await tick(subject);
  const bar = desk.getByRole("toolbar", { name: "3 tickets selected" });
  await expect(bar).toBeVisible();
  await server.admin.put(`/v1/tickets/${ids[1]}/status`, { status: "closed" });
  await expect(rows(desk).getByRole("listitem").filter({ hasText: "Thyme is late" })).toContainText("Closed");

  await bar.getByRole("button", { name: "Resolve" }).click();
  const result = desk.getByRole("dialog", { name: "1 ticket could not be changed" });
  await expect(result).toContainText("2 tickets changed");
  await expect(result.getByRole("listitem")).toHaveCount(1);
  await expect(result.getByRole("listitem")).toContainText(/Thyme is late.*This is not possible from the current status\./s);
  for (const subject of ["Basil is limp", "Sage is silent"]) await expect(rows(desk).getByRole("listitem").filter({ hasText: subject })).toContainText("Resolved");
  await result.getByRole("button", { name: "Close" }).last().click();

  await test.step("a pick for all of them, with the keyboard", async () => {
    await server.admin.put(`/v1/tickets/${ids[1]}/status`, { status: "open" });
    await expect(rows(desk).getByRole("listitem").filter({ hasText: "Thyme is late" })).toContainText("Open");
    await desk.getByRole("toolbar").getByRole("button", { name: "Assign" }).click();
    const picker = desk.getByRole("dialog", { name: /Assign/ });
    await expect(picker.getByRole("option", { name: "Me" })).toBeVisible();
    await desk.keyboard.type("Rosa");
    await desk.keyboard.press("ArrowDown");
    await desk.keyboard.press("Enter");
    for (const id of ids) await expect.poll(async () => (await server.admin.get<{ assignee_name: string }>(`/v1/tickets/${id}`)).assignee_name).toBe("Rosa Keller");
    await expect(desk.getByText("3 tickets changed")).toBeVisible();
  });
});

test("a row says whose its last words are", async ({ enter }) => {
  const nora = await customer(server, "Nora Lind");
  const { id } = await nora.api.post("/v1/tickets", { subject: "The fern droops", description: "Since Monday." });
  const [rosas, bos] = [await enter(server, rosa!, "/desk/tickets"), await enter(server, bo!, "/desk/tickets")];
  const row = (page: Page) => rows(page).getByRole("listitem").filter({ hasText: "The fern droops" });
  await expect(row(rosas)).toContainText(/Nora Lind\s*Since Monday\./);
  await bo!.api.post(`/v1/tickets/${id}/messages`, { body: "Does it get water?" });
  await expect(row(rosas)).toContainText(/Nora Lind\s*Bo Larsen:\s*Does it get water\?/);
  await expect(row(bos)).toContainText(/Nora Lind\s*You:\s*Does it get water\?/);
  await nora.api.post(`/v1/tickets/${id}/messages`, { body: "Every day." });
  await expect(row(rosas)).toContainText(/Nora Lind\s*Every day\./);
});

test("a filter that is typed closes with Enter, and offers the tags there are", async ({ enter }) => {
  const nils = await customer(server, "Nils Aas");
  const tagged = await nils.api.post("/v1/tickets", { subject: "A frozen olive tree", description: "Glassy leaves." });
  await nils.api.post("/v1/tickets", { subject: "A warm olive tree", description: "Very well, thank you." });
  await rosa!.api.post(`/v1/tickets/${tagged.id}/tags`, { add: ["frost damage"] });
  const desk = await enter(server, rosa!, "/desk/tickets");
  await expect(rows(desk).getByRole("link", { name: "A warm olive tree" })).toBeVisible();
  await desk.getByRole("button", { name: "Filter", exact: true }).click();
  await desk.getByRole("menuitem", { name: "Tag" }).click();
  const menu = desk.getByRole("dialog", { name: "Tag" });
  const field = menu.getByRole("combobox", { name: "Tag" });
  await expect(menu.locator("option[value='frost damage']")).toHaveCount(1);
  await field.fill("frost damage");
  await field.press("Enter");
  await expect(rows(desk).getByRole("link", { name: "A warm olive tree" })).toHaveCount(0);
  await expect(rows(desk).getByRole("link", { name: "A frozen olive tree" })).toBeVisible();
  await expect(menu).toHaveCount(0);
  await expect(desk.getByRole("button", { name: /^Tag/ })).toHaveAttribute("aria-expanded", "false");
});

test("the list behind a figure becomes a view, with all it is filtered by", async ({ enter }) => {
  const { items } = await rosa!.api.get<{ items: { id: string }[] }>("/v1/tickets?limit=1&status=open,in_progress");
  await rosa!.api.put(`/v1/tickets/${items[0]!.id}/status`, { status: "resolved" });
  const since = "2020-01-01T00:00:00Z";
  const list = `/desk/tickets?status=any&resolved=1&resolved_by=${rosa!.id}&resolved_from=${since}&sort=updated`;
  const desk = await enter(server, rosa!, list);
  const listed = rows(desk).getByRole("listitem");
  await expect(listed).not.toHaveCount(0);
  const shown = await listed.count();
  await desk.getByRole("button", { name: "Save view" }).click();
  const dialog = desk.getByRole("dialog", { name: "Save this view" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("What I resolved");
  await dialog.getByRole("button", { name: "Save" }).click();
  const tab = views(desk).getByRole("link", { name: "What I resolved" });
  await expect(tab).toHaveAttribute("aria-current", "page");
  await views(desk).getByRole("link", { name: /^All/ }).click();
  await desk.reload();
  await tab.click();
  await expect(tab).toHaveAttribute("aria-current", "page");
  await expect(tab).not.toContainText("changed");
  const address = new URL(desk.url()).searchParams;
  expect(Object.fromEntries(address)).toMatchObject({ resolved: "1", resolved_by: rosa!.id, resolved_from: since, sort: "updated" });
  await expect(listed).toHaveCount(shown);
});
