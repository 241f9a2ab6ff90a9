import type { Customer } from "$/api/types";
import { m } from "$/i18n/index.svelte";

/** What somebody is called here: by name, by address, or for want of both by what they are. */
export function customerName(customer: Pick<Customer, "name" | "email" | "erased" | "kind">): string {
  if (customer.erased) return m.common_erased();
  return customer.name ?? customer.email ?? (customer.kind === "visitor" ? m.customers_visitor() : m.filter_customer());
}
