/**
 * Every screen of the desk and its address. Each section is a chunk of its own, loaded when it is first opened, and a folder
 * of its own: whoever builds a section changes what is in the folder, and only adds an address here.
 */
import { createRouter } from "sv-router";
import { withWords } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { screen } from "$/ui/screen";
import { mayEnter, type Section } from "./shell/sections";

/** A screen of a section, for those whom the section is for; the others are told that it is not. */
function of<Module extends { default: unknown }>(section: Section["path"], load: () => Promise<Module>): Promise<Module> {
  return mayEnter(section, session.may) ? screen(load) : (screen(() => withWords(() => import("./shell/NotYours.svelte"), "writing")) as unknown as Promise<Module>);
}

export const { p, navigate, isActive, preload, route } = createRouter({
  "/desk": {
    "/": () => screen(() => import("./list/ToTickets.svelte")),
    "/tickets": {
      // The list stays while tickets are opened beside it.
      layout: () => of("/desk/tickets", () => withWords(() => import("./list/TicketsScreen.svelte"), "list")),
      "/": () => of("/desk/tickets", () => import("./list/NoTicketOpen.svelte")),
      "/:id": () => of("/desk/tickets", () => withWords(() => import("./conversation/ConversationScreen.svelte"), "list", "conversation", "writing", "reach")),
    },
    "/chats": {
      "/": () => of("/desk/chats", () => withWords(() => import("./chats/ChatsScreen.svelte"), "chats", "writing")),
      "/:id": () => of("/desk/chats", () => withWords(() => import("./chats/ChatsScreen.svelte"), "chats", "writing")),
    },
    "/dashboard": () => of("/desk/dashboard", () => withWords(() => import("./dashboard/DashboardScreen.svelte"), "dashboard")),
    "/customers": {
      "/": () => of("/desk/customers", () => withWords(() => import("./customers/CustomersScreen.svelte"), "customers")),
      "/:id": () => of("/desk/customers", () => withWords(() => import("./customers/CustomerScreen.svelte"), "customers", "list", "reach")),
    },
    "/audit": () => of("/desk/audit", () => withWords(() => import("./audit/AuditScreen.svelte"), "audit", "trail", "rules")),
    "/settings": {
      "/": () => screen(() => withWords(() => import("./settings/SettingsScreen.svelte"), "settings", "palette")),
      "/:section": () => screen(() => withWords(() => import("./settings/SettingsScreen.svelte"), "settings", "palette")),
    },
  },
  "*": () => screen(() => import("./shell/NoSuchPlace.svelte")),
});
