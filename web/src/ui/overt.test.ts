import { expect, it } from "vitest";
import { isolated, overt } from "./overt";

it("shows what turns the letters around it", () => {
  expect(overt("invoice\u202egpj.exe")).toBe("invoice\u2068[U+202E]\u2069gpj.exe");
  expect(overt("\u202aa\u202bb\u202cc\u202dd")).not.toMatch(/[\u202a-\u202e]/);
});

it("leaves out what would end or open an isolation", () => {
  expect(overt("رقم \u2066A-20733\u2069 \u200f!")).toBe("رقم A-20733 \u200f!");
  expect(isolated("Rosa\u2069\u2067 Keller")).toBe("\u2068Rosa Keller\u2069");
});

it("leaves alone what scripts need, and nothing", () => {
  expect(overt("\u200eA\u200f")).toBe("\u200eA\u200f");
  expect(overt(null)).toBeNull();
});
