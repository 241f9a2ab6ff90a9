/** Every screen of the help centre and its address; each a chunk of its own. */
import { createRouter } from "sv-router";
import { withWords } from "$/i18n/index.svelte";
import { screen } from "$/ui/screen";

export const { p, navigate, isActive, route } = createRouter({
  "/help": {
    "/": () => screen(() => import("./requests/RequestsScreen.svelte")),
    "/new": () => screen(() => import("./requests/NewRequestScreen.svelte")),
    "/requests/:id": () => screen(() => import("./request/RequestScreen.svelte")),
    "/chats": {
      "/": () => screen(() => import("./chats/ChatsScreen.svelte")),
      "/:id": () => screen(() => import("./chats/ChatScreen.svelte")),
    },
    "/account": () => screen(() => withWords(() => import("./AccountScreen.svelte"), "account")),
  },
  "*": () => screen(() => import("./NothingHere.svelte")),
});
