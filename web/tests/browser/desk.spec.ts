/** What one does all day: choosing, opening, being done, and taking it back. */
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
const WIDE = { viewport: { width: 1680, height: 900 } };
let [rosa, bo, maria]: Person[] = [];

test.beforeAll(async () => {
  await server.admin.put("/v1/organisation/categories", { categories: ["orders", "returns"] });
  rosa = await agent(server, "Rosa Keller", "admin");
  bo = await agent(server, "Bo Larsen");
  maria = await customer(server, "Maria Rossi");
});

test("a customer is chosen by typing, by whichever answer comes last, and the form is never left empty-handed", async ({ enter }) => {
  await customer(server, "Jonas Weber");
  await customer(server, "Jonathan Reed");
  const desk = await enter(server, rosa!, "/desk/tickets", WIDE);
  await desk.getByRole("button", { name: "New ticket" }).first().click();
  const dialog = desk.getByRole("dialog", { name: "New ticket" });
  const field = dialog.getByRole("combobox", { name: "Customer" });

  await test.step("it opens by itself, and on a click", async () => {
    await expect(field).toBeFocused();
    await expect(dialog.getByRole("option", { name: /Jonas Weber/ })).toBeVisible();
    await desk.keyboard.press("Escape");
    await expect(dialog.getByRole("option")).toHaveCount(0);
    await expect(dialog).toBeVisible();
    await field.click();
    await expect(dialog.getByRole("option", { name: /Jonas Weber/ })).toBeVisible();
  });

  await test.step("Enter takes what is offered now, though the arrows had led elsewhere", async () => {
    await desk.keyboard.press("ArrowDown");
    await desk.keyboard.type("Jonathan");
    await expect(dialog.getByRole("option", { name: /Jonas Weber/ })).toHaveCount(0);
    await expect(dialog.getByRole("option", { name: /Jonathan Reed/ })).toHaveAttribute("data-highlighted", "");
    await desk.keyboard.press("Enter");
    await expect(dialog.getByText("Jonathan Reed")).toBeVisible();
    // The field is gone; one is at what comes after it.
    await expect(dialog.getByRole("textbox", { name: "Subject" })).toBeFocused();
  });

  await test.step("Enter without an answer keeps the words", async () => {
    await dialog.getByRole("button", { name: "Change" }).click();
    await field.fill("Nobody of this name");
    await expect(dialog.getByRole("option")).toHaveText([/Add “Nobody of this name”/]);
    await dialog.getByRole("option").click();
    await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Nobody of this name");
    await expect(dialog.getByRole("textbox", { name: "Email" })).toBeFocused();
  });

  await test.step("closed or loaded anew, it has what was written until that is thrown away", async () => {
    const subject = dialog.getByRole("textbox", { name: "Subject" });
    await subject.fill("Thrown away");
    await dialog.getByRole("button", { name: "Discard" }).click();
    await expect(dialog).toBeHidden();
    await desk.getByRole("button", { name: "New ticket" }).first().click();
    await expect(subject).toHaveValue("");
    await expect(dialog.getByRole("button", { name: "Discard" })).toHaveCount(0);
    await field.fill("Nobody of this name");
    await dialog.getByRole("option").click();
    await subject.fill("They called");
    await desk.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await desk.reload();
    await desk.getByRole("button", { name: "New ticket" }).first().click();
    await expect(subject).toHaveValue("They called");
    await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Nobody of this name");
  });

  await test.step("what is missing is said; no category is chosen for anybody; a caller needs no address", async () => {
    await expect(dialog.getByText("The customer can read this.")).toBeVisible();
    await dialog.getByRole("button", { name: "Create ticket" }).click();
    await expect(dialog.getByRole("combobox", { name: "Category" })).toHaveAttribute("aria-invalid", "true");
    await dialog.getByRole("textbox", { name: "What happened" }).fill("By telephone: no sound.");
    await dialog.getByRole("combobox", { name: "Category" }).click();
    await desk.getByRole("option", { name: "returns" }).click();
    await dialog.getByRole("button", { name: "Create ticket" }).click();
    await expect(dialog).toBeHidden();
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("By telephone: no sound.");
    // One's own ticket is in the list at once, behind no pill.
    await expect(desk.getByRole("region", { name: "Tickets" }).getByRole("link", { name: "They called" })).toBeVisible();
    await expect(desk.getByRole("button", { name: /1 new/ })).toHaveCount(0);
  });

  await test.step("it begins anew; and another form has what was written in it when it is opened again", async () => {
    await desk.getByRole("button", { name: "New ticket" }).first().click();
    await expect(dialog.getByRole("textbox", { name: "Subject" })).toHaveValue("");
    await desk.keyboard.press("Escape");
    await desk.keyboard.press("Escape");
    await desk.getByRole("button", { name: "More actions" }).click();
    await desk.getByRole("menuitem", { name: "Open a follow-up" }).click();
    const other = desk.getByRole("dialog", { name: "Open a follow-up" });
    await other.getByRole("textbox", { name: "Subject" }).fill("They called again");
    await desk.keyboard.press("Escape");
    await expect(other).toBeHidden();
    await desk.getByRole("button", { name: "More actions" }).click();
    await desk.getByRole("menuitem", { name: "Open a follow-up" }).click();
    await expect(other.getByRole("textbox", { name: "Subject" })).toHaveValue("They called again");
    await desk.keyboard.press("Escape");
    await expect(other).toBeHidden();
  });
});

