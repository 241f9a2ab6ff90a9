/** The words for what the API names in codes. */
import type { Availability, Priority, Role, SlaBadgeView, TicketStatus } from "$/api/types";
import { m } from "$/i18n/index.svelte";

export const STATUSES: TicketStatus[] = ["open", "in_progress", "waiting_customer", "on_hold", "resolved", "closed"];
export const PRIORITIES: Priority[] = ["urgent", "high", "medium", "low"];
export const AVAILABILITIES: Availability[] = ["available", "busy", "away", "offline"];

export function statusWord(status: TicketStatus): string {
  return {
    open: m.status_open,
    in_progress: m.status_in_progress,
    waiting_customer: m.status_waiting_customer,
    on_hold: m.status_on_hold,
    resolved: m.status_resolved,
    closed: m.status_closed,
  }[status]();
}

export function priorityWord(priority: Priority): string {
  return { low: m.priority_low, medium: m.priority_medium, high: m.priority_high, urgent: m.priority_urgent }[priority]();
}

export function availabilityWord(availability: Availability): string {
  return {
    available: m.availability_available,
    busy: m.availability_busy,
    away: m.availability_away,
    offline: m.availability_offline,
  }[availability]();
}

export function roleWord(role: Role): string {
  return {
    customer: m.role_customer,
    agent: m.role_agent,
    supervisor: m.role_supervisor,
    auditor: m.role_auditor,
    admin: m.role_admin,
  }[role]();
}

/** What a role is called: a built-in one in the reader's language, the organisation's own by its name. */
export function roleName({ role, custom_role_id, role_name }: { role: Role; custom_role_id?: string | null; role_name?: string | null }): string {
  return custom_role_id ? (role_name ?? m.common_unknown_role()) : roleWord(role);
}

export function clockWord(clock: NonNullable<SlaBadgeView["clock"]>): string {
  return { first_response: m.sla_first_response, next_response: m.sla_next_response, resolution: m.sla_resolution }[clock]();
}
