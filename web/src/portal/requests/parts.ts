/** The two halves of what somebody asked: what goes on, and what is done. */
import type { TicketStatus } from "$/api/types";

export type Part = "open" | "done";

export const PARTS: Record<Part, TicketStatus[]> = {
  open: ["open", "in_progress", "waiting_customer", "on_hold"],
  done: ["resolved", "closed"],
};
