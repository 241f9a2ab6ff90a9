/** Words for ranges of time that a list is filtered by. */
import { formatDate, formatList } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { isMoment } from "./filter";

/** A day as the platform writes it, which has no time, so that no zone may shift it; a moment with its time. */
function dayWord(day: string): string {
  return isMoment(day) ? formatDate(day, { dateStyle: "medium", timeStyle: "short" }) : formatDate(`${day}T12:00:00`, { dateStyle: "medium" });
}

/** "3 Nov to 5 Nov", "since 3 Nov"; nothing for no range. */
export function rangeWord(from: string | null, to: string | null): string {
  if (from && from === to) return dayWord(from);
  if (from && to) return m.filter_between({ from: dayWord(from), to: dayWord(to) });
  return formatList([...(from ? [m.filter_since({ day: dayWord(from) })] : []), ...(to ? [m.filter_until({ day: dayWord(to) })] : [])]);
}
