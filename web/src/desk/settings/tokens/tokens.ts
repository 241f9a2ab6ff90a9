/** API tokens, and the permissions they may be narrowed to. */
import { api, ok } from "$/api/client";
import type { Permission } from "$/api/types";
import type { components } from "$generated/api";

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

/** When a token ends whose last day is `day` (`2026-12-31`): as that day ends where the reader is. Null: never. */
export function endOf(day: string): string | null {
  if (!day) return null;
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}
