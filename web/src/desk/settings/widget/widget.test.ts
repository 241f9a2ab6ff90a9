import { describe, expect, it } from "vitest";
import { bodyOf, editOf, scriptLine } from "./widget";

const view = {
  enabled: true, allowed_origins: ["https://shop.example.com", "https://blog.example.com"], position: "end" as const, language: "auto" as const,
  name_field: "optional" as const, email_field: "required" as const, department_ids: [], has_identity_secret: false, warnings: [], version: 3,
};

describe("the widget's settings", () => {
  it("come back as they were", () => {
    const { has_identity_secret: _, warnings: __, version: ___, ...same } = view;
    expect(bodyOf(editOf(view))).toEqual({ ...same, title: null, greeting: null, offline_text: null, accent_color: null });
  });

  it("take origins however they are written one after another", () => {
    const edit = { ...editOf(view), allowed_origins: " https://a.example,\nhttps://b.example \n\n" };
    expect(bodyOf(edit).allowed_origins).toEqual(["https://a.example", "https://b.example"]);
  });

  it("give sites one line", () => {
    expect(scriptLine("acme.1", "https://desk.example.com")).toBe('<script src="https://desk.example.com/widget.js" data-key="acme.1" async></script>');
  });
});
