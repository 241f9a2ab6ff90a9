/** A chat whose visitor loses the network, and whose server dies in the middle of a sentence. */
import { Console, expectOnceInOrder, Widget } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { agent } from "./support/people.ts";
import { shop } from "./support/shop.ts";

const server = docket();
const shops = shop(server);

interface Page<T> {
  items: T[];
}

test("every message arrives once and in order, and no page is loaded anew", async ({ enter }) => {
  test.setTimeout(150_000);
  const rosa = await agent(server, "Rosa Keller");
  await rosa.api.put(`/v1/agents/${rosa.id}/availability`, { availability: "available" });
  const desk = await enter(server, rosa, "/desk/chats");
  const site = await enter(server, null, shops.url);
  const [deskMark, siteMark] = [await mark(desk), await mark(site)];
  const visitor = new Widget(site);
  const console = new Console(desk, "Nora Visitor");

  await visitor.begin("Nora Visitor", "one: is the olive tree in stock?");
  await console.accept();
  await console.say("two: yes, four of them");
  await expect(visitor.log).toContainText("two: yes, four of them");

  await test.step("the visitor's network drops", async () => {
    await site.context().setOffline(true);
    await expect(visitor.panel.getByText("No connection.")).toBeVisible();
    await visitor.say("three: I am in a tunnel");
    await visitor.say("four: still in the tunnel");
    await expect(visitor.log.getByText("Waiting for the network").first()).toBeVisible();
    await console.say("five: take your time");
    await site.context().setOffline(false);
    await expect(visitor.panel.getByText("No connection.")).toBeHidden();
    await expect(visitor.log).toContainText("five: take your time");
    await expect(console.flow).toContainText("four: still in the tunnel");
  });

  await test.step("the server dies while the visitor types", async () => {
    await visitor.field.pressSequentially("six: I would like ");
    await server.kill();
    await visitor.field.pressSequentially("two, please");
    await visitor.field.press("Enter");
    await expect(visitor.panel.getByText("No connection.")).toBeVisible();
    await expect(visitor.log.getByText("Waiting for the network")).toBeVisible();
    await console.field.pressSequentially("seven: and a pot");
    await console.field.press("Enter");
    await expect(console.flow).toContainText("seven: and a pot");
    await visitor.field.fill("eight: half a sent");
    await server.resume();
    await expect(visitor.panel.getByText("No connection.")).toBeHidden({ timeout: 45_000 });
    await expect(visitor.field).toHaveValue("eight: half a sent");
    await visitor.field.pressSequentially("ence, and its end");
    await visitor.field.press("Enter");
    await expect(console.flow).toContainText("eight: half a sentence, and its end", { timeout: 45_000 });
  });

  const chat = (await server.admin.get<Page<{ id: string }>>("/v1/chats")).items[0]!;
  const bodies = async () =>
    (await server.admin.get<Page<{ body: string }>>(`/v1/chats/${chat.id}/messages?limit=100`)).items.map((message) => message.body);
  // The browsers were told as soon as the log had it; the read models go on some seconds after the crash.
  await expect
    .poll(async () => (await bodies()).map((body) => body.split(":")[0]).toSorted())
    .toEqual(["eight", "five", "four", "one", "seven", "six", "three", "two"]);
  const said = await bodies();
  expect(said.filter((body) => /^(one|three|four|six|eight):/.test(body)).map((body) => body.split(":")[0])).toEqual(["one", "three", "four", "six", "eight"]);
  await expectOnceInOrder(visitor.log, said);
  await expectOnceInOrder(console.flow, said);
  await deskMark.stays();
  await siteMark.stays();
});
