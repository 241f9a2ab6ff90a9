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

it("piles no more marks on a letter than a script does", () => {
  const marks = (count: number) => "\u0301".repeat(count);
  expect(overt(`a${marks(1500)}b`)).toBe(`a${marks(8)}b`);
  expect(overt(`a${"\u0335\u200d".repeat(700)}b`).length).toBeLessThan(20);
  for (const word of ["בְּרֵאשִׁ֖ית", "བསྒྲུབས", "q̣̇̃", "👩🏽‍❤️‍💋‍👨🏽", "1️⃣", "نَّص"]) expect(overt(word)).toBe(word);
});

it("leaves alone what scripts need, and nothing", () => {
  expect(overt("\u200eA\u200f")).toBe("\u200eA\u200f");
  expect(overt(null)).toBeNull();
});
