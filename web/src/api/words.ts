/** Problems in the reader's language. The server's own words are English, and shown only where nothing better is known. */
import { formatNumber, formatWait } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { type FieldProblem, NotLoaded, Problem, Unreachable } from "./problem";

/** Codes that have words of their own. */
const BY_CODE: Partial<Record<string, (problem: Problem) => string>> = {
  agent_deactivated: () => m.problem_agent_deactivated(),
  already_exists: () => m.problem_already_exists(),
  at_capacity: () => m.problem_at_capacity(),
  calendar_archived: () => m.problem_calendar_archived(),
  calendar_in_use: () => m.problem_calendar_in_use(),
  cannot_take_chats: () => m.problem_cannot_take_chats(),
  chat_closed: () => m.problem_chat_closed(),
  chat_not_accepted: () => m.problem_chat_not_accepted(),
  chat_taken: () => m.problem_chat_taken(),
  forbidden: () => m.problem_forbidden(),
  invalid_transition: () => m.problem_invalid_transition(),
  last_admin: () => m.problem_last_admin(),
  login_taken: () => m.problem_login_taken(),
  not_available: () => m.problem_not_available(),
  not_found: () => m.problem_not_found(),
  offered_to_other: () => m.problem_offered_to_other(),
  policy_archived: () => m.problem_policy_archived(),
  person_erased: () => m.problem_person_erased(),
  stale: () => m.problem_stale(),
  ticket_archived: () => m.problem_ticket_archived(),
  ticket_closed: () => m.problem_ticket_closed(),
  ticket_merged: () => m.problem_ticket_merged(),
};

/** What went wrong, in words for whoever is looking. */
export function problemWords(error: unknown): string {
  if (error instanceof Unreachable) return m.problem_unreachable();
  if (error instanceof NotLoaded) return m.problem_not_loaded();
  if (!(error instanceof Problem)) return m.problem_unexpected();
  const words = BY_CODE[error.code];
  if (words) return words(error);
  const [field] = error.fields;
  if (field) return fieldWords(field);
  // Of whatever there was too much: what counts is when to come back.
  if (error.status === 429) return m.problem_too_many_requests({ wait: formatWait(error.retryAfter ?? 60) });
  if (error.status === 401) return m.problem_signed_out();
  if (error.status === 404) return m.problem_not_found();
  if (error.status >= 500) return m.problem_server();
  return error.detail || m.problem_unexpected();
}

/** What is wrong with one field. */
export function fieldWords(problem: FieldProblem): string {
  switch (problem.code) {
    case "required":
      return m.field_required();
    case "unknown":
      return m.field_unknown();
    case "taken":
      return m.field_taken();
    case "too_easy":
      return m.field_too_easy();
    case "another_address":
      return m.sign_in_other_address();
    default:
      return limitWords(problem) ?? m.field_invalid();
  }
}

/** The limit that was not kept. It stands in the server's words alone, and a number says more than none. */
function limitWords({ code, message }: FieldProblem): string | null {
  const number = (found: string | undefined) => (found === undefined ? null : formatNumber(Number(found)));
  const most = number(/at most (\d+)/.exec(message)?.[1]);
  const least = number(/at least (\d+)/.exec(message)?.[1]);
  const [, from, to] = /\b(\d+) to (\d+)\b/.exec(message) ?? [];
  if (code === "too_long" && most) return m.field_too_long({ most });
  if (code === "too_short" && least) return m.field_too_short({ least });
  if (code === "too_many" && most) return m.field_too_many({ most });
  if (code === "out_of_range" && from && to) return m.field_between({ least: number(from)!, most: number(to)! });
  return null;
}
