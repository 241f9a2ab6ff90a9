/** What a site pays for the widget, measured in the build. `npm test` builds first. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

const dist = new URL("../../dist/", import.meta.url);
const text = (file: string) => readFileSync(new URL(file, dist), "utf8");
const zipped = (file: string) => gzipSync(text(file)).length;
const manifest = JSON.parse(text(".vite/widget.json")) as Record<string, Chunk>;
const WORDS = /generated\/words\/widget\/messages\/\w\w\.js$/;

function withImports(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const imported of manifest[entry]!.imports ?? []) withImports(imported, seen);
  return seen;
}

describe("the widget, gzipped", () => {
  it("has a loader of at most 3 kB", () => {
    expect(zipped("widget.js")).toBeLessThanOrEqual(3_000);
  });

  it("is at most 40 kB in all, with its largest language", () => {
    const languages = Object.keys(manifest).filter((name) => WORDS.test(name));
    expect(languages).toHaveLength(5);
    const sizes = languages.map((language) => {
      const chunks = withImports(language, withImports("src/widget/start.ts"));
      return [...chunks].reduce((sum, entry) => sum + zipped(manifest[entry]!.file), zipped("widget.js"));
    });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(40_000);
  });

  it("leaves the conversations for when there is one, in at most 12 kB", () => {
    const rooms = "src/widget/rooms.ts";
    expect([...withImports("src/widget/start.ts")]).not.toContain(rooms);
    expect(zipped(manifest[rooms]!.file)).toBeLessThanOrEqual(12_000);
  });

  it("holds no language until it is known which", () => {
    expect([...withImports("src/widget/start.ts")].filter((name) => WORDS.test(name))).toEqual([]);
  });

  it("brings its styles in its scripts", () => {
    expect(Object.values(manifest).flatMap((chunk) => chunk.css ?? [])).toEqual([]);
  });

  it("is loaded by a classic script that leaves no name behind", () => {
    const loader = text("widget.js");
    expect(() => new Function(loader)).not.toThrow();
    expect(loader.trim()).toMatch(/^\(?(function|\()[\s\S]*\)\(\)\)?;?$/);
  });
});
