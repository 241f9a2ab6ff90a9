/** What a page loads before it shows anything, measured in the build. `npm test` builds first. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
}

const dist = new URL("../../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Record<string, Chunk>;
const zipped = (file: string) => gzipSync(readFileSync(new URL(file, dist))).length;

function withImports(entry: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[entry];
  if (!chunk || seen.has(entry)) return seen;
  seen.add(entry);
  for (const imported of chunk.imports ?? []) withImports(imported, seen);
  return seen;
}

/** Gzipped bytes of a page's scripts, with the largest language and the screen it begins with. */
function initial(page: string, ...screens: string[]): number {
  const locales = Object.keys(manifest).filter((name) => /generated\/messages\/messages\/\w\w\.js$/.test(name));
  const largest = locales.toSorted((a, b) => zipped(manifest[b]!.file) - zipped(manifest[a]!.file))[0]!;
  const chunks = new Set<string>();
  for (const entry of [page, largest, ...screens]) {
    expect(manifest[entry], entry).toBeDefined();
    withImports(entry, chunks);
  }
  return [...chunks].reduce((sum, entry) => sum + zipped(manifest[entry]!.file), 0);
}

describe("initial JavaScript, gzipped", () => {
  it("of the desk with its list is at most 142 kB", () => {
    expect(initial("desk.html", "src/desk/list/TicketsScreen.svelte")).toBeLessThanOrEqual(142_000);
  });
  // Four more than the list: reading what people write, and how an answer gets to them.
  it("of the desk with a conversation is at most 146 kB", () => {
    expect(initial("desk.html", "src/desk/conversation/ConversationScreen.svelte")).toBeLessThanOrEqual(146_000);
  });
  it("of the help centre is at most 100 kB", () => {
    expect(initial("help.html", "src/portal/requests/RequestsScreen.svelte")).toBeLessThanOrEqual(100_000);
  });
  it("of signing in is at most 70 kB", () => {
    expect(initial("sign-in.html")).toBeLessThanOrEqual(70_000);
  });
  it("holds one language alone", () => {
    const locales = [...withImports("desk.html")].filter((name) => /messages\/messages\/\w\w\.js$/.test(name));
    expect(locales).toEqual([]);
  });
});

it("the pages run nothing inline and load nothing from elsewhere", () => {
  for (const page of ["desk.html", "help.html", "sign-in.html"]) {
    const html = readFileSync(new URL(page, dist), "utf8");
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\//);
  }
});
