import { beforeAll, describe, expect, it } from "vitest";
import { Problem, Unreachable } from "$/api/problem";
import { failure, useLocale } from "./words";

beforeAll(() => useLocale("en"));

const tooMuch = (members: object, seconds: string) => Problem.from(429, { code: "over_budget", ...members }, new Headers({ "Retry-After": seconds }));

describe("what stands in a visitor's way", () => {
  it.each([
    ["changes_per_minute", "You are sending faster"],
    ["bytes_per_hour", "say it in fewer words"],
    ["visits_per_minute", "Many people on your network"],
    ["waiting_chats", "or leave us a message"],
    ["another", "too much at once"],
  ])("says of %s what it is, and when to come back", (budget, words) => {
    expect(failure(tooMuch({ budget }, "30"))).toContain(words);
    expect(failure(tooMuch({ budget }, "30"))).toContain("in 30 seconds");
    expect(failure(tooMuch({ budget }, "600"))).toContain("in 10 minutes");
  });

  it.each(["chat_closed", "ticket_closed", "ticket_archived", "ticket_merged", "invalid_transition", "person_erased"])("has words of its own for %s", (code) => {
    expect(failure(new Problem(409, code, ""))).not.toBe(failure(new Problem(409, "something_else", "")));
  });

  it("says that there is too much in a field", () => {
    expect(failure(new Problem(422, "invalid", "", [{ field: "body", code: "too_long", message: "at most 4096 bytes" }]))).toBe("This is too long. Please shorten it.");
  });

  it("says what passes by itself to be out of reach", () => {
    expect(failure(new Unreachable(null))).toBe(failure(new Problem(503, "unavailable", "")));
  });
});
