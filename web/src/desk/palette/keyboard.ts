/**
 * Which keys somebody pressed, whatever is printed on them. A letter is the letter the layout gives; where that is no Latin one
 * (Arabic, Greek, Cyrillic …), the key at its place. Punctuation is what comes out, with Shift, AltGr or neither: `/` is Shift+7
 * on a German keyboard.
 */

/** A combination that no word contains. What changes something for others may only have one of these. */
export type Chord = `$mod+${string}` | `Alt+${string}`;

/** The parts of a `KeyboardEvent` in use. */
export type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "getModifierState">;

/** Where punctuation is on a keyboard without Latin letters, and whether with Shift. */
const PLACES: Record<string, [code: string, shift: boolean]> = {
  "/": ["Slash", false], "?": ["Slash", true], "[": ["BracketLeft", false], "]": ["BracketRight", false],
  ",": ["Comma", false], ".": ["Period", false], "#": ["Digit3", true],
};

const isLetter = (key: string) => /^[a-z]$/.test(key);
const isDigit = (key: string) => /^\d$/.test(key);

/** What the key gives is of another script, or nothing yet: then its place says which it is. */
function isForeign({ key, altKey }: Press): boolean {
  if (key.length > 1 && /^[A-Z]/.test(key)) return key === "Dead" || key === "Process" || key === "Unidentified";
  // With Alt an Apple keyboard gives signs instead of letters.
  if (altKey) return !/^[a-z]$/i.test(key);
  return key.codePointAt(0)! > 127 && !/\p{Script=Latin}/u.test(key);
}

/** Whether these are the modifiers that are wanted, and no others. */
function held(press: Press, wanted: readonly string[], apple: boolean): boolean {
  const mod = wanted.includes("$mod");
  return press.ctrlKey === (mod && !apple) && press.metaKey === (mod && apple) && press.altKey === wanted.includes("Alt") && !press.getModifierState("AltGraph");
}

/** Whether a press is a combination: `r`, `Shift+x`, `$mod+k`, `Alt+e`, `?`, `Escape`. */
export function presses(press: Press, combination: string, apple: boolean): boolean {
  const parts = combination.split("+");
  const wanted = parts.pop()!;
  const given = press.key.toLowerCase();
  const shift = parts.includes("Shift");
  if (wanted.length === 1 && !isLetter(wanted) && !isDigit(wanted)) {
    // However it is typed; but not with Ctrl, unless that is half of AltGr.
    if (given === wanted) return parts.length === 0 && (press.getModifierState("AltGraph") || (press.ctrlKey === press.altKey && !press.metaKey) || (press.altKey && !press.ctrlKey));
    const place = PLACES[wanted];
    return place !== undefined && held(press, parts, apple) && isForeign(press) && press.code === place[0] && press.shiftKey === place[1];
  }
  if (!held(press, parts, apple)) return false;
  if (isDigit(wanted)) return given === wanted || (press.code === `Digit${wanted}` && !press.shiftKey && !isDigit(given));
  if (press.shiftKey !== shift) return false;
  if (isLetter(wanted)) return given === wanted || (isForeign(press) && press.code === `Key${wanted.toUpperCase()}`);
  return press.key === wanted;
}

/** How long the first key of a sequence (`g t`) waits for the second. */
const SEQUENCE_MS = 1_000;
const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"]);

/** Finds what a press asks for among things that have keys; the last of several wins, and the end of a sequence before a single key. */
export class KeyFinder {
  #first: { press: Press; at: number } | null = null;

  constructor(private readonly apple: boolean) {}

  find<T extends { keys?: string }>(press: Press, among: readonly T[], now: number): T | undefined {
    if (MODIFIERS.has(press.key)) return undefined;
    const first = this.#first && now - this.#first.at < SEQUENCE_MS ? this.#first.press : null;
    const ends = (keys: string) => {
      const [begin, end] = keys.split(" ");
      return end !== undefined && first !== null && presses(first, begin!, this.apple) && presses(press, end, this.apple);
    };
    const found = among.findLast(({ keys }) => keys !== undefined && ends(keys))
      ?? among.findLast(({ keys }) => keys !== undefined && !keys.includes(" ") && presses(press, keys, this.apple));
    this.#first = found ? null : { press, at: now };
    return found;
  }
}
