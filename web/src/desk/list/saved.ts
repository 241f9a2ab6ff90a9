/** Saved views and the lists they show, as each other. */
import type { SavedView } from "$/api/types";
import { asksHowResolved, DEFAULT, edge, edgeOf, EVERYTHING, type ListFilter, writeFilter } from "./filter";

type SavedFilter = SavedView["filter"];

/** A list's filter, as a view keeps it. */
export function savedFilter(filter: ListFilter): SavedFilter {
  return {
    status: filter.status,
    priority: filter.priority,
    category: filter.category,
    department_id: filter.department,
    assignee: filter.assignee,
    customer_id: filter.customer,
    tag: filter.tag,
    order_ref: filter.order,
    opened_from: filter.from && edge(filter.from, 0),
    opened_to: filter.to && edge(filter.to, 1),
    overdue: filter.overdue,
    snoozed: filter.snoozed,
    archived: filter.archived,
    search: filter.search || null,
  };
}

/** Whether a view can keep all that a list is filtered by. */
export function isSavable(filter: ListFilter): boolean {
  return !asksHowResolved(filter);
}

/** The list a view shows. */
export function listFilter(view: SavedView): ListFilter {
  const saved = view.filter;
  return {
    ...EVERYTHING,
    status: saved.status ?? [],
    priority: saved.priority ?? [],
    category: saved.category ?? null,
    department: saved.department_id ?? null,
    assignee: saved.assignee ?? null,
    customer: saved.customer_id ?? null,
    tag: saved.tag ?? null,
    order: saved.order_ref ?? null,
    from: saved.opened_from ? edgeOf(saved.opened_from, 0) : null,
    to: saved.opened_to ? edgeOf(saved.opened_to, 1) : null,
    overdue: saved.overdue ?? false,
    snoozed: saved.snoozed ?? false,
    archived: saved.archived ?? false,
    search: saved.search ?? "",
    sort: view.sort,
    view: view.id,
  };
}

/** Whether the list is another by now than the view it began as. */
export function isModified(filter: ListFilter, view: SavedView): boolean {
  return writeFilter(filter) !== writeFilter(listFilter(view));
}

/** The views that come with every desk, and what each shows. */
export const BUILT_IN = {
  open: DEFAULT,
  mine: { ...DEFAULT, assignee: "me" },
  unassigned: { ...DEFAULT, assignee: "unassigned" },
  overdue: { ...DEFAULT, overdue: true },
  urgent: { ...DEFAULT, priority: ["urgent"] },
  all: { ...EVERYTHING, sort: "updated" },
} satisfies Record<string, ListFilter>;
