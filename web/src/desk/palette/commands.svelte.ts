/**
 * What can be done from where the reader is: one registry for keys, the command palette and the `?` sheet. A screen registers
 * its commands while it is there: `$effect(() => register([...]))`. Later registrations win a contested key.
 *
 * Every command says whether it changes anything for anybody else. Words meant for a customer land on the page now and then,
 * where each letter is a key: so what changes something, be it by taking back, has a key that no word contains, or none.
 */
import { APPLE } from "$/ui/keys";
import { type Chord, KeyFinder } from "./keyboard";

interface Common {
  /** Unique: `ticket.resolve`. */
  id: string;
  label(): string;
  /** The heading it is listed under. */
  group(): string;
  /** More words to find it by. */
  also?(): string;
  /** Listed on the `?` sheet but not in the palette: moving about, opening the palette itself. */
  keysOnly?: boolean;
  /** In the palette only once its name is typed: one value of many. */
  byName?: boolean;
  run(): void;
}

/** Keys as `keyboard.ts` reads them: `r`, `$mod+k`, `g t`. Without `$mod` they are silent while somebody writes. */
export type Command = Common & (
  /** It shows, opens or moves: nothing is different for anybody else. */
  | { does: "shows"; keys?: string }
  /** It takes back what was just done; while somebody writes the key is the field's own. */
  | { does: "undoes"; keys?: Chord }
  | { does: "changes"; keys?: Chord }
);

/**
 * What is registered now. Not state: a teardown of an effect reads state as it was before the flush it runs in, and would take
 * away what others have registered since.
 */
let registered: readonly Command[] = [];
/** The same, for whoever shows it. */
let commands = $state.raw<readonly Command[]>([]);
/** In which order each came for the first time: what is registered anew, since something of it changed, moves in no list. */
const order = new Map<string, number>();

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|range)$/.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Whether a dialog, a menu or a list has the keyboard. */
function isCovered(): boolean {
  return document.querySelector(':is([role="dialog"], [role="menu"], [role="listbox"])[data-state="open"]') !== null;
}

const finder = new KeyFinder(APPLE);
let isListening = false;

function listen(): void {
  if (isListening) return;
  isListening = true;
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const silent = isWriting(event.target) || isCovered();
    const usable = silent ? registered.filter(({ does, keys }) => does !== "undoes" && keys?.includes("$mod")) : registered;
    const command = finder.find(event, usable, performance.now());
    if (!command) return;
    event.preventDefault();
    // A key that is held down steps on, but does nothing twice.
    if (!event.repeat || command.does === "shows") command.run();
  });
}

export const registry = {
  /** Everything that can be done now, in the order it came in for the first time. */
  get all(): readonly Command[] {
    return commands.toSorted((a, b) => order.get(a.id)! - order.get(b.id)!);
  },
};

/** Adds commands; returns how to take them back. */
export function register(added: Command[]): () => void {
  const ids = new Set(added.map((command) => command.id));
  for (const id of ids) if (!order.has(id)) order.set(id, order.size);
  const change = (next: (now: readonly Command[]) => Command[]) => {
    commands = registered = next(registered);
  };
  listen();
  change((now) => [...now.filter((command) => !ids.has(command.id)), ...added]);
  return () => change((now) => now.filter((command) => !added.includes(command)));
}
