import { describe, expect, it } from "vitest";
import { bodyOf, grouped, newRole, type PermissionView, toggled } from "./role";

const all: PermissionView[] = [
  { name: "view_tickets", group: "tickets", description_key: "permission_view_tickets", grantable: true },
  { name: "view_chat", group: "chats", description_key: "permission_view_chat", grantable: true },
  { name: "edit_tickets", group: "tickets", description_key: "permission_edit_tickets", grantable: false },
];

describe("a role", () => {
  it("shows permissions by what they belong to, in the order they came", () => {
    expect(grouped(all).map(({ group, permissions }) => [group, permissions.map(({ name }) => name)])).toEqual([
      ["tickets", ["view_tickets", "edit_tickets"]], ["chats", ["view_chat"]],
    ]);
  });

  it("is the same after choosing and taking back", () => {
    const before = ["view_tickets", "edit_tickets"] as const;
    const chosen = toggled(before, "view_chat", true, all);
    expect(chosen).toEqual(["view_tickets", "view_chat", "edit_tickets"]);
    expect(toggled(chosen, "view_chat", false, all)).toEqual(before);
  });

  it("begins with what its author may give, and is sent without space around its name", () => {
    expect(newRole(all).permissions).toEqual(["view_tickets"]);
    expect(newRole(all.map((one) => ({ ...one, grantable: false }))).permissions).toEqual([]);
    expect(bodyOf({ name: " Second level ", permissions: [] }).name).toBe("Second level");
  });
});
