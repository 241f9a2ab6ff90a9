/** What strangers call themselves and write turns nothing around it: not on the desk, wherever it is shown. */
import type { Page } from "@playwright/test";
import type { Receipt } from "./support/api.ts";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent } from "./support/people.ts";

const server = docket();
const WIDE = { viewport: { width: 1680, height: 900 } };
const TURNED = "\u202egro.kcatta";
const ISOLATED = "\u2067emos\u2069\u2069";

/** Every text and attribute of the page that has one of the signs, what is typed in fields aside. */
const turning = (page: Page) => page.evaluate(() => {
  const signs = /[\u202a-\u202e]/;
  const found: string[] = signs.test(document.title) ? [document.title] : [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text && signs.test(node.data)) found.push(`${node.parentElement?.outerHTML.slice(0, 200)}`);
    if (node instanceof Element) for (const { name, value } of node.attributes) if (name !== "href" && name !== "value" && signs.test(value)) found.push(`${name}="${value}"`);
  }
  return found;
});

test("signs that turn the letters around them are shown for what they are", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Keller", "admin");
  const name = `Eve ${TURNED}`;
  const { id } = await server.admin.post<Receipt>("/v1/tickets", {
    subject: `Invoice ${TURNED} ${ISOLATED}`, description: `Open ${TURNED} now, \`${TURNED}\` and [${TURNED}](https://docket.example)`, customer: { name, email: "eve@strangers.example" }, channel: "desk",
  });
  await server.admin.post(`/v1/tickets/${id}/tags`, { add: [`tag${TURNED}`] });
  await server.admin.put(`/v1/tickets/${id}/order`, { order_ref: `A-1${TURNED}` });
  await server.admin.put(`/v1/tickets/${id}/subject`, { subject: `Bill ${TURNED} ${ISOLATED}` });
  const desk = await enter(server, rosa, `/desk/tickets/${id}`, WIDE);

  await test.step("on the ticket and in the list beside it", async () => {
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Open");
    await expect(desk.getByRole("complementary", { name: "Details" })).toContainText("eve@strangers.example");
    await expect(desk.getByRole("list", { name: "Tickets" })).toContainText("[U+202E]gro.kcatta");
    await expect(desk).toHaveTitle(/Bill .*\[U\+202E\]/);
    expect(await turning(desk)).toEqual([]);
  });

  await test.step("in what is said of a change", async () => {
    await desk.getByRole("button", { name: /^Remove.*tag/ }).click();
    await expect(desk.getByRole("button", { name: "Undo" }).or(desk.getByText(/removed the tag/)).first()).toBeVisible();
    expect(await turning(desk)).toEqual([]);
  });

  await test.step("in the palette, where one merges, and where one chooses a customer", async () => {
    await desk.keyboard.press("Escape");
    await desk.keyboard.press("Control+k");
    await desk.keyboard.type("Bill");
    await expect(desk.getByRole("option", { name: /Bill/ })).toBeVisible();
    expect(await turning(desk)).toEqual([]);
    await desk.keyboard.press("Escape");
  });

  for (const [place, word] of [["/desk/customers", "eve@strangers.example"], ["/desk/audit", "Bill"], ["/desk/dashboard", "Bill"]] as const) {
    await test.step(place, async () => {
      await desk.goto(server.url + place);
      await expect(desk.getByRole("main")).toContainText(word);
      expect(await turning(desk)).toEqual([]);
    });
  }
});
