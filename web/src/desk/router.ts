/**
 * Every screen of the desk and its address. Each section is a chunk of its own, loaded when it is first opened, and a folder
 * of its own: whoever builds a section changes what is in the folder, and only adds an address here.
 */
import { createRouter } from "sv-router";

export const { p, navigate, isActive, preload, route } = createRouter({
  "/desk": {
    "/": () => import("./list/ToTickets.svelte"),
    "/tickets": {
      // The list stays while tickets are opened beside it.
      layout: () => import("./list/TicketsScreen.svelte"),
      "/": () => import("./list/NoTicketOpen.svelte"),
      "/:id": () => import("./conversation/ConversationScreen.svelte"),
    },
    "/chats": {
      "/": () => import("./chats/ChatsScreen.svelte"),
      "/:id": () => import("./chats/ChatsScreen.svelte"),
    },
    "/dashboard": () => import("./dashboard/DashboardScreen.svelte"),
    "/customers": {
      "/": () => import("./customers/CustomersScreen.svelte"),
      "/:id": () => import("./customers/CustomerScreen.svelte"),
    },
    "/audit": () => import("./audit/AuditScreen.svelte"),
    "/settings": {
      "/": () => import("./settings/SettingsScreen.svelte"),
      "/:section": () => import("./settings/SettingsScreen.svelte"),
    },
  },
  "*": () => import("./shell/NoSuchPlace.svelte"),
});
