/** The widget's words: those of one language, loaded when it is known which. */
import type * as Messages from "$generated/words/widget/messages/_index.js";
import { type Locale, regional, waitIn } from "$/i18n/locales";
import { type FieldProblem, Problem } from "$/api/problem";
import type { Ticket } from "$/api/types";

type M = typeof Messages;

const CHUNKS: Record<Locale, () => Promise<unknown>> = {
  en: () => import("$generated/words/widget/messages/en.js"),
  de: () => import("$generated/words/widget/messages/de.js"),
  es: () => import("$generated/words/widget/messages/es.js"),
  id: () => import("$generated/words/widget/messages/id.js"),
  ar: () => import("$generated/words/widget/messages/ar.js"),
};

/** The messages, each a function of its inputs. Nothing is shown before they are there. */
export let m: M;
let locale: Locale = "en";

export async function useLocale(next: Locale): Promise<void> {
  m = (await CHUNKS[next]()) as M;
  locale = next;
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** The time of day; of another day its date alone. */
export function when(at: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(tag(), today ? { timeStyle: "short" } : { dateStyle: "medium" }).format(date);
}

/** The time of day; the date too, if it was another day. */
export function moment(at: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const style = today ? ({ timeStyle: "short" } as const) : ({ dateStyle: "medium", timeStyle: "short" } as const);
  return new Intl.DateTimeFormat(tag(), style).format(date);
}

const tag = () => regional(locale, globalThis.navigator?.languages ?? []);

/** How a message left stands, and its number. */
export function requestState(ticket: Ticket): string {
  return `${standing(ticket)} · \u2066${ticket.number}\u2069`;
}

function standing({ status, archived, last_message_by: by }: Ticket): string {
  if (archived || status === "closed") return m.widget_request_closed();
  if (status === "resolved") return m.widget_request_solved();
  if (status === "waiting_customer") return m.widget_request_yours();
  return by.kind === "agent" ? m.widget_request_answered() : m.widget_request_ours();
}

/** What a visitor can do when something stands in the way, by the code of what does. */
const IN_THE_WAY: Partial<Record<string, () => string>> = {
  chat_closed: () => m.widget_over_chat(),
  ticket_closed: () => m.widget_over_request(),
  ticket_archived: () => m.widget_over_request(),
  ticket_merged: () => m.widget_over_merged(),
  invalid_transition: () => m.widget_changed(),
  person_erased: () => m.widget_person_erased(),
  widget_disabled: () => m.widget_switched_off(),
  origin_not_allowed: () => m.widget_switched_off(),
  not_found: () => m.widget_gone(),
};

/** Why something did not work, and what can be done, for a visitor. */
export function failure(error: unknown): string {
  if (!(error instanceof Problem)) return m.widget_unreachable();
  if (error.status === 429) return tooMuch(error);
  if (error.passing) return m.widget_unreachable();
  const [field] = error.fields;
  return IN_THE_WAY[error.code]?.() ?? (field ? fieldFailure(field) : m.widget_refused());
}

/** What is wrong with something that was filled in. */
export function fieldFailure({ field, code }: FieldProblem): string {
  if (code === "required") return m.widget_required();
  if (code === "too_long") return m.widget_too_long();
  if (field === "email") return m.widget_email_wrong();
  return field === "department_id" ? m.widget_department_gone() : m.widget_refused();
}

/** What was too much, and when to come back. */
function tooMuch({ members, retryAfter }: Problem): string {
  const wait = duration(retryAfter ?? 60);
  switch (members["budget"]) {
    case "changes_per_minute":
      return m.widget_too_fast({ wait });
    case "bytes_per_hour":
      return m.widget_too_much({ wait });
    case "visits_per_minute":
      return m.widget_too_many_visits({ wait });
    case "waiting_chats":
      return m.widget_too_many_waiting({ wait });
    default:
      return m.widget_slow_down({ wait });
  }
}

export function duration(seconds: number): string {
  return waitIn(locale, seconds);
}
