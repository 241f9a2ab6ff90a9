/** What can be done to the selected tickets, by whom, and with which key. */
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
  priority: { label: () => m.filter_priority(), permission: "edit_tickets" },
  department: { label: () => m.filter_department(), permission: "edit_tickets" },
  category: { label: () => m.filter_category(), permission: "edit_tickets" },
  tags: { label: () => m.bulk_tags(), permission: "edit_tickets" },
  delete: { label: () => m.bulk_delete(), key: "Shift+#", permission: "delete_tickets" },
};

/** What the reader may do. */
export function allowedPicks(): Pick[] {
  return (Object.keys(PICKS) as Pick[]).filter((pick) =>
    session.may(PICKS[pick].permission) && (pick === "delete" || session.may("edit_tickets")));
}
