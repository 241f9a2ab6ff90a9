/** What happened to a ticket stays: merged, put aside, walked back through; and what an erased person wrote does not. */
import type { Page } from "@playwright/test";
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
let rosa: Person;
let amara: Person;

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller");
  amara = await agent(server, "Amara Okafor", "admin");
});

const WIDE = { viewport: { width: 1680, height: 900 } };
const rail = (page: Page) => page.getByRole("region", { name: "Conversation" });
const details = (page: Page) => page.getByRole("complementary", { name: "Details" });
const more = async (page: Page, item: string) => {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: item }).click();
};

test("two tickets become one; the time slider shows them as they were", async ({ enter }) => {
  const maria = await customer(server, "Maria Rossi");
  const one = await maria.api.post("/v1/tickets", { subject: "Lamp flickers", description: "Every evening at eight." });
  const other = await maria.api.post("/v1/tickets", { subject: "Lamp again", description: "It also hums." });
  await rosa.api.post(`/v1/tickets/${other.id}/messages`, { body: "Which lamp is it?" });
  const numbers = await Promise.all([one, other].map(async ({ id }) => (await server.admin.get<{ number: string }>(`/v1/tickets/${id}`)).number));
  const desk = await enter(server, rosa, `/desk/tickets/${other.id}`, WIDE);
  const marked = await mark(desk);
  await expect(rail(desk)).toContainText("It also hums.");

  await test.step("merged into the first", async () => {
    await more(desk, "Merge into another");
    const dialog = desk.getByRole("dialog", { name: "Merge into another" });
    await dialog.getByRole("searchbox", { name: "Find a ticket" }).fill("flickers");
    await dialog.getByRole("radio", { name: /Lamp flickers/ }).check();
    await dialog.getByRole("button", { name: "Merge into another" }).click();
    await expect(desk.getByText("This ticket was merged into another; the conversation goes on there.")).toBeVisible();
    await expect(rail(desk)).toContainText("Which lamp is it?");
    await expect(rail(desk)).toContainText(/merged it into \W*/);
    await expect(details(desk)).toContainText("Merged into");
    await expect(desk.getByRole("textbox", { name: "Reply" })).toHaveCount(0);
  });

  await test.step("the other has its own history, and knows of this one", async () => {
    await desk.getByRole("link", { name: "Go there" }).click();
    await expect(desk.getByRole("heading", { level: 1, name: "Lamp flickers" })).toBeVisible();
    await expect(rail(desk)).toContainText("Every evening at eight.");
    await expect(rail(desk)).toContainText("into this ticket");
    await expect(details(desk)).toContainText("Merged into this");
    await details(desk).getByRole("link", { name: new RegExp(numbers[1]!) }).first().click();
    await expect(desk.getByRole("heading", { level: 1, name: "Lamp again" })).toBeVisible();
  });

  await test.step("back before the merge", async () => {
    await desk.getByRole("button", { name: "Time slider" }).click();
    const slider = desk.getByRole("slider", { name: "The ticket at a moment of its history" });
    await expect(slider).toBeFocused();
    await desk.keyboard.press("Home");
    await expect(desk.getByText("Viewing history, read-only")).toBeVisible();
    await expect(rail(desk)).toContainText("It also hums.");
    await expect(rail(desk)).not.toContainText("Which lamp is it?");
    await expect(details(desk)).not.toContainText("Merged into");
    await desk.getByRole("button", { name: "One step on" }).click();
    await desk.keyboard.press("Escape");
    await expect(details(desk)).toContainText("Merged into");
  });
  await marked.stays();
});

