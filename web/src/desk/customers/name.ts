import type { Customer } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";

/** A ticket's customer as a row tells of them. */
interface TicketCustomer {
  customer_name?: string | null;
  customer_email?: string | null;
  customer_erased?: boolean;
}

/** What a ticket's customer is called: erased is only who was erased; others may have no name. */
export function ticketCustomer(ticket: TicketCustomer): string {
  if (ticket.customer_erased ?? !(ticket.customer_name || ticket.customer_email)) return m.common_erased();
  return overt(ticket.customer_name ?? ticket.customer_email) ?? m.customer_unnamed();
}

/** What somebody is called here: by name, by address, or for want of both by what they are. */
export function customerName(customer: Pick<Customer, "name" | "email" | "erased" | "kind">): string {
  if (customer.erased) return m.common_erased();
  return overt(customer.name ?? customer.email) ?? (customer.kind === "visitor" ? m.customers_visitor() : m.customer_unnamed());
}
