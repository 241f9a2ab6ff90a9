/** Every screen of the help centre and its address; each a chunk of its own. */
import { createRouter } from "sv-router";

export const { p, navigate, isActive, route } = createRouter({
  "/help": {
    "/": () => import("./requests/RequestsScreen.svelte"),
    "/new": () => import("./requests/NewRequestScreen.svelte"),
    "/requests/:id": () => import("./request/RequestScreen.svelte"),
    "/chats": {
      "/": () => import("./chats/ChatsScreen.svelte"),
      "/:id": () => import("./chats/ChatScreen.svelte"),
    },
    "/account": () => import("./AccountScreen.svelte"),
  },
  "*": () => import("./NothingHere.svelte"),
});