test("another customer's ticket is merged only after a warning, and a merge is taken back", async ({ enter }) => {
  const [anna, ben] = [await customer(server, "Anna Blum"), await customer(server, "Ben Ortiz")];
  await anna.api.post("/v1/tickets", { subject: "Kettle leaks", description: "Onto the floor." });
  await ben.api.post("/v1/tickets", { subject: "Kettle whistles", description: "In two voices." });
  const { id } = await ben.api.post("/v1/tickets", { subject: "Kettle is cold", description: "All morning." });
  const desk = await enter(server, rosa, `/desk/tickets/${id}`, WIDE);
  const dialog = desk.getByRole("dialog", { name: "Merge into another" });
  const warning = dialog.getByRole("alert");
  const merged = desk.getByText("This ticket was merged into another; the conversation goes on there.");
  const isMerged = async () => (await server.admin.get<{ merged: boolean }>(`/v1/tickets/${id}`)).merged;

  await more(desk, "Merge into another");
  const [own, others] = [dialog.getByRole("group", { name: "Tickets of Ben Ortiz" }), dialog.getByRole("group", { name: "Tickets of other customers" })];
  await expect(own.getByRole("radio")).toHaveCount(1);
  await expect(others).toHaveCount(0);
  await dialog.getByRole("searchbox", { name: "Find a ticket" }).fill("kettle");
  await expect(others.getByRole("radio", { name: /Kettle leaks.*Anna Blum/ })).toBeVisible();
  await expect(others).toHaveAccessibleDescription(/Not \W*Ben Ortiz/);
  await expect(own.getByRole("radio")).toHaveCount(1);
  await own.getByRole("radio", { name: /Kettle whistles/ }).check();
  await expect(warning).toHaveCount(0);
  await others.getByRole("radio", { name: /Kettle leaks/ }).check();
  await expect(warning).toContainText("belongs to another customer (Anna Blum)");
  await expect(warning).toContainText("Neither customer sees what the other wrote");
  await dialog.getByRole("button", { name: "Merge across customers" }).click();
  await expect(merged).toBeVisible();

  await test.step("at once, by the key that takes back what was done last", async () => {
    await expect(desk.getByRole("button", { name: "Undo", exact: true })).toBeVisible();
    await desk.keyboard.press("Control+z");
    await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
    await expect.poll(isMerged).toBe(false);
  });

  await test.step("later, on the ticket itself", async () => {
    await more(desk, "Merge into another");
    await dialog.getByRole("searchbox", { name: "Find a ticket" }).fill("whistles");
    await dialog.getByRole("radio", { name: /Kettle whistles/ }).check();
    await dialog.getByRole("button", { name: "Merge into another" }).click();
    await expect(merged).toBeVisible();
    await desk.reload();
    await desk.getByRole("button", { name: "Undo merge" }).click();
    await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
    await expect.poll(isMerged).toBe(false);
  });
});

