/** An SLA policy as it is being edited. */
import type { Priority, SlaPolicy, TicketStatus } from "$/api/types";
import type { components } from "$generated/api";
import { PRIORITIES } from "$/ui/words";

type Schemas = components["schemas"];
export type Clock = keyof Schemas["TargetView"];
export type Conditions = Required<Schemas["ConditionsView"]>;
export type Channel = Conditions["channels"][number];

export const CLOCKS = ["first_response", "next_response", "resolution"] as const satisfies Clock[];
export const CHANNELS: Channel[] = ["portal", "desk", "api", "chat", "email"];
/** Statuses in which clocks may stand still; in those that end a ticket they do anyway. */
export const PAUSES: TicketStatus[] = ["open", "in_progress", "waiting_customer", "on_hold"];

/** Business seconds; null: not promised. */
export type Targets = Record<Priority, Record<Clock, number | null>>;

export interface PolicyEdit {
  name: string;
  calendar_id: string;
  conditions: Conditions;
  targets: Targets;
  pause_in: TicketStatus[];
}

const HOUR = 3600;

/** A first proposal: hours to the first response, the next one and the resolution. */
const USUAL: Record<Priority, [number, number, number]> = { urgent: [1, 2, 8], high: [2, 4, 16], medium: [4, 8, 40], low: [8, 16, 80] };

function noConditions(): Conditions {
  return { priorities: [], categories: [], department_ids: [], tags: [], channels: [] };
}

function targetsOf(of: (priority: Priority, clock: Clock, at: number) => number | null): Targets {
  const entries = PRIORITIES.map((priority) => [priority, Object.fromEntries(CLOCKS.map((clock, at) => [clock, of(priority, clock, at)]))]);
  return Object.fromEntries(entries) as Targets;
}

export function newPolicy(calendar_id: string): PolicyEdit {
  return {
    name: "", calendar_id, conditions: noConditions(),
    targets: targetsOf((priority, _, at) => USUAL[priority][at]! * HOUR), pause_in: ["waiting_customer", "on_hold"],
  };
}

export function editOf({ name, calendar_id, conditions, targets, pause_in }: SlaPolicy): PolicyEdit {
  return {
    name, calendar_id, pause_in, conditions: { ...noConditions(), ...conditions },
    targets: targetsOf((priority, clock) => targets[priority]?.[clock] ?? null),
  };
}

/** What is sent: of the targets only what is promised. */
export function bodyOf({ name, calendar_id, conditions, targets, pause_in }: PolicyEdit): Schemas["SlaPolicyDetails"] {
  const promised = PRIORITIES.flatMap((priority) => {
    const own = CLOCKS.flatMap((clock) => (targets[priority][clock] === null ? [] : [[clock, targets[priority][clock]]]));
    return own.length > 0 ? [[priority, Object.fromEntries(own)]] : [];
  });
  return { name: name.trim(), calendar_id, conditions, targets: Object.fromEntries(promised), pause_in };
}

/** Hours and minutes of a span, as texts of two inputs; both empty: nothing is promised. */
export function partsOf(seconds: number | null): { hours: string; minutes: string } {
  if (seconds === null) return { hours: "", minutes: "" };
  const minutes = Math.floor(seconds / 60);
  return { hours: minutes >= 60 ? String(Math.floor(minutes / 60)) : "", minutes: minutes % 60 > 0 || minutes < 60 ? String(minutes % 60) : "" };
}

/** The span two inputs say. Nonsense is no promise. */
export function spanOf(hours: string, minutes: string): number | null {
  const number = (text: string) => Math.max(0, Math.trunc(Number(text)) || 0);
  if (!hours.trim() && !minutes.trim()) return null;
  return number(hours) * HOUR + number(minutes) * 60;
}

/** Names in one line, divided by commas. */
export function namesOf(text: string): string[] {
  return [...new Set(text.split(",").map((one) => one.trim()).filter(Boolean))];
}

/** Whether it is for every ticket: what stands after it is never reached. */
export function isForAll({ conditions }: Pick<SlaPolicy, "conditions">): boolean {
  return Object.values(conditions).every((list) => !list || list.length === 0);
}
