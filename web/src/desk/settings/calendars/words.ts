import { formatDate } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { type Day, DAYS, type Stretch, type WorkingRange, weekOf } from "./calendar";

/** A day's name. 5 January 2026 was a Monday. */
export function dayWord(day: Day, style: "long" | "short" = "long"): string {
  return formatDate(new Date(Date.UTC(2026, 0, 5 + DAYS.indexOf(day))), { weekday: style, timeZone: "UTC" });
}

/** A time of the day as people of this language write it. */
function timeWord(time: string): string {
  if (time === "24:00") return time;
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return formatDate(new Date(Date.UTC(2026, 0, 5, hours, minutes)), { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
}

function stretchWord({ first, last, ranges }: Stretch): string {
  const days = first === last ? dayWord(first, "short") : m.settings_from_to({ from: dayWord(first, "short"), to: dayWord(last, "short") });
  return `${days} ${ranges.map((range) => m.settings_from_to({ from: timeWord(range.from), to: timeWord(range.to) })).join(", ")}`;
}

/** When the desk works, in one line. */
export function weekWords(ranges: readonly WorkingRange[]): string {
  const always = ranges.length === 7 && ranges.every((range) => range.from === "00:00" && range.to === "24:00");
  return always ? m.settings_around_the_clock() : weekOf(ranges).map(stretchWord).join(" · ");
}

/** A holiday: the day as it is written in this language, whatever zone the reader is in. */
export function holidayWord(day: string): string {
  return formatDate(new Date(`${day}T12:00:00Z`), { dateStyle: "full", timeZone: "UTC" });
}
