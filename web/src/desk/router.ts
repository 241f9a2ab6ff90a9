/**
 * Every screen of the desk and its address. Each section is a chunk of its own, loaded when it is first opened, and a folder
 * of its own: whoever builds a section changes what is in the folder, and only adds an address here.
 */
import { createRouter } from "sv-router";
import { session } from "$/session/session.svelte";
import { screen } from "$/ui/screen";
import { mayEnter, type Section } from "./shell/sections";

/** A screen of a section, for those whom the section is for; the others are told that it is not. */
function of<Module extends { default: unknown }>(section: Section["path"], load: () => Promise<Module>): Promise<Module> {
  return mayEnter(section, session.may) ? screen(load) : (screen(() => import("./shell/NotYours.svelte")) as unknown as Promise<Module>);
}

export const { p, navigate, isActive, preload, route } = createRouter({
  "/desk": {
    "/": () => screen(() => import("./list/ToTickets.svelte")),
    "/tickets": {
      // The list stays while tickets are opened beside it.
      layout: () => of("/desk/tickets", () => import("./list/TicketsScreen.svelte")),
      "/": () => of("/desk/tickets", () => import("./list/NoTicketOpen.svelte")),
      "/:id": () => of("/desk/tickets", () => import("./conversation/ConversationScreen.svelte")),
    },
    "/chats": {
      "/": () => of("/desk/chats", () => import("./chats/ChatsScreen.svelte")),
      "/:id": () => of("/desk/chats", () => import("./chats/ChatsScreen.svelte")),
    },
    "/dashboard": () => of("/desk/dashboard", () => import("./dashboard/DashboardScreen.svelte")),
    "/customers": {
      "/": () => of("/desk/customers", () => import("./customers/CustomersScreen.svelte")),
      "/:id": () => of("/desk/customers", () => import("./customers/CustomerScreen.svelte")),
    },
    "/audit": () => of("/desk/audit", () => import("./audit/AuditScreen.svelte")),
    "/settings": {
      "/": () => screen(() => import("./settings/SettingsScreen.svelte")),
      "/:section": () => screen(() => import("./settings/SettingsScreen.svelte")),
    },
  },
  "*": () => screen(() => import("./shell/NoSuchPlace.svelte")),
});
