/** A chat goes from one agent to another, with a note the visitor never sees. */
import { Console, Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { overhear } from "./support/overhear.ts";
import { agent } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server);

test("a chat is handed over with a note", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Keller");
  const bo = await agent(server, "Bo Larsen");
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  const rosas = await enter(server, rosa, "/desk/chats");
  const bos = await enter(server, bo, "/desk/chats");
  const site = await enter(server, null, shops.url);
  const heard = overhear(site.context());
  const visitor = new Widget(site);
  const atRosa = new Console(rosas, "Nora Visitor");
  const atBo = new Console(bos, "Nora Visitor");

  await visitor.begin("Nora Visitor", "I want my money back");
  await atRosa.accept();
  await atRosa.say("One moment, I ask a colleague");
  await bo.api.put(`/v1/agents/${bo.id}/availability`, { availability: "available" });
  const marked = await mark(bos);

  await atRosa.choose("Hand over");
  const dialog = rosas.getByRole("dialog", { name: "Hand the chat over" });
  await dialog.getByRole("combobox", { name: "Who takes over" }).pressSequentially("Bo");
  await rosas.getByRole("option", { name: /Bo Larsen/ }).click();
  await dialog.getByRole("textbox", { name: /Note for whoever takes over/ }).fill("paid twice, angry as a wasp");
  await dialog.getByRole("button", { name: "Hand over" }).click();
  await expect(rosas.getByText("Handed over to Bo Larsen")).toBeVisible();
  await expect(visitor.log).toContainText("You are being handed over to a colleague");

  await atBo.accept();
  await expect(atBo.flow).toContainText("I want my money back");
  await expect(atBo.flow).toContainText("paid twice, angry as a wasp");
  await expect(visitor.panel.getByText("You are chatting with Bo Larsen")).toBeVisible();
  await atBo.say("Your money is on its way");
  await expect(visitor.log).toContainText("Your money is on its way");
  // Each one's words stay theirs, also for who comes back.
  await expect(visitor.log).toContainText(/Rosa Keller joined[^]*Rosa Keller:\s*One moment[^]*Bo Larsen joined[^]*Bo Larsen:\s*Your money/);
  await site.reload();
  await visitor.open();
  await expect(visitor.log).toContainText(/Rosa Keller:\s*One moment[^]*Bo Larsen:\s*Your money/);
  await expect(rosas.getByText("Bo Larsen has this chat. You are reading along.")).toBeVisible();
  await expect(rosas.getByRole("textbox", { name: "Write to Nora Visitor" })).toBeHidden();

  await marked.stays();
  await heard.expectHeard("Your money is on its way");
  await heard.expectNeverHeard("angry as a wasp");
});
