/** An event's values as people read them. */
import { formatAgo, formatDate, formatList, formatNumber, formatSpan } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";
import { fieldValue } from "../conversation/fieldValue";
import { ago } from "../list/filter";
import { type Day, DAYS, type WorkingRange } from "../settings/calendars/calendar";
import { weekWords } from "../settings/calendars/words";
import { CLOCKS, codeWord, kindWord } from "./codes";
import type { EVENT_TYPES } from "./eventTypes";
import { fieldWord } from "./trailWords";

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Told apart by a glance at the end of an id. */
const SHORT = 8;
/** What a view's range begins or ends with may move with the clock. */
const RANGED = /_(from|to)$/;

/** A desk's week as events write it: days by their first letters, times with seconds. */
function week(ranges: readonly Record<string, unknown>[]): string {
  const time = (value: unknown) => String(value).slice(0, 5);
  return weekWords(ranges.map(({ day, from, to }): WorkingRange => ({
    day: DAYS.find((one) => one.startsWith(String(day).toLowerCase())) ?? (String(day) as Day), from: time(from), to: time(to),
  })));
}

/** What a value belongs to: an event's type, and its field. A field of the desk's own holds what people wrote, no codes. */
export interface Place {
  event: string;
  field: string;
  own?: boolean;
}

/** Writes a value; `whole`: with ids to their last digit. */
export type Write = (place: Place, value: unknown, whole?: boolean) => string;

/** The parts of an event that are fields of the desk's own, by their names. */
const OWN = ["custom_fields", "personal_fields"];

/** Whatever has a name. */
interface Named {
  id?: string | null;
  name?: string | null;
}

/** Writes values of one desk: what it has by name. */
export function writer(things: readonly Named[]): Write {
  const names = new Map(things.flatMap(({ id, name }): [string, string][] => (id ? [[id, overt(name) ?? id]] : [])));
  function text({ event, field }: Place, value: string, whole: boolean): string {
    if (MOMENT.test(value)) return formatDate(value, { dateStyle: "medium", timeStyle: "medium" });
    if (DAY.test(value)) return formatDate(`${value}T12:00:00Z`, { dateStyle: "medium", timeZone: "UTC" });
    if (ID.test(value)) return names.get(value) ?? (whole ? value : value.slice(-SHORT));
    const passed = RANGED.test(field) ? ago(value) : null;
    return passed ? formatAgo(passed.count, passed.unit) : (codeWord(event, field, value) ?? overt(value));
  }
  function parts({ event, field }: Place, value: object, whole: boolean): string {
    const own = OWN.includes(field);
    const known = Object.entries(value).filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0));
    return known.map(([name, one]) => {
      const word = own ? name : (codeWord(event, "priority", name) ?? fieldWord(name));
      return `${word}: ${write({ event, field: name, own }, one, whole)}`;
    }).join(" · ");
  }
  function write(place: Place, value: unknown, whole = false): string {
    if (value === undefined || value === null || value === "") return m.audit_nothing_before();
    if (place.own) return overt(fieldValue(value));
    const { field } = place;
    if (typeof value === "boolean") return value ? m.field_yes() : m.field_no();
    if (typeof value === "number") {
      if (field.endsWith("_seconds") || CLOCKS.some((clock) => clock === field)) return formatSpan(value);
      return formatNumber(value, { useGrouping: !field.includes("version") });
    }
    if (typeof value === "string") return text(place, value, whole);
    if (Array.isArray(value)) return field === "ranges" ? week(value as Record<string, unknown>[]) : formatList(value.map((one) => write(place, one, whole)));
    if (typeof value === "object") {
      const { id, kind } = value as { id?: unknown; kind?: unknown };
      // Whoever did it: the id says who, the kind what they are.
      if (typeof kind === "string" && Object.keys(value).length <= 2) {
        return typeof id === "string" ? (names.get(id) ?? `${kindWord(kind)} ${text(place, id, whole)}`) : kindWord(kind);
      }
      return parts(place, value, whole);
    }
    return String(value);
  }
  return write;
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
