/** The desk's people and departments, and what the organisation offers: small lists, asked for once and kept. */
import { api, ok } from "$/api/client";

/** Options for `createQuery`: every agent. */
export function agentList() {
  return {
    queryKey: ["agents", "names"] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/agents", { signal }))).items,
  };
}

/** Options for `createQuery`: every department, archived ones too. */
export function departmentList() {
  return {
    queryKey: ["departments", "names"] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/departments", { signal }))).items,
  };
}

/** Options for `createQuery`: categories and custom fields, name and time zone. */
export function organisation() {
  return {
    queryKey: ["organisation", "offer"] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/organisation", { signal })),
  };
}
