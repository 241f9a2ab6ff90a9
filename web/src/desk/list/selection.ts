/** Which tickets are ticked, over the rows as they are shown. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Where a range begins: what was ticked last. */
  readonly anchor: string | null;
}

export const NONE: Selection = { ids: new Set(), anchor: null };

/** Ticks one, or unticks it; with `range` everything between it and the one before it takes the same state. */
export function toggled(selection: Selection, shown: readonly { id: string }[], id: string, range = false): Selection {
  const ids = new Set(selection.ids);
  const tick = !ids.has(id);
  const [from, to] = [shown.findIndex((one) => one.id === selection.anchor), shown.findIndex((one) => one.id === id)];
  const span = range && from >= 0 && to >= 0 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1).map((one) => one.id) : [id];
  for (const one of span) {
    if (range || tick) ids.add(one);
    else ids.delete(one);
  }
  return { ids, anchor: id };
}

/** Ticks everything shown, or nothing if everything was. */
export function toggledAll(selection: Selection, shown: readonly { id: string }[]): Selection {
  const all = shown.length > 0 && shown.every((one) => selection.ids.has(one.id));
  return all ? NONE : { ids: new Set(shown.map((one) => one.id)), anchor: null };
}

/** Only what is still there. */
export function kept(selection: Selection, isShown: (id: string) => boolean): Selection {
  const ids = new Set([...selection.ids].filter(isShown));
  return ids.size === selection.ids.size ? selection : { ids, anchor: selection.anchor };
}
