/** What somebody types is theirs: it reaches the box it was meant for, stays what it was begun as, and no letter of it is a command. */
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer, type Person } from "./support/people.ts";

const server = docket();
const WIDE = { viewport: { width: 1680, height: 900 } };
let [rosa, maria]: Person[] = [];

test.beforeAll(async () => {
  rosa = await agent(server, "Rosa Keller", "admin", { max_concurrent_chats: 10 });
  maria = await customer(server, "Maria Rossi");
});

const ask = (subject: string) => maria!.api.post<Receipt>("/v1/tickets", { subject, description: "Please look at it." });
async function chat(name: string) {
  const { api } = await customer(server, name);
  const { id } = await api.post<Receipt>("/v1/chats", { message: "Hello?" });
  return { id, end: () => api.post(`/v1/chats/${id}/end`) };
}
/** What was ever done to a ticket; reading it is nothing. */
async function done(id: string): Promise<string[]> {
  const { items } = await server.admin.get<{ items: { event_type: string }[] }>(`/v1/tickets/${id}/events?limit=500`);
  return items.map(({ event_type }) => event_type).filter((type) => type !== "MessagesRead");
}
/** What the customer can read of it. */
const readable = async (id: string) => (await maria!.api.get<{ items: { body: string }[] }>(`/v1/tickets/${id}/messages`)).items.map(({ body }) => body).join("\n");

test("the first words after accepting a chat are its first words", async ({ enter }) => {
  await rosa!.api.put(`/v1/agents/${rosa!.id}/availability`, { availability: "offline" });
  const [hugo, keiko] = [await chat("Hugo Tanaka"), await chat("Keiko Ito")];
  const desk = await enter(server, rosa!, "/desk/chats", WIDE);
  // The answer is held back: what is typed until the box is there goes nowhere else.
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await desk.route(`**/v1/chats/${hugo.id}/accept`, async (route) => {
    await held;
    await route.continue();
  });
  await desk.getByRole("button", { name: "Accept: Hugo Tanaka" }).click();
  await desk.keyboard.type("Hi Hugo, I am ch");
  go();
  await expect(desk.getByRole("textbox", { name: "Write to Hugo Tanaka" })).toBeFocused();
  await desk.keyboard.type("ecking");
  await expect(desk.getByRole("textbox", { name: "Write to Hugo Tanaka" })).toHaveValue("Hi Hugo, I am checking");
  expect((await server.admin.get<{ status: string }>(`/v1/chats/${keiko.id}`)).status).toBe("waiting");

  await test.step("opening one of one's own goes on writing", async () => {
    await desk.getByRole("button", { name: "Accept: Keiko Ito" }).click();
    await expect(desk.getByRole("textbox", { name: "Write to Keiko Ito" })).toBeFocused();
    await desk.getByRole("link", { name: /Hugo Tanaka/ }).click();
    await expect(desk.getByRole("textbox", { name: "Write to Hugo Tanaka" })).toBeFocused();
    await expect(desk.getByRole("textbox", { name: "Write to Hugo Tanaka" })).toHaveValue("Hi Hugo, I am checking");
  });

  await test.step("what was begun when the chat ends is not lost", async () => {
    await hugo.end();
    const begun = desk.getByRole("region", { name: "Written, not sent" });
    await expect(begun).toContainText("Hi Hugo, I am checking");
    await begun.getByRole("button", { name: "Discard" }).click();
    await expect(begun).toBeHidden();
  });
});

test("no letter by itself changes anything", async ({ enter }) => {
  const { id } = await ask("Letters fall on me");
  await ask("And on me");
  const waiting = await chat("Nora Silva");
  const before = await done(id);
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#/?.,[]"];
  for (const place of [`/desk/tickets/${id}`, "/desk/tickets", "/desk/chats"]) {
    await desk.goto(server.url + place);
    await expect(desk.getByRole("link", { name: place === "/desk/chats" ? /Nora Silva/ : "Letters fall on me" }).first()).toBeVisible();
    for (const letter of letters) {
      await desk.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
      await desk.keyboard.press(letter);
      // Whatever opened is closed again, and chooses nothing.
      for (let tries = 0; tries < 3 && (await desk.locator('[role="dialog"]').count()) > 0; tries += 1) await desk.keyboard.press("Escape");
    }
  }
  expect(await done(id)).toEqual(before);
  expect((await server.admin.get<{ status: string }>(`/v1/chats/${waiting.id}`)).status).toBe("waiting");

  await test.step("nor on a control that was used last", async () => {
    await desk.goto(`${server.url}/desk/tickets/${id}`);
    const status = desk.getByRole("combobox", { name: "Status" });
    await status.click();
    await desk.keyboard.press("Escape");
    await expect(status).toBeFocused();
    await desk.keyboard.type("Resolved, I think");
    await desk.keyboard.press("Escape");
    await desk.keyboard.press("Escape");
    expect(await done(id)).toEqual(before);
  });
});

