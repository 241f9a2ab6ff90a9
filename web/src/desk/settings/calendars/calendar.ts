/** A calendar as it is being edited. */
import type { Calendar } from "$/api/types";
import type { components } from "$generated/api";

export type WorkingRange = components["schemas"]["WorkingRangeView"];
export type Day = WorkingRange["day"];

export const DAYS: Day[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WEEKDAYS = DAYS.slice(0, 5);

export interface CalendarEdit {
  name: string;
  time_zone: string;
  ranges: WorkingRange[];
  holidays: string[];
}

/** What most desks begin with: Monday to Friday, nine to five. */
export function newCalendar(time_zone: string): CalendarEdit {
  return { name: "", time_zone, ranges: WEEKDAYS.map((day) => ({ day, from: "09:00", to: "17:00" })), holidays: [] };
}

export function editOf({ name, time_zone, ranges, holidays }: Calendar): CalendarEdit {
  return { name, time_zone, ranges, holidays };
}

/** What is sent: ranges by day and time, so that what is wrong with one can be told by its place. */
export function bodyOf({ name, time_zone, ranges, holidays }: CalendarEdit): components["schemas"]["CalendarDetails"] {
  return { name: name.trim(), time_zone, ranges: sorted(ranges), holidays };
}

/** Minutes since midnight; as an end, midnight is the day's. */
export function minutesOf(time: string, isEnd = false): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const all = hours * 60 + minutes;
  return isEnd && all === 0 ? 24 * 60 : all;
}

export function sorted(ranges: readonly WorkingRange[]): WorkingRange[] {
  return ranges.toSorted((a, b) => DAYS.indexOf(a.day) - DAYS.indexOf(b.day) || minutesOf(a.from) - minutesOf(b.from));
}

/** What is wrong with a range, as the API would say: it ends before it begins, or meets one before it in the list. */
export function wrongWith(ranges: readonly WorkingRange[], at: number): "backward" | "overlap" | null {
  const range = ranges[at];
  if (!range) return null;
  const [from, to] = [minutesOf(range.from), minutesOf(range.to, true)];
  if (from >= to) return "backward";
  const meets = ranges.some((other, place) => place !== at && other.day === range.day && from < minutesOf(other.to, true) && minutesOf(other.from) < to);
  return meets ? "overlap" : null;
}

/** Another range for a day: after its last one, an hour long if there is room; the usual one for a day without any. */
export function nextRange(ranges: readonly WorkingRange[], day: Day): WorkingRange {
  const ends = ranges.filter((range) => range.day === day).map((range) => minutesOf(range.to, true));
  if (ends.length === 0) return { day, from: "09:00", to: "17:00" };
  const from = Math.min(Math.max(...ends) + 60, 23 * 60);
  return { day, from: timeOf(from), to: timeOf(Math.min(from + 4 * 60, 24 * 60)) };
}

function timeOf(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The week with one day's hours on all days from Monday to Friday. */
export function onWeekdays(ranges: readonly WorkingRange[], from: Day): WorkingRange[] {
  const model = ranges.filter((range) => range.day === from);
  const others = ranges.filter((range) => !WEEKDAYS.includes(range.day) || range.day === from);
  const copies = WEEKDAYS.filter((day) => day !== from).flatMap((day) => model.map((range) => ({ ...range, day })));
  return sorted([...others, ...copies]);
}

export function aroundTheClock(): WorkingRange[] {
  return DAYS.map((day) => ({ day, from: "00:00", to: "24:00" }));
}

export interface Stretch {
  first: Day;
  last: Day;
  ranges: WorkingRange[];
}

/** The week in few words: neighbouring days with the same hours together. Days without any are left out. */
export function weekOf(ranges: readonly WorkingRange[]): Stretch[] {
  const week: Stretch[] = [];
  for (const day of DAYS) {
    const own = sorted(ranges.filter((range) => range.day === day));
    const before = week.at(-1);
    const same = before && DAYS.indexOf(before.last) === DAYS.indexOf(day) - 1
      && before.ranges.length === own.length && own.every((range, at) => range.from === before.ranges[at]!.from && range.to === before.ranges[at]!.to);
    if (same) before.last = day;
    else if (own.length > 0) week.push({ first: day, last: day, ranges: own });
  }
  return week;
}

export function withHoliday(holidays: readonly string[], day: string): string[] {
  return [...new Set([...holidays, day])].sort();
}
