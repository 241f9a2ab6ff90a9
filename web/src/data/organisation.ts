/** The organisation and its departments: asked for once, and again when somebody changed them here. */
import { api, ok } from "$/api/client";

export const organisationKeys = { one: ["organisation"] as const, departments: ["departments"] as const };

/** Options for `createQuery`: name, time zone, categories, and for people of the desk the custom fields. */
export function organisation() {
  return {
    queryKey: organisationKeys.one,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/organisation", { signal })),
  };
}

/** Options for `createQuery`: every department the reader may see, by name. */
export function departments() {
  return {
    queryKey: organisationKeys.departments,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/departments", { signal }))).items,
  };
}