test("whoever opens a ticket types into its box, also before the box is there", async ({ enter }) => {
  const { id } = await ask("Opened to be answered");
  await ask("Opened after it");
  const desk = await enter(server, rosa!, "/desk/tickets", WIDE);
  const row = desk.getByRole("list", { name: "Tickets" }).getByRole("link", { name: "Opened to be answered" });
  const reply = desk.getByRole("textbox", { name: "Reply" });
  const written = "Hello there, resolve please, sorry about that";
  for (const [how, open] of [
    ["a click", () => row.click()],
    ["Enter", () => row.press("Enter")],
    ["O", async () => { await row.focus(); await desk.keyboard.press("o"); }],
  ] as const) {
    await test.step(how, async () => {
      // Its history is held back: so its box comes after the first words.
      let go = () => {};
      const held = new Promise<void>((resolve) => (go = resolve));
      await desk.route(`**/v1/tickets/${id}/events?**`, async (route) => {
        await held;
        await route.continue();
      });
      await desk.goto(`${server.url}/desk/tickets`);
      await expect(row).toBeVisible();
      await open();
      await expect(desk).toHaveURL(new RegExp(id));
      await desk.keyboard.type(written.slice(0, 20));
      go();
      await expect(reply).toBeFocused();
      await desk.keyboard.type(written.slice(20));
      await expect(reply).toHaveValue(written);
      await reply.fill("");
      await desk.unrouteAll({ behavior: "wait" });
    });
  }

  await test.step("but not who walks through them", async () => {
    await desk.goto(`${server.url}/desk/tickets/${id}`);
    await expect(reply).toBeVisible();
    await desk.keyboard.press("j");
    await expect(desk.getByRole("article").getByRole("heading", { level: 1 })).not.toHaveText("Opened to be answered");
    await expect(reply).toBeVisible();
    await expect(reply).not.toBeFocused();
  });
});

for (const [key, box] of [["r", "Reply"], ["n", "Internal note"]] as const) {
  test(`the key for ${box} is heard before its box is there, and nothing takes the words away afterwards`, async ({ enter }) => {
    const { id } = await ask(`Asked for early: ${box}`);
    const desk = await enter(server, rosa!, "/desk/dashboard", WIDE);
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    await desk.route(`**/v1/tickets/${id}`, async (route) => {
      await held;
      await route.continue();
    });
    await desk.goto(`${server.url}/desk/tickets/${id}`);
    await expect(desk.getByRole("navigation", { name: "Sections" })).toBeVisible();
    await desk.keyboard.press(key);
    await desk.keyboard.type("Hello, plea");
    go();
    await expect(desk.getByRole("textbox", { name: box })).toBeFocused();
    // Its details come later than the box.
    await expect(desk.getByRole("combobox", { name: "Add a tag" })).toBeVisible();
    await desk.keyboard.type("se look at");
    await expect(desk.getByRole("textbox", { name: box })).toHaveValue("Hello, please look at");
  });
}

