import { describe, expect, it } from "vitest";
import { arranged, type Section } from "./arrange";
import type { Command } from "./commands.svelte";

const made = (id: string, label: string, group: string, more: Partial<Command> = {}): Command =>
  ({ id, does: "shows", label: () => label, group: () => group, run: () => undefined, ...more }) as Command;

const commands = [
  made("go.t", "Tickets", "Go to"),
  made("settings.merging", "Merging", "Settings"),
  made("list.create", "New ticket", "List"),
  made("list.next", "Next ticket", "List", { keysOnly: true }),
  made("ticket.merge", "Merge into another", "Ticket"),
  made("ticket.resolve", "Resolve", "Ticket"),
  made("ticket.priority.high", "Priority: High", "Ticket", { byName: true }),
];
const recent = [made("recent.1", "TKT-000007 Lamp", "Opened lately")];
const found = [made("found.2", "TKT-000002 Merge conflict", "Tickets"), made("found.1", "TKT-000001 Emerge", "Tickets"), made("found.3", "Meredith", "Customers")];
const told = (sections: Section[]) => sections.map(({ heading, commands: of }) => `${heading}: ${of.map((one) => one.label()).join(", ")}`);

describe("the palette", () => {
  it("offers what can be done here first, then what was opened lately, then the rest", () => {
    expect(told(arranged(" ", { commands, recent, found: [] }))).toEqual([
      "Ticket: Merge into another, Resolve", "List: New ticket", "Opened lately: TKT-000007 Lamp", "Go to: Tickets", "Settings: Merging",
    ]);
  });

  it("has what was opened lately where nothing else is near", () => {
    const elsewhere = commands.filter(({ id }) => id.startsWith("go."));
    expect(told(arranged("", { commands: elsewhere, recent, found: [] }))).toEqual(["Opened lately: TKT-000007 Lamp", "Go to: Tickets"]);
  });

  it("puts the ticket's own commands before others, and records after all commands, as the search has them", () => {
    expect(told(arranged("mer", { commands, recent, found }))).toEqual([
      "Ticket: Merge into another", "Settings: Merging", "Tickets: TKT-000002 Merge conflict, TKT-000001 Emerge", "Customers: Meredith",
    ]);
  });

  it("finds by its name what is not listed", () => {
    expect(told(arranged("high", { commands, recent, found: [] }))).toEqual(["Ticket: Priority: High"]);
  });
});
