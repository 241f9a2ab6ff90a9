/** Asks before what was changed and not saved is left behind. */
import { blockNavigation } from "sv-router";

let answer = $state.raw<((leave: boolean) => void) | null>(null);

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
  /** Guards a form while it lives: `$effect(() => unsaved.guard(() => edit.isChanged))`. Returns how to stop. */
  guard(isChanged: () => boolean): () => void {
    return blockNavigation({
      beforeUnload: () => !isChanged(),
      onNavigate: () => !isChanged() || unsaved.ask(),
    });
  },
};
