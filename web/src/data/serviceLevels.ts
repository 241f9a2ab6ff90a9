/** Calendars and SLA policies: what the desk promises, and when it works. */
import { api, ok } from "$/api/client";

export const serviceLevelKeys = { calendars: ["calendars"] as const, policies: ["sla-policies"] as const };

/** Options for `createQuery`: the calendars offered, by name. */
export function calendars() {
  return {
    queryKey: serviceLevelKeys.calendars,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/calendars", { signal }))).items,
  };
}

/** Options for `createQuery`: the policies in force, in the order they are tried. */
export function slaPolicies() {
  return {
    queryKey: serviceLevelKeys.policies,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/sla-policies", { signal }))).items,
  };
}
