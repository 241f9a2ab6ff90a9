/** How somebody gets to read an answer: in the help centre, once they have a way in. Docket itself sends no mail. */
import { api, ok } from "$/api/client";
import { Problem } from "$/api/problem";
import type { Customer } from "$/api/types";
import { customersChanged } from "$/data/customers";

export interface WayIn {
  url: string;
  expires_at: string;
}

/** Somebody else is known by the visitor's address. */
export class AddressTaken extends Error {}

/** A link that signs in once and opens a conversation. */
export function leadingTo(url: string, ticket: string): string {
  const link = new URL(url);
  link.pathname = `/help/requests/${ticket}`;
  return link.href;
}

/** A mail to write with one's own program, with the link in it. */
export function mailTo(address: string, subject: string, body: string): string {
  return `mailto:${encodeURIComponent(address)}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replaceAll("\n", "\r\n"))}`;
}

/** Makes a link; a visitor becomes a customer by the address they gave. */
export async function makeWayIn(customer: Customer): Promise<WayIn> {
  const id = customer.kind === "visitor" ? await asCustomer(customer) : customer.id;
  return ok(api.POST("/v1/customers/{id}/sign-in-link", { params: { path: { id } }, body: {} }));
}

async function asCustomer({ id, name, email }: Customer): Promise<string> {
  const body = { email: email!, ...(name ? { name } : {}) };
  const made = await ok(api.POST("/v1/customers", { body })).catch((error: unknown) => {
    throw error instanceof Problem && (error.status === 409 || error.field("email")?.code === "taken") ? new AddressTaken() : error;
  });
  await ok(api.POST("/v1/customers/{id}/merge", { params: { path: { id } }, body: { into: made.id } }));
  await customersChanged();
  return made.id;
}
