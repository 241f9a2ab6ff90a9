/** Who said what a row ends with. */
import type { Ticket } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";

/** What stands before the last words: "You:", "Sofía:". Null: the customer's own, whom the row names already. */
export function saidBy({ last_message_by: by }: Pick<Ticket, "last_message_by">, me: string): string | null {
  if (by.kind === "customer") return null;
  if (by.kind === "system") return m.list_said_by({ name: m.audit_system() });
  return by.id === me ? m.list_said_by_you() : m.list_said_by({ name: overt(by.name) ?? m.conversation_somebody() });
}
