/**
 * Whoever opens a conversation to write in it types at once. Its box may still be on its way: what is typed until then is kept
 * for it, and no key on the page takes it for a command.
 */
import type { Topic } from "$/live/protocol";

/** A box that can be written in. */
interface Box {
  /** `as`: the kind of thing that is to be written. */
  focus(as?: string): void;
  insert(words: string): void;
}

/** So long a box is waited for: what comes later is not what was meant. */
const PATIENCE_MS = 10_000;

const boxes = new Map<Topic, Box>();
/** Where no box will come: nothing is kept for one. */
const boxless = new Set<Topic>();
let changes = 0;
/** The last of them, for whoever shows what follows from it. */
let changed = $state(0);
let awaited: { topic: Topic; as: string | undefined; typed: string; stop: () => void } | null = null;

/** A box is there. Returns how to say that it is gone. */
export function boxOf(topic: Topic, box: Box): () => void {
  boxes.set(topic, box);
  if (awaited?.topic === topic) {
    const { as, typed } = awaited;
    leaveOff();
    box.focus(as);
    if (typed) box.insert(typed);
  }
  return () => {
    if (boxes.get(topic) === box) boxes.delete(topic);
  };
}

/** A conversation is there, and cannot be written in. Returns how to say that this is over. */
export function noBoxIn(topic: Topic): () => void {
  boxless.add(topic);
  changed = changes += 1;
  if (awaited?.topic === topic) leaveOff();
  return () => {
    boxless.delete(topic);
    changed = changes += 1;
  };
}

/** Whether a conversation has a box, or may come to have one. Reactive. */
export function mayHaveBox(topic: Topic): boolean {
  void changed;
  return !boxless.has(topic);
}

/** The reader is about to write in a conversation: now, or when its box is there. */
export function beginWriting(topic: Topic, as?: string): void {
  leaveOff();
  const box = boxes.get(topic);
  if (box) return box.focus(as);
  if (!mayHaveBox(topic)) return;
  const ending = new AbortController();
  const timer = setTimeout(leaveOff, PATIENCE_MS);
  awaited = { topic, as, typed: "", stop: () => { clearTimeout(timer); ending.abort(); } };
  addEventListener("keydown", hold, { capture: true, signal: ending.signal });
  // Whoever points at something else has changed their mind.
  addEventListener("pointerdown", leaveOff, { capture: true, signal: ending.signal });
}

/** Nothing is to be written after all. */
export function leaveOff(): void {
  awaited?.stop();
  awaited = null;
}

function hold(event: KeyboardEvent): void {
  if (!awaited || event.isComposing) return;
  const { target } = event;
  if (target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))) return leaveOff();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return leaveOff();
  if (event.key === "Backspace") awaited.typed = awaited.typed.slice(0, -1);
  else if (event.key.length === 1) awaited.typed += event.key;
  else if (event.key !== "Enter") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
