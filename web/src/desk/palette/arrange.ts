/** In what order the palette offers what there is: first what can be done here, then the rest, then what was found. */
import type { Command } from "./commands.svelte";
import { rank } from "./rank";

export interface Section {
  key: string;
  heading: string;
  commands: readonly Command[];
}

/** What one is working on: what begins so comes first, the earlier the nearer. */
const HERE: readonly (readonly string[])[] = [["ticket.", "travel."], ["chats."], ["list."]];

function nearness(id: string): number {
  const at = HERE.findIndex((prefixes) => prefixes.some((prefix) => id.startsWith(prefix)));
  return at < 0 ? HERE.length : at;
}

function sections(kind: string, commands: readonly Command[]): Section[] {
  const groups = new Map<string, Command[]>();
  for (const one of commands) groups.set(one.group(), [...(groups.get(one.group()) ?? []), one]);
  return [...groups].map(([heading, members]) => ({ key: `${kind}.${heading}`, heading, commands: members }));
}

/** The commands that answer what was typed, the nearest and best first; of those that only a name leads to none if nothing was. */
function answering(typed: string, commands: readonly Command[]): Section[] {
  const scores = new Map(commands.map((one) => [one, rank(typed, one.label(), `${one.group()} ${one.also?.() ?? ""}`)]));
  const score = (one: Command) => scores.get(one)!;
  const shown = commands.filter((one) => !one.keysOnly && score(one) > 0 && (typed || !one.byName));
  // Sorting is stable: among equals they stay as they were registered.
  const sorted = shown.toSorted((a, b) => nearness(a.id) - nearness(b.id) || score(b) - score(a));
  return sections("command", sorted);
}

interface Offer {
  commands: readonly Command[];
  /** Records opened lately, the last first. */
  recent: readonly Command[];
  /** Records found for what was typed, in the order they were found in. */
  found: readonly Command[];
}

export function arranged(typed: string, { commands, recent, found }: Offer): Section[] {
  const offered = answering(typed.trim(), commands);
  if (typed.trim()) return [...offered, ...sections("found", found)];
  const elsewhere = offered.findIndex((section) => nearness(section.commands[0]!.id) === HERE.length);
  return offered.toSpliced(elsewhere < 0 ? offered.length : elsewhere, 0, ...sections("recent", recent));
}
