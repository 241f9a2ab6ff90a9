import { expect, it } from "vitest";
import { markedParts } from "./marked";

const show = (text: string, ...words: string[]) => markedParts(text, words).map((part) => (part.hit ? `[${part.text}]` : part.text)).join("");

it("marks what was searched for, whatever its case", () => {
  expect(show("The lamp, a Lamp", "lamp")).toBe("The [lamp], a [Lamp]");
});
it("takes words as they are, not as patterns", () => {
  expect(show("a+b (c)", "a+b", "(c)")).toBe("[a+b] [(c)]");
});
it("marks the longer of two words", () => {
  expect(show("addresses", "address", "addresses")).toBe("[addresses]");
});
it("leaves a text without hits alone", () => {
  expect(show("nothing", "lamp")).toBe("nothing");
  expect(show("nothing")).toBe("nothing");
});
