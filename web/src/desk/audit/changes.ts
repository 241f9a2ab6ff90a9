/** What an entry of the trail says has changed. Pure. */

export interface Change {
  /** The field's name, as events call it. */
  field: string;
  from: unknown;
  to: unknown;
  /** A field of the desk's own, by the name the desk gave it. */
  own?: true;
}

export interface Said {
  changes: Change[];
  /** The rest of what the event says: name and value. */
  facts: [string, unknown][];
}

type Details = Readonly<Record<string, unknown>>;

/** `StatusChanged` as fields are written: `status_changed`. */
export function snaked(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}

/** `StatusChanged` is about the `status`, `Assigned` about who is assigned. */
function subjectOf(eventType: string): string {
  return snaked(eventType.replace(/^Chat(?=Assigned$)|(Changed|Linked|Applied)$/g, ""));
}

function isPair(value: unknown): value is { from?: unknown; to?: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && ("from" in value || "to" in value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (typeof value === "object" && Object.values(value).every((one) => one === null));
}

/** Tells what changed, before and after, from whatever else an event says. */
export function said(eventType: string, details: Details): Said {
  const changes: Change[] = [];
  const facts: [string, unknown][] = [];
  // A hand-over says from whom without being about one field.
  const isChange = "to" in details || ("from" in details && /Changed$|^Unassigned$/.test(eventType));
  if (isChange) changes.push({ field: subjectOf(eventType), from: details["from"], to: details["to"] });
  for (const [name, value] of Object.entries(details)) {
    if (isChange && (name === "from" || name === "to")) continue;
    if (isEmpty(value)) continue;
    if (isPair(value)) changes.push({ field: name, from: value.from, to: value.to });
    else if (Array.isArray(value) && value.every(isPair)) {
      for (const one of value as (Details & { from?: unknown; to?: unknown })[]) {
        changes.push({ field: String(one["name"] ?? one["field"] ?? one["key"] ?? name), from: one.from, to: one.to, own: true });
      }
    } else if (typeof value === "object" && !Array.isArray(value) && Object.values(value!).length > 0 && Object.values(value!).every(isPair)) {
      for (const [field, pair] of Object.entries(value as Record<string, { from?: unknown; to?: unknown }>)) changes.push({ field, from: pair.from, to: pair.to, own: true });
    } else facts.push([name, value]);
  }
  return { changes, facts };
}
