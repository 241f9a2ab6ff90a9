import { describe, expect, it } from "vitest";
import type { SavedView } from "$/api/types";
import { DEFAULT, EVERYTHING, type ListFilter } from "./filter";
import { isModified, listFilter, savedFilter } from "./saved";

function view(filter: ListFilter): SavedView {
  return {
    id: "v-1", name: "A view", filter: savedFilter(filter), sort: filter.sort, shared: false, owner_id: "a-1", owner_name: "Ann",
    saved_at: "2026-11-20T10:00:00Z", updated_at: "2026-11-20T10:00:00Z", version: 1,
  };
}

describe("a saved view", () => {
  it.each<Partial<ListFilter>>([
    {},
    { status: [] },
    { status: ["open", "closed"], priority: ["urgent"], sort: "newest" },
    { category: "returns", department: "d-1", assignee: "me", customer: "c-1", tag: "vip", order: "A-7" },
    { from: "2026-11-01", to: "2026-11-30", overdue: true },
    { from: "-7d", to: "-12h" },
    { snoozed: true },
    { withSnoozed: true },
    { resolved: true, resolvedBy: "a-2", resolvedFrom: "2026-11-21T23:00:00Z", resolvedTo: "2026-11-30", status: [] },
    { resolved: false, resolvedFrom: "-4w" },
    { archived: true, status: [], sort: "updated" },
    { search: "lamp", status: [] },
  ])("of %o shows the same again", (values) => {
    const filter = { ...DEFAULT, ...values };
    expect(listFilter(view(filter))).toEqual({ ...filter, view: "v-1" });
  });

  it("keeps all that an address can say", () => {
    const all: ListFilter = {
      status: ["closed"], priority: ["urgent"], category: "returns", department: "d-1", assignee: "me", customer: "c-1", tag: "vip", order: "A-7",
      from: "-7d", to: "-12h", resolved: true, resolvedBy: "a-2", resolvedFrom: "-4w", resolvedTo: "-1w", overdue: true, snoozed: true,
      withSnoozed: true, archived: true, search: "lamp", sort: "newest", view: "v-1",
    };
    const unset = Object.entries(all).filter(([name, value]) => EVERYTHING[name as keyof ListFilter] === value);
    expect(unset, "a filter that says nothing proves nothing").toEqual([]);
    expect(listFilter(view(all))).toEqual(all);
  });

  it("ends with its last day", () => {
    expect(view({ ...EVERYTHING, to: "2026-11-30" }).filter.opened_to).toBe(new Date(2026, 11, 1).toISOString());
  });

  it("knows when the list went another way", () => {
    const saved = view({ ...DEFAULT, priority: ["urgent"] });
    const shown = listFilter(saved);
    expect(isModified(shown, saved)).toBe(false);
    expect(isModified({ ...shown, status: [...shown.status].reverse() }, saved)).toBe(false);
    expect(isModified({ ...shown, tag: "vip" }, saved)).toBe(true);
    expect(isModified({ ...shown, sort: "newest" }, saved)).toBe(true);
  });
});
