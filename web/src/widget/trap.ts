/** Keeps the keyboard inside the panel while it is open; Escape closes it. */

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, textarea, a[href], [tabindex='0']";

export function trap(close: () => void): (panel: HTMLElement) => () => void {
  return (panel) => {
    const root = panel.getRootNode() as ShadowRoot;
    (panel.querySelector<HTMLElement>("[data-first]") ?? panel).focus();
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
    return () => host.removeEventListener("keydown", onKey);
  };
}
