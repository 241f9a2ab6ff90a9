/** A request as it is being written: what is kept of it, what is missing, what is sent. */
import type { Priority, TicketDetail } from "$/api/types";
import type { components } from "$generated/api";

export type NewTicket = components["schemas"]["NewTicket"];

export interface Asking {
  subject: string;
  description: string;
  category: string;
  department_id: string;
  priority: Priority;
  order_ref: string;
}

export const SUBJECT_CHARS = 255;
export const DESCRIPTION_BYTES = 50 * 1024;

export function blank(): Asking {
  return { subject: "", description: "", category: "", department_id: "", priority: "medium", order_ref: "" };
}

/** A follow-up begins with what is known of the request it follows. */
export function following(earlier: TicketDetail): Asking {
  return {
    ...blank(),
    subject: earlier.subject ?? "",
    category: earlier.category,
    department_id: earlier.department_id ?? "",
    order_ref: earlier.order_ref ?? "",
  };
}

/** Reads what was kept; anything that is no longer understood is as if it had never been written. */
export function recall(text: string): Asking | null {
  try {
    const kept = JSON.parse(text) as Partial<Asking>;
    const one = blank();
    for (const name of Object.keys(one) as (keyof Asking)[]) {
      const value = kept[name];
      if (typeof value === "string") one[name] = value as never;
    }
    return one;
  } catch {
    return null;
  }
}

/** Whether anything was written that somebody would miss. */
export function isWorthKeeping(asking: Asking, begun: Asking): boolean {
  return (["subject", "description", "order_ref"] as const).some((name) => asking[name].trim() !== begun[name].trim());
}

export type Missing = "required" | "too_long";

/** What the server would refuse anyway. */
export function missing(asking: Asking): Partial<Record<keyof Asking, Missing>> {
  const found: Partial<Record<keyof Asking, Missing>> = {};
  const subject = asking.subject.trim();
  if (!subject) found.subject = "required";
  else if (Array.from(subject).length > SUBJECT_CHARS) found.subject = "too_long";
  if (!asking.description.trim()) found.description = "required";
  else if (new TextEncoder().encode(asking.description).length > DESCRIPTION_BYTES) found.description = "too_long";
  return found;
}

/** What is sent: only what was said. */
export function bodyOf(asking: Asking, followUpOf: string | null): NewTicket {
  const body: NewTicket = {
    subject: asking.subject.trim(),
    description: asking.description.trim(),
    priority: asking.priority,
  };
  if (asking.category) body.category = asking.category;
  if (asking.department_id) body.department_id = asking.department_id;
  if (asking.order_ref.trim()) body.order_ref = asking.order_ref.trim();
  if (followUpOf) body.follow_up_of = followUpOf;
  return body;
}

/**
 * The key of a try: the same for the same words, so that sending again after a lost answer opens no second request; another
 * once they changed, since a key stands for what was sent under it.
 */
export class Tries {
  #sent = "";
  #key = "";
  constructor(private readonly fresh: () => string) {}

  keyOf(body: NewTicket): string {
    const words = JSON.stringify(body);
    if (words !== this.#sent) {
      this.#sent = words;
      this.#key = this.fresh();
    }
    return this.#key;
  }
}
