/** Names for the ids in a conversation, as far as they are known by now. */
import { SvelteMap } from "svelte/reactivity";
import type { Agent, TicketDetail } from "$/api/types";
import { ticketDetail } from "$/data/tickets";
import { queryClient } from "$/data/query";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";
import { ticketCustomer } from "../customers/name";
import type { Names } from "./sentences";

const numbers = new SvelteMap<string, string>();
const asked = new Set<string>();

/** Finds out a ticket's number; what shows it changes once it is known. */
export function askNumber(id: string): void {
  if (asked.has(id)) return;
  asked.add(id);
  void queryClient.fetchQuery(ticketDetail(id)).then((ticket) => numbers.set(id, ticket.number)).catch(() => asked.delete(id));
}

/** What is known: the desk's people, the ticket's customer, departments and fields. */
export interface Known {
  agents: readonly Agent[];
  departments: readonly { id: string; name: string }[];
  fields: readonly { name: string; label: string }[];
  ticket: Pick<TicketDetail, "customer_id" | "customer_name" | "customer_email"> | undefined;
}

export function namesFrom(known: () => Known): Names {
  const agent = (id: string) => overt(known().agents.find((one) => one.id === id)?.name) ?? m.conversation_somebody();
  return {
    agent,
    person(person) {
      if (person.kind === "system") return m.conversation_system();
      if (person.kind === "agent") return person.id ? agent(person.id) : m.conversation_somebody();
      const { ticket } = known();
      return ticket && ticket.customer_id === person.id ? ticketCustomer(ticket) : m.role_customer();
    },
    department: (id) => known().departments.find((one) => one.id === id)?.name ?? null,
    ticket: (id) => numbers.get(id) ?? null,
    field: (name) => known().fields.find((one) => one.name === name)?.label ?? name,
  };
}
