/** The list's keys. */
import { m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import type { Command } from "../palette/commands.svelte";
import type { TicketListView } from "./feed.svelte";
import { allowedPicks, type Pick, PICKS } from "./picks";

interface Acts {
  view: TicketListView;
  step(by: number): void;
  pick(pick: Pick): void;
  resolve(): void;
  /** Null: not allowed. */
  create: (() => void) | null;
  openCurrent(): void;
  /** Whether keys that change tickets are the list's: with a ticket open beside it and nothing selected they are that ticket's. */
  acting: boolean;
}

export function listCommands({ view, step, pick, resolve, create, openCurrent, acting }: Acts): Command[] {
  const group = () => m.keys_list();
  const onTargets = (act: () => void) => () => {
    if (view.targets.length > 0) act();
  };
  const picks = allowedPicks();
  const commands: Command[] = [
    { id: "list.next", does: "shows", label: () => m.keys_next(), group, keys: "j", keysOnly: true, run: () => step(1) },
    { id: "list.previous", does: "shows", label: () => m.keys_previous(), group, keys: "k", keysOnly: true, run: () => step(-1) },
    { id: "list.open", does: "shows", label: () => m.keys_open(), group, keys: "o", keysOnly: true, run: openCurrent },
    { id: "list.apply", does: "shows", label: () => m.strip_apply(), group, keys: "u", run: () => view.settle() },
  ];
  if (create) commands.push({ id: "list.create", does: "shows", label: () => m.new_ticket(), group, keys: "c", run: create });
  if (picks.length === 0) return commands;
  commands.push(
    { id: "list.select", does: "shows", label: () => m.keys_select(), group, keys: "x", keysOnly: true, run: () => view.current && view.toggle(view.current) },
    { id: "list.range", does: "shows", label: () => m.keys_select_range(), group, keys: "Shift+x", keysOnly: true, run: () => view.current && view.toggle(view.current, true) },
    { id: "list.all", does: "shows", label: () => m.list_select_all(), group, run: () => view.toggleAll() },
  );
  if (view.selection.ids.size > 0) {
    commands.push({ id: "list.none", does: "shows", label: () => m.list_unselect(), group, keys: "Escape", keysOnly: true, run: () => view.clear() });
  }
  if (!acting) return commands;
  if (session.may("edit_tickets") && session.may("close_tickets")) {
    commands.push({ id: "list.resolve", does: "changes", label: () => m.bulk_resolve(), group, keys: "Alt+e", run: onTargets(resolve) });
  }
  for (const one of picks) {
    const { label, key } = PICKS[one];
    commands.push({ id: `list.${one}`, does: "shows", label, group, ...(key ? { keys: key } : {}), run: onTargets(() => pick(one)) });
  }
  return commands;
}
