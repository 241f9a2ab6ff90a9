/** An event's values as people read them. */
import type { Agent, Department, RoleView } from "$/api/types";
import { formatDate, formatList, formatNumber } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { AVAILABILITIES, availabilityWord, PRIORITIES, priorityWord, STATUSES, statusWord } from "$/ui/words";
import type { EVENT_TYPES } from "./eventTypes";

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

function knownWord(field: string, text: string): string | null {
  if (field === "status") return STATUSES.find((one) => one === text) ? statusWord(text as (typeof STATUSES)[number]) : null;
  if (field === "priority") return PRIORITIES.find((one) => one === text) ? priorityWord(text as (typeof PRIORITIES)[number]) : null;
  if (field === "availability") return AVAILABILITIES.find((one) => one === text) ? availabilityWord(text as (typeof AVAILABILITIES)[number]) : null;
  return null;
}

/** Writes values of one desk: its people, departments and own roles by name. */
export function writer(agents: readonly Agent[], departments: readonly Department[], roles: readonly RoleView[]) {
  const names = new Map<string, string>([
    ...agents.map((one): [string, string] => [one.id, one.name ?? one.id]),
    ...departments.map((one): [string, string] => [one.id, one.name]),
    ...roles.flatMap((one): [string, string][] => (one.id ? [[one.id, one.name]] : [])),
  ]);
  return function write(field: string, value: unknown): string {
    if (value === undefined || value === null || value === "") return m.audit_nothing_before();
    if (typeof value === "number") return formatNumber(value, { useGrouping: !field.includes("version") });
    if (typeof value === "string") {
      if (MOMENT.test(value)) return formatDate(value, { dateStyle: "medium", timeStyle: "medium" });
      return names.get(value) ?? knownWord(field, value) ?? value;
    }
    if (Array.isArray(value)) return formatList(value.map((one) => write(field, one)));
    if (typeof value === "object") {
      const { id, kind } = value as { id?: unknown; kind?: unknown };
      // Whoever did it: the id says who, the kind what they are.
      if (typeof kind === "string" && Object.keys(value).length <= 2) return typeof id === "string" ? (names.get(id) ?? `${kind} ${id.slice(-8)}`) : kind;
      return Object.entries(value).map(([name, one]) => `${name}: ${write(name, one)}`).join(", ");
    }
    return String(value);
  };
}

export function categoryWord(category: string): string {
  const words: Record<keyof typeof EVENT_TYPES, () => string> = {
    ticket: m.audit_category_ticket, chat: m.audit_category_chat, agent: m.audit_category_agent, department: m.audit_category_department,
    customer: m.audit_category_customer, organisation: m.audit_category_organisation, account: m.audit_category_account,
    service_level: m.audit_category_service_level,
    view: m.audit_category_view, view_list: m.audit_category_view_list, role: m.audit_category_role,
  };
  return words[category as keyof typeof EVENT_TYPES]?.() ?? category;
}
