/** How a change of a ticket is taken back: by commands of its own, each for the version the one before led to. */
import { sendCommand } from "$/api/client";
import { newKey } from "$/api/key";
import type { Receipt, Ticket, TicketStatus } from "$/api/types";
import type { components } from "$generated/api";
import { type Command, NEXT, ticketCommands } from "./commands";
import { attempt } from "./stale";

/** What was changed. `snoozed`: it was put aside; `merged`: it went into another. */
export type Reversible = Omit<components["schemas"]["BulkChange"], "ids"> & { snoozed?: true; merged?: true };

/** The shortest way from one status to another; empty: it is there, or there is none. */
export function statusWay(from: TicketStatus, to: TicketStatus): TicketStatus[] {
  const ways: TicketStatus[][] = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    for (const next of NEXT[way.at(-1)!]) {
      if (next === to) return [...way.slice(1), next];
      if (!seen.has(next)) {
        seen.add(next);
        ways.push([...way, next]);
      }
    }
  }
  return [];
}

/** What leads back to the ticket as it was before a change. */
export function wayBack(before: Ticket, change: Reversible): Command[] {
  const { id } = before;
  if (change.merged) return [ticketCommands.unmerge(id)];
  // A ticket that is closed takes no other change: it is opened first.
  const commands: Command[] = change.status ? statusWay(change.status, before.status).map((status) => ticketCommands.status(id, status)) : [];
  // Another status woke it.
  const slept = !!before.snoozed_until && Date.parse(before.snoozed_until) > Date.now();
  if (change.status && change.status !== before.status && slept) commands.push(ticketCommands.snooze(id, before.snoozed_until!));
  if (change.snoozed) commands.push(before.snoozed_until ? ticketCommands.snooze(id, before.snoozed_until) : ticketCommands.wake(id));
  if (change.assignee_id !== undefined && change.assignee_id !== (before.assignee_id ?? null)) {
    commands.push(before.assignee_id ? ticketCommands.assign(id, before.assignee_id) : ticketCommands.unassign(id));
    // Assigning an open ticket began the work on it.
    if (before.status === "open" && change.assignee_id && !change.status) commands.push(ticketCommands.status(id, "open"));
  }
  if (change.priority && change.priority !== before.priority) commands.push(ticketCommands.priority(id, before.priority));
  if (change.category && change.category !== before.category) commands.push(ticketCommands.category(id, before.category));
  if (change.department_id !== undefined && change.department_id !== (before.department_id ?? null)) {
    commands.push(ticketCommands.department(id, before.department_id ?? null));
  }
  const added = change.add_tags?.filter((tag) => !before.tags.includes(tag)) ?? [];
  const removed = change.remove_tags?.filter((tag) => before.tags.includes(tag)) ?? [];
  if (added.length || removed.length) commands.push(ticketCommands.tags(id, { add: removed, remove: added }));
  return commands;
}

/** Goes the way back from a version. False: somebody else did something in between, and it was left as they have it. */
export async function goBack(commands: readonly Command[], version: number, me: string): Promise<boolean> {
  let at = version;
  for (const command of commands) {
    const key = newKey();
    const outcome = await attempt((ifMatch) => sendCommand({ ...command, key: `${key}-${ifMatch}`, ifMatch }) as Promise<Receipt>, at, me);
    if ("missed" in outcome) return false;
    at = outcome.done.version;
  }
  return true;
}
