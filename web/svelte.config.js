import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { styleDirectives } from "./build/styles.js";

export default {
  preprocess: [styleDirectives(), vitePreprocess()],
  compilerOptions: { runes: true },
};
