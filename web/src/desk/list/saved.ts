/** Saved views and the lists they show, as each other. */
import type { SavedView } from "$/api/types";
import { DEFAULT, edge, edgeOf, EVERYTHING, type ListFilter, writeFilter } from "./filter";

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
    resolved: filter.resolved,
    resolved_by: filter.resolvedBy,
    resolved_from: filter.resolvedFrom && edge(filter.resolvedFrom, 0),
    resolved_to: filter.resolvedTo && edge(filter.resolvedTo, 1),
    overdue: filter.overdue,
    snoozed: filter.snoozed,
    with_snoozed: filter.withSnoozed,
    archived: filter.archived,
    search: filter.search || null,
  };
}

/** The list a view shows. */
export function listFilter(view: SavedView): ListFilter {
  const saved = view.filter;
  return {
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
    resolved: saved.resolved ?? null,
    resolvedBy: saved.resolved_by ?? null,
    resolvedFrom: saved.resolved_from ? edgeOf(saved.resolved_from, 0) : null,
    resolvedTo: saved.resolved_to ? edgeOf(saved.resolved_to, 1) : null,
    overdue: saved.overdue ?? false,
    snoozed: saved.snoozed ?? false,
    withSnoozed: saved.with_snoozed ?? false,
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
