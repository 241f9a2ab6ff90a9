import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { messages } from "./build/messages.js";
import { pages } from "./build/pages.ts";
import { precompress } from "./build/precompress.ts";
import { widget } from "./build/widget.ts";

const api = process.env["DOCKET_URL"] ?? "http://127.0.0.1:8080";
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  appType: "mpa",
  publicDir: "static",
  resolve: { alias: { $generated: here("./generated"), $: here("./src") } },
  plugins: [
    svelte(),
    messages(),
    pages(),
    widget(),
    precompress(),
  ],
  server: {
    // The host stays as the browser says it, so that the server sees its own origin and the cookie fits.
    proxy: Object.fromEntries(["/v1", "/openapi.json", "/docs"].map((path) => [path, { target: api, ws: true }])),
  },
  build: {
    target: "es2022",
    manifest: true,
    emptyOutDir: true,
    // Everything is a file of its own: the content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { desk: here("./desk.html"), help: here("./help.html"), "sign-in": here("./sign-in.html") },
    },
  },
  test: { include: ["src/**/*.test.ts", "tests/unit/**/*.test.ts"], environment: "node" },
});
