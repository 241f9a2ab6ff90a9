/** The words a customer reads for what the API names in codes: theirs, not the desk's. */
import type { Chat, Priority, Ticket, TicketStatus } from "$/api/types";
import { m } from "$/i18n/index.svelte";

function statusWord(status: TicketStatus): string {
  return {
    open: m.portal_status_open,
    in_progress: m.portal_status_in_progress,
    waiting_customer: m.portal_status_waiting_customer,
    on_hold: m.portal_status_on_hold,
    resolved: m.portal_status_resolved,
    closed: m.portal_status_closed,
  }[status]();
}

/** What a status means for the one who asked. */
function statusDetail(status: TicketStatus): string {
  return {
    open: m.portal_detail_open,
    in_progress: m.portal_detail_in_progress,
    waiting_customer: m.portal_detail_waiting_customer,
    on_hold: m.portal_detail_on_hold,
    resolved: m.portal_detail_resolved,
    closed: m.portal_detail_closed,
  }[status]();
}

/** How a request stands: what was archived is neither open nor closed to whoever asked, it can only be read. */
export function standing({ status, archived }: Pick<Ticket, "status" | "archived">): { status: TicketStatus; word: string; detail: string } {
  if (archived) return { status: "closed", word: m.portal_status_archived(), detail: m.portal_detail_archived() };
  return { status, word: statusWord(status), detail: statusDetail(status) };
}

export function urgencyWord(priority: Priority): string {
  return {
    low: m.portal_urgency_low,
    medium: m.portal_urgency_medium,
    high: m.portal_urgency_high,
    urgent: m.portal_urgency_urgent,
  }[priority]();
}

export function chatStatusWord(status: Chat["status"]): string {
  return {
    waiting: m.portal_chat_waiting,
    active: m.portal_chat_active,
    transferred: m.portal_chat_transferred,
    closed: m.portal_chat_closed,
  }[status]();
}

/** A category as one reads it: organisations mostly keep them in small letters. */
export function categoryWord(category: string): string {
  const text = category.replaceAll(/[_-]+/g, " ").trim();
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
