/**
 * What can be done from where the reader is: one registry for keys, the command palette and the `?` sheet. A screen registers
 * its commands while it is there: `$effect(() => register([...]))`. Later registrations win a contested key.
 */
import { untrack } from "svelte";
import { tinykeys } from "tinykeys";

export interface Command {
  /** Unique: `ticket.resolve`. */
  id: string;
  label(): string;
  /** The heading it is listed under. */
  group(): string;
  /** `r`, `$mod+k`, `g t`; see tinykeys. Without a modifier it is silent while somebody writes. */
  keys?: string;
  /** More words to find it by. */
  also?(): string;
  /** Listed on the `?` sheet but not in the palette: moving about, opening the palette itself. */
  keysOnly?: boolean;
  run(): void;
}

let commands = $state.raw<Command[]>([]);

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|range)$/.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Whether a dialog or menu has the keyboard. */
function isCovered(): boolean {
  return document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;
}

let unbind: () => void = () => undefined;
let isDue = false;

/** Once for all that is registered together: a ticket comes and goes with a dozen of them. */
function bindSoon(): void {
  if (isDue) return;
  isDue = true;
  queueMicrotask(() => {
    isDue = false;
    bind();
  });
}

function bind(): void {
  unbind();
  const byKeys: Record<string, (event: KeyboardEvent) => void> = {};
  for (const command of commands) {
    if (!command.keys) continue;
    const always = command.keys.includes("$mod");
    byKeys[command.keys] = (event) => {
      if (event.defaultPrevented || (!always && (isWriting(event.target) || isCovered() || event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      command.run();
    };
  }
  unbind = tinykeys(window, byKeys);
}

export const registry = {
  /** Everything that can be done now, in the order of registration. */
  get all(): readonly Command[] {
    return commands;
  },
};

/** Adds commands; returns how to take them back. */
export function register(added: Command[]): () => void {
  const ids = new Set(added.map((command) => command.id));
  // Whoever registers does not depend on what others have registered.
  const change = (next: (now: Command[]) => Command[]) =>
    untrack(() => {
      commands = next(commands);
      bindSoon();
    });
  change((now) => [...now.filter((command) => !ids.has(command.id)), ...added]);
  return () => change((now) => now.filter((command) => !added.includes(command)));
}
