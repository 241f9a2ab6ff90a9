/** The organisation: asked for once, and again when somebody changed it here. */
import { api, ok } from "$/api/client";

export const organisationKeys = { one: ["organisation"] as const };

/** Options for `createQuery`: name, time zone, categories, and for people of the desk the custom fields. */
export function organisation() {
  return {
    queryKey: organisationKeys.one,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/organisation", { signal })),
  };
}
