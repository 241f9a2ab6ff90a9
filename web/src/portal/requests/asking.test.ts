import { describe, expect, it } from "vitest";
import { blank, bodyOf, isWorthKeeping, missing, recall, Tries } from "./asking";

const asked = { ...blank(), subject: " Broken lamp ", description: "It does not light." };

describe("a request being written", () => {
  it("names what is missing", () => {
    expect(missing(blank())).toEqual({ subject: "required", description: "required" });
    expect(missing(asked)).toEqual({});
  });

  it("counts characters of the subject and bytes of the description, as the server does", () => {
    expect(missing({ ...asked, subject: "😀".repeat(255) }).subject).toBeUndefined();
    expect(missing({ ...asked, subject: "😀".repeat(256) }).subject).toBe("too_long");
    expect(missing({ ...asked, description: "é".repeat(25_600) }).description).toBeUndefined();
    expect(missing({ ...asked, description: "é".repeat(25_601) }).description).toBe("too_long");
  });

  it("sends only what was said", () => {
    expect(bodyOf(asked, null)).toEqual({ subject: "Broken lamp", description: "It does not light.", priority: "medium" });
    expect(bodyOf({ ...asked, category: "returns", department_id: "d", order_ref: " A-1 " }, "t")).toEqual({
      subject: "Broken lamp", description: "It does not light.", priority: "medium",
      category: "returns", department_id: "d", order_ref: "A-1", follow_up_of: "t",
    });
  });

  it("is recalled as it was, and forgotten if it is not understood", () => {
    expect(recall(JSON.stringify(asked))).toEqual(asked);
    expect(recall('{"subject":"x","priority":7}')).toEqual({ ...blank(), subject: "x" });
    expect(recall("{")).toBeNull();
  });

  it("is worth keeping once something was written", () => {
    expect(isWorthKeeping(blank(), blank())).toBe(false);
    expect(isWorthKeeping({ ...blank(), category: "returns" }, blank())).toBe(false);
    expect(isWorthKeeping(asked, blank())).toBe(true);
    expect(isWorthKeeping(asked, asked)).toBe(false);
  });

  it("keeps its key while the words stay, and takes another when they change", () => {
    let count = 0;
    const tries = new Tries(() => `key-${++count}`);
    const body = bodyOf(asked, null);
    expect(tries.keyOf(body)).toBe("key-1");
    expect(tries.keyOf({ ...body })).toBe("key-1");
    expect(tries.keyOf({ ...body, subject: "Other" })).toBe("key-2");
  });
});
