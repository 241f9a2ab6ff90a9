/** A request from its first word to its rating, between a customer and an agent who never reload. */
import { writeUntil } from "./support/chat.ts";
import { docket } from "./support/docket.ts";
import { expect, mark, test } from "./support/fixtures.ts";
import { agent, customer } from "./support/people.ts";

const server = docket();

test("a customer asks, an agent answers and resolves, the customer rates", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Keller");
  const maria = await customer(server, "Maria Rossi");
  await maria.api.post("/v1/tickets", { subject: "An earlier request", description: "It was about something else." });

  const desk = await enter(server, rosa, "/desk/tickets");
  await expect(desk.getByRole("link", { name: "An earlier request" })).toBeVisible();
  const help = await enter(server, maria, "/help");
  const [deskMark, helpMark] = [await mark(desk), await mark(help)];

  await test.step("the customer asks", async () => {
    await help.getByRole("link", { name: "New request" }).click();
    await help.getByRole("textbox", { name: "What is it about?" }).fill("The kettle does not whistle");
    await help.getByRole("textbox", { name: "Tell us more" }).fill("It boils, but in silence.");
    await help.getByRole("button", { name: "Send" }).click();
    await expect(help.getByRole("heading", { name: "The kettle does not whistle" })).toBeVisible();
  });

  await test.step("the agent sees it and answers", async () => {
    await desk.getByRole("button", { name: /1 new/ }).click();
    await desk.getByRole("link", { name: "The kettle does not whistle" }).click();
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("It boils, but in silence.");
    await desk.getByRole("textbox", { name: "Reply" }).fill("Is the lid closed all the way?");
    await desk.getByRole("button", { name: "Send reply" }).click();
  });

  await test.step("the customer reads it and writes back", async () => {
    await expect(help.getByRole("list", { name: "Conversation" })).toContainText("Is the lid closed all the way?");
    await help.getByRole("textbox", { name: "Your message" }).pressSequentially("Now it is. ");
    await writeUntil(desk.getByText("Maria Rossi is writing"), help.getByRole("textbox", { name: "Your message" }));
    await help.getByRole("textbox", { name: "Your message" }).fill("Now it is, and it whistles!");
    await help.getByRole("button", { name: "Send" }).click();
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Now it is, and it whistles!");
  });

  await test.step("the agent resolves, the customer rates, the agent sees the rating", async () => {
    await desk.getByRole("button", { name: "More actions" }).click();
    await desk.getByRole("menuitemradio", { name: "Stay here" }).click();
    await desk.keyboard.press("Escape");
    await desk.getByRole("button", { name: "Resolve" }).click();
    await expect(help.getByText("We think it is solved.")).toBeVisible();
    await help.getByRole("group", { name: "How did we do?" }).getByTitle("Very good").click();
    await help.getByRole("textbox", { name: "Anything else?" }).fill("Quick and kind");
    await help.getByRole("button", { name: "Send rating" }).click();
    await expect(help.getByText("You gave 5 of 5.")).toBeVisible();
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText(/Maria Rossi\W* rated the help 5 of 5/);
  });

  await deskMark.stays();
  await helpMark.stays();
});

test("a ticket is shown whichever of its answers comes first", async ({ enter }) => {
  const rosa = await agent(server, "Rosa Winter");
  const luca = await customer(server, "Luca Conti");
  const { id } = await luca.api.post("/v1/tickets", { subject: "Two answers", description: "Which one is first?" });
  const desk = await enter(server, rosa, "/desk/dashboard");
  for (const [late, early] of [["", "/events"], ["/events", ""]]) {
    const at = (part: string) => (url: URL) => url.pathname === `/v1/tickets/${id}${part}`;
    await desk.route(at(late!), async (route) => {
      const answer = await route.fetch();
      await first;
      await route.fulfill({ response: answer });
    });
    const first = desk.waitForResponse((answer) => at(early!)(new URL(answer.url()))).then((answer) => answer.finished());
    await desk.goto(`${server.url}/desk/tickets/${id}`);
    await expect(desk.getByRole("region", { name: "Conversation" })).toContainText("Which one is first?");
    await desk.unroute(at(late!));
  }
});
