/** What was written and whoever wrote it, as the palette's commands: each opens what it names. */
import type { components } from "$generated/api";
import type { Ticket } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";
import { openTicket } from "../list/address";
import { navigate } from "../router";
import type { Command } from "./commands.svelte";

type Hit = components["schemas"]["SearchHit"];

const named = (...parts: (string | null | undefined)[]) => parts.filter(Boolean).join(" · ");

/** `said`: what was said in it, if that was found. */
function record(hit: Hit, said: string | null | undefined): Pick<Command, "label" | "group" | "run"> {
  switch (hit.kind) {
    case "ticket":
      return {
        label: () => named(`${hit.number} ${overt(hit.subject) ?? m.common_erased()}`, overt(hit.name), overt(said)), group: m.nav_tickets,
        run: () => openTicket(hit.id),
      };
    case "message":
      return { label: () => named(hit.number, overt(hit.excerpt) ?? m.common_erased()), group: m.palette_messages, run: () => openTicket(hit.id) };
    case "chat":
      return {
        label: () => named(overt(hit.name) ?? hit.email ?? m.chats_visitor(), overt(hit.excerpt)), group: m.nav_chats,
        run: () => void navigate("/desk/chats/:id", { params: { id: hit.id } }),
      };
    case "customer":
      return {
        label: () => named(overt(hit.name) ?? hit.email ?? m.customers_visitor(), hit.name ? hit.email : null), group: m.nav_customers,
        run: () => void navigate("/desk/customers/:id", { params: { id: hit.id } }),
      };
  }
}

/** What a search found, in its order; a conversation found for itself is not offered once more for what was said in it. */
export function foundCommands(hits: readonly Hit[]): Command[] {
  const seen = new Set<string>();
  const said = new Map(hits.filter(({ kind }) => kind === "message").map(({ id, excerpt }) => [id, excerpt]));
  return hits.filter(({ id }) => !seen.has(id) && seen.add(id)).map((hit) => ({ id: `found.${hit.id}`, does: "shows", ...record(hit, said.get(hit.id)) }));
}

/** A ticket opened lately. */
export function recentCommand(ticket: Ticket): Command {
  return {
    id: `recent.${ticket.id}`, does: "shows", label: () => named(`${ticket.number} ${overt(ticket.subject) ?? m.common_erased()}`, overt(ticket.customer_name)),
    group: m.palette_recent, run: () => openTicket(ticket.id),
  };
}