test("any moment of a ticket, step by step, by its time, and played", async ({ enter }) => {
  const luca = await customer(server, "Luca Conti");
  const { id } = await luca.api.post("/v1/tickets", { subject: "Rain in the cellar", description: "A puddle by the door.", priority: "low" });
  await rosa.api.put(`/v1/tickets/${id}/assignee`, { agent_id: rosa.id });
  await rosa.api.put(`/v1/tickets/${id}/priority`, { priority: "urgent" });
  await rosa.api.post(`/v1/tickets/${id}/messages`, { body: "Please take the boxes off the floor." });
  await rosa.api.put(`/v1/tickets/${id}/subject`, { subject: "Flood in the cellar" });
  await rosa.api.put(`/v1/tickets/${id}/status`, { status: "resolved" });
  const desk = await enter(server, rosa, `/desk/tickets/${id}`, WIDE);
  await expect(rail(desk)).toContainText("set the status from In progress to Resolved");

  await desk.keyboard.press("t");
  const slider = desk.getByRole("slider", { name: "The ticket at a moment of its history" });
  await expect(slider).toBeFocused();
  const last = Number(await slider.getAttribute("max"));
  const title = (text: string) => expect(desk.getByRole("heading", { level: 1, name: text })).toBeVisible();

  await test.step("at its beginning", async () => {
    await desk.keyboard.press("Home");
    await title("Rain in the cellar");
    await expect(rail(desk)).toContainText("A puddle by the door.");
    await expect(rail(desk)).not.toContainText("Please take the boxes off the floor.");
    await expect(details(desk)).toContainText("Low");
    await expect(details(desk)).toContainText("Unassigned");
    await expect(desk.getByText(/^Step 1 of /)).toBeVisible();
    // The past cannot be changed.
    await expect(desk.getByRole("textbox", { name: "Reply" })).toHaveCount(0);
    await expect(desk.getByRole("button", { name: "Reopen" })).toHaveCount(0);
  });

  await test.step("step by step", async () => {
    while (!(await rail(desk).innerText()).includes("Please take the boxes off the floor.")) {
      const before = await slider.inputValue();
      await desk.keyboard.press(".");
      await expect(slider).not.toHaveValue(before);
    }
    await title("Rain in the cellar");
    await expect(details(desk)).toContainText("Urgent");
    await expect(details(desk)).toContainText("Rosa Keller");
  });

  await test.step("by its time", async () => {
    await desk.getByLabel("Go to a moment").fill("2001-01-01T00:00:00");
    await expect(slider).toHaveValue("0");
  });

  await test.step("played until now", async () => {
    await desk.getByRole("combobox", { name: "Speed" }).selectOption("4");
    await desk.getByRole("button", { name: "Play" }).click();
    await title("Flood in the cellar");
    await expect(slider).toHaveValue(String(last));
    await expect(desk.getByRole("button", { name: "Play" })).toBeVisible();
    await expect(rail(desk)).toContainText("set the status from In progress to Resolved");
  });

  await test.step("what happens meanwhile is there when one comes back", async () => {
    await desk.keyboard.press("Home");
    await slider.focus();
    await desk.keyboard.press("Home");
    await expect(slider).toHaveValue("0");
    await luca.api.post(`/v1/tickets/${id}/messages`, { body: "It is dry again, thank you." });
    await expect(slider).not.toHaveAttribute("max", String(last));
    await expect(rail(desk)).not.toContainText("It is dry again");
    await title("Rain in the cellar");
    await desk.getByRole("button", { name: "Back to now" }).click();
    await title("Flood in the cellar");
    await expect(rail(desk)).toContainText("It is dry again, thank you.");
    await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  });
});

test("a ticket put aside comes back when the customer writes, or when somebody brings it back", async ({ enter }) => {
  const ines = await customer(server, "Ines Putri");
  const { id } = await ines.api.post("/v1/tickets", { subject: "After the holidays", description: "No hurry at all." });
  await ines.api.post("/v1/tickets", { subject: "Before the holidays", description: "As soon as you can." });
  const desk = await enter(server, rosa, "/desk/tickets", WIDE);
  const list = desk.getByRole("list", { name: "Tickets" });
  await list.getByRole("link", { name: "After the holidays" }).click();
  await expect(rail(desk)).toContainText("No hurry at all.");
  // Whoever is done with one stays with it, for once.
  await desk.getByRole("button", { name: "More actions" }).click();
  await desk.getByRole("menuitemradio", { name: "Stay here" }).click();
  await desk.keyboard.press("Escape");
  await desk.keyboard.press("h");
  const dialog = desk.getByRole("dialog", { name: "Snooze" });
  await dialog.getByRole("button", { name: /Tomorrow morning/ }).click();
  await expect(rail(desk)).toContainText("snoozed it until");
  await expect(details(desk).getByText(/^Snoozed until/)).toBeVisible();
  // It is not in the way, and to be found by who wants it.
  await desk.goto(`${server.url}/desk/tickets`);
  await expect(list.getByRole("link", { name: "Before the holidays" })).toBeVisible();
  await expect(list.getByRole("link", { name: "After the holidays" })).toHaveCount(0);
  await desk.goto(`${server.url}/desk/tickets?snoozed=1`);
  await list.getByRole("link", { name: "After the holidays" }).click();
  await details(desk).getByRole("button", { name: "Unsnooze" }).click();
  await expect(rail(desk)).toContainText(/Rosa Keller\W* unsnoozed it/);
  await expect(details(desk).getByText(/^Snoozed until/)).toHaveCount(0);

  await desk.keyboard.press("h");
  await dialog.getByRole("button", { name: /Next week/ }).click();
  await expect(details(desk).getByText(/^Snoozed until/)).toBeVisible();
  await ines.api.post(`/v1/tickets/${id}/messages`, { body: "I am back earlier." });
  await expect(rail(desk)).toContainText("Snooze ended: the customer replied");
  await expect(details(desk).getByText(/^Snoozed until/)).toHaveCount(0);
});

