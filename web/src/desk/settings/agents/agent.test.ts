import { describe, expect, it } from "vitest";
import { changesOf, heldRole, newAgent, roleBody, skillsOf } from "./agent";

describe("changing an agent", () => {
  it("says only what is different, name and address in one", () => {
    const before = { ...newAgent(), name: "Amara", email: "amara@example.com" };
    expect(changesOf(before, { ...before })).toEqual([]);
    expect(changesOf(before, { ...before, name: "Amara O.", email: "a@example.com" })).toEqual(["details"]);
    expect(changesOf(before, { ...before, role: "supervisor", skills: ["german"], max_concurrent_chats: 5 })).toEqual(["role", "skills", "capacity"]);
  });

  it("gives a built-in role by its name and an own one by its id", () => {
    const id = "01900000-0000-7000-8000-000000000001";
    expect(roleBody(heldRole({ id: null, role: "auditor" }))).toEqual({ role: "auditor" });
    expect(roleBody(heldRole({ id, role: "agent" }))).toEqual({ custom_role_id: id });
  });

  it("reads skills from a line", () => {
    expect(skillsOf(" german, returns ,, german ")).toEqual(["german", "returns"]);
    expect(skillsOf("")).toEqual([]);
  });
});
