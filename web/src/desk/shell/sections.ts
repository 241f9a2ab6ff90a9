/** The desk's sections as the navigation shows them. */
import ChartNoAxesColumn from "@lucide/svelte/icons/chart-no-axes-column";
import Inbox from "@lucide/svelte/icons/inbox";
import MessagesSquare from "@lucide/svelte/icons/messages-square";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import Settings from "@lucide/svelte/icons/settings";
import Users from "@lucide/svelte/icons/users";
import type { Component } from "svelte";
import type { Counts, Permission } from "$/api/types";
import { m } from "$/i18n/index.svelte";

export interface Section {
  path: "/desk/tickets" | "/desk/chats" | "/desk/dashboard" | "/desk/customers" | "/desk/audit" | "/desk/settings";
  label(): string;
  icon: Component<{ size?: number; "aria-hidden"?: "true" }>;
  /** Who sees it; absent: everybody. */
  permission?: Permission;
  /** The key after `g`. */
  key: string;
  /** What waits there, and what that number means. */
  waiting?(counts: Counts["sidebar"]): { count: number; label: string };
}

/** Every section; which of them somebody sees, {@link mySections} says. */
const SECTIONS: Section[] = [
  {
    path: "/desk/tickets", label: () => m.nav_tickets(), icon: Inbox, permission: "view_tickets", key: "t",
    waiting: (counts) => ({ count: counts.unread_tickets, label: m.nav_unread({ count: counts.unread_tickets }) }),
  },
  {
    path: "/desk/chats", label: () => m.nav_chats(), icon: MessagesSquare, permission: "view_chat", key: "c",
    waiting: (counts) => ({ count: counts.waiting_chats, label: m.nav_waiting({ count: counts.waiting_chats }) }),
  },
  { path: "/desk/dashboard", label: () => m.nav_dashboard(), icon: ChartNoAxesColumn, permission: "view_reports", key: "d" },
  { path: "/desk/customers", label: () => m.nav_customers(), icon: Users, permission: "view_tickets", key: "u" },
  { path: "/desk/audit", label: () => m.nav_audit(), icon: ScrollText, permission: "view_audit", key: "a" },
  { path: "/desk/settings", label: () => m.nav_settings(), icon: Settings, key: "s" },
];

/** Whether a section is for somebody with these permissions. */
export function mayEnter(path: Section["path"], may: (permission: Permission) => boolean): boolean {
  return mySections(may).some((section) => section.path === path);
}

/** The sections somebody with these permissions sees: their settings at least. */
export function mySections(may: (permission: Permission) => boolean): Section[] {
  return SECTIONS.filter(({ permission }) => !permission || may(permission));
}
