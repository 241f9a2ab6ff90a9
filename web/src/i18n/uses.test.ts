import { describe, expect, it } from "vitest";
import { areaOf, areasHere, areasOf, modules, PAGES } from "../../tests/unit/modules";

const WIDGET = "src/widget/";
const said = [...modules].flatMap(([file, { says }]) => says.map((name) => ({ file, name })));

it("reads what there is to read", () => {
  expect(modules.size).toBeGreaterThan(300);
  expect(said.length).toBeGreaterThan(1_000);
  expect(PAGES.map((page) => modules.get(page)?.begins[0])).toEqual(["common", "common", "common"]);
  expect([...areasHere().keys()].length).toBeGreaterThan(50);
});

it("every message said is written", () => {
  expect(said.filter(({ name }) => !areaOf.has(name))).toEqual([]);
});

it("every message written is said", () => {
  const names = new Set(said.map(({ name }) => name));
  // Those of the trail are looked up by the names of events; a test of theirs knows which there are.
  expect([...areaOf].filter(([name, area]) => area !== "trail" && !names.has(name))).toEqual([]);
});

it("the widget says its own words, and nobody else does", () => {
  expect(said.filter(({ file, name }) => file.startsWith(WIDGET) !== (areaOf.get(name) === "widget"))).toEqual([]);
});

// What is not: a message without words, where it is first shown.
describe("what comes later brings its words", () => {
  it.each([...areasHere()])("%s", (entry, here) => {
    expect([...areasOf(entry)].filter((area) => area !== "widget" && !here.has(area))).toEqual([]);
  });
});