test("somebody already chosen is replaced by typing, and by mouse one stays", async ({ enter }) => {
  const { id } = await maria!.api.post("/v1/tickets", { subject: "Who has it?", description: "Please look." });
  await server.admin.put(`/v1/tickets/${id}/assignee`, { agent_id: bo!.id });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const assignee = desk.getByRole("combobox", { name: "Assigned to" });
  await expect(assignee).toHaveValue("Bo Larsen");
  await assignee.click();
  await desk.keyboard.type("Rosa");
  await expect(assignee).toHaveValue("Rosa");
  await desk.getByRole("option", { name: /Rosa Keller/ }).click();
  await expect.poll(async () => (await server.admin.get<{ assignee_name: string }>(`/v1/tickets/${id}`)).assignee_name).toBe("Rosa Keller");
  await expect(assignee).toHaveValue("Rosa Keller");
});

test("resolved, the next one is there, and Ctrl+Z brings it back as it was, and its reader to it", async ({ enter }) => {
  const ids: string[] = [];
  for (const subject of ["Done first", "Done second"]) ids.push((await maria!.api.post("/v1/tickets", { subject, description: "Please look.", priority: "urgent" })).id);
  await server.admin.put(`/v1/tickets/${ids[0]}/status`, { status: "waiting_customer" });
  const desk = await enter(server, rosa!, "/desk/tickets?priority=urgent", WIDE);
  await desk.getByRole("link", { name: "Done first" }).click();
  await desk.getByRole("article").getByRole("button", { name: "Resolve" }).click();
  await expect(desk.getByRole("article").getByRole("heading", { name: /Done second/ })).toBeVisible();
  await expect(desk.getByRole("region", { name: "Tickets" }).getByRole("link", { name: "Done first" })).toHaveCount(0);
  expect(await server.admin.get(`/v1/tickets/${ids[0]}`)).toMatchObject({ status: "resolved" });
  await desk.keyboard.press("Control+z");
  await expect(desk.getByText("Undone")).toBeVisible();
  expect(await server.admin.get(`/v1/tickets/${ids[0]}`)).toMatchObject({ status: "waiting_customer" });
  await expect(desk.getByRole("article").getByRole("heading", { name: /Done first/ })).toBeVisible();

  await test.step("but not who has gone elsewhere since", async () => {
    await desk.getByRole("article").getByRole("button", { name: "Resolve" }).click();
    await expect(desk.getByRole("article").getByRole("heading", { name: /Done second/ })).toBeVisible();
    await desk.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Customers" }).click();
    await expect(desk.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
    await desk.keyboard.press("Control+z");
    await expect.poll(() => server.admin.get<{ status: string }>(`/v1/tickets/${ids[0]}`)).toMatchObject({ status: "waiting_customer" });
    await expect(desk.getByText("Undone")).toBeVisible();
    await expect(desk.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
  });
});

test("what is taken back goes to the ticket as it was, also where the page was told of it before it had read it", async ({ enter }) => {
  const { id } = await maria!.api.post("/v1/tickets", { subject: "Told, not read", description: "Please look." });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const conversation = desk.getByRole("region", { name: "Conversation" });
  await expect(conversation).toContainText("Please look.");
  const resolved = desk.waitForRequest((request) => request.method() === "PUT" && request.url().endsWith(`/v1/tickets/${id}/status`));
  await desk.route((url) => url.pathname === `/v1/tickets/${id}` && !url.search, async (route) => {
    const answer = await route.fetch();
    await resolved;
    await route.fulfill({ response: answer });
  });
  await server.admin.put(`/v1/tickets/${id}/status`, { status: "waiting_customer" });
  await expect(conversation).toContainText("Waiting for customer");
  await desk.getByRole("article").getByRole("button", { name: "Resolve" }).click();
  await expect(desk.getByRole("button", { name: "Undo" })).toBeVisible();
  await desk.keyboard.press("Control+z");
  await expect(desk.getByText("Undone")).toBeVisible();
  expect(await server.admin.get(`/v1/tickets/${id}`)).toMatchObject({ status: "waiting_customer" });
});

test("a keyboard with other letters has the same commands", async ({ enter }) => {
  const { id } = await maria!.api.post("/v1/tickets", { subject: "Any layout", description: "Please look." });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  const session = await desk.context().newCDPSession(desk);
  const press = (key: string, code: string, modifiers = 0) => session.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, modifiers });
  const [CTRL, SHIFT] = [2, 8];
  await press("ن", "KeyK", CTRL);
  await expect(desk.getByRole("dialog", { name: "Commands" })).toBeVisible();
  await desk.keyboard.press("Escape");
  await expect(desk.getByRole("dialog")).toHaveCount(0);
  // German: the slash is Shift and 7.
  await press("/", "Digit7", SHIFT);
  await expect(desk.getByRole("searchbox", { name: "Search tickets" })).toBeFocused();
  await desk.keyboard.press("Escape");
  await press("ى", "KeyN");
  await expect(desk.getByRole("textbox", { name: "Internal note" })).toBeFocused();
});

