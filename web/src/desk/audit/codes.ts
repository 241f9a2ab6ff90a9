/** The codes that events are written with, in words: by the field they stand in, with its event's name where others mean something else. */
import { LOCALES, m } from "$/i18n/index.svelte";
import { AVAILABILITIES, availabilityWord, clockWord, PRIORITIES, priorityWord, roleWord, STATUSES, statusWord } from "$/ui/words";
import { CHANNELS, channelWord } from "../conversation/channel";
import { FIELD_TYPES } from "../settings/fields/field";
import { fieldTypeWord } from "../settings/fields/words";
import { PERMISSIONS, permissionWord } from "../settings/permissions";

type Words = Readonly<Record<string, () => string>>;

export const CLOCKS = ["first_response", "next_response", "resolution"] as const;
const ROLES = ["customer", "agent", "supervisor", "auditor", "admin"] as const;

function words<Code extends string>(codes: readonly Code[], word: (code: Code) => string): Words {
  return Object.fromEntries(codes.map((code) => [code, () => word(code)]));
}

const statuses = words(STATUSES, statusWord);
const priorities = words(PRIORITIES, priorityWord);
const channels = words(CHANNELS, channelWord);
const permissions = words(PERMISSIONS, permissionWord);
const asked: Words = { off: m.settings_asked_off, optional: m.settings_asked_optional, required: m.settings_asked_required };

const CODES: Readonly<Record<string, Words>> = {
  status: statuses,
  pause_in: statuses,
  priority: priorities,
  priorities,
  availability: words(AVAILABILITIES, availabilityWord),
  role: words(ROLES, roleWord),
  permissions,
  "RoleChanged.added": permissions,
  "RoleChanged.removed": permissions,
  clock: words(CLOCKS, clockWord),
  channel: channels,
  channels,
  kind: { visitor: m.chats_visitor, customer: m.role_customer },
  method: { password: m.trail_code_method_password, code: m.trail_code_method_code, link: m.trail_code_method_link },
  through: { api: m.trail_code_through_api, command_line: m.trail_code_through_command_line },
  field_type: words(FIELD_TYPES, fieldTypeWord),
  name_field: asked,
  email_field: asked,
  "WidgetChanged.language": { auto: m.settings_widget_language_auto, ...Object.fromEntries(Object.entries(LOCALES).map(([code, name]) => [code, () => name])) },
  "WidgetChanged.position": { start: m.settings_widget_position_start, end: m.settings_widget_position_end },
  sort: { urgency: m.sort_urgency, newest: m.sort_newest, updated: m.sort_updated },
  assignee: { me: m.trail_code_assignee_me, unassigned: m.filter_unassigned },
  "ChatEnded.by": { visitor: m.chats_visitor, agent: m.role_agent, timeout: m.chats_by_timeout, abandoned: m.chats_by_abandoned },
  "ChatOfferWithdrawn.reason": {
    timed_out: m.trail_code_chat_offer_withdrawn_reason_timed_out, agent_unavailable: m.trail_code_chat_offer_withdrawn_reason_agent_unavailable,
  },
  "TicketWoken.reason": {
    due: m.trail_code_ticket_woken_reason_due, reply: m.trail_code_ticket_woken_reason_reply, manual: m.trail_code_ticket_woken_reason_manual,
    merge: m.trail_code_ticket_woken_reason_merge,
  },
  "Unassigned.reason": {
    agent_deactivated: m.trail_code_unassigned_reason_agent_deactivated, agent_not_permitted: m.trail_code_unassigned_reason_agent_not_permitted,
  },
};

/** Whoever acts, where only their kind is known. */
const KINDS: Words = { system: m.audit_system, customer: m.role_customer, agent: m.role_agent };

/** Null: it is no code that this page knows. */
export function codeWord(event: string, field: string, text: string): string | null {
  const known = CODES[`${event}.${field}`] ?? CODES[field];
  return known && Object.hasOwn(known, text) ? known[text]!() : null;
}

export function kindWord(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}
