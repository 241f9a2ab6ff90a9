import { describe, expect, it } from "vitest";
import { changesOf, newAgent, skillsOf } from "./agent";

describe("changing an agent", () => {
  it("says only what is different, name and address in one", () => {
    const before = { ...newAgent(), name: "Amara", email: "amara@example.com" };
    expect(changesOf(before, { ...before })).toEqual([]);
    expect(changesOf(before, { ...before, name: "Amara O.", email: "a@example.com" })).toEqual(["details"]);
    expect(changesOf(before, { ...before, role: "supervisor", skills: ["german"], max_concurrent_chats: 5 })).toEqual(["role", "skills", "capacity"]);
  });

  it("reads skills from a line", () => {
    expect(skillsOf(" german, returns ,, german ")).toEqual(["german", "returns"]);
    expect(skillsOf("")).toEqual([]);
  });
});