test("the details stand beside the conversation on a small screen, and hide nobody", async ({ enter }) => {
  const { id } = await maria!.api.post("/v1/tickets", { subject: "A small screen", description: "Please look." });
  await server.admin.put(`/v1/tickets/${id}/assignee`, { agent_id: bo!.id });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, { viewport: { width: 1280, height: 720 } });
  const head = desk.getByRole("article").getByRole("banner").or(desk.locator("article > header"));
  await expect(head).toContainText("Maria Rossi");
  await expect(head).toContainText("Bo Larsen");
  await desk.getByRole("button", { name: "Details" }).click();
  await expect(desk.getByRole("complementary", { name: "Details" })).toBeVisible();
  await expect(desk.getByRole("dialog")).toHaveCount(0);
  // All of the box can be used: nothing lies over its button.
  await desk.getByRole("textbox", { name: "Reply" }).fill("Still here");
  await desk.getByRole("button", { name: "Send reply" }).click({ trial: true });
  await expect(desk.getByRole("textbox", { name: "Reply" })).toHaveValue("Still here");
});

test("being available is said in one voice", async ({ enter }) => {
  const desk = await enter(server, rosa!, "/desk/chats", WIDE);
  await expect(desk.getByText("No chats reach you now.")).toBeVisible();
  await desk.getByRole("button", { name: "Go available" }).click();
  await expect(desk.getByRole("combobox", { name: "For chats" })).toHaveText("Available");
  await expect(desk.getByText("No chats reach you now.")).toBeHidden();
  await desk.getByRole("combobox", { name: "For chats" }).click();
  await desk.getByRole("option", { name: "Busy" }).click();
  await expect(desk.getByRole("navigation").getByRole("button", { name: /Rosa Keller/ })).toContainText("Busy");
});

test("every figure of the dashboard leads to as many as it counts", async ({ enter }) => {
  const [one, other, third] = await Promise.all(["First", "Second", "Third"].map((subject) => maria!.api.post("/v1/tickets", { subject, description: "Please look." })));
  await bo!.api.post(`/v1/tickets/${one!.id}/merge`, { into: other!.id });
  await bo!.api.put(`/v1/tickets/${other!.id}/status`, { status: "resolved" });
  await bo!.api.put(`/v1/tickets/${third!.id}/snooze`, { until: new Date(Date.now() + 86_400_000).toISOString() });
  for (const [name, end] of [["Vera Lind", true], ["Olaf Berg", false]] as const) {
    const chat = await (await customer(server, name)).api.post("/v1/chats", { message: "Is anybody there?" });
    if (end) await server.admin.post(`/v1/chats/${chat.id}/end`, {});
  }
  const desk = await enter(server, rosa!, "/desk/dashboard", WIDE);
  const figures = desk.locator("dl > div").filter({ has: desk.getByRole("link") });
  await expect(figures.first()).toBeVisible();
  const told = await figures.evaluateAll((nodes) => nodes.map((node) => ({
    name: node.querySelector("dt")!.innerText, count: Number(node.querySelector("dd bdi")!.textContent), href: node.querySelector("a")!.href,
  })));
  const rows = await desk.locator("tbody tr").filter({ has: desk.locator("th a") }).evaluateAll((nodes) => nodes.map((node) => ({
    name: (node.querySelector("th") as HTMLElement).innerText, count: Number(node.querySelector("td")!.textContent), href: node.querySelector("a")!.href,
  })));
  expect(told.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["Open tickets", "Opened today", "Resolved or closed", "Chats waiting", "Chats under way", "Chats today", "Chats in all"]),
  );
  expect(rows.length).toBeGreaterThan(9);
  for (const { name, count, href } of [...told, ...rows]) {
    await desk.goto(href);
    const items = href.includes("/desk/chats") ? desk.locator(`a[href^="/desk/chats/"]`) : desk.getByRole("list", { name: "Tickets" }).getByRole("listitem");
    await expect(desk.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(items, `${name}: ${href}`).toHaveCount(count);
  }
});

