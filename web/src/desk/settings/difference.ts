/** What is different between two states of the same thing, field by field. */

export interface Difference<T> {
  field: keyof T & string;
  from: unknown;
  to: unknown;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function differences<T extends object>(before: T, after: T): Difference<T>[] {
  return (Object.keys(after) as (keyof T & string)[])
    .filter((field) => !same(before[field], after[field]))
    .map((field) => ({ field, from: before[field], to: after[field] }));
}

/** Their state with my changes on top: what I did not touch is as they left it. */
export function merged<T extends object>(base: T, mine: T, theirs: T): T {
  const result = { ...theirs };
  for (const { field } of differences(base, mine)) result[field] = mine[field];
  return result;
}

/** Where both changed the same thing to something else: only people can decide that. */
export function conflicts<T extends object>(base: T, mine: T, theirs: T): Difference<T>[] {
  const changed = new Set(differences(base, mine).map(({ field }) => field));
  return differences(base, theirs).filter(({ field }) => changed.has(field) && !same(mine[field], theirs[field]));
}
