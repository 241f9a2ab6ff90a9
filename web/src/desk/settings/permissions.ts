/** What may be allowed, in words. */
import type { Permission } from "$/api/types";
import { m } from "$/i18n/index.svelte";

const WORDS: Record<Permission, () => string> = {
  view_tickets: m.permission_view_tickets, create_tickets: m.permission_create_tickets, edit_tickets: m.permission_edit_tickets,
  close_tickets: m.permission_close_tickets, assign_tickets: m.permission_assign_tickets, delete_tickets: m.permission_delete_tickets,
  view_chat: m.permission_view_chat, send_messages: m.permission_send_messages, view_chat_history: m.permission_view_chat_history,
  view_reports: m.permission_view_reports, view_audit: m.permission_view_audit, manage_settings: m.permission_manage_settings,
  manage_people: m.permission_manage_people, erase_data: m.permission_erase_data,
};

/** Every permission there is. */
export const PERMISSIONS = Object.keys(WORDS) as Permission[];

export function permissionWord(permission: Permission): string {
  return WORDS[permission]();
}

/** What permissions belong to. A group this page does not know yet is shown by its name. */
export function groupWord(group: string): string {
  const words: Record<string, () => string> = {
    tickets: m.nav_tickets, chats: m.nav_chats, insight: m.settings_group_insight, administration: m.settings_group_administration,
  };
  return words[group]?.() ?? group;
}
