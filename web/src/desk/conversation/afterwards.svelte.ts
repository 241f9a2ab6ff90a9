/** Where the reader goes when they are done with a ticket: resolved, closed or snoozed. Each browser's own choice. */
import type { TicketDetail } from "$/api/types";
import { browsing } from "$/data/browsing.svelte";
import { queryClient } from "$/data/query";
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { navigate } from "../router";
import { undo } from "../undo.svelte";
import { ticketAsOf } from "./lookups";
import type { Reversible } from "./wayBack";

export const AFTERWARDS = ["next", "list", "stay"] as const;
export type Afterwards = (typeof AFTERWARDS)[number];

const KEY = "docket.afterwards";

function kept(): Afterwards {
  try {
    return AFTERWARDS.find((one) => one === localStorage.getItem(KEY)) ?? "next";
  } catch {
    return "next";
  }
}

let choice = $state<Afterwards>(kept());

export const afterwards = {
  get choice(): Afterwards {
    return choice;
  },
  choose(next: Afterwards): void {
    choice = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It lives as long as the page.
    }
  },
  /** What comes after a ticket in the list it was opened from: asked before the ticket leaves that list. */
  following(id: string): () => Promise<void> {
    const { next, previous } = browsing.neighbours(id);
    const then = next ?? previous;
    return async () => {
      if (choice === "stay") return;
      const { showTicket } = await import("../list/address");
      if (choice === "next" && then) showTicket(then);
      else void navigate("/desk/tickets", { search: location.search });
    };
  },
};

/**
 * A change of a ticket is about to be made that can be taken back. Returns what to do once it led to a version: it is offered to
 * be taken back, and the reader goes on if they are done with the ticket by it. `on`: the version it was made on, whose state is
 * the one to go back to. What the page had read of the ticket may be older: it is told of an event before it has read what came of it.
 */
export function offerBack(shown: TicketDetail, words: string, what: Reversible): (version: number, on?: number) => void {
  const onward = afterwards.following(shown.id);
  return (version, on = shown.version) => {
    undo.offer(m.ticket_change_done({ ticket: shown.number, what: words }), async () => {
      const { goBack, wayBack } = await import("./wayBack");
      const before = on === shown.version ? shown : await queryClient.fetchQuery(ticketAsOf(shown.id, on));
      return goBack(wayBack(before, what), version, session.me.person_id);
    });
    if (what.snoozed || what.status === "resolved" || what.status === "closed") void onward();
  };
}
