import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function tokens(block: string): Map<string, string> {
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

const [light, system, chosen] = css.split(/@media \(prefers-color-scheme: dark\)|:root\[data-theme="dark"\]/).map(tokens);

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright! + 0.05) / (dark! + 0.05);
}

const GROUNDS = ["paper", "paper-raised", "paper-sunk", "selected"];
const TEXT: [string, string[]][] = [
  ["ink", [...GROUNDS, "note-tint", "danger-tint", "accent-tint"]],
  ["ink-soft", [...GROUNDS, "note-tint"]],
  ["ink-faint", GROUNDS],
  ["accent-ink", [...GROUNDS, "accent-tint"]],
  ["danger", [...GROUNDS, "danger-tint"]],
  ["warn-ink", GROUNDS],
  ["good", GROUNDS],
  ["note-ink", ["note-tint"]],
  ["on-accent", ["accent", "accent-hover"]],
  ["on-danger", ["danger", "danger-hover"]],
];
const SHAPES: [string, string[]][] = [
  ["accent", GROUNDS],
  ["rule-strong", ["paper", "paper-raised"]],
  ["note-rule", ["note-tint"]],
];

describe.each([
  ["light", light!],
  ["dark", chosen!],
])("%s theme", (_, theme) => {
  it.each(TEXT.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground])))("%s on %s reads (AA)", (text, ground) => {
    expect(contrast(theme.get(text!)!, theme.get(ground!)!)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(SHAPES.flatMap(([shape, grounds]) => grounds.map((ground) => [shape, ground])))("%s on %s shows", (shape, ground) => {
    expect(contrast(theme.get(shape!)!, theme.get(ground!)!)).toBeGreaterThanOrEqual(3);
  });
});

it("dark is the same whether the system or somebody chose it", () => {
  expect(Object.fromEntries(system!)).toEqual(Object.fromEntries(chosen!));
});
