/** What a newcomer sees: a desk without a ticket, a help centre without a request. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { docket } from "./support/docket.ts";
import { expect, test } from "./support/fixtures.ts";
import { agent, customer } from "./support/people.ts";

const FOLDER = fileURLToPath(new URL("../../screenshots/", import.meta.url));
const server = docket();

test("nothing yet", async ({ enter }) => {
  test.setTimeout(180_000);
  await mkdir(FOLDER, { recursive: true });
  const amara = await agent(server, "Amara Okafor", "admin");
  const maria = await customer(server, "Maria Rossi");
  for (const [who, part, path] of [
    [amara, "tickets", "/desk/tickets"], [amara, "chats", "/desk/chats"], [amara, "dashboard", "/desk/dashboard"], [amara, "fields", "/desk/settings/fields"],
    [maria, "help", "/help"], [maria, "help-chats", "/help/chats"],
  ] as const) {
    const page = await enter(server, who, path, { viewport: { width: 1440, height: 900 } });
    await expect(page.getByRole("main").getByRole("heading").first()).toBeVisible();
    await expect(page.locator(".bone")).toHaveCount(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `${FOLDER}first-${part}.desktop.${colorScheme}.png`, animations: "disabled" });
    }
    await page.context().close();
  }
});
