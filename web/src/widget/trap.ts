/** Keeps the keyboard inside the panel while it is open, whatever of the panel goes; Escape closes it. */

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, textarea, a[href], [tabindex='0']";

export function trap(close: () => void): (panel: HTMLElement) => () => void {
  return (panel) => {
    const root = panel.getRootNode() as ShadowRoot;
    const held = holdFocus(panel, root);
    // Heard at the host, when the components inside have heard it.
    const host = root.host as HTMLElement;
    const onKey = (event: KeyboardEvent) => {
      // Nothing typed here is a shortcut of the page around.
      event.stopPropagation();
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) close();
      if (event.key !== "Tab") return;
      const stops = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.getClientRects().length > 0);
      const [first, last] = [stops[0], stops.at(-1)];
      const at = root.activeElement;
      if (event.shiftKey && (at === first || at === panel)) {
        event.preventDefault();
        last?.focus();
      } else if (!event.shiftKey && at === last) {
        event.preventDefault();
        first?.focus();
      }
    };
    host.addEventListener("keydown", onKey);
    return () => {
      held();
      host.removeEventListener("keydown", onKey);
    };
  };
}

/**
 * Gives the keyboard to what comes first, and to the panel itself until that is there.
 *
 * What has the keyboard can go: a form that was sent, a button whose work is done. The page's body would have it then, where
 * neither Tab nor Escape is heard. Whoever went elsewhere on their own is left there.
 */
function holdFocus(panel: HTMLElement, root: ShadowRoot): () => void {
  const first = () => panel.querySelector<HTMLElement>("[data-first]");
  let waiting = false;
  const begin = () => {
    const found = first();
    waiting = !found;
    (found ?? panel).focus();
  };
  begin();
  let last = root.activeElement;
  const onIn = () => (last = root.activeElement);
  // Some browsers tell of what goes while it is still there. A window that is left keeps its active element.
  const onOut = ({ target }: FocusEvent) =>
    queueMicrotask(() => {
      if (last === target && panel.contains(last) && root.activeElement !== last) last = null;
    });
  const watch = new MutationObserver(() => {
    if (last && !panel.contains(last) && !root.activeElement) begin();
    else if (waiting && root.activeElement === panel && first()) begin();
  });
  panel.addEventListener("focusin", onIn);
  panel.addEventListener("focusout", onOut);
  watch.observe(panel, { childList: true, subtree: true });
  return () => {
    watch.disconnect();
    panel.removeEventListener("focusin", onIn);
    panel.removeEventListener("focusout", onOut);
  };
}
