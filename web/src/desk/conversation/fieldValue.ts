import { formatDate, formatNumber } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";

/** A custom field's value as people read it. */
export function fieldValue(value: unknown): string {
  if (typeof value === "boolean") return value ? m.field_yes() : m.field_no();
  if (typeof value === "number") return formatNumber(value, { maximumFractionDigits: 20 });
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)) return formatDate(`${value}T12:00:00Z`, { dateStyle: "medium", timeZone: "UTC" });
  return value == null ? m.common_none() : String(value);
}
