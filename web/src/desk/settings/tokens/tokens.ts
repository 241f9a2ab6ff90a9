/** API tokens, and the permissions they may be narrowed to. */
import { api, ok } from "$/api/client";
import type { Permission } from "$/api/types";
import type { components } from "$generated/api";
import { m } from "$/i18n/index.svelte";

export type Token = components["schemas"]["TokenView"];

export const tokenKeys = { all: ["tokens"] as const };

/** Options for `createQuery`. */
export function apiTokens() {
  return {
    queryKey: tokenKeys.all,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/tokens", { signal }))).items,
  };
}

/** Whether a token no longer opens anything. */
export function hasEnded(token: Token, now = Date.now()): boolean {
  return Boolean(token.revoked_at) || (token.expires_at != null && Date.parse(token.expires_at) <= now);
}

export const PERMISSIONS: Permission[] = [
  "view_tickets", "create_tickets", "edit_tickets", "close_tickets", "assign_tickets", "delete_tickets", "view_chat", "send_messages",
  "view_chat_history", "view_reports", "view_audit", "manage_settings", "manage_people", "erase_data",
];

export function permissionWord(permission: Permission): string {
  return {
    view_tickets: m.permission_view_tickets, create_tickets: m.permission_create_tickets, edit_tickets: m.permission_edit_tickets,
    close_tickets: m.permission_close_tickets, assign_tickets: m.permission_assign_tickets, delete_tickets: m.permission_delete_tickets,
    view_chat: m.permission_view_chat, send_messages: m.permission_send_messages, view_chat_history: m.permission_view_chat_history,
    view_reports: m.permission_view_reports, view_audit: m.permission_view_audit, manage_settings: m.permission_manage_settings,
    manage_people: m.permission_manage_people, erase_data: m.permission_erase_data,
  }[permission]();
}

/** When a token ends whose last day is `day` (`2026-12-31`): as that day ends where the reader is. Null: never. */
export function endOf(day: string): string | null {
  if (!day) return null;
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}
