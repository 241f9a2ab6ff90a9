/** What a page loads before it shows anything, measured in the build. `npm test` builds first. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { areasHere } from "./modules";

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

const WORDS = /^generated\/words\/([\w-]+)\/messages\/(\w\w)\.js$/;
const here = areasHere();

/** Gzipped bytes of a page's scripts, with the screens it begins with and their words in the largest language. */
function initial(page: string, first: string, ...screens: string[]): number {
  const areas = new Set([first, ...screens].flatMap((one) => [...here.get(one)!]));
  const words = Object.keys(manifest).filter((name) => areas.has(WORDS.exec(name)?.[1] ?? ""));
  const languages = [...new Set(words.map((name) => WORDS.exec(name)![2]))];
  expect([languages.length, words.length]).toEqual([5, 5 * areas.size]);
  const totals = languages.map((language) => {
    const chunks = new Set<string>();
    for (const entry of [page, ...screens, ...words.filter((name) => WORDS.exec(name)![2] === language)]) {
      expect(manifest[entry], entry).toBeDefined();
      withImports(entry, chunks);
    }
    return [...chunks].reduce((sum, entry) => sum + zipped(manifest[entry]!.file), 0);
  });
  return Math.max(...totals);
}

describe("initial JavaScript, gzipped", () => {
  it("of the desk with its list is at most 128 kB", () => {
    expect(initial("desk.html", "src/desk/main.ts", "src/desk/list/TicketsScreen.svelte")).toBeLessThanOrEqual(128_000);
  });
  // Eight more than the list: reading what people write, how an answer gets to them, and the words for what happens.
  it("of the desk with a conversation is at most 136 kB", () => {
    expect(initial("desk.html", "src/desk/main.ts", "src/desk/conversation/ConversationScreen.svelte")).toBeLessThanOrEqual(136_000);
  });
  it("of the help centre is at most 84 kB", () => {
    expect(initial("help.html", "src/portal/main.ts", "src/portal/requests/RequestsScreen.svelte")).toBeLessThanOrEqual(84_000);
  });
  it("of signing in is at most 48 kB", () => {
    expect(initial("sign-in.html", "src/sign-in/main.ts")).toBeLessThanOrEqual(48_000);
  });
  it("holds one language alone", () => {
    expect([...withImports("desk.html")].filter((name) => WORDS.test(name))).toEqual([]);
  });
});

it("the pages run nothing inline and load nothing from elsewhere", () => {
  for (const page of ["desk.html", "help.html", "sign-in.html"]) {
    const html = readFileSync(new URL(page, dist), "utf8");
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\//);
  }
});
