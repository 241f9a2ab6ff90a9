import { describe, expect, it } from "vitest";
import { endOf, hasEnded, type Token } from "./tokens";

const token: Token = { id: "t", person_id: "p", label: "backup", scopes: [], created_at: "2026-01-01T00:00:00Z" };

describe("an API token", () => {
  it("has ended once it is revoked or its time is over", () => {
    const now = Date.parse("2026-06-01T00:00:00Z");
    expect(hasEnded(token, now)).toBe(false);
    expect(hasEnded({ ...token, revoked_at: "2026-02-01T00:00:00Z" }, now)).toBe(true);
    expect(hasEnded({ ...token, expires_at: "2026-06-01T00:00:00Z" }, now)).toBe(true);
    expect(hasEnded({ ...token, expires_at: "2026-06-02T00:00:00Z" }, now)).toBe(false);
  });

  it("is good until its last day is over", () => {
    expect(new Date(endOf("2026-12-31")!).getDate()).toBe(31);
    expect(endOf("")).toBeNull();
    expect(endOf("nonsense")).toBeNull();
  });
});
