/** What can be changed of tickets, by whom, and with which key: the same over the list and on a ticket. Each opens a choice, and changes nothing by itself. */
import type { Permission } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";

export type Pick = "assignee" | "status" | "priority" | "department" | "category" | "tags" | "delete";

interface Kind {
  label(): string;
  key?: string;
  /** What it takes, besides being allowed to edit tickets at all. */
  permission: Permission;
}

export const PICKS: Record<Pick, Kind> = {
  assignee: { label: () => m.bulk_assign(), key: "a", permission: "assign_tickets" },
  status: { label: () => m.bulk_status(), key: "s", permission: "close_tickets" },
  priority: { label: () => m.filter_priority(), key: "p", permission: "edit_tickets" },
  department: { label: () => m.filter_department(), key: "d", permission: "edit_tickets" },
  category: { label: () => m.filter_category(), permission: "edit_tickets" },
  tags: { label: () => m.bulk_tags(), key: "l", permission: "edit_tickets" },
  delete: { label: () => m.bulk_delete(), key: "#", permission: "delete_tickets" },
};

/** What the reader may do. */
export function allowedPicks(): Pick[] {
  return (Object.keys(PICKS) as Pick[]).filter((pick) =>
    session.may(PICKS[pick].permission) && (pick === "delete" || session.may("edit_tickets")));
}
