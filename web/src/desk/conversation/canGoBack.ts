import type { Ticket } from "$/api/types";
import type { Reversible } from "./wayBack";

/**
 * Whether a change can be taken back. A ticket that was resolved or closed cannot: it would be resolved once more, by whoever
 * takes the change back, and now.
 */
export function canGoBack(before: Pick<Ticket, "status">, change: Reversible): boolean {
  return !change.status || change.status === before.status || !(before.status === "resolved" || before.status === "closed");
}
