// Compiles messages/ into typed functions, in generated/words/: for each area a module for each language, so that a page loads the
// words of what it shows, in the language in use. Each area is compiled as a project of its own: the compiler has no such choice.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compile } from "@inlang/paraglide-js";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** What no page of ours loads: a page of another site does. */
const ELSEWHERE = ["widget"];

/** The areas of the messages: the folders they are in. */
export async function areas() {
  return (await readdir(here("messages"))).toSorted();
}

const COMPILER = "node_modules/@inlang/paraglide-js/package.json";

/** What an area's functions are made from. */
async function inputs(area, locales) {
  const files = ["build/messages.js", "project.inlang/settings.json", COMPILER, ...locales.map((locale) => `messages/${area}/${locale}.json`)];
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(here(file)));
  return hash.digest("hex");
}

/** Compiles one area, unless it is as it was. */
export async function compileArea(area) {
  const settings = JSON.parse(await readFile(here("project.inlang/settings.json"), "utf8"));
  const [made, mark] = [await inputs(area, settings.locales), here(`generated/words/${area}/inputs`)];
  if ((await readFile(mark, "utf8").catch(() => "")) === made) return;
  const project = here(`generated/words/${area}.inlang`);
  await mkdir(project, { recursive: true });
  // Paths are seen from the folder the project is in.
  const modules = settings.modules.map((path) => `../../${path}`);
  const format = { pathPattern: [`../../messages/${area}/{locale}.json`] };
  await writeFile(`${project}/settings.json`, JSON.stringify({ ...settings, modules, "plugin.inlang.messageFormat": format }));
  await compile({ project, outdir: here(`generated/words/${area}`), outputStructure: "locale-modules" });
  // What chooses the form of a plural is the same in each area: the page has it once.
  for (const locale of settings.locales) {
    const file = here(`generated/words/${area}/messages/${locale}.js`);
    await writeFile(file, (await readFile(file, "utf8")).replace('"../registry.js"', '"../../common/registry.js"'));
  }
  await writeFile(mark, made);
}

/** Compiles them all, and says what there is. */
export async function compileAll() {
  const all = await areas();
  for (const made of await readdir(here("generated/words")).catch(() => [])) {
    // Of an area that is no more; pages are built of what is there.
    if (!all.includes(made.replace(".inlang", ""))) await rm(here(`generated/words/${made}`), { recursive: true });
  }
  for (const area of all) await compileArea(area);
  const ours = all.filter((area) => !ELSEWHERE.includes(area));
  await writeFile(here("generated/words/index.d.ts"), [
    "/** The areas of the messages. */",
    `export type Area = ${ours.map((area) => JSON.stringify(area)).join(" | ")};`,
    "/** Every message, a function of its inputs. */",
    `export type Words = ${ours.map((area) => `typeof import("./${area}/messages/_index.js")`).join(" & ")};`,
    "",
  ].join("\n"));
}

/**
 * Lets the development server show a message as soon as it is changed. Otherwise `npm run generate` has compiled them.
 * @returns {import("vite").Plugin}
 */
export function messages() {
  return {
    name: "docket-messages",
    apply: "serve",
    configureServer({ watcher, config }) {
      watcher.on("change", (file) => {
        const [, area] = /\/messages\/([\w-]+)\/\w\w\.json$/.exec(file) ?? [];
        if (area) compileArea(area).catch((error) => config.logger.error(String(error)));
      });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileAll();
