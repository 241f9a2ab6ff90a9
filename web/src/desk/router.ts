/**
 * Every screen of the desk and its address. Each section is a chunk of its own, loaded when it is first opened, and a folder
 * of its own: whoever builds a section changes what is in the folder, and only adds an address here.
 */
import { createRouter } from "sv-router";
import { screen } from "$/ui/screen";

export const { p, navigate, isActive, preload, route } = createRouter({
  "/desk": {
    "/": () => screen(() => import("./list/ToTickets.svelte")),
    "/tickets": {
      // The list stays while tickets are opened beside it.
      layout: () => screen(() => import("./list/TicketsScreen.svelte")),
      "/": () => screen(() => import("./list/NoTicketOpen.svelte")),
      "/:id": () => screen(() => import("./conversation/ConversationScreen.svelte")),
    },
    "/chats": {
      "/": () => screen(() => import("./chats/ChatsScreen.svelte")),
      "/:id": () => screen(() => import("./chats/ChatsScreen.svelte")),
    },
    "/dashboard": () => screen(() => import("./dashboard/DashboardScreen.svelte")),
    "/customers": {
      "/": () => screen(() => import("./customers/CustomersScreen.svelte")),
      "/:id": () => screen(() => import("./customers/CustomerScreen.svelte")),
    },
    "/audit": () => screen(() => import("./audit/AuditScreen.svelte")),
    "/settings": {
      "/": () => screen(() => import("./settings/SettingsScreen.svelte")),
      "/:section": () => screen(() => import("./settings/SettingsScreen.svelte")),
    },
  },
  "*": () => screen(() => import("./shell/NoSuchPlace.svelte")),
});
