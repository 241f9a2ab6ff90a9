/** An event's values as people read them. */
import type { Agent, Department, RoleView } from "$/api/types";
import { formatDate, formatList, formatNumber, formatSpan } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { AVAILABILITIES, availabilityWord, clockWord, PRIORITIES, priorityWord, roleWord, STATUSES, statusWord } from "$/ui/words";
import { overt } from "$/ui/overt";
import { channelWord } from "../conversation/sentences";
import { type Day, DAYS, type WorkingRange } from "../settings/calendars/calendar";
import { weekWords } from "../settings/calendars/words";
import { PERMISSIONS, permissionWord } from "../settings/permissions";
import type { EVENT_TYPES } from "./eventTypes";
import { fieldWord } from "./trailWords.svelte";

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Told apart by a glance at the end of an id. */
const SHORT = 8;
const CLOCKS = ["first_response", "next_response", "resolution"] as const;
/** Fields of an event about a role; `added` and `removed` hold other things elsewhere. */
const ALLOWED = ["permissions", "added", "removed"];
const ROLES = ["customer", "agent", "supervisor", "auditor", "admin"] as const;

/** Who or what ends a chat. */
const ENDERS = ["visitor", "agent", "timeout", "abandoned"] as const;

function enderWord(by: (typeof ENDERS)[number]): string {
  return { visitor: m.chats_visitor, agent: m.role_agent, timeout: m.chats_by_timeout, abandoned: m.chats_by_abandoned }[by]();
}

/** The word of one of several codes, if it is one of them. */
function oneOf<Code extends string>(codes: readonly Code[], word: (code: Code) => string, text: string): string | null {
  const code = codes.find((one) => one === text);
  return code ? word(code) : null;
}

function knownWord(field: string, text: string): string | null {
  if (field === "status" || field === "pause_in") return oneOf(STATUSES, statusWord, text);
  if (field === "priority" || field === "priorities") return oneOf(PRIORITIES, priorityWord, text);
  if (field === "availability") return oneOf(AVAILABILITIES, availabilityWord, text);
  if (field === "role") return oneOf(ROLES, roleWord, text);
  if (ALLOWED.includes(field)) return oneOf(PERMISSIONS, permissionWord, text);
  if (field === "clock") return oneOf(CLOCKS, clockWord, text);
  if (field === "by") return oneOf(ENDERS, enderWord, text);
  if (field === "channel" || field === "channels") return channelWord(text);
  return null;
}

/** A desk's week as events write it: days by their first letters, times with seconds. */
function week(ranges: readonly Record<string, unknown>[]): string {
  const time = (value: unknown) => String(value).slice(0, 5);
  return weekWords(ranges.map(({ day, from, to }): WorkingRange => ({
    day: DAYS.find((one) => one.startsWith(String(day).toLowerCase())) ?? (String(day) as Day), from: time(from), to: time(to),
  })));
}

/** How a name inside a value is written. */
function partWord(name: string): string {
  return oneOf(PRIORITIES, priorityWord, name) ?? fieldWord(name);
}

/** Writes a value of a field; `whole`: with ids to their last digit. */
export type Write = (field: string, value: unknown, whole?: boolean) => string;

/** Writes values of one desk: its people, departments and own roles by name. */
export function writer(agents: readonly Agent[], departments: readonly Department[], roles: readonly RoleView[]): Write {
  const names = new Map<string, string>([
    ...agents.map((one): [string, string] => [one.id, overt(one.name) ?? one.id]),
    ...departments.map((one): [string, string] => [one.id, overt(one.name)]),
    ...roles.flatMap((one): [string, string][] => (one.id ? [[one.id, overt(one.name)]] : [])),
  ]);
  function text(field: string, value: string, whole: boolean): string {
    if (MOMENT.test(value)) return formatDate(value, { dateStyle: "medium", timeStyle: "medium" });
    if (DAY.test(value)) return formatDate(`${value}T12:00:00Z`, { dateStyle: "medium", timeZone: "UTC" });
    if (ID.test(value)) return names.get(value) ?? (whole ? value : value.slice(-SHORT));
    return knownWord(field, value) ?? overt(value);
  }
  return function write(field: string, value: unknown, whole = false): string {
    if (value === undefined || value === null || value === "") return m.audit_nothing_before();
    if (typeof value === "boolean") return value ? m.field_yes() : m.field_no();
    if (typeof value === "number") {
      if (field.endsWith("_seconds") || CLOCKS.some((clock) => clock === field)) return formatSpan(value);
      return formatNumber(value, { useGrouping: !field.includes("version") });
    }
    if (typeof value === "string") return text(field, value, whole);
    if (Array.isArray(value)) return field === "ranges" ? week(value as Record<string, unknown>[]) : formatList(value.map((one) => write(field, one, whole)));
    if (typeof value === "object") {
      const { id, kind } = value as { id?: unknown; kind?: unknown };
      // Whoever did it: the id says who, the kind what they are.
      if (typeof kind === "string" && Object.keys(value).length <= 2) {
        if (typeof id !== "string") return kind === "system" ? m.audit_system() : kind;
        return names.get(id) ?? `${categoryWord(kind)} ${text(field, id, whole)}`;
      }
      const parts = Object.entries(value).filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0));
      return parts.map(([name, one]) => `${partWord(name)}: ${write(name, one, whole)}`).join(" · ");
    }
    return String(value);
  };
}

export function categoryWord(category: string): string {
  const words: Record<keyof typeof EVENT_TYPES, () => string> = {
    ticket: m.audit_category_ticket, chat: m.audit_category_chat, agent: m.audit_category_agent, department: m.audit_category_department,
    customer: m.audit_category_customer, organisation: m.audit_category_organisation, account: m.audit_category_account,
    service_level: m.audit_category_service_level,
    view: m.audit_category_view, view_list: m.audit_category_view_list, role: m.audit_category_role, import: m.audit_category_import,
  };
  return words[category as keyof typeof EVENT_TYPES]?.() ?? category;
}
