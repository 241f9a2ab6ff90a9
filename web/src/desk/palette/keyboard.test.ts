import { describe, expect, it } from "vitest";
import { KeyFinder, type Press, presses } from "./keyboard";

type Given = Partial<Omit<Press, "getModifierState">> & { altGraph?: boolean };

function press(key: string, code: string, { altGraph = false, ...more }: Given = {}): Press {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, getModifierState: (name) => name === "AltGraph" && altGraph, ...more };
}
const is = (one: Press, keys: string, apple = false) => presses(one, keys, apple);

describe("which keys were pressed", () => {
  it("takes punctuation however the layout types it", () => {
    expect(is(press("/", "Slash"), "/")).toBe(true);
    // German: Shift+7, the key beside Enter, Shift+ß, AltGr+8; Apple: Option+5.
    expect(is(press("/", "Digit7", { shiftKey: true }), "/")).toBe(true);
    expect(is(press("#", "Backslash"), "#")).toBe(true);
    expect(is(press("?", "Minus", { shiftKey: true }), "?")).toBe(true);
    expect(is(press("[", "Digit8", { altGraph: true, ctrlKey: true, altKey: true }), "[")).toBe(true);
    expect(is(press("[", "Digit5", { altKey: true }), "[", true)).toBe(true);
    // US: Shift+3 and Shift+Slash.
    expect(is(press("#", "Digit3", { shiftKey: true }), "#")).toBe(true);
    expect(is(press("?", "Slash", { shiftKey: true }), "?")).toBe(true);
    expect(is(press("/", "Slash", { ctrlKey: true }), "/")).toBe(false);
  });

  it("goes by place where the layout has no Latin letters", () => {
    expect(is(press("ن", "KeyK", { ctrlKey: true }), "$mod+k")).toBe(true);
    expect(is(press("ق", "KeyR"), "r")).toBe(true);
    expect(is(press("ظ", "Slash"), "/")).toBe(true);
    expect(is(press("؟", "Slash", { shiftKey: true }), "?")).toBe(true);
    expect(is(press("ج", "BracketLeft"), "[")).toBe(true);
    expect(is(press("л", "KeyK"), "k")).toBe(true);
    expect(is(press("π", "KeyP"), "p")).toBe(true);
    expect(is(press("א", "KeyT"), "t")).toBe(true);
  });

  it("goes by letter where it has them, wherever they are", () => {
    // AZERTY: A stands where Q does; Dvorak: E stands where D does.
    expect(is(press("a", "KeyQ"), "a")).toBe(true);
    expect(is(press("q", "KeyA"), "a")).toBe(false);
    expect(is(press("e", "KeyD", { altKey: true }), "Alt+e")).toBe(true);
    // Letters of the Latin script are themselves, not their place.
    expect(is(press("ü", "BracketLeft"), "[")).toBe(false);
    expect(is(press("ö", "Semicolon"), ";")).toBe(false);
  });

  it("knows Option's signs, dead keys and AZERTY's digits", () => {
    expect(is(press("´", "KeyE", { altKey: true }), "Alt+e", true)).toBe(true);
    expect(is(press("Dead", "KeyE", { altKey: true }), "Alt+e", true)).toBe(true);
    expect(is(press("&", "Digit1"), "1")).toBe(true);
    expect(is(press("١", "Digit1"), "1")).toBe(true);
    expect(is(press("!", "Digit1", { shiftKey: true }), "1")).toBe(false);
  });

  it("wants exactly the modifiers it names", () => {
    expect(is(press("k", "KeyK", { ctrlKey: true }), "k")).toBe(false);
    expect(is(press("k", "KeyK", { ctrlKey: true }), "$mod+k")).toBe(true);
    expect(is(press("k", "KeyK", { metaKey: true }), "$mod+k")).toBe(false);
    expect(is(press("k", "KeyK", { metaKey: true }), "$mod+k", true)).toBe(true);
    expect(is(press("X", "KeyX", { shiftKey: true }), "Shift+x")).toBe(true);
    expect(is(press("X", "KeyX", { shiftKey: true }), "x")).toBe(false);
    expect(is(press("X", "KeyX"), "x"), "with Caps Lock").toBe(true);
    // AltGr+E is € in much of Europe.
    expect(is(press("€", "KeyE", { altGraph: true, altKey: true, ctrlKey: true }), "Alt+e")).toBe(false);
    expect(is(press("€", "KeyE", { altGraph: true }), "e")).toBe(false);
  });
});

describe("what a press asks for", () => {
  const commands = [{ id: "travel", keys: "t" }, { id: "tickets", keys: "g t" }, { id: "old", keys: "a" }, { id: "new", keys: "a" }];
  const ask = (...keys: [string, number][]) => {
    const finder = new KeyFinder(false);
    return keys.map(([key, at]) => finder.find(press(key, ""), commands, at)?.id);
  };

  it("hears a sequence as one, and not its second key alone", () => {
    expect(ask(["g", 0], ["t", 300])).toEqual([undefined, "tickets"]);
    expect(ask(["t", 0])).toEqual(["travel"]);
    expect(ask(["g", 0], ["t", 1_500])).toEqual([undefined, "travel"]);
    expect(ask(["g", 0], ["Shift", 100], ["t", 300])).toEqual([undefined, undefined, "tickets"]);
  });

  it("asks whoever came last", () => expect(ask(["a", 0])).toEqual(["new"]));
});
