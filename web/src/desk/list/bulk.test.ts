import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Ticket } from "$/api/types";
import { queryClient } from "$/data/query";

// The API's address is known when its client is loaded.
vi.hoisted(() => vi.stubGlobal("location", { origin: "http://desk.example" }));
const { changePart, takeBack } = await import("./bulk");

const ME = "00000000-0000-4000-8000-00000000000a";
const row = (id: string, version: number, more: Partial<Ticket> = {}) =>
  ({ id, version, status: "open", priority: "low", category: "orders", tags: [], assignee_id: null, department_id: null, snoozed_until: null, ...more }) as unknown as Ticket;

/** What was asked of the API, and what it answers. */
let asked: { method: string; path: string; body: unknown; ifMatch: string | null }[];
let answers: Record<string, unknown>;

beforeEach(() => {
  asked = [];
  answers = {};
  queryClient.clear();
  vi.stubGlobal("location", { origin: "http://desk.example" });
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = await request.text();
    const one = `${request.method} ${url.pathname}${url.search}`;
    asked.push({ method: request.method, path: `${url.pathname}${url.search}`, body: text ? JSON.parse(text) : null, ifMatch: request.headers.get("If-Match") });
    return Response.json(answers[one] ?? { version: 99 });
  });
});
afterEach(() => vi.unstubAllGlobals());

const commands = () => asked.filter(({ method }) => method !== "GET").map(({ method, path, body, ifMatch }) => [method, path, body, ifMatch]);

it("knows on which version each was changed, whatever was shown", async () => {
  answers["POST /v1/ticket-changes"] = {
    items: [
      { id: "1", status: 200, receipt: { id: "1", version: 4, position: 40 }, version_before: 3 },
      { id: "2", status: 200, receipt: { id: "2", version: 9, position: 41 }, version_before: 7 },
      { id: "3", status: 409, problem: { code: "invalid_transition" } },
    ],
    changed: 2, refused: 1,
  };
  const [one, two, three] = [row("1", 3), row("2", 5), row("3", 1)];
  const { changed, refused } = await changePart([one, two, three], { priority: "high" });
  expect(changed).toEqual([{ shown: one, on: 3, version: 4 }, { shown: two, on: 7, version: 9 }]);
  expect(refused.map(({ ticket }) => ticket.id)).toEqual(["3"]);
});

it("takes what was shown for what was changed where that is not said", async () => {
  answers["POST /v1/ticket-changes"] = { items: [{ id: "1", status: 200, receipt: { id: "1", version: 4, position: 40 } }], changed: 1, refused: 0 };
  const { changed } = await changePart([row("1", 3)], { priority: "high" });
  expect(changed[0]!.on).toBe(3);
});

it("goes back to what each ticket was when it was changed", async () => {
  // Since the list read it, somebody had made it urgent and taken it.
  answers["GET /v1/tickets/2?at_version=7"] = row("2", 7, { priority: "urgent", status: "in_progress", assignee_id: "bo" });
  const changed = [{ shown: row("1", 3), on: 3, version: 5 }, { shown: row("2", 5), on: 7, version: 9 }];
  expect(await takeBack({ priority: "high", status: "resolved" }, changed, ME)).toBe(true);
  expect(asked.filter(({ method }) => method === "GET").map(({ path }) => path)).toEqual(["/v1/tickets/2?at_version=7"]);
  expect(commands().filter(([, path]) => String(path).startsWith("/v1/tickets/1/"))).toEqual([
    ["PUT", "/v1/tickets/1/status", { status: "open" }, '"5"'],
    ["PUT", "/v1/tickets/1/priority", { priority: "low" }, '"99"'],
  ]);
  expect(commands().filter(([, path]) => String(path).startsWith("/v1/tickets/2/"))).toEqual([
    ["PUT", "/v1/tickets/2/status", { status: "in_progress" }, '"9"'],
    ["PUT", "/v1/tickets/2/priority", { priority: "urgent" }, '"99"'],
  ]);
});

it("does not bring back what was deleted", async () => {
  expect(await takeBack({ delete: true }, [], ME)).toBe(false);
});
