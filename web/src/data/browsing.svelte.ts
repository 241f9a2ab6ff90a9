/** The list the reader came from, so that a ticket knows its neighbours in it. */

let listed = $state.raw<() => readonly string[]>(() => []);

export const browsing = {
  /** A list says what it shows, in its order; asked when somebody steps through it. */
  through(ids: () => readonly string[]): void {
    listed = ids;
  },
  /** Before and after a ticket in that list; null at its ends, and for tickets that are not in it. */
  neighbours(id: string): { previous: string | null; next: string | null } {
    const ids = listed();
    const at = ids.indexOf(id);
    if (at < 0) return { previous: null, next: null };
    return { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null };
  },
};
