/** Asks before what was changed and not saved is left behind. */
import { blockNavigation } from "sv-router";

let answer = $state.raw<((leave: boolean) => void) | null>(null);
/** The forms on the screen; each says whether it was changed. */
const forms = new Set<() => boolean>();

export const unsaved = {
  /** Whether the question is on the screen. */
  get asking(): boolean {
    return answer !== null;
  },
  answer(leave: boolean): void {
    answer?.(leave);
    answer = null;
  },
  /** Whether to go on although something is not saved. */
  ask(): Promise<boolean> {
    answer?.(false);
    return new Promise((resolve) => (answer = resolve));
  },
  /** Whether what is on the screen may go: at once if nothing was changed, else once somebody said so. For `mayClose` of a sheet with a form. */
  mayLeave(): boolean | Promise<boolean> {
    return ![...forms].some((isChanged) => isChanged()) || unsaved.ask();
  },
  /** Guards a form while it lives: `$effect(() => unsaved.guard(() => edit.isChanged))`. Returns how to stop. */
  guard(isChanged: () => boolean): () => void {
    forms.add(isChanged);
    const unblock = blockNavigation({
      beforeUnload: () => !isChanged(),
      onNavigate: () => !isChanged() || unsaved.ask(),
    });
    return () => {
      forms.delete(isChanged);
      unblock();
    };
  },
};