test("the palette finds settings, values and tickets by what they are called", async ({ enter }) => {
  const { id, number } = await maria!.api.post("/v1/tickets", { subject: "Found by its number", description: "Please look." });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  const find = async (words: string) => {
    await desk.keyboard.press("Control+k");
    await desk.getByRole("dialog", { name: "Commands" }).getByRole("combobox").fill(words);
    return desk.getByRole("dialog", { name: "Commands" }).getByRole("option");
  };
  await expect(await find("roles")).toHaveText([/Roles/]);
  await desk.keyboard.press("Escape");
  await expect((await find("priority high")).first()).toHaveText(/Priority: High/);
  await desk.keyboard.press("Enter");
  await expect.poll(async () => (await server.admin.get<{ priority: string }>(`/v1/tickets/${id}`)).priority).toBe("high");
  await expect((await find(number!)).filter({ hasText: "Found by its number" })).toBeVisible();
});

test("on a ticket the palette has its commands first, then what the search found, and what was opened lately", async ({ enter }) => {
  const open = (subject: string, description: string) => maria!.api.post("/v1/tickets", { subject, description });
  const [here, said] = [await open("Merge conflict in the order", "Please look."), await open("A delivery", "It emerged that the merging of parcels failed.")];
  const desk = await enter(server, rosa!, `/desk/tickets/${said.id}`, WIDE);
  await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  await desk.goto(`${server.url}/desk/tickets/${here.id}`);
  await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  const palette = desk.getByRole("dialog", { name: "Commands" });
  const options = palette.getByRole("option");
  const asked: string[] = [];
  desk.on("request", (request) => asked.push(request.url()));

  await desk.keyboard.press("Control+k");
  await expect(palette.getByRole("group", { name: "Opened lately" }).getByRole("option")).toHaveText([/A delivery/]);
  await expect(palette.getByRole("group").first()).toHaveAccessibleName("Ticket");

  await palette.getByRole("combobox").fill("merg");
  await expect(palette.getByRole("group", { name: "Tickets" }).getByRole("option")).toHaveText([/A delivery.*merging of parcels/, /Merge conflict in the order/]);
  await expect(options.first()).toHaveText(/Merge into another/);
  expect(asked.filter((url) => /\/v1\/(tickets|customers)\?.*search=/.test(url)), "one search, not list after list").toEqual([]);
  await palette.getByRole("option", { name: /merging of parcels/ }).click();
  await expect(desk).toHaveURL(new RegExp(`/desk/tickets/${said.id}`));
});

test("a ticket opens at its end", async ({ enter }) => {
  const { id } = await maria!.api.post("/v1/tickets", { subject: "A long one", description: "Please look." });
  for (let at = 1; at <= 12; at += 1) await bo!.api.post(`/v1/tickets/${id}/messages`, { body: `Answer ${at}\n\nwith\nlines` });
  // What its reader has not read yet would be opened at its beginning.
  await bo!.api.post(`/v1/tickets/${id}/read`, { up_to_version: 1 });
  const desk = await enter(server, bo!, `/desk/tickets/${id}`, WIDE);
  const ledger = desk.getByRole("region", { name: "Conversation" });
  await expect(ledger).toContainText("Answer 12");
  await expect.poll(() => ledger.evaluate((node) => Math.round(node.scrollHeight - node.scrollTop - node.clientHeight))).toBeLessThanOrEqual(1);
});
