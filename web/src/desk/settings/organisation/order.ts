/** A list somebody orders by hand. */

/** Moves one entry by so many places; stays within the list. */
export function moved<T>(list: readonly T[], from: number, by: number): T[] {
  const to = Math.max(0, Math.min(list.length - 1, from + by));
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(to, 0, list[from]!);
}

/** The places of entries that are there already, further up: small and capital letters are the same. */
export function repeated(list: readonly string[]): number[] {
  const seen = new Set<string>();
  return list.flatMap((entry, at) => {
    const key = entry.trim().toLocaleLowerCase();
    if (key && seen.has(key)) return [at];
    seen.add(key);
    return [];
  });
}
