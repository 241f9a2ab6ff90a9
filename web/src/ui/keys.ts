/** Key combinations as people know them from their keyboards. */

export const APPLE = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Record<string, string> = {
  $mod: APPLE ? "⌘" : "Ctrl",
  Shift: "⇧",
  Alt: APPLE ? "⌥" : "Alt",
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** The caps to show for `$mod+k` or the sequence `g t`. */
export function keyNames(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
