/** What somebody writes into a field of a ticket, kept under them until it is saved or thrown away. */
import { draft } from "$/live/drafts.svelte";

/** `written` over `before`, as of the ticket's `version`. */
export interface Hand {
  before: string;
  version: number;
  written: string;
}

/** Which field of which ticket it is. */
export interface Field {
  ticket: string;
  field: string;
}

const placeOf = ({ ticket }: Field) => `field:${ticket}`;

/** What was written and is not saved; null: nothing. Reactive. */
export function heldIn(field: Field): Hand | null {
  try {
    const { before, version, written } = JSON.parse(draft.get(placeOf(field), field.field) || "{}") as Partial<Hand>;
    return typeof before === "string" && typeof version === "number" && typeof written === "string" ? { before, version, written } : null;
  } catch {
    return null;
  }
}

/** Keeps it, unless it says what stood there anyway. */
export function hold(field: Field, hand: Hand): void {
  if (hand.written.trim() === hand.before) letGo(field);
  else draft.set(placeOf(field), JSON.stringify(hand), field.field);
}

export function letGo(field: Field): void {
  draft.clear(placeOf(field), field.field);
}
