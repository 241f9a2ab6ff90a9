import { beforeAll, describe, expect, it, vi } from "vitest";
import { Problem, Unreachable } from "./problem";

vi.mock("$/i18n/index.svelte", async () => ({ m: await import("$generated/words/common/messages/de.js"), currentLocale: () => "de" }));

let words: typeof import("./words");
beforeAll(async () => {
  words = await import("./words");
});

describe("reading", () => {
  it("keeps the code, every field and whatever else the problem says", async () => {
    const body = {
      type: "urn:docket:problem:invalid_transition", title: "Not possible now", status: 409, code: "invalid_transition",
      detail: "ticket cannot go from closed to resolved", allowed: ["open"], errors: [{ field: "status", code: "invalid", message: "no" }],
    };
    const problem = await Problem.of(new Response(JSON.stringify(body), { status: 409 }));
    expect(problem).toMatchObject({ status: 409, code: "invalid_transition", members: { allowed: ["open"] } });
    expect(problem.field("status")?.message).toBe("no");
    expect(problem.passing).toBe(false);
  });

  it("says what a stale change has missed", () => {
    const missed = [{ position: 7, event_type: "PriorityChanged" }];
    const problem = Problem.from(412, { code: "stale", current_version: 9, missed });
    expect([problem.currentVersion, problem.missed]).toEqual([9, missed]);
  });

  it("makes do with what is no problem document", async () => {
    const problem = await Problem.of(new Response("<html>", { status: 502, headers: { "Retry-After": "7" } }));
    expect(problem).toMatchObject({ status: 502, code: "http_502", retryAfter: 7 });
    expect(problem.passing).toBe(true);
  });
});

describe("words", () => {
  it("are in the reader's language for what is known", () => {
    expect(words.problemWords(Problem.from(409, { code: "ticket_closed", detail: "the ticket is closed" }))).toMatch(/geschlossen/);
    const waiting = Problem.from(429, { code: "too_many_requests" }, new Headers({ "Retry-After": "30" }));
    expect(words.problemWords(waiting)).toContain("30");
    expect(words.problemWords(new Unreachable(null))).toMatch(/antwortet nicht/);
  });

  it("name the field, and the server's limit where there is one", () => {
    expect(words.problemWords(Problem.from(422, { code: "invalid_fields", errors: [{ field: "subject", code: "required", message: "x" }] })))
      .toBe("Bitte ausfüllen.");
    const field = (code: string, message: string) => words.fieldWords({ field: "subject", code, message });
    expect(field("too_long", "subject may have at most 51200 bytes, this has 60000")).toBe("Zu lang: höchstens 51.200.");
    expect(field("too_short", "password needs at least 12 characters")).toBe("Zu kurz: mindestens 12.");
    expect(field("too_easy", "password is too easy to guess")).toMatch(/zu leicht/);
    expect(field("out_of_range", "rating must be from 1 to 5")).toBe("Möglich ist 1 bis 5.");
    expect(field("out_of_range", "until must lie in the future")).toBe("Das ist nicht gültig.");
  });

  it("never show what is inside", () => {
    expect(words.problemWords(new TypeError("x is undefined"))).not.toContain("undefined");
    expect(words.problemWords(Problem.from(500, { code: "internal", detail: "SELECT" }))).not.toContain("SELECT");
  });
});
