/** Where the reader goes when they are done with a ticket: resolved, closed or snoozed. Each browser's own choice. */
import type { TicketDetail } from "$/api/types";
import { browsing } from "$/data/browsing.svelte";
import { queryClient } from "$/data/query";
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { toasts } from "$/ui/toast.svelte";
import { navigate, p } from "../router";
import { undo } from "../undo.svelte";
import { ticketAsOf } from "./lookups";
import { canGoBack } from "./canGoBack";
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
  /**
   * Leads the reader on to what comes after a ticket in the list it was opened from: asked before the ticket leaves that list.
   * Answers with the way back to it, which is taken only by who is still where they were led.
   */
  following(id: string): () => Promise<() => void> {
    const { next, previous } = browsing.neighbours(id);
    const then = next ?? previous;
    return async () => {
      if (choice === "stay") return () => undefined;
      const { showTicket } = await import("../list/address");
      const on = choice === "next" ? then : null;
      if (on) showTicket(on);
      else void navigate("/desk/tickets", { search: location.search });
      const there = on ? p("/desk/tickets/:id", { params: { id: on } }) : p("/desk/tickets");
      return () => {
        if (location.pathname === there) showTicket(id);
      };
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
  let led: Promise<() => void> | undefined;
  return (version, on = shown.version) => {
    const said = m.ticket_change_done({ ticket: shown.number, what: words });
    const back = async () => {
      const { goBack, wayBack } = await import("./wayBack");
      const before = on === shown.version ? shown : await queryClient.fetchQuery(ticketAsOf(shown.id, on));
      if (!canGoBack(before, what)) return false;
      const isBack = await goBack(wayBack(before, what), version, session.me.person_id);
      if (isBack) (await led)?.();
      return isBack;
    };
    if (canGoBack(shown, what)) undo.offer(said, back);
    else toasts.say(said);
    if (what.snoozed || what.status === "resolved" || what.status === "closed") led = onward();
  };
}
