import { expect, it } from "vitest";
import { languageOf } from "./language";

it("speaks the visitor's language before the page's", () => {
  expect(languageOf("auto", ["es-MX", "en"], "de")).toBe("es");
  expect(languageOf("auto", ["fr"], "de")).toBe("de");
  expect(languageOf("auto", ["fr"], "")).toBe("en");
  expect(languageOf("ar", ["es"], "de")).toBe("ar");
});