test("a sentence that falls on the page chooses nothing", async ({ enter }) => {
  const { id } = await ask("Sentences fall on me");
  const before = await done(id);
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  for (const sentence of ["h ", "hello \n", "solved\n", "please high\n", "anna rosa\n", "l thanks, all\n", "s resolved \n\n", "# \n\n", "zebra \n"]) {
    await desk.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    for (const letter of sentence) await desk.keyboard.press(letter === "\n" ? "Enter" : letter === " " ? "Space" : letter);
    for (let tries = 0; tries < 4 && (await desk.locator('[role="dialog"]').count()) > 0; tries += 1) {
      await desk.keyboard.press("Escape");
      const discard = desk.getByRole("button", { name: "Discard" });
      if (await discard.isVisible()) await discard.click();
    }
    // Some letters lead elsewhere.
    if (!desk.url().includes(id)) await desk.goto(`${server.url}/desk/tickets/${id}`);
    await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
  }
  expect(await done(id)).toEqual(before);

  await test.step("nor in a list that a letter opened", async () => {
    const status = desk.getByRole("combobox", { name: "Status" });
    await status.focus();
    await desk.keyboard.type("Resolved");
    await expect(desk.getByRole("option", { name: "Resolved" })).toBeVisible();
    await desk.keyboard.press("Enter");
    await expect(desk.getByRole("option", { name: "Resolved" })).toBeVisible();
    await desk.keyboard.press("Escape");
    expect(await done(id)).toEqual(before);
  });

  await test.step("an arrow does", async () => {
    await desk.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await desk.keyboard.press("h");
    await expect(desk.getByRole("dialog", { name: "Snooze" })).toBeFocused();
    await desk.keyboard.press("ArrowDown");
    await desk.keyboard.press("ArrowDown");
    await desk.keyboard.press("Enter");
    await expect.poll(() => done(id)).toContain("TicketSnoozed");
  });
});

test("a note stays a note when the ticket is opened meanwhile", async ({ enter }) => {
  const { id } = await ask("Closed and opened again");
  await server.admin.put(`/v1/tickets/${id}/status`, { status: "closed" });
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const note = desk.getByRole("textbox", { name: "Internal note" });
  await note.click();
  await note.pressSequentially("She is angry as ");
  await server.admin.put(`/v1/tickets/${id}/status`, { status: "open" });
  await expect(desk.getByText("This ticket is closed.")).toBeHidden();
  await desk.keyboard.type("a wasp");
  await expect(note).toHaveValue("She is angry as a wasp");

  await test.step("also on coming back", async () => {
    await expect.poll(() => desk.evaluate(() => JSON.stringify(localStorage))).toContain("a wasp");
    await desk.reload();
    await expect(note).toHaveValue("She is angry as a wasp");
  });

  await note.press("Control+Enter");
  await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("She is angry as a wasp");
  await expect.poll(() => done(id)).toContain("NoteAdded");
  expect(await readable(id)).not.toContain("angry");
});

test("an answer stays an answer when the ticket is closed meanwhile, and is not sent as anything else", async ({ enter }) => {
  const { id } = await ask("Open and closed");
  const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
  const reply = desk.getByRole("textbox", { name: "Reply" });
  await reply.pressSequentially("Have you tried");
  await server.admin.put(`/v1/tickets/${id}/status`, { status: "closed" });
  await expect(desk.getByText("This ticket is closed. Reopen it to send this reply.")).toBeVisible();
  await desk.keyboard.press("Control+A");
  await desk.keyboard.press("Delete");
  await desk.keyboard.type("Have you tried turning it off?");
  await expect(reply).toHaveValue("Have you tried turning it off?");
  await desk.keyboard.press("Control+Enter");
  await expect(desk.getByRole("button", { name: "Send reply" })).toBeDisabled();
  await desk.getByRole("button", { name: "Reopen" }).click();
  await expect(desk.getByRole("button", { name: "Send reply" })).toBeEnabled();
  await reply.press("Control+Enter");
  await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Have you tried turning it off?");
  await expect.poll(() => readable(id)).toContain("Have you tried turning it off?");
});

for (const [what, end] of [
  ["archived", (id: string) => server.admin.post(`/v1/tickets/${id}/archive`)],
  ["merged", async (id: string) => server.admin.post(`/v1/tickets/${id}/merge`, { into: (await ask("The one that goes on")).id })],
] as const) {
  test(`what was begun on a ticket that is ${what} meanwhile is not lost`, async ({ enter }) => {
    const { id } = await ask(`To be ${what}`);
    const desk = await enter(server, rosa!, `/desk/tickets/${id}`, WIDE);
    await expect(desk.getByRole("textbox", { name: "Reply" })).toBeVisible();
    await desk.keyboard.press("n");
    await desk.getByRole("textbox", { name: "Internal note" }).pressSequentially("Half a thought");
    await end(id);
    const begun = desk.getByRole("region", { name: "Written, not sent" });
    await expect(begun).toContainText("Half a thought");
    await expect(begun).toContainText("Internal note");
  });
}
