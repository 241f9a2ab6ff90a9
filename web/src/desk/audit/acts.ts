/** What of the trail belongs together: one act of somebody's is often several events. Pure. */
import type { AuditEntry } from "$/data/audit";

type Told = Pick<AuditEntry, "actor" | "correlation_id" | "occurred_at" | "imported">;

/** As fine as times are shown. */
const second = (time: string) => Math.floor(Date.parse(time) / 1000);

/** Whether an entry goes on with what the one before it told of: who and when are told already. */
export function goesOn(before: Told | undefined, entry: Told): boolean {
  return (
    before !== undefined &&
    // Of an import everything is one request, whoever did it whenever.
    !entry.imported && !before.imported &&
    entry.correlation_id === before.correlation_id &&
    entry.actor.kind === before.actor.kind && entry.actor.id === before.actor.id &&
    second(entry.occurred_at) === second(before.occurred_at)
  );
}

/** The fields in which an event names who did it once more. */
const DOERS = ["by", "author", "reader"];

/** What an event says beside what its entry says already: who did it. */
export function unsaid(facts: readonly [string, unknown][], { actor }: Pick<AuditEntry, "actor">): [string, unknown][] {
  const isActor = (value: unknown) => {
    if (typeof value === "string") return value === actor.id || value === actor.kind;
    const { id, kind } = (value ?? {}) as { id?: unknown; kind?: unknown };
    return kind === actor.kind && (id ?? null) === (actor.id ?? null);
  };
  return facts.filter(([field, value]) => !DOERS.includes(field) || !isActor(value));
}
