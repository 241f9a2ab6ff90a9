/** The desk's own list of exactly the tickets that a list of the API holds. */
import type { Priority, TicketStatus } from "$/api/types";
import { apiQuery, asksHowResolved, edgeOf, EVERYTHING, type ListFilter, type Sort } from "./filter";

type Read = Record<string, (value: string, filter: ListFilter) => void>;

const READ: Read = {
  status: (value, filter) => (filter.status = value.split(",") as TicketStatus[]),
  priority: (value, filter) => (filter.priority = value.split(",") as Priority[]),
  category: (value, filter) => (filter.category = value),
  department_id: (value, filter) => (filter.department = value),
  assignee: (value, filter) => (filter.assignee = value),
  customer_id: (value, filter) => (filter.customer = value),
  tag: (value, filter) => (filter.tag = value),
  order_ref: (value, filter) => (filter.order = value),
  opened_from: (value, filter) => (filter.from = edgeOf(value, 0)),
  opened_to: (value, filter) => (filter.to = edgeOf(value, 1)),
  resolved: (value, filter) => (filter.resolved = value === "true"),
  resolved_by: (value, filter) => (filter.resolvedBy = value),
  resolved_from: (value, filter) => (filter.resolvedFrom = edgeOf(value, 0)),
  resolved_to: (value, filter) => (filter.resolvedTo = edgeOf(value, 1)),
  overdue: (value, filter) => (filter.overdue = value === "true"),
  snoozed: (value, filter) => {
    filter.snoozed = value === "true";
    filter.withSnoozed = false;
  },
  archived: (value, filter) => (filter.archived = value === "true"),
  search: (value, filter) => (filter.search = value),
  sort: (value, filter) => (filter.sort = value as Sort),
};

/** A parameter as either side writes it. */
const plain = (value: unknown) => (/^\d{4}-\d\d-\d\dT/.test(String(value)) ? String(Date.parse(String(value))) : String(value));

/** Null: the desk has no list that holds just these. Better none than another. */
export function filterOf(list: string): ListFilter | null {
  const [path, query = ""] = list.split("?");
  if (path !== "/v1/tickets") return null;
  const asked = new URLSearchParams(query);
  const filter: ListFilter = { ...EVERYTHING, withSnoozed: true };
  for (const [name, value] of asked) READ[name]?.(value, filter);
  // An order is the desk's own affair; all else has to be what was asked for.
  const { sort: _, ...answered } = apiQuery(filter);
  asked.delete("sort");
  const entries = Object.entries(answered);
  const same = entries.length === asked.size && entries.every(([name, value]) => asked.has(name) && plain(value) === plain(asked.get(name)));
  if (!same) return null;
  if (filter.status.length === 0) filter.withSnoozed = false;
  return asksHowResolved(filter) ? { ...filter, sort: "updated" } : filter;
}
