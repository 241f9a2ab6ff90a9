/** What comes after a control for whoever goes on by keyboard. */

const CONTROLS = ':is(input, textarea, select, button, a[href], [tabindex="0"]):not(:disabled, [tabindex="-1"], [hidden], [aria-hidden="true"])';

/** The controls after one, within the form or dialog it belongs to, else the part of the page. */
export function controlsAfter(control: HTMLElement | null): HTMLElement[] {
  const scope = control?.closest('form, [role="dialog"], section, aside, main');
  if (!control || !scope) return [];
  const all = [...scope.querySelectorAll<HTMLElement>(CONTROLS)];
  return all.slice(all.indexOf(control) + 1);
}

/** The first of them that is still there to be seen. */
export function firstThere(controls: readonly HTMLElement[]): HTMLElement | undefined {
  return controls.find((one) => one.isConnected && one.checkVisibility());
}