test("an erased person cannot be read any more: not in customers, tickets, the list, or by searching", async ({ enter }) => {
  test.setTimeout(150_000);
  const vera = await customer(server, "Vera Oblivia");
  const { id } = await vera.api.post("/v1/tickets", { subject: "Quinquereme of Nineveh", description: "My address is Obscure Lane 9." });
  await rosa.api.post(`/v1/tickets/${id}/messages`, { body: "Dear Vera Oblivia, it is on its way." });
  // Read before by whoever erases: nothing of it may stay in the page.
  const page = await enter(server, amara, `/desk/tickets/${id}`, WIDE);
  const marked = await mark(page);
  await expect(rail(page)).toContainText("Obscure Lane 9");
  // And by a colleague, who has it open all the while.
  const colleague = await enter(server, rosa, `/desk/tickets/${id}`, WIDE);
  const theirs = await mark(colleague);
  await expect(rail(colleague)).toContainText("Obscure Lane 9");

  await test.step("only who types the name erases it", async () => {
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Customers" }).click();
    await page.getByRole("link", { name: /Vera Oblivia/ }).click();
    await page.getByRole("button", { name: "Erase" }).click();
    const dialog = page.getByRole("dialog", { name: "Erase" });
    await expect(dialog).toContainText("This cannot be undone.");
    await dialog.getByRole("textbox").fill("Vera");
    await expect(dialog.getByRole("button", { name: "Erase" })).toBeDisabled();
    await dialog.getByRole("textbox").fill("Vera Oblivia");
    await dialog.getByRole("button", { name: "Erase" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("at the customer's own page", async () => {
    await expect(page.getByText("This person was erased.")).toBeVisible();
    await expect(page.getByRole("heading", { level: 1, name: "Erased" })).toBeVisible();
    await expect(page.getByRole("main")).not.toContainText("vera.oblivia@people.example");
    await expect(page.getByRole("main")).not.toContainText("Nineveh");
  });

  await test.step("on the page a colleague has open", async () => {
    await expect(colleague.getByRole("heading", { level: 1, name: "Erased" })).toBeVisible();
    await expect(colleague.getByRole("main")).not.toContainText(/Obscure|Nineveh|Vera/);
    await theirs.stays();
  });

  await test.step("on the ticket", async () => {
    await page.getByRole("main").locator(`[data-ticket="${id}"]`).getByRole("link").click();
    await expect(page.getByRole("heading", { level: 1, name: "Erased" })).toBeVisible();
    await expect(rail(page)).toContainText("opened the ticket");
    await expect(page.getByRole("main")).not.toContainText(/Obscure|Nineveh|Vera/);
    await marked.stays();
  });

  await test.step("in lists and by searching", async () => {
    await page.goto(`${server.url}/desk/tickets`);
    await expect(page.getByRole("list", { name: "Tickets" }).getByRole("listitem").first()).toBeVisible();
    await expect(page.getByRole("link", { name: /Nineveh/ })).toHaveCount(0);
    for (const words of ["Nineveh", "Obscure", "Oblivia"]) {
      await page.getByRole("searchbox", { name: "Search tickets" }).fill(words);
      await page.keyboard.press("Enter");
      await expect(page.getByText("Nothing found").first()).toBeVisible();
    }
    await page.goto(`${server.url}/desk/customers?q=Vera`);
    await expect(page.getByText("Nobody found").first()).toBeVisible();
    await page.goto(`${server.url}/desk/tickets/${id}`);
    await expect(page.getByRole("heading", { level: 1, name: "Erased" })).toBeVisible();
    expect(await page.content()).not.toMatch(/Nineveh|Obscure Lane|Oblivia/);
  });
});
