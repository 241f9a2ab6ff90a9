/** Our own modules as their text says them: what each imports, which messages it says, and what comes later with which words. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "src");

/** Every message's area. */
export const areaOf = new Map<string, string>();
export const areas = readdirSync(join(root, "messages"));
for (const area of areas) {
  for (const name of Object.keys(JSON.parse(readFileSync(join(root, "messages", area, "en.json"), "utf8")) as object)) areaOf.set(name, area);
}

/** Code that comes later, and the areas that are said to come with it. */
export interface Later {
  module: string;
  areas: string[];
}

export interface Module {
  imports: string[];
  later: Later[];
  /** The names of messages it says. */
  says: string[];
  /** The areas a page begins with, if it is a page's first. */
  begins: string[];
}

/** By their path in the package: `src/desk/main.ts`. */
export const modules = new Map<string, Module>();

function found(from: string, name: string): string[] {
  const path = name.startsWith("$/") ? join(source, name.slice(2)) : name.startsWith(".") ? resolve(dirname(from), name) : "";
  const file = [path, `${path}.ts`, `${path}/index.ts`].find((one) => /\.(ts|svelte)$/.test(one) && existsSync(one));
  return file ? [file.slice(root.length)] : [];
}

const strings = (text: string) => [...text.matchAll(/"([\w-]+)"/g)].map(([, one]) => one!);

function read(file: string): Module {
  const text = readFileSync(join(root, file), "utf8").replace(/<!--[^]*?-->/g, "").replace(/^\s*(?:\/\*\*?|\*|\/\/).*$/gm, "");
  const from = join(root, file);
  const imports = [
    ...text.matchAll(/^\s*(?:import|export)\s+(?!type\s)[^"';]*?\sfrom\s+"([^"]+)"/gm),
    ...text.matchAll(/^\s*import\s+"([^"]+)"/gm),
  ].flatMap(([, name]) => found(from, name!));
  const later = [...text.matchAll(/\bimport\("([^"]+)"\)((?:,\s*"[\w-]+")*)/g)].flatMap(([, name, more]) => found(from, name!).map((module) => ({ module, areas: strings(more!) })));
  const begins = [...text.matchAll(/\b(?:start|startLocale)\(([^()]*)\)/g)].flatMap(([, given]) => strings(given!)).filter((one) => areas.includes(one));
  return { imports, later, says: [...text.matchAll(/\bm\.(\w+)/g)].map(([, name]) => name!), begins };
}

for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
  if (/\.(ts|svelte)$/.test(file) && !file.endsWith(".test.ts")) modules.set(`src/${file}`, read(`src/${file}`));
}

/** A module and all it imports. */
export function withImports(module: string, seen = new Set<string>()): Set<string> {
  if (seen.has(module)) return seen;
  seen.add(module);
  for (const one of modules.get(module)!.imports) withImports(one, seen);
  return seen;
}

/** The areas of all that a module and what it imports say. */
export function areasOf(module: string): Set<string> {
  const says = [...withImports(module)].flatMap((one) => modules.get(one)!.says);
  return new Set(says.flatMap((name) => areaOf.get(name) ?? []));
}

export const PAGES = ["src/desk/main.ts", "src/portal/main.ts", "src/sign-in/main.ts"];

/** The areas that are here when a module's code runs, whichever way somebody came to it; for each that a page begins with or that comes later. */
export function areasHere(): Map<string, Set<string>> {
  const here = new Map<string, Set<string>>(PAGES.map((page) => [page, new Set(modules.get(page)!.begins)]));
  const inside = new Map<string, Set<string>>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const [entry, given] of [...here]) {
      for (const module of inside.get(entry) ?? inside.set(entry, withImports(entry)).get(entry)!) {
        for (const later of modules.get(module)!.later) {
          const now = new Set([...given, ...later.areas]);
          const before = here.get(later.module);
          const both = before ? new Set([...before].filter((area) => now.has(area))) : now;
          if (before?.size === both.size) continue;
          here.set(later.module, both);
          changed = true;
        }
      }
    }
  }
  return here;
}
