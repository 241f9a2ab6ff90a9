/** Every screen of the help centre and its address; each a chunk of its own. */
import { createRouter } from "sv-router";

export const { p, navigate, isActive, route } = createRouter({
  "/help": {
    "/": () => import("./RequestsScreen.svelte"),
  },
  "*": () => import("./RequestsScreen.svelte"),
});
