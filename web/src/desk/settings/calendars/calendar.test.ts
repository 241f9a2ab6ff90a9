import { describe, expect, it } from "vitest";
import { aroundTheClock, bodyOf, newCalendar, nextRange, onWeekdays, type WorkingRange, weekOf, withHoliday, wrongWith } from "./calendar";

const range = (day: WorkingRange["day"], from: string, to: string): WorkingRange => ({ day, from, to });

describe("a week", () => {
  it("knows what is wrong with a range, as the API does", () => {
    const ranges = [range("monday", "09:00", "12:00"), range("monday", "11:59", "13:00"), range("tuesday", "10:00", "10:00"), range("friday", "20:00", "24:00"), range("friday", "23:00", "23:30"), range("sunday", "22:00", "00:00")];
    expect(ranges.map((_, at) => wrongWith(ranges, at))).toEqual(["overlap", "overlap", "backward", "overlap", "overlap", null]);
    const meeting = [range("monday", "09:00", "12:00"), range("monday", "12:00", "13:00")];
    expect(meeting.map((_, at) => wrongWith(meeting, at))).toEqual([null, null]);
  });

  it("is told in few words", () => {
    const week = weekOf([...newCalendar("UTC").ranges, range("saturday", "10:00", "12:00")]);
    expect(week.map(({ first, last, ranges }) => [first, last, ranges.length])).toEqual([["monday", "friday", 1], ["saturday", "saturday", 1]]);
    expect(weekOf(aroundTheClock())).toHaveLength(1);
    expect(weekOf([range("monday", "09:00", "10:00"), range("wednesday", "09:00", "10:00")])).toHaveLength(2);
  });

  it("takes one day's hours for all days from Monday to Friday, and leaves the weekend alone", () => {
    const lunch = [range("monday", "08:00", "12:00"), range("monday", "13:00", "17:00"), range("tuesday", "10:00", "11:00"), range("sunday", "10:00", "11:00")];
    const all = onWeekdays(lunch, "monday");
    expect(all).toHaveLength(11);
    expect(all.filter((one) => one.day === "tuesday").map((one) => one.from)).toEqual(["08:00", "13:00"]);
    expect(all.at(-1)).toEqual(range("sunday", "10:00", "11:00"));
  });

  it("offers a range that fits", () => {
    expect(nextRange([], "monday")).toEqual(range("monday", "09:00", "17:00"));
    const morning = [range("monday", "08:00", "12:00")];
    const more = [...morning, nextRange(morning, "monday")];
    expect(more[1]).toEqual(range("monday", "13:00", "17:00"));
    expect(more.map((_, at) => wrongWith(more, at))).toEqual([null, null]);
  });

  it("is sent in order", () => {
    const edit = { ...newCalendar("Europe/Rome"), name: " Days ", ranges: [range("sunday", "08:00", "12:00"), range("monday", "13:00", "17:00"), range("monday", "08:00", "12:00")] };
    expect(bodyOf(edit)).toMatchObject({ name: "Days", ranges: [{ from: "08:00" }, { from: "13:00" }, { day: "sunday" }] });
  });
});

it("keeps holidays in order, each once", () => {
  expect(withHoliday(["2026-12-26"], "2026-12-25")).toEqual(["2026-12-25", "2026-12-26"]);
  expect(withHoliday(["2026-12-25"], "2026-12-25")).toEqual(["2026-12-25"]);
});
