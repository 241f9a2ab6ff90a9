import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build, type InlineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * Builds the widget beside the pages: `widget.js`, a classic script, and what it loads in `widget/assets/`. A build of its own,
 * so that it shares no chunk with the pages of the desk, which other sites may not load.
 */
export function widget(): Plugin {
  let outDir = "";
  return {
    name: "docket-widget",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle: { sequential: true, handler: () => buildWidget(outDir) },
  };
}

/** Writes the widget into a folder. */
export async function buildWidget(outDir: string): Promise<void> {
  const common: InlineConfig = {
    configFile: false,
    root: here("."),
    // What is loaded lies beside the script, wherever that came from.
    base: "./",
    publicDir: false,
    logLevel: "warn",
    resolve: { alias: { $generated: here("generated"), $: here("src") } },
    // Nothing of it is global on the site's page.
    plugins: [svelte({ compilerOptions: { discloseVersion: false } })],
  };
  const into = { target: "es2022", outDir, emptyOutDir: false, modulePreload: false, assetsInlineLimit: 0 } as const;
  const names = { entryFileNames: "widget/assets/[name]-[hash].js", chunkFileNames: "widget/assets/[name]-[hash].js" };
  const built = await build({
    ...common,
    // The size test reads there what belongs together. What is loaded later takes from the beginning what that has already.
    build: { ...into, manifest: ".vite/widget.json", rollupOptions: { input: { start: here("src/widget/start.ts") }, output: names, preserveEntrySignatures: "allow-extension" } },
  });
  const chunks = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  const start = chunks.find((chunk) => chunk.type === "chunk" && chunk.isEntry);
  if (!start) throw new Error("the widget has no beginning");
  await build({
    ...common,
    define: { DOCKET_WIDGET_START: JSON.stringify(start.fileName) },
    // A script without a module's rights, whose names stay its own.
    build: { ...into, rollupOptions: { input: { widget: here("src/widget/loader.ts") }, output: { format: "iife", entryFileNames: "widget.js" } } },
  });
}
