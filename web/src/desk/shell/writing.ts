/**
 * The open ticket and its box. Who opens a ticket, by a click, Enter or `O`, is about to answer it: the caret is in its box, and
 * the first words are words. Who walks through tickets (`J`, `K`, `[`, `]`, or led on when one is done) decides by keys, and keeps
 * them: a caret in the box would take every second key of theirs for text.
 */
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { beginWriting, mayHaveBox } from "../conversation/parts/beginWriting.svelte";
import { register } from "../palette/commands.svelte";

const ticketAt = (pathname: string) => /^\/desk\/tickets\/([^/]+)$/.exec(pathname)?.[1];

/** Somebody opened a ticket. Fingers read first, since the keyboard would cover half of it. */
export function openedToWrite(id: string): void {
  if (session.may("edit_tickets") && matchMedia("(pointer: fine)").matches) beginWriting(`ticket:${id}`);
}

/** For clicks anywhere: a link to a ticket opens it here. A ticket at a moment of the past is only read. */
export function openedByLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  const { origin, pathname, searchParams } = new URL(link.href);
  const id = ticketAt(pathname);
  if (id && origin === location.origin && !searchParams.has("at")) openedToWrite(id);
}

/** The keys that begin an answer and a note, from the moment on at which the address is a ticket's. Made for `$effect`. */
export function writingKeys(pathname: string): (() => void) | undefined {
  const id = ticketAt(pathname);
  const topic = `ticket:${id}` as const;
  if (!id || !session.may("edit_tickets") || !mayHaveBox(topic)) return undefined;
  const group = () => m.keys_ticket();
  return register([
    { id: "ticket.reply", does: "shows", label: () => m.conversation_reply(), group, keys: "r", run: () => beginWriting(topic, "message") },
    { id: "ticket.note", does: "shows", label: () => m.conversation_note(), group, keys: "n", run: () => beginWriting(topic, "note") },
  ]);
}
