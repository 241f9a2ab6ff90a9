/** What can be done to a ticket, as commands that can be sent now, or kept and sent later. */
import type { StoredCommand } from "$/api/client";
import type { components } from "$generated/api";
import type { Priority, TicketStatus } from "$/api/types";

type Schemas = components["schemas"];
export type Command = Omit<StoredCommand, "key" | "ifMatch">;

const of = (id: string, what = "") => `/v1/tickets/${id}${what && `/${what}`}`;

export const ticketCommands = {
  status: (id: string, status: TicketStatus): Command => ({ method: "PUT", path: of(id, "status"), body: { status } satisfies Schemas["NewStatus"] }),
  subject: (id: string, subject: string): Command => ({ method: "PUT", path: of(id, "subject"), body: { subject } satisfies Schemas["NewSubject"] }),
  priority: (id: string, priority: Priority): Command => ({ method: "PUT", path: of(id, "priority"), body: { priority } satisfies Schemas["NewPriority"] }),
  category: (id: string, category: string): Command => ({ method: "PUT", path: of(id, "category"), body: { category } satisfies Schemas["NewCategory"] }),
  department: (id: string, department_id: string | null): Command => ({
    method: "PUT", path: of(id, "department"), body: { department_id } satisfies Schemas["NewDepartmentOf"],
  }),
  assign: (id: string, agent_id: string): Command => ({ method: "PUT", path: of(id, "assignee"), body: { agent_id } satisfies Schemas["NewAssignee"] }),
  unassign: (id: string): Command => ({ method: "DELETE", path: of(id, "assignee") }),
  tags: (id: string, body: Schemas["TagChanges"]): Command => ({ method: "POST", path: of(id, "tags"), body }),
  field: (id: string, name: string, value: unknown): Command => ({
    method: "PUT", path: of(id, "custom-fields"), body: { set: { [name]: value } },
  }),
  order: (id: string, order_ref: string | null): Command => ({ method: "PUT", path: of(id, "order"), body: { order_ref } satisfies Schemas["NewOrder"] }),
  snooze: (id: string, until: string): Command => ({ method: "PUT", path: of(id, "snooze"), body: { until } satisfies Schemas["SnoozeUntil"] }),
  wake: (id: string): Command => ({ method: "DELETE", path: of(id, "snooze") }),
  link: (id: string, other: string): Command => ({ method: "PUT", path: of(id, `links/${other}`) }),
  unlink: (id: string, other: string): Command => ({ method: "DELETE", path: of(id, `links/${other}`) }),
  merge: (id: string, into: string, across = false): Command => ({
    method: "POST", path: of(id, "merge"), body: { into, ...(across ? { across_customers: true } : {}) } satisfies Schemas["MergeTarget"],
  }),
  unmerge: (id: string): Command => ({ method: "DELETE", path: of(id, "merge") }),
  archive: (id: string): Command => ({ method: "POST", path: of(id, "archive") }),
  remove: (id: string): Command => ({ method: "DELETE", path: of(id) }),
  message: (id: string, body: string): Command => ({ method: "POST", path: of(id, "messages"), body: { body } satisfies Schemas["NewMessage"] }),
  note: (id: string, body: string): Command => ({ method: "POST", path: of(id, "notes"), body: { body } satisfies Schemas["NewMessage"] }),
};

/** Where a ticket may go from a status; the server has the last word. */
export const NEXT: Record<TicketStatus, readonly TicketStatus[]> = {
  open: ["in_progress", "waiting_customer", "on_hold", "resolved", "closed"],
  in_progress: ["open", "waiting_customer", "on_hold", "resolved", "closed"],
  waiting_customer: ["open", "in_progress", "on_hold", "resolved", "closed"],
  on_hold: ["open", "in_progress", "waiting_customer", "resolved", "closed"],
  resolved: ["open", "in_progress", "closed"],
  closed: ["open"],
};
