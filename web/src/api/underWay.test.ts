import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sendCommand } from "./client";

/** Answers in the order in which they are asked for, when they are let. */
let asked: { url: string; body: string; answer: (version: number) => void }[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("location", { origin: "http://desk.example" });
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = await request.text();
    return new Promise<Response>((resolve) => asked.push({ url: request.url, body, answer: (version) => resolve(Response.json({ version })) }));
  });
});
afterEach(() => vi.unstubAllGlobals());

const resolve = (key: string, ticket = "1", status = "resolved") => sendCommand({ key, method: "PUT", path: `/v1/tickets/${ticket}/status`, body: { status } });
const until = (count: number) => vi.waitFor(() => expect(asked).toHaveLength(count));

it("sends a command that is under way no second time, and gives its answer to both", async () => {
  const both = Promise.all([resolve("a"), resolve("b")]);
  await until(1);
  asked[0]!.answer(7);
  expect(await both).toEqual([{ version: 7 }, { version: 7 }]);
  expect(asked).toHaveLength(1);
});

it("sends it again once it is over, and others beside it", async () => {
  const first = resolve("a");
  const others = [resolve("b", "2"), resolve("c", "1", "closed")];
  await until(3);
  for (const { answer } of asked) answer(1);
  await Promise.all([first, ...others]);
  const again = resolve("d");
  await until(4);
  asked[3]!.answer(2);
  expect(await again).toEqual({ version: 2 });
});
